"""Inputs as models write them: texts where other values are meant (DESIGN §4, R001.6, R001.7)."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

import pytest
from actionary import Caller, Context, define_action, invoke_action
from pydantic import BaseModel, Field


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Point(BaseModel):
    x: int
    y: int | None = None


SHAPES: list[tuple[Any, Any, Any]] = [
    # the type, what a model sends, what the handler gets (... for a refusal)
    (int, "42", 42),
    (int, " 42 ", 42),
    (int, "-7", -7),
    (int, "12345678901234567890123", 12345678901234567890123),
    (int, "1e3", 1000),
    (int, "3.0", 3),
    (int, "3.5", ...),
    (int, "", ...),
    (int, "0x10", ...),
    (int, "007", ...),
    (int, "42abc", ...),
    (int, "true", ...),
    (float, "1.5", 1.5),
    (float, "NaN", ...),
    (float, "Infinity", ...),
    (float, "1e999", ...),
    (bool, "true", True),
    (bool, " FALSE ", False),
    (bool, "1", True),
    (bool, "0", False),
    (bool, "yes", ...),
    (bool, "", ...),
    (int | None, "42", 42),
    (int | None, "null", ...),
    (int | None, None, None),
    (bool | None, "false", False),
    (int | str, "42", "42"),
    (int | bool, "1", 1),
    (int | bool, "true", True),
    (str, "42", "42"),
    (str | None, "true", "true"),
    (Literal[1, 2], "2", 2),
    (Literal[1, "a"], "1", 1),
    (Literal[1, "a"], "2", ...),
    (int | Literal["all"], "all", "all"),
    (int | Literal["all"], "12", 12),
    (Literal[1, "1"], "1", "1"),
    (Level, "2", Level.HIGH),
    (Decimal, "1.50", Decimal("1.50")),
    (dt.date, "2026-01-02", dt.date(2026, 1, 2)),
    (Annotated[int, Field(ge=1)], "3", 3),
    (Annotated[int, Field(ge=1)], "0", ...),
    (list[int], "[1, 2]", [1, 2]),
    (list[int], [1, 2], [1, 2]),
    (list[int], ["1"], ...),
    (list[str], '["a"]', ["a"]),
    (list[int] | None, "[]", []),
    (list[int], "1", ...),
    (list[int], "[1,", ...),
    (Point, '{"x": 1}', Point(x=1)),
    (Point, {"x": "1"}, ...),
    (Point | None, '{"x": 1, "y": 2}', Point(x=1, y=2)),
    (Point, '{"x": 1, "x": 2}', ...),
    (dict[str, int], '{"a": 1}', {"a": 1}),
    (dict[str, int] | str, '{"a": 1}', '{"a": 1}'),
    (tuple[int, str], '[1, "a"]', (1, "a")),
    (Any, "42", "42"),
]


@pytest.mark.parametrize("caller", ["mcp", "tool", "app"])
@pytest.mark.parametrize(("shape", "sent", "wanted"), SHAPES)
async def test_a_text_is_read_only_where_no_text_is_allowed_and_it_clearly_says_it(
    shape, sent, wanted, caller
):
    seen: list[Any] = []

    async def take(*, value) -> None:
        """Take."""
        seen.append(value)

    take.__annotations__["value"] = shape
    made = define_action(handler=take, public=True)
    result = await invoke_action(made, {"value": sent}, Context(caller=caller))
    if wanted is ...:
        assert not result.ok
        assert (result.code, seen) == ("invalid_input", [])
    else:
        assert result.ok, result
        assert (seen, type(seen[0])) == ([wanted], type(wanted))


@pytest.mark.parametrize("caller", sorted(set(get_args(Caller)) - {"mcp", "tool", "app"}))
async def test_other_callers_mean_what_they_send(caller):
    async def take(value: int) -> int:
        """Take."""
        return value

    result = await invoke_action(
        define_action(handler=take, public=True), {"value": "42"}, Context(caller=caller)
    )
    assert (result.ok, getattr(result, "code", "")) == (False, "invalid_input")


async def test_keys_that_are_not_known_and_raw_schemas_are_no_matter():
    async def take(given: dict[str, Any]) -> dict[str, Any]:
        """Take."""
        return given

    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"$ref": "#/$defs/flag"}},
        "$defs": {"flag": {"type": "boolean"}},
    }
    made = define_action(handler=take, input=schema, public=True)
    assert await made.run({"a": "1", "b": "true", "c": "2"}, Context(caller="tool")) == {
        "a": 1,
        "b": True,
        "c": "2",
    }
