"""Limits that are numbers: the generator gets others in their place, so a changed one does not need it.

It is so where a schema says its type and limits, and nothing that the generator would hold them against.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from actionary.json_schema import Schema, map_schema

from actionary_build.emit.python.annotations import Expression

_BOUNDS: Final = ("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum")
_LIMITS: Final = {
    "string": ("maxLength", "minLength"),
    "integer": _BOUNDS,
    "number": _BOUNDS,
}
_HARMLESS: Final = frozenset({"type", "pattern"})
"""What else such a schema may say."""

_TWICE: Final = ({"minimum", "exclusiveMinimum"}, {"maximum", "exclusiveMaximum"})
"""Limits of one end, of which the generator may choose one."""

_EXACT: Final = 2**53
_PREFIX: Final = "704170"
_FIRST: Final = 704_170_000_000
_STAND_IN: Final = re.compile(rf"\b{_PREFIX}\d{{6}}\b(?:\.0)?")


def set_aside(schema: Schema) -> tuple[Schema, Mapping[str, str]]:
    """Copy a schema with other numbers as its limits, and say what each stands for, as Python writes both.

    Equal limits get one number: the generator makes one of equal branches of a union.
    """
    if _PREFIX in json.dumps(schema):  # it may stand in an enum
        return schema, {}
    stand_ins: dict[str, int | float] = {}

    def change(node: Schema) -> Schema:
        for key, value in _limits_of(node).items():
            node[key] = stand_ins.setdefault(repr(value), type(value)(_FIRST + len(stand_ins)))
        return node

    copy = map_schema(schema, change)
    return copy, {repr(stand_in): value for value, stand_in in stand_ins.items()}


def _limits_of(node: Schema) -> dict[str, int | float]:
    """Give the limits that can be set aside: all of a schema, or none."""
    kind = node.get("type")
    keys = _LIMITS.get(kind, ()) if isinstance(kind, str) else ()
    if not node.keys() <= {*keys, *_HARMLESS} or any(both <= node.keys() for both in _TWICE):
        return {}
    values = {key: _as_written(kind, node[key]) for key in keys if key in node}
    limits = {key: value for key, value in values.items() if value is not None}
    return limits if len(limits) == len(values) else {}


def _as_written(kind: Any, value: Any) -> int | float | None:
    """Give a limit as the generator writes it for a type, ``None`` where it may make something else of it."""
    if kind == "number" and type(value) is int:
        return float(value) if abs(value) < _EXACT else None
    return value if type(value) is (float if kind == "number" else int) else None


def put_back(expression: Expression, limits: Mapping[str, str]) -> Expression:
    """Give a type with the limits that were set aside."""
    return Expression(_STAND_IN.sub(lambda found: limits[found[0]], expression)) if limits else expression
