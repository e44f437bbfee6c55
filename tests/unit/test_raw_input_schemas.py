"""What a JSON Schema given as an input may say, and how one that says more is refused, with a mend."""

from __future__ import annotations

from typing import Any

import pytest
from actionary import ActionDefinitionError, ActionError, Cursor, Http, define_action
from actionary.json_schema import keyword_at


def made(schema: Any, **fields: Any) -> Any:
    return define_action(name="show", handler=lambda given: given, input=schema, **fields)


def of(**schema: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": schema}}


WRONG: list[tuple[Any, str, str]] = [
    ({}, "does not describe an object", '"type": "object"'),
    ({"type": "array"}, "does not describe an object", '"type": "object"'),
    ({"type": "object", "properties": 3}, "no JSON Schema: at properties", "an object of schemas by name"),
    (of(type="text"), "at properties/a/type", "give `type` one of string, integer"),
    (of(minLength=-1), "at properties/a/minLength", "give `minLength` a whole number from 0"),
    (of(required="a"), "at properties/a/required", "give `required` a list of texts"),
    (of(required=["b", 3]), "at properties/a/required/1", "give `required` a list of texts"),
    (of(items=3), "at properties/a/items", "write a schema there"),
    ({"type": "object", "properties": {"type": 3}}, "at properties/type", "write a schema there"),
    (of(anyOf=[]), "at properties/a/anyOf", "a list of schemas, at least one"),
    ({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}, "dialect", "write it for"),
    ({"$schema": 5, "type": "object"}, "dialect", "write it for"),
    ({"type": "object", "$id": "https://x"}, "at $id: `$id` is not read here", "#/$defs/"),
    (of(**{"$schema": "x"}), "at properties/a/$schema", "at the root only"),
    ({"type": "object", "$ref": "#/$defs/b", "$defs": {"b": {}}}, "root is a reference", "at the root"),
    (of(**{"$ref": "https://x/y.json"}), "at properties/a/$ref: 'https://x/y.json' leads nowhere", "$defs"),
    (of(**{"$ref": "#/$defs/b"}), "leads nowhere", "$defs"),
    (of(**{"$ref": "#/properties/a"}), "leads nowhere", "$defs"),
    (of(**{"$defs": {}}), "inside the schema", "at its root"),
    (
        of(**{"$ref": "#/$defs/b"}) | {"$defs": {"b": {"anyOf": [{"$ref": "#/$defs/b"}, {}]}}},
        "'#/$defs/b' is made of itself",
        "into `properties`",
    ),
    ({"type": "object", "not": {"$ref": "#"}}, "'#' is made of itself", "into `properties`"),
    (of(format="colour"), "at properties/a/format: nothing checks the format 'colour'", "date-time"),
    (of(format="iri"), "nothing checks the format 'iri'", "`pattern`"),
    (of(format="regex"), "nothing checks the format 'regex'", "`pattern`"),
    ({"type": "object", "properties": {"a": True}}, "at properties/a: a bool stands as a schema", "`{}`"),
    ({"type": "object", "properties": {"a": False}}, "a bool stands as a schema", '{"not": {}}'),
    (of(const=float("nan")), "it is no JSON", "JSON values"),
    (of(enum=[object()]), "it is no JSON", "JSON values"),
    (of(minlength=3), "at properties/a/minlength: `minlength` is no keyword", "write `minLength`"),
    (of(requried=["a"]), "is no keyword of JSON Schema", "write `required`"),
    (of(colour="red"), "is no keyword of JSON Schema", "begin it with `x-`"),
    (of(items={"nullable": True}), "at properties/a/items/nullable", '["string", "null"]'),
    (of(contentEncoding="base64"), "`contentEncoding` is not read here", "`description`"),
    (of(contentMediaType="image/png"), "`contentMediaType` is not read here", "`description`"),
    ({"type": "object", "definitions": {}}, "at definitions", "call it `$defs`"),
    (of(description="a\ud800"), "at properties/a/description: a text has half", "the whole character"),
    ({"type": "object", "properties": {"\udc00": {}}}, "at properties: a text has half", "whole character"),
    (of(pattern="(?=a)b"), "at properties/a/pattern: the pattern '(?=a)b' cannot be checked", "in `allOf`"),
    (of(pattern="("), "cannot be checked here: unclosed group", "ECMA-262"),
    (of(pattern=r"^\D$"), "holds other characters", "read alike"),
    (of(pattern=r"(?i)a"), "flags", "read alike"),
    (of(pattern=r"^a\z"), "means another thing", "write it as '^a$'"),
    (of(pattern="[^]a]"), "means another thing", r"write it as '[^\\]a]'"),
    (of(patternProperties={"(": {}}), "at properties/a/patternProperties", "ECMA-262"),
]


@pytest.mark.parametrize(("schema", "said", "mend"), WRONG)
def test_a_schema_that_says_what_nobody_checks_is_refused_with_its_place_and_a_mend(schema, said, mend):
    with pytest.raises(ActionDefinitionError) as caught:
        made(schema)
    assert (caught.value.field, caught.value.action) == ("input", "show")
    assert said in str(caught.value)
    assert mend in caught.value.mend


def test_a_schema_that_holds_itself_is_refused():
    schema: dict[str, Any] = {"type": "object"}
    schema["not"] = schema
    with pytest.raises(ActionDefinitionError, match="it is no JSON"):
        made(schema)


def test_a_schema_that_is_nested_too_deeply_is_refused():
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(500):
        schema = of(**schema)
    with pytest.raises(ActionDefinitionError, match="nested too deeply") as caught:
        made(schema)
    assert "`$defs`" in caught.value.mend


@pytest.mark.parametrize(
    ("place", "keyword"),
    [
        ((), ""),
        (("properties",), "properties"),
        (("properties", "type"), ""),
        (("properties", "type", "type", 0), "type"),
        (("items", "allOf", 1, "const", "items"), "const"),
        (("items",), ""),
    ],
)
def test_the_keyword_of_a_place_is_not_mistaken_for_a_name(place, keyword):
    assert keyword_at(place) == keyword


def test_keywords_of_other_programs_and_those_that_describe_stay():
    schema = of(title="A", examples=[1], **{"x-order": 3, "$comment": "c", "readOnly": True})
    assert made(schema).binding.input.schema_ == schema


@pytest.mark.parametrize(
    "pattern", [r"^\x41\u0042$", r"^[^\x00-\x1f]*$", r"^\p{Lu}$", r"^a\/b{2,3}$", r"^(?<year>\d+)$"]
)
def test_patterns_that_both_read_alike_stay_as_they_are(pattern):
    assert made(of(pattern=pattern)).binding.input.schema_ == of(pattern=pattern)


NODE = {
    "type": "object",
    "properties": {"size": {"type": "integer", "default": 7}, "next": {"$ref": "#/$defs/n"}},
}
DEFAULTS: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    (of(default=3), {}, {"a": 3}),
    (of(default=3), {"a": 4}, {"a": 4}),
    (of(type=["integer", "null"], default=None), {}, {"a": None}),
    (of(type=["integer", "null"], default=3), {"a": None}, {"a": None}),
    (of(**NODE) | {"$defs": {"n": NODE}}, {"a": {"next": {}}}, {"a": {"next": {"size": 7}, "size": 7}}),
    (of(**NODE, default={}) | {"$defs": {"n": NODE}}, {}, {"a": {"size": 7}}),
    (of(items=NODE, prefixItems=[{}]) | {"$defs": {"n": NODE}}, {"a": [{}, {}]}, {"a": [{}, {"size": 7}]}),
    (of(anyOf=[NODE, {"type": "null"}]) | {"$defs": {"n": NODE}}, {"a": {}}, {"a": {"size": 7}}),
    (of(anyOf=[NODE, {"type": "null"}]) | {"$defs": {"n": NODE}}, {"a": None}, {"a": None}),
    (
        of(
            oneOf=[
                {"properties": {"kind": {"const": "x"}, "x": {"default": 1}}},
                {"properties": {"kind": {"const": "y"}, "y": {"default": 2}}},
            ]
        ),
        {"a": {"kind": "y"}},
        {"a": {"kind": "y", "y": 2}},
    ),
    (
        {
            "type": "object",
            "patternProperties": {"^x-": {"properties": {"b": {"default": 1}}}},
            "additionalProperties": {"properties": {"c": {"default": 2}}},
        },
        {"x-1": {}, "y": {}},
        {"x-1": {"b": 1}, "y": {"c": 2}},
    ),
    ({"type": "object", "allOf": [of(default=3)]}, {}, {"a": 3}),
]


