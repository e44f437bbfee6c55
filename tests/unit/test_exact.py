from __future__ import annotations

import datetime as dt
import enum
import uuid
from typing import Annotated, Any, Literal

import pytest
from actionary.exact import exact_check
from actionary.outputs import OutputError, output_writer
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    computed_field,
    field_serializer,
    model_serializer,
)
from pydantic_core import PydanticSerializationError


class Size(enum.Enum):
    SMALL = "s"
    LARGE = "l"


class Inner(BaseModel):
    name: str = "x"
    size: Size = Size.SMALL


class Own(str):
    """A text of its own class."""

    __slots__ = ()


class Everything(BaseModel):
    flag: bool
    count: int
    ratio: float
    text: str
    raw: bytes
    day: dt.date
    moment: dt.datetime
    hour: dt.time
    span: dt.timedelta
    key: uuid.UUID
    size: Size
    kind: Literal["a", 1]
    maybe: int | None
    nothing: None
    inner: Inner
    limited: Annotated[int, Field(ge=0)] = 0


VALUES: dict[str, Any] = {
    "flag": True,
    "count": 1,
    "ratio": 1.5,
    "text": "x",
    "raw": b"x",
    "day": dt.date(2026, 1, 2),
    "moment": dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
    "hour": dt.time(1, 2),
    "span": dt.timedelta(seconds=1),
    "key": uuid.UUID(int=1),
    "size": Size.LARGE,
    "kind": "a",
    "maybe": None,
    "nothing": None,
    "inner": Inner(),
    "limited": 3,
}

ODD: list[Any] = [
    *VALUES.values(),
    0,
    -7,
    Own("x"),
    "b",
    "s",
    [],
    {},
    {"name": "x"},
    Inner.model_construct(name=3),
    Inner.model_construct(size="s"),
]


def is_written_without_a_word(model: type[BaseModel], instance: BaseModel) -> bool:
    try:
        model.__pydantic_serializer__.to_json(instance, by_alias=True, warnings="error")
    except PydanticSerializationError:
        return False
    return True


def test_what_was_validated_is_exact():
    check = exact_check(Everything.__pydantic_core_schema__)
    assert check is not None
    assert check(Everything(**VALUES))
    assert check(Everything(**{**VALUES, "maybe": 3, "kind": 1}))


@pytest.mark.parametrize("field", VALUES)
def test_whatever_stands_in_a_field_it_says_yes_only_where_pydantic_is_content(field):
    check = exact_check(Everything.__pydantic_core_schema__)
    assert check is not None
    answers = set()
    for odd in ODD:
        instance = Everything(**VALUES).model_copy(update={field: odd})
        is_exact = check(instance)
        answers.add(is_exact)
        if is_exact:
            assert is_written_without_a_word(Everything, instance), odd
    assert answers == {True, False}


def test_a_field_too_few_or_too_many_is_not_exact():
    check = exact_check(Inner.__pydantic_core_schema__)
    assert check is not None
    few, many, other = Inner(), Inner(), Inner()
    del few.__dict__["name"]
    many.__dict__["more"] = 1
    other.__dict__["more"] = other.__dict__.pop("name")
    assert not any(map(check, (few, many, other)))


class Extra(BaseModel):
    model_config = ConfigDict(extra="allow")
    a: int


class Computed(BaseModel):
    a: int

    @computed_field
    @property
    def b(self) -> int:
        return self.a


class FieldWritten(BaseModel):
    a: int

    @field_serializer("a")
    def write(self, value: int) -> str:
        return str(value)


class ModelWritten(BaseModel):
    a: int

    @model_serializer
    def write(self) -> dict[str, Any]:
        return {"a": "1"}


class TypeWritten(BaseModel):
    a: Annotated[int, PlainSerializer(str)] = 1


class Holds(BaseModel):
    inner: Computed


class Listed(BaseModel):
    a: list[int]


class Union(BaseModel):
    a: int | str


class Node(BaseModel):
    next: Node | None


@pytest.mark.parametrize(
    "model", [Extra, Computed, FieldWritten, ModelWritten, TypeWritten, Holds, Listed, Union, Node]
)
def test_it_does_not_vouch_for_what_is_written_otherwise(model):
    assert exact_check(model.__pydantic_core_schema__) is None


@pytest.mark.parametrize("declared", [int, list[Inner], Inner | None])
def test_there_is_none_for_what_is_no_model(declared):
    assert exact_check(TypeAdapter(declared).core_schema) is None


@pytest.mark.parametrize("size", ["s", 3])
def test_a_changed_instance_is_refused(size):
    part = Inner()
    part.size = size
    with pytest.raises(OutputError, match="cannot be written as its type"):
        output_writer(TypeAdapter(Inner))(part)


def test_an_instance_built_unchecked_is_written_if_it_fits():
    part = Inner.model_construct(size=Size.LARGE)
    assert output_writer(TypeAdapter(Inner))(part) == (part, b'{"name":"x","size":"l"}')
