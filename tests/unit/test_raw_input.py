"""Inputs that are given as JSON Schemas (DESIGN §3): nothing is advertised that is not checked."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from actionary import ActionDefinitionError, ActionError, Context, Cursor, Http, Registry, define_action
from actionary.catalog import Catalog
from actionary.describe import describe
from actionary.settings import Settings
from actionary_build.emit.openapi_query import query_parameters
from actionary_build.emit.python import emitter as python
from actionary_build.emit.typescript import emitter as typescript
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


@pytest.mark.parametrize("given", GOOD)
async def test_what_fits_reaches_the_handler_as_it_came(given):
    assert await made().run(given) == given


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"3",
        b"{",
        b'{"name":"Ann","name":"Bob"}',
        b'{"name":"Ann","age":1e999}',
        b'{"name":"Ann\\ud800"}',
        b'{"name":"Ann","x-\\udc00":"a"}',
    ],
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
    sayable = {key: value for key, value in SCHEMA.items() if key != "patternProperties"}
    sayable["properties"] = {key: value for key, value in SCHEMA["properties"].items() if key != "or"}
    get = made(sayable, http=Http("GET"), public=True)
    assert get.prepared.parameters["age"].types == {"number"}
    assert get.prepared.parameters["like"].types == {"string"}


def test_openapi_and_the_server_agree_on_what_the_parameters_are(tmp_path):
    schema = {
        "type": "object",
        "properties": {
            "a": {"$ref": "#"},
            "b": {"$ref": "#/$defs/b"},
            "c": {"type": "integer", "default": 3},
        },
        "required": ["b"],
        "$defs": {"b": {"enum": ["x", "y"]}},
    }
    get = made(schema, http=Http("GET"), public=True)
    catalog = catalog_of(tmp_path, get)
    found = query_parameters(catalog, catalog.actions[0].input)
    assert {each.name for each in found} == set(get.prepared.parameters)
    assert [(each.name, each.required, each.as_json) for each in found] == [
        ("b", True, False),
        ("a", False, True),
        ("c", False, False),
    ]
    assert next(each.schema["default"] for each in found if each.name == "c") == 3


def test_keywords_for_other_programs_become_no_code(tmp_path):
    system = {"module": "os", "name": "system"}
    hostile = {"x-python-import": system, "x-python-type": "os.system", "x-enum-varnames": ["os.system"]}
    node = {"type": "object", "properties": {"kind": {"enum": ["a"], **hostile}}, **hostile}
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/a"}, "b": {"type": "string", **hostile}},
        "$defs": {"a": node},
        **hostile,
    }
    catalog = catalog_of(tmp_path, made(schema, public=True))
    for emitter in (python.emitter, typescript.emitter):
        for file in emitter.emit(catalog, emitter.options(), {}):
            if "/schemas/" not in file.path:  # where schemas are data, whole
                assert b"os.system" not in file.content, file.path


def test_the_other_fields_are_compared_with_it():
    with pytest.raises(ActionDefinitionError, match="the input has no `cursor`"):
        made(SCHEMA, paginate=Cursor())
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


STEPS = {"type": "object", "properties": {"n": {"multipleOf": 0.1}, "w": {"multipleOf": 3}}}


@pytest.mark.parametrize(
    "given", [{"n": 0.3}, {"n": 1e300}, {"n": 10**400}, {"w": 6.0}, {"w": 3 * 10**400}, {"n": "0.35"}]
)
async def test_a_multiple_is_reckoned_as_it_is_written(given):
    assert await made(STEPS).run(given) == given


@pytest.mark.parametrize("given", [{"n": 0.35}, {"n": 1e-300}, {"w": 7}, {"w": 10**400}, {"w": 6.5}])
async def test_what_is_no_multiple_is_refused_however_large_it_is(given):
    with pytest.raises(ActionError, match="must be a multiple of") as caught:
        await made(STEPS).run(given)
    assert caught.value.details[0]["type"] == "multiple_of"


def of_text(**keywords: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": {"type": "string", **keywords}}}


async def test_a_pattern_that_makes_other_engines_stall_is_answered_at_once():
    stalling = made(of_text(pattern="^(a|a)*$"))
    assert await stalling.run({"a": "a" * 5000})
    with pytest.raises(ActionError, match="must match the pattern"):
        await stalling.run({"a": "a" * 5000 + "b"})
    keys = {"type": "object", "patternProperties": {"^(a|a)*$": {}}, "additionalProperties": False}
    with pytest.raises(ActionError, match="is not known"):
        await made(keys).run({"a" * 5000 + "b": 1})


@pytest.mark.parametrize(
    ("keywords", "good"),
    [
        ({"pattern": "^a$"}, "a"),
        ({"format": "date-time"}, "2026-01-31T12:30:00Z"),
        ({"format": "hostname"}, "a.example"),
        ({"format": "uri"}, "https://a.example/"),
    ],
)
async def test_a_line_break_at_the_end_is_part_of_the_text(keywords, good):
    assert await made(of_text(**keywords)).run({"a": good}) == {"a": good}
    with pytest.raises(ActionError, match="must"):
        await made(of_text(**keywords)).run({"a": f"{good}\n"})


@pytest.mark.parametrize("text", ["\n" * 10, "[" * 3000, "%" * 3000, "x://[", "::" * 999, "٣" * 300])
async def test_no_text_makes_a_format_fail_in_another_way_than_by_not_fitting(text):
    for name in ("email", "hostname", "idn-hostname", "ipv6", "uri", "uri-template", "duration", "uuid"):
        try:
            await made(of_text(format=name)).run({"a": text})
        except ActionError as error:
            assert error.code == "invalid_input"  # noqa: PT017 - some formats take some of the texts


class Broken:
    def iter_errors(self, _):
        raise OverflowError("cannot convert float infinity to integer")


async def test_whatever_the_library_raises_is_the_input_s_fault(monkeypatch, caplog):
    action = made()
    monkeypatch.setattr(action.binding.input, "validator_", Broken())
    with pytest.raises(ActionError, match="has a value that cannot be checked") as caught:
        await action.run({"name": "Ann"})
    assert caught.value.code == "invalid_input"
    assert "float infinity" in caplog.text
    assert "float infinity" not in caught.value.message


async def test_what_is_nested_without_end_is_refused():
    body = b'{"name":"Ann","tree":' + b'{"next":' * 5000 + b"{}" + b"}" * 5000 + b"}"
    with pytest.raises(ActionError) as caught:
        made().prepared.read_json(body)
    assert caught.value.code == "invalid_input"


async def test_keys_that_other_parts_of_the_schema_speak_of_are_known():
    schema = {
        "type": "object",
        "allOf": [{"properties": {"a": {}}}, {"$ref": "#/$defs/b"}],
        "if": {"properties": {"kind": {"const": "c"}}, "required": ["kind"]},
        "then": {"properties": {"c": {}}},
        "patternProperties": {"^x-": {}},
        "dependentSchemas": {"a": {"properties": {"d": {}}}},
        "unevaluatedProperties": False,
        "$defs": {"b": {"properties": {"b": {}}}},
    }
    for given in ({"a": 1, "b": 1, "d": 1, "x-1": 1}, {"kind": "c", "c": 1}):
        assert await made(schema).run(given) == given
    for given, unknown in (({"d": 1}, "d"), ({"kind": "d", "c": 1}, "kind"), ({"y": 1}, "y")):
        with pytest.raises(ActionError, match="is not known") as caught:
            await made(schema).run(given)
        assert [unknown] in [each["path"] for each in caught.value.details]


async def test_a_key_of_the_caller_is_cut_in_what_is_said():
    with pytest.raises(ActionError) as caught:
        await made().run({"name": "Ann", "k" * 1000: 1})
    assert caught.value.details[0]["path"] == ["k" * 64]
    assert len(caught.value.message) < 100