@pytest.mark.parametrize(("schema", "given", "read"), DEFAULTS)
async def test_the_handler_gets_the_defaults_of_keys_that_were_not_given(schema, given, read):
    assert await made(schema).run(given) == read


async def test_a_handler_that_changes_a_default_changes_it_for_itself_only():
    def change(given: dict[str, Any]) -> int:
        given["a"].append(1)
        return len(given["a"])

    action = define_action(handler=change, input=of(type="array", default=[]))
    assert [await action.run({}), await action.run({})] == [1, 1]


async def test_a_default_does_not_speak_for_what_was_not_sent():
    schema = of(default=3) | {"minProperties": 1}
    with pytest.raises(ActionError, match="at least 1 key"):
        await made(schema).run({})


ENDLESS = {"type": "object", "properties": {"next": {"$ref": "#/$defs/n", "default": {}}}}


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (of(type="integer", default="3"), "at properties/a: the default does not fit: it must be an integer"),
        (of(properties={"b": {"minLength": 2, "default": ""}}), "at properties/a/properties/b"),
        (of(default=3) | {"required": ["a"]}, "required and has a default"),
        (of(items={"default": 3}), "at properties/a/items: nothing fills in this default"),
        (of(anyOf=[{"default": 3}]), "nothing fills in this default"),
        (of(**{"not": of(default=3)}), "nothing fills in this default"),
        ({"type": "object", "default": {}}, "at its root: nothing fills in this default"),
        (of(**{"$ref": "#/$defs/n"}) | {"$defs": {"n": {"default": 3}}}, "at $defs/n: nothing fills in"),
        (of(**{"$ref": "#/$defs/n"}) | {"$defs": {"n": ENDLESS}}, "the default holds itself"),
    ],
)
def test_a_default_that_does_not_fit_or_never_counts_is_refused(schema, said):
    with pytest.raises(ActionDefinitionError) as caught:
        made(schema)
    assert said in str(caught.value)
    assert caught.value.mend


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    "asked",
    [
        {"allOf": [of()]},
        {"anyOf": [{"required": ["a"]}]},
        {"if": {}},
        {"not": {}},
        {"patternProperties": {"^x-": {}}},
        {"minProperties": 1},
        {"dependentRequired": {"a": ["b"]}},
        {"additionalProperties": {"type": "string"}},
    ],
)
def test_what_no_query_parameter_can_say_is_refused_where_the_input_is_a_query(method, asked):
    with pytest.raises(ActionDefinitionError, match="a query") as caught:
        made(of() | asked, http=Http(method))
    assert (caught.value.field, f"`{next(iter(asked))}`" in str(caught.value)) == ("input", True)
    assert made(of() | asked, http=Http("PUT"))


