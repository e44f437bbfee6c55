"""What callers read of an input that does not fit its JSON Schema: what they read of models' inputs too."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from actionary import ActionError, define_action
from pydantic import BaseModel, Field, create_model

MODELS: list[tuple[Any, dict[str, Any], Any]] = [
    (str, {"type": "string"}, 3),
    (int, {"type": "integer"}, True),
    (int, {"type": "integer"}, 3.5),
    (float, {"type": "number"}, "3"),
    (bool, {"type": "boolean"}, 1),
    (list[int], {"type": "array"}, {}),
    (dict[str, int], {"type": "object"}, []),
    (None, {"type": "null"}, 0),
    (list[int], {"type": "array", "items": {"type": "integer"}}, [1, "a", 2, "b"]),
    (Annotated[int, Field(ge=3)], {"type": "integer", "minimum": 3}, 2),
    (Annotated[int, Field(le=3)], {"type": "integer", "maximum": 3}, 4),
    (Annotated[int, Field(gt=3)], {"type": "integer", "exclusiveMinimum": 3}, 3),
    (Annotated[int, Field(lt=3)], {"type": "integer", "exclusiveMaximum": 3}, 3),
    (Annotated[int, Field(multiple_of=3)], {"type": "integer", "multipleOf": 3}, 4),
    (Annotated[str, Field(min_length=1)], {"type": "string", "minLength": 1}, ""),
    (Annotated[str, Field(max_length=2)], {"type": "string", "maxLength": 2}, "abc"),
    (Annotated[str, Field(pattern="^a$")], {"type": "string", "pattern": "^a$"}, "b"),
    (Annotated[list[int], Field(min_length=2)], {"type": "array", "minItems": 2}, [1]),
    (Annotated[list[int], Field(max_length=1)], {"type": "array", "maxItems": 1}, [1, 2]),
    (Enum("Colour", {"RED": "red", "BLUE": "blue"}), {"enum": ["red", "blue"]}, "green"),
    (int | None, {"anyOf": [{"type": "integer"}, {"type": "null"}]}, 3.5),
]


class Nested(BaseModel):
    id: int


async def details(made: Any, given: Any) -> list[tuple[list[Any], str, str]]:
    with pytest.raises(ActionError) as caught:
        await made.run(given)
    assert caught.value.code == "invalid_input"
    return [(each["path"], each["type"], each["message"]) for each in caught.value.details]


def raw(schema: dict[str, Any]) -> Any:
    return define_action(name="look", handler=lambda _: None, input={"type": "object", **schema})


@pytest.mark.parametrize(("annotation", "schema", "value"), MODELS)
async def test_the_same_mistake_is_told_alike_at_a_model_and_at_a_schema(annotation, schema, value):
    model = create_model("Look", a=(annotation, ...))
    typed = define_action(name="look", handler=lambda _: None, input=model)
    said = await details(typed, {"a": value})
    described = raw({"properties": {"a": schema}, "required": ["a"]})
    assert said == await details(described, {"a": value})
    assert await details(typed, {}) == await details(described, {}) == [(["a"], "missing", "is required")]


async def test_keys_that_are_missing_or_unknown_are_told_alike_too():
    class Look(BaseModel, extra="forbid"):
        a: list[Nested]
        b: Literal["x"]

    nested = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
    schema = {
        "properties": {"a": {"type": "array", "items": nested}, "b": {"const": "x"}},
        "required": ["a", "b"],
        "additionalProperties": False,
    }
    typed = define_action(name="look", handler=lambda _: None, input=Look)
    given = {"a": [{"id": 1}, {}], "b": "x", "zed": 1, "also": 2}
    assert sorted(await details(typed, given)) == await details(raw(schema), given)


def of(**schema: Any) -> dict[str, Any]:
    return {"properties": {"a": schema}}


CAT = {"type": "object", "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}}
DOG = {"type": "object", "properties": {"kind": {"enum": ["dog", "wolf"]}}, "required": ["name"]}
NONE = "fits none of what is allowed"

OWN: list[tuple[dict[str, Any], Any, list[tuple[list[Any], str, str]]]] = [
    (of(type=["string", "null"]), 3, [(["a"], "string_type", "must be a text")]),
    (of(type=["string", "integer", "null"]), [], [(["a"], "type", "must be a text or an integer")]),
    (of(enum=["x", 1, None, True]), 2, [(["a"], "enum", "must be one of 'x', 1, null or true")]),
    (of(const={"b": 1}), 2, [(["a"], "enum", 'must be one of {"b": 1}')]),
    (of(format="email"), "no", [(["a"], "format", "must be of the format email")]),
    (of(format="date"), "no", [(["a"], "date_parsing", "must be a date, such as 2026-01-31")]),
    (of(format="uuid"), "no", [(["a"], "uuid_parsing", "must be a UUID")]),
    (of(**{"not": {"const": 3}}), 3, [(["a"], "not", "is excluded")]),
    (of(uniqueItems=True), [1, 1.0], [(["a"], "uniqueItems", "must not have an item twice")]),
    (of(minProperties=1), {}, [(["a"], "minProperties", "must have at least 1 key")]),
    (of(maxProperties=2), dict.fromkeys("xyz"), [(["a"], "maxProperties", "must have at most 2 keys")]),
    (of(contains={"type": "string"}), [1], [(["a"], "contains", "must have a text among its items")]),
    (of(contains={"const": "x"}), [], [(["a"], "contains", "must have 'x' among its items")]),
    (
        of(contains={"minimum": 3}, minContains=2),
        [3, 1],
        [(["a"], "minContains", "must have at least 2 items of the required form")],
    ),
    (
        of(contains={"minimum": 3}, maxContains=1),
        [3, 4],
        [(["a"], "maxContains", "must have at most 1 item of the form that is counted")],
    ),
    (of(prefixItems=[{}], items=False), [1, 2], [(["a"], "too_long", "must have at most 1 item")]),
    (
        of(prefixItems=[{}], unevaluatedItems=False),
        [1, 2],
        [(["a"], "unevaluatedItems", "has items that are not known")],
    ),
    (
        of(propertyNames={"pattern": "^x"}),
        {"xa": 1, "b": 2},
        [(["a", "b"], "string_pattern_mismatch", "as a key must match the pattern ^x")],
    ),
    (
        {"dependentRequired": {"a": ["b", "c"]}},
        1,
        [
            (["b"], "dependentRequired", "is required beside a"),
            (["c"], "dependentRequired", "is required beside a"),
        ],
    ),
    ({"dependentSchemas": {"a": {"required": ["b"]}}}, 1, [(["b"], "missing", "is required")]),
    (
        {
            "if": {"properties": {"a": {"const": 1}}},
            "then": {"required": ["b"]},
            "else": {"properties": {"a": {"maximum": 1}}},
        },
        1,
        [(["b"], "missing", "is required")],
    ),
    (
        {"if": {"properties": {"a": {"const": 1}}}, "else": {"properties": {"a": {"maximum": 1}}}},
        2,
        [(["a"], "less_than_equal", "must be at most 1")],
    ),
    ({"if": {"required": ["a"]}, "then": False}, 1, [([], "excluded", "must not be there")]),
    (of(unevaluatedProperties=False), {"b": 1}, [(["a", "b"], "extra_forbidden", "is not known")]),
    (
        of(anyOf=[{"type": "string"}, {"type": "integer"}]),
        [],
        [(["a"], "type", "must be a text or an integer")],
    ),
    (
        of(oneOf=[{"type": "string", "minLength": 2}, {"type": "null"}]),
        "x",
        [(["a"], "string_too_short", "must have at least 2 characters")],
    ),
    (of(oneOf=[{}, {}]), 1, [(["a"], "oneOf", "must fit exactly one of what is allowed, and fits several")]),
    (
        of(anyOf=[CAT, DOG]),
        {"kind": "cat", "lives": "9"},
        [(["a", "lives"], "int_type", "must be an integer")],
    ),
    (of(anyOf=[CAT, DOG]), {"kind": "dog"}, [(["a", "name"], "missing", "is required")]),
    (
        of(anyOf=[CAT, DOG]),
        {"kind": "cow", "name": "x"},
        [(["a", "kind"], "enum", "must be one of 'cat', 'dog' or 'wolf'")],
    ),
    (
        of(anyOf=[{"required": ["b"]}, {"required": ["c"]}]),
        {},
        [(["a"], "anyOf", "fits none of what is allowed: b: is required; or c: is required")],
    ),
    (
        of(anyOf=[{"minimum": 9}, {"multipleOf": 5}, {"const": 3}]),
        4,
        [(["a"], "anyOf", f"{NONE}: it must be at least 9; or it must be a multiple of 5")],
    ),
    (
        of(anyOf=[{"minimum": 9}, {"multipleOf": 5}, {"maximum": 0}, {"maximum": 1}]),
        4,
        [(["a"], "anyOf", NONE)],
    ),
]


@pytest.mark.parametrize(("schema", "value", "said"), OWN)
async def test_what_models_have_no_word_for_is_told_as_clearly(schema, value, said):
    assert await details(raw(schema), {"a": value}) == said


async def test_no_value_of_the_caller_is_quoted():
    secret = "hunter2"
    schemas = [of(type="integer"), of(enum=["x"]), of(pattern="^x"), of(maxLength=1), of(format="date")]
    schemas += [of(contains={}), of(anyOf=[{"const": 1}, {"minLength": 99}]), of(**{"not": {"minLength": 2}})]
    for schema in schemas:
        value = [] if "contains" in schema["properties"]["a"] else secret
        assert secret not in str(await details(raw(schema), {"a": value}))


async def test_problems_stand_in_the_order_of_the_items_they_are_about():
    said = await details(raw(of(items={"type": "integer"})), {"a": ["x"] * 12})
    assert [path for path, _, _ in said] == [["a", index] for index in range(12)]
