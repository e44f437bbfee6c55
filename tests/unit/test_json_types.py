from __future__ import annotations

import pytest
from actionary.json_types import item_types, json_type_of, json_types, lists_are_plain

DEFS = {
    "Name": {"type": "string"},
    "Maybe": {"anyOf": [{"$ref": "#/$defs/Name"}, {"type": "null"}]},
    "Window": {"type": "object", "properties": {}},
    "Tree": {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"$ref": "#/$defs/Tree"}}]},
    "Loop": {"anyOf": [{"$ref": "#/$defs/Loop"}, {"type": "boolean"}]},
    "Size": {"type": "integer", "enum": [1, 2]},
}
ALL = {"null", "boolean", "number", "string", "array", "object"}


@pytest.mark.parametrize(
    ("value", "name"),
    [
        *((None, "null"), (True, "boolean"), (1, "number"), (1.5, "number")),
        *(("", "string"), ([], "array"), ({}, "object")),
    ],
)
def test_every_json_value_has_a_type(value, name):
    assert json_type_of(value) == name


@pytest.mark.parametrize(
    ("schema", "types"),
    [
        ({"type": "integer"}, {"number"}),
        ({"type": ["integer", "null"]}, {"number", "null"}),
        ({}, ALL),
        (True, ALL),
        ({"description": "Anything."}, ALL),
        ({"const": "a"}, {"string"}),
        ({"const": None}, {"null"}),
        ({"enum": [1, "a", None]}, {"number", "string", "null"}),
        ({"enum": [1, "a"], "type": "string"}, {"string"}),
        ({"$ref": "#/$defs/Maybe"}, {"string", "null"}),
        ({"$ref": "#/$defs/Size", "default": 1}, {"number"}),
        ({"oneOf": [{"type": "boolean"}, {"$ref": "#/$defs/Window"}]}, {"boolean", "object"}),
        ({"anyOf": [{"anyOf": [{"type": "integer"}]}, {"type": "null"}]}, {"number", "null"}),
        ({"allOf": [{"$ref": "#/$defs/Maybe"}, {"type": "string"}]}, {"string"}),
        ({"$ref": "#/$defs/Tree"}, {"number", "array"}),
        ({"$ref": "#/$defs/Loop"}, {"boolean"}),
    ],
)
def test_types_are_found_through_references_and_alternatives(schema, types):
    assert json_types(schema, DEFS) == types


NUMBER, TEXT = {"number"}, {"string"}


@pytest.mark.parametrize(
    ("schema", "places"),
    [
        ({"type": "array", "items": {"type": "integer"}}, [NUMBER]),
        ({"type": "array"}, [ALL]),
        ({"type": "array", "items": {"$ref": "#/$defs/Maybe"}}, [TEXT | {"null"}]),
        (
            {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "maxItems": 2},
            [NUMBER, TEXT, set()],
        ),
        ({"type": "array", "prefixItems": [{"type": "integer"}], "items": False}, [NUMBER, set()]),
        ({"type": "array", "prefixItems": [{"type": "integer"}]}, [NUMBER, ALL]),
        (
            {"type": "array", "prefixItems": [{"type": "integer"}], "items": {"type": "string"}},
            [NUMBER, TEXT],
        ),
        (
            {
                "anyOf": [
                    {"type": "array", "items": {"type": "integer"}},
                    {"type": "array", "prefixItems": [{"type": "string"}], "maxItems": 1},
                    {"type": "null"},
                ]
            },
            [NUMBER | TEXT, NUMBER],
        ),
        ({"type": "integer"}, [set()]),
    ],
)
def test_items_have_types_by_their_place(schema, places):
    assert item_types(schema, DEFS) == tuple(map(frozenset, places))


@pytest.mark.parametrize(
    ("schema", "plain"),
    [
        ({"type": "array", "items": {"type": "integer"}}, True),
        ({"type": "array"}, True),
        ({"type": "array", "items": {"$ref": "#/$defs/Window"}}, False),
        ({"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}, False),
        ({"type": "array", "items": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Window"}]}}, True),
        ({"type": "array", "items": {"anyOf": [{"type": "integer"}, {"$ref": "#/$defs/Window"}]}}, False),
        ({"type": "array", "prefixItems": [{"type": "integer"}, {"$ref": "#/$defs/Window"}]}, False),
        ({"type": "array", "prefixItems": [{"type": "integer"}], "items": False}, True),
        ({"$ref": "#/$defs/Tree"}, False),
        ({"type": "object"}, True),
    ],
)
def test_a_list_is_plain_when_text_can_say_its_items(schema, plain):
    assert lists_are_plain(schema, DEFS) is plain
