"""Limits that are numbers: the generator gets others in their place, so a changed one does not need it.

What it makes of a type does not depend on them, but for ``multipleOf``: a multiple of 1 it leaves out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from actionary.json_schema import Schema, map_schema

from actionary_build.emit.python.annotations import Expression

_BOUNDS: Final = ("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum")
_LIMITS: Final = {
    "string": ("maxLength", "minLength"),
    "integer": _BOUNDS,
    "number": _BOUNDS,
}
_EXACT: Final = 2**53
_PREFIX: Final = "704170"
_FIRST: Final = 704_170_000_000
_STAND_IN: Final = re.compile(rf"\b{_PREFIX}\d{{6}}\b(?:\.0)?")


def set_aside(schema: Schema) -> tuple[Schema, Mapping[str, str]]:
    """Copy a schema with other numbers as its limits, and say what each stands for, as Python writes both."""
    if _PREFIX in json.dumps(schema):  # it may stand in an enum
        return schema, {}
    limits: dict[str, str] = {}

    def change(node: Schema) -> Schema:
        for key, value in [*_found(node)]:
            stand_in = type(value)(_FIRST + len(limits))
            limits[repr(stand_in)] = repr(value)
            node[key] = stand_in
        return node

    return map_schema(schema, change), limits


def _found(node: Schema) -> Iterator[tuple[str, int | float]]:
    kind = node.get("type")
    for key in _LIMITS.get(kind, ()) if isinstance(kind, str) else ():
        value = node.get(key)
        if kind != "number":
            if type(value) is int:
                yield key, value
        elif type(value) is float or (type(value) is int and abs(value) < _EXACT):
            yield key, float(value)


def put_back(expression: Expression, limits: Mapping[str, str]) -> Expression:
    """Give a type with the limits that were set aside."""
    return Expression(_STAND_IN.sub(lambda found: limits[found[0]], expression)) if limits else expression