NULLS: list[dict[str, Any]] = [
    {"type": ["string", "null"]},
    {"type": "null"},
    {"anyOf": [{"type": "string"}, {"type": "null"}]},
    {"oneOf": [{"type": "string"}, {"const": None}]},
    {"enum": ["a", None]},
    {"$ref": "#/$defs/null"},
    {"allOf": [{"type": ["string", "null"]}, {"description": "A."}]},
]


@pytest.mark.parametrize("schema", NULLS)
def test_a_null_that_a_query_cannot_say_is_found_wherever_it_hides(schema):
    types = {
        "$defs": {"null": {"anyOf": [{"$ref": "#/$defs/none"}, {"type": "string"}]}, "none": {"const": None}}
    }
    with pytest.raises(ActionDefinitionError, match="a query cannot say null") as caught:
        made(of(**schema) | types | {"required": ["a"]}, http=Http("DELETE"))
    assert caught.value.field == "input.a"
    assert made(of(**schema, default=None) | types, http=Http("DELETE"))


@pytest.mark.parametrize("schema", [{}, {"type": "string"}, {"not": {"const": 3}}, {"$ref": "#"}])
def test_what_does_not_name_null_may_be_required_in_a_query(schema):
    assert made(of(**schema) | {"required": ["a"]}, http=Http("GET"))


def test_a_cursor_that_is_missing_is_mended_in_the_words_of_the_schema():
    with pytest.raises(ActionDefinitionError, match="the input has no `after`") as caught:
        made(of(), paginate=Cursor(input="after"))
    assert '"after": {"type": ["string", "null"], "default": null}' in caught.value.mend
