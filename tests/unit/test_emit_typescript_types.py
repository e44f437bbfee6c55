from __future__ import annotations

from typing import Any

import pytest
from actionary_build.emit.constraints import constraints
from actionary_build.emit.typescript.comments import schema_comment
from actionary_build.emit.typescript.types import declaration, expression
from actionary_build.texts import TypeScriptIdentifier

NAMES = {name: TypeScriptIdentifier(name) for name in ("A", "B", "Keys")}
A, B = {"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        ({}, "unknown"),
        (True, "unknown"),
        (False, "never"),
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date-time"}, "string"),
        ({"type": "integer"}, "number"),
        ({"type": "number", "minimum": 1}, "number"),
        ({"type": "boolean"}, "boolean"),
        ({"type": "null"}, "null"),
        ({"type": ["string", "null"]}, "string | null"),
        ({"minimum": 1}, "unknown"),
        ({"const": "card", "type": "string"}, '"card"'),
        ({"const": None}, "null"),
        ({"enum": ["a", 1, None, True, -1.5]}, '"a" | 1 | null | true | -1.5'),
        ({"enum": [[1, "x"], {"b": 1, "a-b": 2}]}, '[1, "x"] | { "a-b": 2; b: 1 }'),
        ({"enum": []}, "never"),
        (A, "A"),
        ({**A, "description": "Only words."}, "A"),
        ({"anyOf": [A, {"type": "null"}]}, "A | null"),
        ({"oneOf": [A, B], "discriminator": {"propertyName": "kind"}}, "A | B"),
        ({"anyOf": [A, {"anyOf": [B, A]}]}, "A | B"),
        ({"anyOf": [A, {}]}, "unknown"),
        ({"allOf": [A, B]}, "A & B"),
        ({"allOf": [A]}, "A"),
        ({"allOf": [A, {"anyOf": [B, {"type": "null"}]}]}, "A & (B | null)"),
        ({"anyOf": [{"allOf": [A, B]}, {"type": "null"}]}, "A & B | null"),
        ({"type": "array"}, "unknown[]"),
        ({"type": "array", "items": {"type": "string"}}, "string[]"),
        ({"type": "array", "items": {"type": ["string", "null"]}}, "(string | null)[]"),
        ({"type": "array", "items": {"allOf": [A, B]}}, "(A & B)[]"),
        ({"type": "array", "items": A, "maxItems": 0}, "[]"),
        ({"items": A}, "A[]"),
        ({"type": "array", "prefixItems": [A, B], "minItems": 2, "maxItems": 2}, "[A, B]"),
        ({"type": "array", "prefixItems": [A, B], "minItems": 1, "items": False}, "[A, B?]"),
        ({"type": "array", "prefixItems": [A], "minItems": 1, "items": B}, "[A, ...B[]]"),
        (
            {"type": "array", "prefixItems": [{"type": ["string", "null"]}], "maxItems": 1},
            "[(string | null)?]",
        ),
        ({"type": "object"}, "{ [key: string]: unknown }"),
        ({"type": "object", "additionalProperties": True}, "{ [key: string]: unknown }"),
        ({"type": "object", "additionalProperties": A}, "{ [key: string]: A }"),
        ({"type": "object", "additionalProperties": False}, "{ [key: string]: never }"),
        ({"type": "object", "patternProperties": {"^x": A}}, "{ [key: string]: A }"),
        (
            {"type": "object", "propertyNames": {"pattern": "x"}, "additionalProperties": A},
            "{ [key: string]: A }",
        ),
        (
            {"type": "object", "propertyNames": {"enum": ["a", "b"]}, "additionalProperties": A},
            '{ [Key in "a" | "b"]?: A }',
        ),
        (
            {"type": "object", "propertyNames": {"$ref": "#/$defs/Keys"}, "additionalProperties": A},
            "{ [Key in Keys]?: A }",
        ),
        ({"type": "object", "oneOf": [A, B]}, "A | B"),
        (
            {"type": "object", "properties": {"x": A}, "required": ["x"], "anyOf": [A, B]},
            "(A | B) & {\n  x: A;\n}",
        ),
    ],
)
def test_a_schema_becomes_the_type_that_says_the_same(schema: Any, written: str) -> None:
    assert expression(schema, NAMES).text == written


