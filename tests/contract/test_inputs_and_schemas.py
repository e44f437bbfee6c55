"""What an input's schema accepts, the action reads; what the schema refuses, the action refuses."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import uuid
from collections.abc import Callable
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, NamedTuple, NotRequired

import pytest
from actionary import define_action
from actionary.json_schema import subschemas
from actionary.result import CommonError
from actionary.schema import core_schema_of, describe_types
from actionary.testing.formats import PROMISED
from actionary.testing.validators import format_checker
from actionary.testing.values import TEXTS, likely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model
from typing_extensions import TypedDict

FORMATS = format_checker(PROMISED)


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Size(IntEnum):
    SMALL = 1
    BIG = 2


class Item(BaseModel):
    name: str
    count: int = 1
    note: str | None = None


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    from_: int = Field(alias="from")


class ByName(BaseModel):
    model_config = ConfigDict(validate_by_alias=False, validate_by_name=True, extra="forbid")
    from_: int = Field(alias="from")


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str


class Car(BaseModel):
    kind: Literal["car"] = "car"
    doors: int


class Bike(BaseModel):
    bell: bool
    kind: Literal["bike"] = "bike"


class Garage(BaseModel):
    first: Car
    others: list[Annotated[Car | Bike, Field(discriminator="kind")]]


class Node(BaseModel):
    value: int
    children: list[Node] = []


@dataclasses.dataclass
class Point:
    x: int
    y: float = 0


class Pair(NamedTuple):
    first: int
    second: str = "x"


class Settings(TypedDict):
    dark: bool
    size: NotRequired[int]


TYPES: dict[str, Any] = {
    "int": int,
    "bounded int": Annotated[int, Field(ge=-3, lt=10)],
    "multiple": Annotated[int, Field(multiple_of=3)],
    "float": float,
    "bounded float": Annotated[float, Field(gt=0, le=2.5)],
    "bool": bool,
    "str": str,
    "short str": Annotated[str, Field(min_length=1, max_length=3)],
    "pattern": Annotated[str, Field(pattern=r"^[a-c]+[0-9]?$")],
    "literals": Literal["a", "b", 3, True] | None,
    "one literal": Literal["a"],
    "enum": Colour,
    "int enum": Size,
    "optional": int | None,
    "union": int | bool | str,
    "int or list": int | list[int],
    "any": Any,
    "list": list[int],
    "bounded list": Annotated[list[str], Field(min_length=1, max_length=2)],
    "tuple": tuple[int, str],
    "tuple of any length": tuple[bool, ...],
    "named tuple": Pair,
    "dict": dict[str, int],
    "dict of int keys": dict[int, bool],
    "dict of bool keys": dict[bool, int],
    "dict of enum keys": dict[Colour, int],
    "dict of int enum keys": dict[Size, int],
    "dict of literal keys": dict[Literal["a", "b"], int],
    "dict of pattern keys": dict[Annotated[str, Field(pattern="^[a-c]$")], int],
    "bounded dict": Annotated[dict[str, int], Field(min_length=1, max_length=2)],
    "model": Item,
    "closed model": Closed,
    "model by name": ByName,
    "list of models": list[Item],
    "discriminated union": Annotated[Cat | Dog, Field(discriminator="kind")],
    "discriminated union with defaults": Annotated[Car | Bike, Field(discriminator="kind")],
    "class of a discriminated union alone": Garage,
    "plain union of models": Cat | Dog,
    "recursive": Node,
    "dataclass": Point,
    "typed dict": Settings,
    "date": dt.date,
    "date and time": dt.datetime,
    "date and time with zone": AwareDatetime,
    "time": dt.time,
    "duration": dt.timedelta,
    "uuid": uuid.UUID,
    "decimal": Decimal,
    "null": None,
    "set": set[int],
}


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_object(value: Any) -> bool:
    return isinstance(value, dict)


READ_ALTHOUGH_REFUSED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "literals": (lambda value: value == 1, "to Python 1 is True, and pydantic looks literals up"),
    "int enum": (lambda value: value is True, "to Python True is 1, and pydantic looks members up"),
    "class of a discriminated union alone": (
        is_object,
        "a class has one schema, and clients one type: its tag is required alone too, default or not",
    ),
    "named tuple": (is_object, "pydantic takes its fields by name too"),
    "dict of int keys": (is_object, "pydantic reads keys such as `01`, which no client writes"),
    "dict of bool keys": (is_object, "as above, `1` and `yes`"),
    "dict of int enum keys": (is_object, "as above, `01`"),
    "uuid": (is_text, "pydantic reads other spellings of UUIDs"),
    "decimal": (is_text, "pydantic reads what Python calls a decimal, such as `1_0` and ` 1 `"),
    "set": (lambda value: isinstance(value, list), "what stands twice in a list stands once in a set"),
}
"""Where more is read than the schema says: nobody who keeps to the schema can notice."""

REFUSED_ALTHOUGH_ACCEPTED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "pattern": (
        lambda value: is_text(value) and value.endswith("\n"),
        "a quirk of jsonschema: in Python `$` matches before a last newline, in JSON Schema it does not",
    ),
    "dict of pattern keys": (
        lambda value: is_object(value) and any(key.endswith("\n") for key in value),
        "as above",
    ),
}


@pytest.fixture(scope="module", params=TYPES)
def subject(request) -> Subject:
    return Subject(request.param)


class Subject:
    """An action whose input has one required property ``x`` of a type, and the schema of that input."""

    def __init__(self, name: str) -> None:
        self.name = name
        model = create_model("Given", __config__=ConfigDict(extra="forbid"), x=(TYPES[name], ...))
        made = define_action(name="subject", input=model, handler=lambda _: None)
        self.read = made.prepared.read_json
        types = describe_types([("input", "validation", core_schema_of(model))])
        self.schema = {**types.schemas["input"], "$defs": dict(types.definitions)}
        self.validator = Draft202012Validator(self.schema, format_checker=FORMATS)

    def reads(self, body: bytes) -> bool:
        try:
            self.read(body)
        except CommonError as error:
            return error.code != "invalid_input"  # which no schema refuses
        return True

    def check(self, value: Any) -> None:
        """Hold the action against the schema for an input whose ``x`` is ``value``."""
        read, accepted = self.reads(json.dumps({"x": value}).encode()), self.validator.is_valid({"x": value})
        if read and not accepted:
            known, _ = READ_ALTHOUGH_REFUSED.get(self.name, (None, ""))
            assert known is not None, "it is read, and the schema refuses it"
            assert known(value), "it is read, and the schema refuses it"
        if accepted and not read:
            known, _ = REFUSED_ALTHOUGH_ACCEPTED.get(self.name, (None, ""))
            assert known is not None, "the schema accepts it, and it is not read"
            assert known(value), "the schema accepts it, and it is not read"


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_the_schema_accepts_is_read_and_nothing_else(subject, data):
    types = subject.schema["$defs"]
    subject.check(data.draw(likely(types["Given"]["properties"]["x"], types)))


def test_of_all_the_texts_and_numbers_each_type_reads_what_its_schema_accepts(subject):
    for text in TEXTS:
        subject.check(text)
        subject.check([text])
        subject.check({text: 1})
    for number in (0, 1, -1, 3.0, 3.5, -0.0, 1e22, 2**53 + 1, 10**30, 1e308, True, False, None):
        subject.check(number)
        subject.check([number, number])


def test_every_type_reads_something_and_refuses_something(subject):
    """The other tests would pass if nothing were ever read, or accepted."""
    values = [
        *(*TEXTS, 0, 1, 3, 9, 2.5, True, None, [], [1], [1, "x"], ["a"], [True], {}, {"a": 1}, {"1": True}),
        *({"true": 1}, {"red": 1}, {"1": 1}, {"name": "x"}, {"from": 1}, [{"name": "x"}], {"dark": True}),
        {"first": {"kind": "car", "doors": 3}, "others": [{"bell": True, "kind": "bike"}]},
        *(
            {"kind": "cat", "lives": 9},
            {"kind": "car", "doors": 3},
            {"value": 1, "children": [{"value": 2}]},
            {"x": 1},
            {"y": object},
        ),
    ]
    outcomes = {subject.validator.is_valid({"x": value}) for value in values}
    assert outcomes == ({True} if subject.name == "any" else {True, False})


def test_its_schema_is_valid_and_says_no_title(subject):
    Draft202012Validator.check_schema(subject.schema)
    assert not [schema for schema in subschemas(subject.schema) if "title" in schema]


WHOLE: dict[str, Any] = {
    "int": 3,
    "bounded int": 3,
    "optional": 3,
    "float": 3,
    "list": [3],
    "tuple": [3, "x"],
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_number_may_be_written_with_a_fraction_or_an_exponent(name):
    subject = Subject(name)
    plain = subject.read(json.dumps({"x": WHOLE[name]}).encode())
    for written in ("3.0", "3.000", "30e-1", "0.3e1", "3E0"):
        body = json.dumps({"x": WHOLE[name]}).replace("3", written).encode()
        assert subject.read(body) == plain
        assert subject.validator.is_valid(json.loads(body))


def test_big_integers_keep_every_digit():
    subject = Subject("int")
    for number in (2**53 + 1, -(10**40), 10**4000):
        assert subject.read(b'{"x": %d}' % number).x == number


@pytest.mark.parametrize(
    "body",
    [
        *(b'{"x": NaN}', b'{"x": Infinity}', b'{"x": -Infinity}', b'{"x": 1e999}', b'{"x": [1, NaN]}'),
        *(
            b'{"x": 1, "x": 1}',
            b'{"x": {"a": 1, "a": 1}}',
            b'{"x": 1, "\\u0078": 2}',
            b'{"x": [{"b": 1, "b": 2}]}',
        ),
        *(
            b"{",
            b'{"x": 1,}',
            b"{'x': 1}",
            b'{"x": 1} {}',
            b'{"x": "\xff"}',
            b'\xef\xbb\xbf{"x": 1}',
            b'{"x": 01}',
        ),
        *(b'{"x": "a\nb"}', b'{"x": +1}', b'{"x": .5}', b'{"x": "\\ud800"}', b"{} // note", b"\x00", b" "),
        *(b"null", b"[]", b"3", b'"x"', b"true", b'{"x": 1, "y": 2}', b"{}", b""),
    ],
)
def test_bytes_that_are_no_such_json_object_are_refused_whatever_the_type(body):
    for name in ("any", "int", "float", "dict", "str"):
        assert not Subject(name).reads(body), name


def test_every_difference_that_is_listed_is_one():
    """A reason that no longer holds has to go."""
    found = {
        "literals": 1,
        "int enum": True,
        "class of a discriminated union alone": {"first": {"doors": 3}, "others": []},
        "named tuple": {"first": 1},
        "dict of int keys": {"01": True},
        "dict of bool keys": {"yes": 1},
        "dict of int enum keys": {"01": 1},
        "uuid": "c7e1b3a0000040008000000000000000",
        "decimal": " 1 ",
        "set": [1, 1],
    }
    assert set(found) == set(READ_ALTHOUGH_REFUSED)
    for name, value in found.items():
        subject = Subject(name)
        assert subject.reads(json.dumps({"x": value}).encode()), name
        assert not subject.validator.is_valid({"x": value}), name
