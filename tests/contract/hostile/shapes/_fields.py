"""Definition fields that change what is on the wire: methods, paths, unknown keys, raw schemas, policies."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Any

from actionary import Context, Cursor, Deprecated, Example, Http, action, define_action
from pydantic import BaseModel, Field
from shapes._nested import Closed, Tree
from shapes._shape import Actions

THING = "/things/of-all.kinds"


class Page(BaseModel):
    """A page of texts."""

    items: list[str]
    next_cursor: str | None


class Loose(BaseModel):
    """Says nothing of unknown keys, like the model in it."""

    tree: Tree = Tree()
    count: Annotated[int, Field(le=9)] = 0


@action(public=True, agent_tool=False, http=Http("GET", THING), examples=[Example({"ids": [1, 2]})])
async def get_thing(ids: Annotated[list[int], Field(min_length=1)]) -> list[int]:
    """Share a path: read."""
    return ids


@action(public=True, agent_tool=False, http=Http("PUT", THING), examples=[Example({"known": "a"})])
async def put_thing(thing: Closed) -> Closed:
    """Share a path: write."""
    return thing


@action(public=True, agent_tool=False, http=Http("DELETE", THING), examples=[Example({"id": "a/b?c"})])
async def delete_thing(id: str, *, force: bool | None = None) -> str:  # noqa: A002 - a hostile name
    """Share a path: remove."""
    return f"{id} {force}"


@action(public=True, agent_tool=False, http=Http("POST", THING))
async def post_thing() -> None:
    """Share a path: without input or output."""


@action(
    public=True,
    agent_tool=False,
    http=Http("PUT"),
    deprecated=Deprecated(since=date(2026, 1, 1), sunset=date(2027, 1, 1), use_instead="put_thing"),
    examples=[Example({"count": 1, "other": {"x": None}})],
    unknown_keys="allow",
)
async def keeps_unknown(given: Loose, *, ctx: Context[Any]) -> dict[str, Any]:
    """Take any key, here and inside."""
    return {"count": given.count, "extra": ctx.extra_input}


@action(public=True, agent_tool=False, unknown_keys="ignore", examples=[Example({"count": 1})])
async def ignores_unknown(given: Loose) -> Loose:
    """Pass over keys that nobody knows."""
    return given


@action(public=True, agent_tool=False, unknown_keys="forbid", http=Http("DELETE"))
async def refuses_unknown(given: Loose) -> Loose:
    """Refuse keys that nobody knows, here and inside."""
    return given


@action(public=True, agent_tool=False, http=Http("GET"), paginate=Cursor())
async def pages(cursor: str | None = None, size: Annotated[int, Field(ge=1, le=3)] = 2) -> Page:
    """Give page after page."""
    return Page(items=["a"] * size, next_cursor=None if cursor else "next")


def moody() -> Any:
    """Give what fits when the action is described, and not when it is called: `invalid_output` can be got."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return []
    return "none"


@action(public=True, agent_tool=False, on_invalid_output="fallback", output_fallback=moody)
async def falls_back() -> list[int]:
    """Have an answer for results that do not fit."""
    return [1]


@action(public=True, agent_tool=False, on_invalid_output="warn")
async def warns() -> int:
    """Let results through that do not fit."""
    return 1


SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "pattern": "^[a-z]+$"},
        "size": {"type": "integer", "exclusiveMinimum": 0, "maximum": 10},
        "kind": {"enum": ["a", "b"]},
        "node": {"$ref": "#/$defs/Node"},
        "rest": {"type": "array", "prefixItems": [{"type": "integer"}], "items": {"type": "boolean"}},
    },
    "required": ["name"],
    "additionalProperties": False,
    "$defs": {
        "Node": {
            "type": "object",
            "properties": {"next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]}},
            "additionalProperties": False,
        }
    },
}


async def _given(given: Any) -> Any:
    return given


def fields() -> Actions:
    """Give the actions of this module."""
    yield from (get_thing, put_thing, delete_thing, post_thing, keeps_unknown, ignores_unknown)
    yield from (refuses_unknown, pages, falls_back, warns)
    for method in ("POST", "PUT", "GET", "DELETE"):
        yield define_action(
            name=f"raw_{method.lower()}",
            description="Take what a JSON Schema says.",
            public=True,
            agent_tool=False,
            http=Http(method),
            input=SCHEMA,
            output=dict[str, Any],
            handler=_given,
            examples=[Example({"name": "a", "size": 3})],
        )
