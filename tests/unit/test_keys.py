"""Counting the keys of an input, and that no key that stands twice is missed."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Literal

import pytest
from actionary.inputs import json_reader
from actionary.keys import key_counter
from actionary.result import CommonError
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    ConfigDict,
    Field,
    create_model,
    field_validator,
    model_validator,
)


class Leaf(BaseModel):
    name: str
    size: int | None = None
    kind: Literal["a", "b"] = "a"


class Branch(BaseModel):
    leaves: list[Leaf] = []
    first: Leaf | None = None
    day: date | None = Field(default=None, alias="theDay")


class Circle(BaseModel):
    name: str = ""
    inner: Circle | None = None


class Shared(BaseModel):
    one: int = Field(default=0, alias="x")
    two: int = Field(default=0, alias="x")


class Paths(BaseModel):
    one: int = Field(default=0, validation_alias=AliasChoices("a", AliasPath("o", 0)))
    two: int = Field(default=0, validation_alias=AliasChoices("b", AliasPath("o", 1)))


class Free(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str


class Ratio(BaseModel):
    ratio: float = 1.0


class Finite(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)
    ratio: float = 1.0


class Sets(BaseModel):
    name: str = ""

    @model_validator(mode="after")
    def set_more(self) -> Sets:
        self.__pydantic_fields_set__.add("other")
        return self


class Inits(BaseModel):
    name: str = ""

    def model_post_init(self, _: Any) -> None:
        self.__pydantic_fields_set__.add("other")


class Changes(BaseModel):
    leaf: Leaf | None = None

    @field_validator("leaf")
    @classmethod
    def change(cls, _: Leaf | None) -> Leaf:
        return Leaf(name="a", size=1)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("{}", 0),
        ('{"leaves": []}', 1),
        ('{"leaves": [{"name": "a"}, {"name": "b", "size": 1, "kind": "b"}], "theDay": "2026-01-31"}', 6),
        ('{"first": null}', 1),
        ('{"first": {"name": "a"}, "unknown": 1}', 2),
    ],
)
def test_the_keys_that_were_read_are_counted(text, keys):
    count = key_counter(Branch.__pydantic_core_schema__)
    assert count is not None
    assert count(Branch.model_validate_json(text)) == keys


@pytest.mark.parametrize("model", [Circle, Shared, Paths, Free, Ratio, Sets, Inits, Changes])
def test_what_may_hide_keys_or_odd_numbers_is_not_counted(model):
    assert key_counter(model.__pydantic_core_schema__) is None


def test_numbers_that_the_model_itself_keeps_finite_hide_nothing():
    assert key_counter(Finite.__pydantic_core_schema__) is not None


def test_models_that_share_others_many_times_over_are_made_quickly():
    model: type[BaseModel] = Leaf
    for number in range(40):
        model = create_model(f"Level{number}", left=(model, ...), right=(model, ...))
    count = key_counter(model.__pydantic_core_schema__)
    assert count is not None


MODELS = [Branch, Circle, Shared, Paths, Free, Ratio, Finite, Sets, Inits, Changes]
TEXTS = st.one_of(st.text(max_size=3), st.sampled_from([":", "a:b", "\\u003a", "2026-01-31", "a"]))


def spelled(pairs: list[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{json.dumps(key)} : {value}" for key, value in pairs) + "}"


VALUES = st.recursive(
    st.one_of(
        TEXTS.map(json.dumps),
        st.just("null"),
        st.just("1"),
        st.just("NaN"),
        st.just("1e999"),
        st.just('"\\u003a"'),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
        st.lists(st.tuples(st.sampled_from(["name", "size", "kind", "x"]), inner), max_size=4).map(spelled),
    ),
    max_leaves=6,
)
BODIES = st.lists(
    st.tuples(
        st.sampled_from(["leaves", "first", "inner", "theDay", "name", "ratio", "leaf", "x", "o"]), VALUES
    ),
    max_size=4,
).map(spelled)


def is_strict(body: str) -> bool:
    def once(pairs: list[tuple[str, Any]]) -> None:
        assert len(dict(pairs)) == len(pairs)

    def finite(text: str) -> float:
        assert abs(float(text)) < float("inf")
        return float(text)

    try:
        json.loads(body, object_pairs_hook=once, parse_constant=finite, parse_float=finite)
    except AssertionError:
        return False
    return True


@given(model=st.sampled_from(MODELS), body=BODIES)
def test_what_is_read_has_no_key_twice_and_only_finite_numbers(model, body):
    try:
        json_reader(model)(body.encode())
    except CommonError:
        return
    assert is_strict(body)
