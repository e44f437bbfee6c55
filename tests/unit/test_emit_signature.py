from __future__ import annotations

import pytest
from actionary.catalog import Catalog
from actionary_build.emit.signature import Piece, describe, named_types, shape

LINE = {"$ref": "#/$defs/Line"}


def plain(pieces) -> str:
    return "".join(piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, "any value"),
        (True, "any value"),
        (False, "nothing"),
        ({"type": "string"}, "string"),
        ({"type": "string", "minLength": 1}, "string, at least 1 character"),
        ({"type": "string", "minLength": 2, "maxLength": 5}, "string, 2 to 5 characters"),
        ({"type": "string", "minLength": 0, "maxLength": 1}, "string, at most 1 character"),
        ({"type": "string", "minLength": 0}, "string"),
        ({"type": "string", "minLength": 3, "maxLength": 3}, "string, exactly 3 characters"),
        ({"type": "string", "pattern": "^a$"}, "string, matching ^a$"),
        ({"type": "string", "format": "date-time"}, "string, date and time"),
        ({"type": "string", "format": "uuid"}, "string, UUID"),
        ({"type": "string", "format": "colour"}, "string, format colour"),
        ({"type": "integer", "minimum": 1, "maximum": 50}, "integer, 1 to 50"),
        ({"type": "integer", "minimum": 0}, "integer, at least 0"),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 1.5}, "number, more than 0 and at most 1.5"),
        (
            {"type": "number", "exclusiveMaximum": 1, "multipleOf": 0.1},
            "number, less than 1, a multiple of 0.1",
        ),
        ({"type": "boolean"}, "boolean"),
        ({"type": "null"}, "null"),
        ({"type": ["string", "null"]}, "string or null"),
        ({"const": "card", "type": "string"}, '"card"'),
        ({"enum": ["a", 1, None]}, '"a" or 1 or null'),
        (LINE, "Line"),
        ({"$ref": "#/properties/x"}, "#/properties/x"),
        ({"anyOf": [LINE, {"type": "null"}]}, "Line or null"),
        ({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}, "string (date) or null"),
        ({"allOf": [LINE, {"$ref": "#/$defs/Other"}]}, "Line and Other"),
        ({"oneOf": [{"allOf": [LINE, LINE]}, LINE]}, "(Line and Line) or Line"),
        ({"type": "array"}, "list"),
        ({"type": "array", "items": LINE, "minItems": 1}, "list of Line, at least 1 item"),
        ({"type": "array", "items": {"type": "integer", "minimum": 1}}, "list of integer (at least 1)"),
        ({"type": "array", "items": {"type": ["integer", "null"]}}, "list of (integer or null)"),
        ({"type": "array", "uniqueItems": True, "items": LINE}, "list of Line, no two alike"),
        (
            {"type": "array", "prefixItems": [LINE, {"type": "null"}], "items": False},
            "list of Line, then null",
        ),
        (
            {"type": "array", "prefixItems": [LINE], "items": {"type": "null"}},
            "list of Line, then any number of null",
        ),
        ({"type": "object"}, "object with any keys"),
        ({"type": "object", "additionalProperties": False}, "empty object"),
        (
            {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1},
            "map of string to integer, at least 1 key",
        ),
        (
            {"type": "object", "properties": {"a": LINE, "b": {"type": "null"}}, "required": ["b"]},
            "object with b (null); a (Line, optional)",
        ),
        (
            {"type": "object", "properties": {"a": LINE}, "additionalProperties": {"type": "null"}},
            "object with a (Line, optional); any other key for null",
        ),
        (
            {"type": "object", "patternProperties": {"^x": LINE}},
            "object with keys that match ^x for Line",
        ),
        (
            {"type": "object", "propertyNames": {"format": "date"}, "additionalProperties": LINE},
            "map of string to Line, each key date",
        ),
        ({"type": "string", "not": {"const": "x"}}, "string, with more rules in the JSON Schema"),
    ],
)
def test_a_type_reads_as_words(schema, expected):
    assert plain(describe(schema)) == expected


def test_what_the_user_wrote_is_never_among_our_words():
    schema = {"enum": ["<x>"], "pattern": "<x>", "format": "<x>", "allOf": [{"$ref": "#/$defs/<x>"}]}
    assert not [piece for piece in describe(schema) if piece.kind == "words" and "<" in piece.text]
    properties = {"type": "object", "properties": {"<x>": {"default": "<x>"}}, "patternProperties": {"<": {}}}
    assert not [piece for piece in describe(properties) if piece.kind == "words" and "<" in piece.text]


def test_a_named_type_is_a_piece_that_can_be_linked():
    assert describe({"type": "array", "items": LINE}) == (Piece("list of "), Piece("Line", "type"))


def test_required_fields_come_first_in_their_order_then_the_others_by_name():
    properties = {
        "a": {"default": 1},
        "z": {"description": "Last letter.", "deprecated": True},
        "m": {},
        "b": {"default": None},
    }
    found = shape({"type": "object", "properties": properties, "required": ["z", "m", "gone"]}).fields
    assert [field.name for field in found] == ["z", "m", "a", "b"]
    assert [field.required for field in found] == [True, True, False, False]
    assert [field.default for field in found] == [None, None, "1", "null"]
    assert (found[0].description, found[0].deprecated) == ("Last letter.", True)


def test_a_shape_says_whether_it_refuses_other_keys_and_whether_it_is_empty():
    closed = shape({"type": "object", "properties": {"a": {}}, "additionalProperties": False})
    assert closed.closed
    assert not closed.empty
    assert shape({"type": "object", "properties": {}, "additionalProperties": False}).empty
    assert not shape({"type": "object", "properties": {}}).empty


def test_every_type_that_is_named_anywhere_below_has_its_table(sample: Catalog):
    order = sample.get("create_order")
    assert order is not None
    tables = named_types(sample, sample.resolve(order.input))
    assert [table.name for table in tables] == ["Card", "Invoice", "Line"]
    node = named_types(sample, sample.types["Node"])
    assert [(table.name, table.description) for table in node] == [("Node", "A tree.")]


def test_what_has_to_be_there_has_no_default_since_nobody_takes_it():
    tag = {"const": "red", "type": "string", "default": "red"}
    found = {"type": "object", "properties": {"kind": tag, "depth": {"default": 1}}, "required": ["kind"]}
    assert [(field.required, field.default) for field in shape(found).fields] == [(True, None), (False, "1")]


@pytest.mark.parametrize(
    ("more", "taken"),
    [
        ({}, False),
        ({"additionalProperties": False}, False),
        ({"additionalProperties": True}, True),
        ({"additionalProperties": {"type": "integer"}}, True),
        ({"patternProperties": {"^x": {}}}, True),
    ],
)
def test_an_object_says_whether_it_takes_keys_that_it_does_not_list(more, taken):
    assert shape({"type": "object", "properties": {"a": {}}, **more}).open is taken
