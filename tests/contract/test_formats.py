"""What is written is held against the official description of its format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from actionary.action_spec import ActionSpec, ExampleSpec
from actionary.catalog import Catalog
from actionary.json_schema import references
from actionary_build.emit import mcp as mcp_emitter
from actionary_build.emit import openapi as openapi_emitter
from actionary_build.emit.no_options import NoOptions
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

HOSTILE = '</script>*/"""`${x}\u202e\u0000\n# heading'


def awkward(sample: Catalog) -> Catalog:
    """The sample with what tends to break a format: odd texts, names and shapes."""
    order, search = sample.get("create_order"), sample.get("search_products")
    assert order is not None
    assert search is not None
    properties = {
        "a b[]": {"type": "array", "items": {"type": "string"}, "default": ["x"]},
        "$ref": {"type": "string", "default": "#/$defs/Ghost", "description": HOSTILE},
        "nested": {
            "anyOf": [{"$ref": "#/$defs/Window"}, {"type": "null"}],
            "default": {"$ref": "#/$defs/Ghost"},
        },
        "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
    }
    odd = replace(
        search,
        name="odd",
        title=HOSTILE,
        description=HOSTILE,
        tags=(HOSTILE,),
        http=replace(search.http, path="/api/actions/odd"),
        input={"type": "object", "properties": properties, "additionalProperties": False},
        output={"$ref": "#/$defs/InvalidInputError"},
        examples=(ExampleSpec(input={"a b[]": ["x"], "$ref": HOSTILE}, output=None, has_output=True),),
    )
    types = {**sample.types, "InvalidInputError": {"anyOf": [{"type": "string"}, {"type": "null"}]}}
    return replace(sample, title=HOSTILE, actions=(*sample.actions, odd), types=types)


@pytest.fixture(params=["sample", "awkward", "empty"])
def catalog(request, sample) -> Catalog:
    if request.param == "empty":
        return replace(sample, actions=())
    return awkward(sample) if request.param == "awkward" else sample


@pytest.fixture
def openapi(catalog) -> dict[str, Any]:
    (file,) = openapi_emitter.emitter.emit(catalog, NoOptions(), {})
    return json.loads(file.content)


@pytest.fixture
def tools(catalog) -> list[dict[str, Any]]:
    (file,) = mcp_emitter.emitter.emit(catalog, NoOptions(), {})
    return json.loads(file.content)["tools"]


def problems(schema: dict[str, Any], value: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(schema).iter_errors(value)]


def test_the_openapi_document_is_valid(openapi):
    errors = [error.message for error in OpenAPIV31SpecValidator(openapi).iter_errors()]
    assert errors == []


def test_every_component_schema_is_valid_2020_12(openapi):
    for schema in openapi["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_tool_schema_is_valid_2020_12(tools):
    for tool in tools:
        for key in ("inputSchema", "outputSchema"):
            Draft202012Validator.check_schema(tool.get(key, {}))


def test_tool_schemas_find_every_type_they_refer_to(tools):
    for tool in tools:
        for schema in (tool["inputSchema"], tool.get("outputSchema", {})):
            assert set(references(schema)) == set(schema.get("$defs", {}))


def test_examples_fit_the_schemas_of_their_tools(catalog, tools):
    schemas = {tool["name"]: tool for tool in tools}
    for action, example in examples_of(catalog):
        assert problems(schemas[action.name]["inputSchema"], example.input) == []
        if example.has_output:
            assert problems(schemas[action.name]["outputSchema"], example.output) == []


def test_examples_in_openapi_fit_the_schemas_beside_them(catalog, openapi):
    checked = 0
    for holder in dicts_in(openapi["paths"]):
        if "examples" in holder and "schema" in holder:
            schema = {**holder["schema"], "components": openapi["components"]}
            for example in holder["examples"].values():
                assert problems(schema, example["value"]) == []
                checked += 1
    assert checked >= sum(1 + example.has_output for _, example in examples_of(catalog))


def test_a_wrong_answer_does_not_fit_the_document(sample):
    (file,) = openapi_emitter.emitter.emit(sample, NoOptions(), {})
    document = json.loads(file.content)
    conflict = document["components"]["responses"]["ConflictOrOutOfStockOrShopClosed"]
    schema = {**conflict["content"]["application/json"]["schema"], "components": document["components"]}
    answer = {
        "ok": False,
        "code": "out_of_stock",
        "message": "Only 2 left.",
        "status": 409,
        "retryable": False,
        "details": {"product_id": "p1", "available": 2},
        "action": "create_order",
        "latencyMs": 1.5,
        "requestId": "r1",
        "newer": "keys are ignored",
    }
    assert problems(schema, answer) == []
    for wrong in (
        {"code": "shop_closed"},
        {"code": "unheard_of"},
        {"details": None},
        {"retryable": True},
        {"status": 400},
        {"ok": True},
    ):
        assert problems(schema, answer | wrong) != []
    for key in set(answer) - {"newer"}:
        assert problems(schema, {name: value for name, value in answer.items() if name != key}) != []


def examples_of(catalog: Catalog) -> Iterator[tuple[ActionSpec, ExampleSpec]]:
    for action in catalog.http_actions:
        for example in action.examples:
            yield action, example


def dicts_in(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from dicts_in(child)
