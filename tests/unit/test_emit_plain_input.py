"""The input that a client's README shows for an action without an example."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from actionary.catalog import Catalog
from actionary.json_schema import REF
from actionary_build.emit.plain_input import plain_input
from jsonschema import Draft202012Validator

LINE = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "n": {"type": "integer"}},
    "required": ["id"],
}
TYPES: dict[str, Any] = {
    "Line": LINE,
    "Loop": {"type": "object", "properties": {"again": {"$ref": f"{REF}Loop"}}, "required": ["again"]},
}


def made(sample: Catalog, schema: Any) -> Any:
    """What is made for one required property, or None when nothing is."""
    holder = {"type": "object", "properties": {"value": schema, "more": {}}, "required": ["value"]}
    action = replace(sample.actions[0], input=holder)
    catalog = replace(sample, types=TYPES)
    value = plain_input(catalog, action)
    if value is not None:
        Draft202012Validator({**holder, "$defs": TYPES}).validate(value)
    return value


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "minLength": 6}, "textte"),
        ({"type": "string", "maxLength": 2}, "te"),
        ({"type": "string", "pattern": "^[A-Z]{4}$"}, "TEXT"),
        ({"type": "string", "format": "date"}, "2026-01-31"),
        ({"type": "integer"}, 1),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "integer", "exclusiveMinimum": 5, "maximum": 6}, 6),
        ({"type": "integer", "maximum": -3}, -3),
        ({"type": "integer", "multipleOf": 7, "minimum": 10}, 14),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, 0.5),
        ({"type": "number", "multipleOf": 0.1, "maximum": 0.3}, 0),
        ({"type": "boolean"}, True),
        ({"type": "null"}, None),
        ({"type": ["null", "integer"]}, 1),
        ({}, "text"),
        (True, "text"),
        ({"const": [1]}, [1]),
        ({"enum": ["b", "a"], "type": "string"}, "b"),
        ({"type": "integer", "default": 7}, 7),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, 1),
        ({"oneOf": [{"type": "string", "format": "odd"}, {"$ref": f"{REF}Line"}]}, {"id": "text"}),
        ({"allOf": [{"$ref": f"{REF}Line"}], "description": "A line."}, {"id": "text"}),
        ({"type": "array", "items": {"$ref": f"{REF}Line"}}, [{"id": "text"}]),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [1, 1]),
        ({"type": "array", "items": {"$ref": f"{REF}Loop"}}, []),
        (
            {"type": "array", "prefixItems": [{"type": "integer"}, {}], "minItems": 2, "maxItems": 2},
            [1, "text"],
        ),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {}),
    ],
)
def test_the_plainest_value_that_fits_is_made(sample: Catalog, schema: Any, value: Any) -> None:
    assert made(sample, schema) == {"value": value}


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"type": "string", "pattern": "^x-\\d{7}$"},
        {"type": "string", "pattern": "^\\p{L}$"},
        {"type": "string", "format": "odd"},
        {"type": "string", "minLength": 1000},
        {"type": "integer", "minimum": 2, "maximum": 1},
        {"type": "integer", "not": {"const": 1}},
        {"type": "array", "items": {"type": "integer"}, "minItems": 2, "uniqueItems": True},
        {"type": "array", "items": {"type": "integer"}, "minItems": 100},
        {"type": "object", "minProperties": 1},
        {"allOf": [{"$ref": f"{REF}Line"}, {"$ref": f"{REF}Line"}]},
        {"$ref": f"{REF}Loop"},
    ],
)
def test_what_is_not_simple_is_not_made(sample: Catalog, schema: Any) -> None:
    assert made(sample, schema) is None
