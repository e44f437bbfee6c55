"""A limit in a type of the Python client is that of the schema, though the generator saw another number."""

from __future__ import annotations

import json
from typing import Any

import pytest
from actionary_build.emit.python.annotations import Expression
from actionary_build.emit.python.asked import Asked
from actionary_build.emit.python.common import common_texts
from actionary_build.emit.python.generate import generate
from actionary_build.emit.python.limits import put_back, set_aside
from hypothesis import given, settings
from hypothesis import strategies as st

INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
NUMBERS = INTEGERS | st.floats(allow_nan=False, allow_infinity=False)
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def limited(kind: str, limits: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return limits.map(lambda found: {"type": kind, **found})


SCALARS = st.one_of(
    limited("integer", st.dictionaries(st.sampled_from(BOUNDS), INTEGERS | st.integers())),
    limited("integer", st.dictionaries(st.sampled_from((*BOUNDS, "multipleOf")), NUMBERS.filter(bool))),
    st.builds(
        lambda schema, more: {**schema, **more},
        limited("number", st.dictionaries(st.sampled_from(BOUNDS), NUMBERS)),
        st.sampled_from([{"enum": [0, 1]}, {"const": 1}, {"enum": ["a", 0]}]),
    ),
    limited("number", st.dictionaries(st.sampled_from((*BOUNDS, "multipleOf")), NUMBERS.filter(bool))),
    limited("string", st.dictionaries(st.sampled_from(("minLength", "maxLength")), st.integers(0, 2**64))),
    st.just({"type": "string", "pattern": r"^\d{704170000000}$"}),
    st.just({"enum": [704170000000, 704170000001, "704170000000"]}),
    st.just({"type": "boolean"}),
)
SCHEMAS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        inner.map(lambda items: {"type": "array", "items": items, "minItems": 2}),
        inner.map(lambda values: {"type": "object", "additionalProperties": values}),
        st.lists(inner, min_size=1, max_size=3).map(lambda them: {"anyOf": [*them, {"type": "null"}]}),
        st.lists(inner, min_size=1, max_size=3).map(lambda them: {"oneOf": them}),
    ),
    max_leaves=5,
)


@settings(max_examples=settings.default.max_examples // 5)
@given(st.lists(SCHEMAS, min_size=10, max_size=60))
def test_types_are_what_the_generator_makes_of_the_limits_themselves(schemas):
    asides = [set_aside(schema) for schema in schemas]
    made = generate([schema for schema, _ in asides])
    assert [
        put_back(Expression(text), limits) for text, (_, limits) in zip(made, asides, strict=True)
    ] == generate(schemas)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "number", "minimum": 0.0, "maximum": 1.0, "enum": [0, 1]},
        {"type": "number", "minimum": 0, "const": 1},
        {"type": "integer", "minimum": 0, "exclusiveMinimum": 1.5},
        {"type": "integer", "maximum": 0, "exclusiveMaximum": 1.5},
        {"type": "integer", "minimum": 4, "exclusiveMinimum": 2, "multipleOf": 1},
        {"anyOf": [{"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 5}]},
        {"anyOf": [{"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 6}]},
    ],
)
def test_what_the_generator_holds_together_stays_so(schema):
    aside, limits = set_aside(schema)
    [made], [direct] = generate([aside]), generate([schema])
    assert put_back(Expression(made), limits) == direct


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 2}, {"type": "integer", "maximum": 7, "minimum": -3}),
        ({"type": "number", "minimum": 1}, {"type": "number", "minimum": 0.25}),
        ({"type": "string", "maxLength": 0}, {"type": "string", "maxLength": 2**40}),
    ],
)
def test_another_limit_asks_the_generator_for_nothing_else(one, other):
    assert set_aside(one)[0] == set_aside(other)[0]
    assert set_aside(one)[1] != set_aside(other)[1]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "minimum": 1.5},
        {"type": "number", "minimum": 10**400},
        {"type": "string", "maxLength": True},
        {"type": ["integer", "null"], "minimum": 1},
        {"anyOf": [{"type": "integer", "minimum": 1}, {"const": 704170000000}]},
    ],
)
def test_what_is_no_plain_limit_is_left_to_the_generator(schema):
    assert set_aside(schema) == (schema, {})


def test_what_most_apis_come_to_have_is_asked_for_once():
    texts = [*common_texts()]
    assert len(set(texts)) == len(texts)
    for schema in (
        {"type": "integer", "minimum": 1, "maximum": 9, "description": "How many."},
        {"anyOf": [{"type": "string", "maxLength": 40}, {"type": "null"}], "default": None},
        {"type": "array", "items": {"$ref": "#/$defs/Order"}},
        {"type": "object", "additionalProperties": {"type": "number"}},
    ):
        assert Asked.of(schema, limits=True).text in texts
    assert len(generate([json.loads(text) for text in texts])) == len(texts)
