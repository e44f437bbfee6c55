"""Inputs that are given as JSON Schemas (DESIGN §3): nothing is advertised that is not checked."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from actionary import ActionDefinitionError, ActionError, Context, Cursor, Http, Registry, define_action
from actionary.catalog import Catalog
from actionary.describe import describe
from actionary.settings import Settings
from jsonschema import Draft202012Validator

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 2, "description": "Who."},
        "age": {"type": "integer", "minimum": 0},
        "mail": {"type": "string", "format": "email"},
        "colour": {"enum": ["red", "blue"]},
        "tree": {"$ref": "#/$defs/node"},
        "like": {"$ref": "#/$defs/text"},
        "or": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        "odd": {"not": {"const": 3}},
    },
    "patternProperties": {"^x-": {"type": "string"}},
    "required": ["name"],
    "additionalProperties": False,
    "$defs": {
        "node": {
            "type": "object",
            "properties": {"next": {"$ref": "#/$defs/node"}},
            "additionalProperties": False,
        },
        "text": {"type": "string"},
    },
}


async def show(given: dict[str, Any]) -> dict[str, Any]:
    """Show what arrived."""
    return given


def made(schema: dict[str, Any] = SCHEMA, handler: Any = show, **fields: Any) -> Any:
    return define_action(handler=handler, input=schema, **fields)


def catalog_of(tmp_path: Any, *actions: Any) -> Catalog:
    registry = Registry()
    registry.register(actions)
    return describe(registry, Settings(root=tmp_path, out=tmp_path, title="T", version="1"))


GOOD: list[dict[str, Any]] = [
    {"name": "Ann"},
    {"name": "Ann", "age": 3.0, "mail": "a@b.c", "colour": "red", "x-1": "a"},
    {"name": "Ann", "tree": {"next": {"next": {}}}, "like": "a", "or": 1, "odd": None},
]
BAD: list[tuple[dict[str, Any], list[tuple[list[Any], str, str]]]] = [
    ({}, [(["name"], "required", "is required")]),
    ({"name": "A"}, [(["name"], "minLength", "must have at least 2 characters")]),
    ({"name": 3}, [(["name"], "type", "must be of another type: string")]),
    (
        {"name": "Ann", "b": 1, "a": 1},
        [(["a"], "additionalProperties", "is not known"), (["b"], "additionalProperties", "is not known")],
    ),
    ({"name": "Ann", "age": True}, [(["age"], "type", "must be of another type: integer")]),
    ({"name": "Ann", "mail": "no"}, [(["mail"], "format", "must be of the format email")]),
    ({"name": "Ann", "colour": "green"}, [(["colour"], "enum", "must be one of the allowed values")]),
    (
        {"name": "Ann", "tree": {"next": {"to": {}}}},
        [(["tree", "next", "to"], "additionalProperties", "is not known")],
    ),
    ({"name": "Ann", "or": []}, [(["or"], "anyOf", "fits none of what is allowed")]),
    ({"name": "Ann", "odd": 3}, [(["odd"], "not", "is excluded")]),
    ({"name": "Ann", "x-1": 3}, [(["x-1"], "type", "must be of another type: string")]),
]


@pytest.mark.parametrize("given", GOOD)
async def test_what_fits_reaches_the_handler_as_it_came(given):
    assert await made().run(given) == given


@pytest.mark.parametrize(("given", "problems"), BAD)
async def test_what_does_not_fit_is_refused_with_the_path_and_without_the_value(given, problems):
    with pytest.raises(ActionError) as caught:
        await made().run(given)
    assert caught.value.code == "invalid_input"
    assert [(each["path"], each["type"], each["message"]) for each in caught.value.details] == problems


async def test_several_keys_that_are_missing_are_named_each_once():
    schema = {"type": "object", "properties": {"a": {}, "b": {}}, "required": ["a", "b"]}
    with pytest.raises(ActionError) as caught:
        await made(schema).run({})
    assert [each["path"] for each in caught.value.details] == [["a"], ["b"]]


@pytest.mark.parametrize(
    "body", [b"[]", b"3", b"{", b'{"name":"Ann","name":"Bob"}', b'{"name":"Ann","age":1e999}']
)
def test_json_is_as_strict_as_for_models(body):
    with pytest.raises(ActionError) as caught:
        made().prepared.read_json(body)
    assert caught.value.code == "invalid_input"


async def test_a_handler_may_take_the_context_too_and_be_a_plain_function():
    def look(given: dict[str, Any], ctx: Context) -> list[Any]:
        return [given["name"], ctx.action]

    assert await made(handler=look).run({"name": "Ann"}) == ["Ann", "look"]


def test_the_catalog_has_the_schema_and_its_types_under_names_of_their_own(tmp_path):
    twin = made(name="other", public=True)
    catalog = catalog_of(tmp_path, made(public=True), twin)
    spec = catalog.get("show")
    assert spec is not None
    assert spec.input["properties"]["tree"] == {"$ref": "#/$defs/ShowInputNode"}
    assert {"ShowInputNode", "ShowInputText", "OtherInputNode", "OtherInputText"} <= set(catalog.types)
    standalone = catalog.standalone(spec.input)
    Draft202012Validator.check_schema(standalone)
    for given in GOOD:
        Draft202012Validator(standalone).validate(given)
    assert not Draft202012Validator(standalone).is_valid({"name": "Ann", "tree": {"next": 3}})


def test_a_schema_that_refers_to_itself_stays_an_object(tmp_path):
    schema = {"type": "object", "properties": {"next": {"$ref": "#"}}, "additionalProperties": False}
    catalog = catalog_of(tmp_path, made(schema, public=True))
    [spec] = catalog
    assert catalog.resolve(spec.input)["type"] == "object"
    Draft202012Validator(catalog.standalone(spec.input)).validate({"next": {"next": {}}})


def test_a_query_is_read_by_the_schema():
    get = made(SCHEMA, http=Http("GET"), public=True)
    assert get.prepared.parameters["age"].types == {"number"}
    assert get.prepared.parameters["like"].types == {"string"}


WRONG: list[tuple[Any, str]] = [
    ({}, "does not describe an object"),
    ({"type": "array"}, "does not describe an object"),
    ({"type": "object", "properties": 3}, "is no JSON Schema: at properties"),
    ({"type": "object", "properties": {"a": {"type": "text"}}}, "at properties/a/type"),
    ({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}, "dialect"),
    ({"type": "object", "$id": "https://x"}, "`\\$id` is not read here"),
    ({"type": "object", "properties": {"a": {"$ref": "https://x/y.json"}}}, "leads nowhere"),
    ({"type": "object", "properties": {"a": {"$ref": "#/$defs/b"}}}, "leads nowhere"),
    ({"type": "object", "properties": {"a": {"$ref": "#/properties/b"}, "b": {}}}, "leads nowhere"),
    ({"type": "object", "properties": {"a": {"$defs": {}}}}, "inside the schema"),
    ({"type": "object", "properties": {"a": {"format": "colour"}}}, "nothing checks the format 'colour'"),
    ({"type": "object", "properties": {"a": True}}, "a bool stands as a schema in `properties`"),
    ({"type": "object", "properties": {"a": {"const": float("nan")}}}, "it is no JSON"),
    ({"type": "object", "properties": {"a": {"enum": [object()]}}}, "it is no JSON"),
    ({"$schema": 5, "type": "object"}, "dialect"),
]


@pytest.mark.parametrize(("schema", "said"), WRONG)
def test_a_schema_that_cannot_be_checked_is_a_definition_error(schema, said):
    with pytest.raises(ActionDefinitionError, match=said) as caught:
        made(schema)
    assert (caught.value.field, caught.value.action) == ("input", "show")
    assert caught.value.mend


def test_the_other_fields_are_compared_with_it():
    null = {"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "required": ["a"]}
    with pytest.raises(ActionDefinitionError, match="a query cannot say null"):
        made(null, http=Http("DELETE"))
    with pytest.raises(ActionDefinitionError, match="the input has no `cursor`"):
        made(null, paginate=Cursor())
    with pytest.raises(ActionDefinitionError, match="the schema says that itself"):
        made(unknown_keys="allow")


def test_without_the_library_it_is_a_definition_error_with_the_install_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    with pytest.raises(ActionDefinitionError, match="not installed") as caught:
        made()
    assert caught.value.mend == "pip install 'actionary[jsonschema]'"


@pytest.mark.parametrize(
    ("items", "fits"),
    [
        ([1, 2, "1", True, None], True),
        ([1, 1.0], False),
        ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], False),
        ([[1], [2]], True),
    ],
)
async def test_items_that_stand_twice_are_found(items, fits):
    schema = {"type": "object", "properties": {"x": {"type": "array", "uniqueItems": True}}}
    if fits:
        assert await made(schema).run({"x": items}) == {"x": items}
        return
    with pytest.raises(ActionError, match="must not have an item twice"):
        await made(schema).run({"x": items})


async def test_a_key_of_the_caller_is_cut_in_what_is_said():
    with pytest.raises(ActionError) as caught:
        await made().run({"name": "Ann", "k" * 1000: 1})
    assert caught.value.details[0]["path"] == ["k" * 64]
    assert len(caught.value.message) < 100