def test_an_object_lists_what_is_required_first_and_then_the_rest_by_name() -> None:
    schema = {
        "type": "object",
        "required": ["z", "y"],
        "properties": {
            "b": {"type": "string", "default": "x"},
            "y": {"type": "string", "deprecated": True},
            "a": {"anyOf": [A, {"type": "null"}], "default": None},
            "z": {"type": "string", "description": "The last."},
            "any": {},
        },
    }
    assert declaration(TypeScriptIdentifier("T"), schema, NAMES) == (
        "export interface T {\n"
        "  /** The last. */\n"
        "  z: string;\n"
        "  /** @deprecated */\n"
        "  y: string;\n"
        "  /** Default null. */\n"
        "  a?: A | null | undefined;\n"
        "  any?: unknown;\n"
        '  /** Default "x". */\n'
        "  b?: string | undefined;\n"
        "}\n"
    )


def test_keys_that_are_no_identifiers_are_quoted() -> None:
    keys = ["a-b", "", "1", "class", "é", "__proto__", 'q"', "line\nend", "\u202e"]
    schema = {"type": "object", "properties": {key: {} for key in keys}, "required": keys}
    lines = expression(schema, {}).text.splitlines()[1:-1]
    assert [line.strip().removesuffix(": unknown;") for line in lines] == [
        '"a-b"',
        '""',
        '"1"',
        "class",
        '"é"',
        "__proto__",
        '"q\\""',
        '"line\\nend"',
        '"\\u202e"',
    ]


def test_a_property_that_every_object_inherits_may_be_left_out() -> None:
    schema = {"type": "object", "properties": {"constructor": {"type": "boolean"}}}
    assert 'constructor?: boolean | Object["constructor"] | undefined;' in expression(schema, {}).text


def test_further_keys_of_an_object_fit_its_named_ones_too() -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}},
        "additionalProperties": {"type": "string"},
    }
    assert "  [key: string]: string | number | undefined;\n" in expression(schema, {}).text


def test_a_long_union_has_a_line_for_each_member() -> None:
    words = [f"member-number-{i}" for i in range(9)]
    text = declaration(TypeScriptIdentifier("Words"), {"enum": words}, {})
    assert text == "export type Words = " + "".join(f'\n  | "{word}"' for word in words) + ";\n"


def test_a_recursive_map_is_written_so_that_it_may_name_itself() -> None:
    text = declaration(TypeScriptIdentifier("A"), {"type": "object", "additionalProperties": A}, NAMES)
    assert text == "export type A = { [key: string]: A };\n"


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (
            {"minLength": 1, "maxLength": 5, "pattern": "^a"},
            "Matches ^a. Length at least 1. Length at most 5.",
        ),
        (
            {"minimum": 1, "exclusiveMaximum": 2.5, "multipleOf": 0.5},
            "At least 1. Less than 2.5. A multiple of 0.5.",
        ),
        ({"type": "array", "minItems": 1, "uniqueItems": True}, "Number of items at least 1. No item twice."),
        (
            {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}], "default": None},
            "Format date. Default null.",
        ),
        ({"anyOf": [{"minimum": 1}, {"minimum": 2}]}, ""),
        ({"default": {"a": "\u202e"}}, 'Default {"a": "\\u202e"}.'),
        (True, ""),
    ],
)
def test_constraints_are_said_in_words(schema: Any, said: str) -> None:
    assert constraints(schema) == said


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("One line.", "/** One line. */\n"),
        ("End */ it", "/** End *\\/ it */\n"),
        ("@deprecated", "/** \\@deprecated */\n"),
        ("Two\n\n  @internal x@y", "/**\n * Two\n *\n *   \\@internal x@y\n */\n"),
        ("Hidden \u202e", "/** Hidden \\u202e */\n"),
        ("  ", ""),
    ],
)
def test_a_description_stays_text_in_a_comment(text: str, comment: str) -> None:
    assert schema_comment({"description": text}) == comment


def test_our_own_tags_are_tags() -> None:
    assert (
        schema_comment({"deprecated": True, "description": "Old."}) == "/**\n * Old.\n * @deprecated\n */\n"
    )


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "object", "patternProperties": {"^x": {}, "^a": {}}}, "Keys match ^a or ^x."),
        ({"properties": {"a": {}}, "patternProperties": {"^x": {}}}, "Other keys match ^x."),
        ({"type": "object", "propertyNames": {"pattern": "^x"}}, "Of each key: matches ^x."),
        ({"type": "object", "propertyNames": {"enum": ["a"]}}, ""),
    ],
)
def test_what_keys_have_to_be_is_said(schema, said):
    assert constraints(schema) == said


def test_what_has_to_be_there_has_no_default():
    assert schema_comment({"const": "a", "default": "a"}, required=True) == ""
    assert schema_comment({"default": "a"}) == '/** Default "a". */\n'
