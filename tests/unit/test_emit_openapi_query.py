from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from actionary.action_spec import ExampleSpec
from actionary.catalog import Catalog
from actionary_build.emit.no_options import NoOptions
from actionary_build.emit.openapi import emitter

SCHEMAS = "#/components/schemas/"


def openapi_of(catalog: Catalog) -> dict[str, Any]:
    (file,) = emitter.emit(catalog, NoOptions(), {})
    return json.loads(file.content)


@pytest.fixture
def document(sample: Catalog) -> dict[str, Any]:
    return openapi_of(sample)


def operation(document: dict[str, Any], name: str) -> dict[str, Any]:
    found = [
        described
        for methods in document["paths"].values()
        for described in methods.values()
        if described["operationId"] == name
    ]
    assert len(found) == 1
    return found[0]


def parameters(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Those of the query; the last one is the header that every action has."""
    *own, header = operation(document, name)["parameters"]
    assert header == {"$ref": "#/components/parameters/Actionary-Timeout-Ms"}
    return own


def one_get(sample: Catalog, properties: dict[str, Any], **changes: Any) -> Catalog:
    """The catalog with one GET action that takes those properties."""
    fields = {"input": {"type": "object", "properties": properties}, "examples": (), **changes}
    return replace(sample, actions=(replace(sample.get("search_products"), **fields),))


def parameter(sample: Catalog, schema: dict[str, Any], **types: Any) -> dict[str, Any]:
    catalog = replace(one_get(sample, {"x": schema}), types={**sample.types, **types})
    (described,) = parameters(openapi_of(catalog), "search_products")
    assert (described["name"], described["in"]) == ("x", "query")
    return described


def test_there_is_one_parameter_for_each_property_required_ones_first(document):
    listed = operation(document, "list_events")
    assert "requestBody" not in listed
    assert [each["name"] for each in parameters(document, "list_events")] == [
        "from",
        "hours",
        "kind",
        "tag",
        "to",
    ]
    assert [each["name"] for each in parameters(document, "list_events") if each.get("required")] == ["from"]
    assert parameters(document, "old_ping") == []


def test_a_scalar_is_plain_text_with_all_it_says(document):
    query, limit = parameters(document, "search_products")
    assert query == {
        "name": "query",
        "in": "query",
        "description": "Free text.",
        "required": True,
        "style": "form",
        "explode": True,
        "schema": {"type": "string", "minLength": 1},
        "examples": {"example1": {"value": "shoes"}},
    }
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 50, "default": 10}
    assert "examples" not in limit


def test_a_deprecated_property_is_a_deprecated_parameter(sample):
    described = parameter(sample, {"type": "string", "deprecated": True})
    assert described["deprecated"] is True
    assert described["schema"] == {"type": "string"}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"type": "string"}},
        {"type": "array", "items": {"$ref": "#/$defs/Status"}},
        {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "boolean"}], "maxItems": 2},
        {"type": "array", "items": {}},
        {"type": "array"},
        {"$ref": "#/$defs/Names"},
        {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "integer"}]},
    ],
)
def test_a_list_of_scalars_repeats_its_key(sample, schema):
    described = parameter(sample, schema, Names={"type": "array", "items": {"type": "string"}})
    assert (described["style"], described["explode"]) == ("form", True)
    assert "content" not in described


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"$ref": "#/$defs/Window"},
        {"type": "array", "items": {"$ref": "#/$defs/Window"}},
        {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
        {"type": "array", "prefixItems": [{"type": "integer"}, {"$ref": "#/$defs/Window"}]},
        {"oneOf": [{"$ref": "#/$defs/Card"}, {"$ref": "#/$defs/Invoice"}]},
        {"anyOf": [{"type": "integer"}, {"$ref": "#/$defs/Window"}]},
        {"allOf": [{"$ref": "#/$defs/Window"}]},
    ],
)
def test_what_is_nested_is_one_json_text(sample, schema):
    described = parameter(sample, schema)
    assert "style" not in described
    assert "schema" not in described
    expected = json.loads(json.dumps(schema).replace("#/$defs/", SCHEMAS))
    assert described["content"] == {"application/json": {"schema": expected}}


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Window"}]}, {"type": "string"}),
        (
            {"anyOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#/$defs/Window"}}]},
            {"type": "string"},
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
            {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        ),
        ({"type": ["string", "object"]}, {"type": "string"}),
        ({"type": ["string", "integer", "null"]}, {"type": "string"}),
        (
            {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]}},
            {"type": "array", "items": {"type": "string"}},
        ),
        ({}, {}),
    ],
)
def test_where_any_text_is_allowed_everything_is_text(sample, schema, said):
    assert parameter(sample, schema)["schema"] == said


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"enum": ["a", 7, True, None]}, {"enum": ["a", 7, True]}),
        (
            {"anyOf": [{"const": "a"}, {"type": "integer"}, {"type": "null"}]},
            {"anyOf": [{"const": "a"}, {"type": "integer"}]},
        ),
        (
            {"type": "array", "items": {"enum": ["a", 7, None]}},
            {"type": "array", "items": {"enum": ["a", 7]}},
        ),
        ({"anyOf": [{"const": "a"}, {"$ref": "#/$defs/Window"}]}, {"const": "a"}),
    ],
)
def test_beside_texts_that_are_named_one_by_one_numbers_and_booleans_can_be_said(sample, schema, said):
    assert parameter(sample, schema)["schema"] == said


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (
            {"type": "array", "items": {"type": "string"}},
            {"type": "array", "items": {"type": "string"}, "minItems": 1},
        ),
        ({"type": "array", "minItems": 2}, {"type": "array", "minItems": 2}),
        ({"type": "array", "minItems": 0}, {"type": "array", "minItems": 1}),
        ({"$ref": "#/$defs/Names", "title": "N"}, {"type": "array", "title": "N", "minItems": 1}),
        (
            {"anyOf": [{"type": "array"}, {"type": "integer"}]},
            {"anyOf": [{"type": "array", "minItems": 1}, {"type": "integer"}]},
        ),
        ({"type": "integer"}, {"type": "integer"}),
        ({}, {}),
    ],
)
def test_a_list_that_has_to_be_there_is_not_empty(sample, schema, said):
    catalog = one_get(sample, {"x": schema})
    action = catalog.actions[0]
    needed = replace(catalog, actions=(replace(action, input={**action.input, "required": ["x"]}),))
    types = {**sample.types, "Names": {"type": "array"}}
    (described,) = parameters(openapi_of(replace(needed, types=types)), "search_products")
    assert described["schema"] == said


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None}, {"type": "integer"}),
        (
            {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "default": 3},
            {"type": "integer", "minimum": 1, "default": 3},
        ),
        (
            {"anyOf": [{"type": "integer"}, {"type": "boolean"}, {"type": "null"}]},
            {"anyOf": [{"type": "integer"}, {"type": "boolean"}]},
        ),
        ({"type": ["integer", "null"]}, {"type": "integer"}),
        ({"type": ["integer", "boolean", "null"]}, {"type": ["integer", "boolean"]}),
        ({"enum": ["a", None]}, {"enum": ["a"]}),
        ({"$ref": "#/$defs/Maybe", "title": "M"}, {"type": "string", "title": "M"}),
        ({"type": "integer", "default": None}, {"type": "integer"}),
        (
            {"anyOf": [{"anyOf": [{"const": 1}, {"type": "null"}]}, {"type": "null"}]},
            {"const": 1},
        ),
        (
            {"anyOf": [{"type": "string", "title": "inner"}, {"type": "null"}], "title": "outer"},
            {"anyOf": [{"type": "string", "title": "inner"}], "title": "outer"},
        ),
        (
            {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]}},
            {"type": "array", "items": {"type": "integer"}},
        ),
    ],
)
def test_null_is_not_described(sample, schema, said):
    maybe = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert parameter(sample, schema, Maybe=maybe)["schema"] == said


def test_null_inside_a_json_text_is(sample):
    nested = {"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/Window"}, {"type": "null"}]}}
    described = parameter(sample, {"anyOf": [nested, {"type": "null"}]})
    shown = described["content"]["application/json"]["schema"]
    assert shown["items"]["anyOf"] == [{"$ref": SCHEMAS + "Window"}, {"type": "null"}]


def test_an_optional_object_is_a_json_text_of_that_object(document):
    hours = parameters(document, "list_events")[1]
    assert hours["content"] == {"application/json": {"schema": {"$ref": SCHEMAS + "Window"}}}


def test_a_property_that_can_only_be_null_is_no_parameter(sample):
    document = openapi_of(one_get(sample, {"x": {"type": "null"}}))
    assert parameters(document, "search_products") == []


def test_a_type_that_may_hold_itself_is_described(sample):
    json_value = {
        "anyOf": [
            {"type": "integer"},
            {"type": "array", "items": {"$ref": "#/$defs/Deep"}},
            {"type": "null"},
        ]
    }
    described = parameter(sample, {"$ref": "#/$defs/Deep"}, Deep=json_value)
    assert "content" in described


def test_examples_go_where_the_value_goes(sample):
    examples = (
        ExampleSpec(input={"x": {"min": 1, "max": 2}}),
        ExampleSpec(input={"x": None}),
        ExampleSpec(input={}),
    )
    catalog = one_get(sample, {"x": {"$ref": "#/$defs/Window"}}, examples=examples)
    (described,) = parameters(openapi_of(catalog), "search_products")
    content = described["content"]["application/json"]
    assert content["examples"] == {"example1": {"value": {"min": 1, "max": 2}}}


@pytest.mark.parametrize(
    ("schema", "values", "shown"),
    [
        ({"enum": ["a", 7]}, ["a", 7], ["a", 7]),
        ({"type": ["string", "integer"]}, ["a", 7], ["a"]),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, [None, 3], [3]),
        (
            {"type": "array", "items": {"type": ["string", "integer"]}},
            [["a", "b"], ["a", 1], []],
            [["a", "b"]],
        ),
        ({"type": "array", "items": {"type": "integer"}}, [[1], []], [[1]]),
        ({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]}, [[1, "a"]], [[1, "a"]]),
    ],
)
def test_examples_that_no_query_says_are_left_out(sample, schema, values, shown):
    examples = tuple(ExampleSpec(input={"x": value}) for value in values)
    document = openapi_of(one_get(sample, {"x": schema}, examples=examples))
    (described,) = parameters(document, "search_products")
    assert [each["value"] for each in described["examples"].values()] == shown
