"""The field ``unknown_keys``: what is read, what the handler sees, and what the schema says (DESIGN §3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from actionary import Action, ActionError, Context, Registry, define_action, prompting_agent
from actionary.describe import describe
from actionary.settings import Settings
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict


class Inner(BaseModel):
    a: int = 1


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    b: int = 1


class Table(TypedDict):
    c: int


@dataclass
class Data:
    d: int


class Outer(BaseModel):
    inner: Inner = Inner()
    closed: Closed = Closed()
    items: list[Inner] = []
    table: Table | None = None
    data: Data | None = None


async def look(outer: Outer, ctx: Context) -> dict[str, Any]:
    """Show what arrived."""
    return {"extra": dict(ctx.extra_input), "inner": outer.inner.model_extra}


def made(unknown_keys: str | None) -> Action[..., Any]:
    fields: dict[str, Any] = {} if unknown_keys is None else {"unknown_keys": unknown_keys}
    return define_action(handler=look, public=True, **fields)


PLACES: dict[str, Any] = {
    "at the top": {"x": 1},
    "in a model": {"inner": {"x": 1}},
    "in a model that forbids them": {"closed": {"x": 1}},
    "in a list": {"items": [{"x": 1}]},
    "in a TypedDict": {"table": {"c": 1, "x": 1}},
    "in a dataclass": {"data": {"d": 1, "x": 1}},
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("setting", "fits"), [("forbid", False), ("ignore", True), ("allow", True), (None, None)]
)
async def test_what_is_read_is_what_the_schema_says_at_every_depth(tmp_path, setting, fits, place):
    action = made(setting)
    if fits is None:  # each object has its own setting
        fits = place != "in a model that forbids them"
    registry = Registry()
    registry.register([action])
    catalog = describe(registry, Settings(root=tmp_path, out=tmp_path, title="T", version="1"))
    [spec] = catalog
    assert Draft202012Validator(catalog.standalone(spec.input)).is_valid(PLACES[place]) is fits
    if fits:
        await action.run(PLACES[place])
        return
    with pytest.raises(ActionError, match="is not known"):
        await action.run(PLACES[place])


async def test_allowed_keys_reach_the_handler():
    given = {"x": [1, {"y": None}], "inner": {"a": 2, "z": "deep"}}
    assert await made("allow").run(given) == {"extra": {"x": [1, {"y": None}]}, "inner": {"z": "deep"}}
    assert await made("ignore").run(given) == {"extra": {}, "inner": None}


async def test_a_model_that_allows_them_itself_gives_them_too():
    class Open(BaseModel):
        model_config = ConfigDict(extra="allow")
        a: int = 1

    async def look(given: Open, ctx: Context) -> dict[str, Any]:
        return dict(ctx.extra_input)

    assert await define_action(handler=look).run({"b": 2}) == {"b": 2}
    assert await define_action(handler=look, unknown_keys="ignore").run({"b": 2}) == {}


async def test_keyword_inputs_forbid_them_unless_told_otherwise():
    async def add(a: int, ctx: Context) -> dict[str, Any]:
        return {"a": a, **ctx.extra_input}

    with pytest.raises(ActionError, match="b: is not known"):
        await define_action(handler=add).run({"a": 1, "b": 2})
    assert await define_action(handler=add, unknown_keys="ignore").run({"a": 1, "b": 2}) == {"a": 1}
    assert await define_action(handler=add, unknown_keys="allow").run({"a": 1, "b": 2}) == {"a": 1, "b": 2}


async def test_a_key_that_stands_twice_is_found_among_unknown_ones_too():
    for setting in ("ignore", "allow"):
        for body in (b'{"x":1,"x":1}', b'{"x":{"y":1,"y":1}}', b'{"x":NaN}'):
            with pytest.raises(ActionError, match=r"twice|not finite"):
                made(setting).prepared.read_json(body)


def test_one_class_under_two_settings_is_two_types_and_one_where_they_agree(tmp_path):
    def catalog_of(*actions: Action[..., Any]) -> Any:
        registry = Registry()
        registry.register(actions)
        return describe(registry, Settings(root=tmp_path, out=tmp_path, title="T", version="1"))

    async def two(outer: Outer) -> None: ...

    strict = define_action(handler=two, public=True, description="x", unknown_keys="forbid")
    both = catalog_of(made(None), strict)
    inners = [schema for name, schema in both.types.items() if name.startswith("Inner")]
    assert sorted("additionalProperties" in schema for schema in inners) == [False, True]
    assert sum(name.startswith("Closed") for name in both.types) == 1


async def test_the_keys_of_one_call_are_not_those_of_another_made_with_its_context():
    async def inner(ctx: Context) -> dict[str, Any]:
        return dict(ctx.extra_input)

    second = define_action(handler=inner)

    async def outer(ctx: Context) -> dict[str, Any]:
        with prompting_agent():
            return {"own": dict(ctx.extra_input), "other": await second.run({}, ctx)}

    first = define_action(handler=outer, unknown_keys="allow")
    assert await first.run({"x": 1}) == {"own": {"x": 1}, "other": {}}
