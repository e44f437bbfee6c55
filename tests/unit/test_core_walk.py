"""Fields, tags and types that are called as parts of pydantic's core schemas are."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from actionary import ActionError, Registry, define_action
from actionary.describe import describe
from actionary.settings import Settings
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ConfigDict, Field, create_model

NAMES = [
    *("type", "ref", "schema_ref", "fields", "default", "metadata", "members", "choices", "expected"),
    *("serialization", "config", "cls", "items_schema", "steps", "definitions"),
]


class Inner(BaseModel):
    a: int = 1


class Short(BaseModel):
    model_config = ConfigDict(str_max_length=8, str_strip_whitespace=True)
    day: date


async def show(given: Any) -> None:
    """Take."""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("setting", [None, "forbid", "ignore", "allow"])
async def test_a_field_of_any_name_is_read_and_described_like_others(tmp_path, name, setting):
    fields: dict[str, Any] = {name: (date, ...), "other": (Inner, Inner()), "more": (list[Inner], [])}
    model = create_model("Given", __config__=ConfigDict(protected_namespaces=()), **fields)
    more: dict[str, Any] = {} if setting is None else {"unknown_keys": setting}
    made = define_action(handler=show, input=model, public=True, **more)
    registry = Registry()
    registry.register([made])
    catalog = describe(registry, Settings(root=tmp_path, out=tmp_path, title="T", version="1"))
    schema = Draft202012Validator(catalog.standalone(catalog.actions[0].input))
    given = {name: "2026-01-02", "other": {"a": 2}}
    assert schema.is_valid(given)
    await made.run(given)
    with pytest.raises(ActionError, match="date"):
        await made.run({**given, name: "0"})
    for unknown in ({**given, "odd": 1}, {**given, "other": {"odd": 1}}):
        if setting == "forbid":
            assert not schema.is_valid(unknown)
            with pytest.raises(ActionError, match="is not known"):
                await made.run(unknown)
        else:
            assert schema.is_valid(unknown)
            await made.run(unknown)


@pytest.mark.parametrize("name", NAMES)
async def test_a_tag_of_any_name_tells_a_union_apart(name):
    one = create_model("One", kind=(Literal[name], ...), day=(date, ...))
    two = create_model("Two", kind=(Literal["two"], ...), day=(date, ...))
    union = Annotated[one | two, Field(discriminator="kind")]
    made = define_action(handler=show, input=create_model("Given", given=(union, ...)))
    await made.run({"given": {"kind": name, "day": "2026-01-02"}})
    with pytest.raises(ActionError, match="date"):
        await made.run({"given": {"kind": name, "day": "0"}})


async def test_what_a_model_says_of_texts_is_nothing_to_its_dates():
    made = define_action(handler=show, input=Short)
    await made.run({"day": "2026-01-02"})
    with pytest.raises(ActionError, match="date"):
        await made.run({"day": " 2026-01-02 "})


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", '{"deep": NaN}'])
def test_unknown_keys_hold_no_number_that_json_does_not_know(number):
    made = define_action(handler=show, input=Inner, unknown_keys="allow")
    with pytest.raises(ActionError, match="not finite"):
        made.prepared.read_json(b'{"x":' + number.encode() + b"}")
