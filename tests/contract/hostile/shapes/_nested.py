"""Lists, objects, unions, models: the values that have others inside."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, NotRequired

from pydantic import BaseModel, ConfigDict, Field, RootModel, create_model
from shapes._plain import Code, Odd, Short
from shapes._shape import Shape
from typing_extensions import TypedDict


class Cat(BaseModel):
    """A cat."""

    kind: Literal["cat"]
    lives: Annotated[int, Field(ge=0, le=9)]


class Dog(BaseModel):
    """A dog, whose tag has a default."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["dog"] = "dog"
    friends: list[Pet] = []


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


class Tree(BaseModel):
    """Holds itself in a list and as a nullable value."""

    value: int = 0
    children: list[Tree] = []
    best: Tree | None = None


class Even(BaseModel):
    """Holds `Odder`, which holds this."""

    odd: Odder | None = None


class Odder(BaseModel):
    """Holds `Even`, which holds this."""

    even: Even


class Open(BaseModel):
    """Keeps what it does not know."""

    model_config = ConfigDict(extra="allow")
    known: int = 1


class TypedOpen(BaseModel):
    """Keeps what it does not know, if it is a number."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int] = Field(init=False)
    known: str = "known"


class Closed(BaseModel):
    """Refuses what it does not know."""

    model_config = ConfigDict(extra="forbid")
    known: Short = "a"


@dataclasses.dataclass
class Point:
    """A dataclass."""

    x: int
    y: float = 0.5
    tags: list[str] = dataclasses.field(default_factory=list)


class Pair(NamedTuple):
    """A named tuple, which travels as a list."""

    first: int
    second: str = "x"


class Options(TypedDict):
    """A TypedDict with a key that may be missing."""

    dark: bool
    size: NotRequired[Annotated[int, Field(ge=1)]]


class Names(RootModel[list[Short]]):
    """A list with a name."""


class Defaults(BaseModel):
    """Defaults of all kinds."""

    text: str = '</script>*/"""`${x}'
    number: float = 1e-7
    big: int = 2**53 - 1
    nothing: str | None = None
    day: date = date(2026, 1, 31)
    price: Decimal = Decimal("1.10")
    odd: Odd = Odd.EMPTY
    texts: list[str] = ["", "a"]
    nested: Closed = Closed(known="b")
    table: dict[str, int] = {"": 0, "a b": 1}


def deep(levels: int) -> type[BaseModel]:
    """Give a model of so many levels."""
    model: Any = int
    for level in range(levels):
        model = create_model(f"Level{level}", below=(model, ...))
    return model


def deep_value(levels: int) -> Any:
    """Give JSON of `deep`."""
    value: Any = 1
    for _ in range(levels):
        value = {"below": value}
    return value


NESTED = [
    Shape("texts", list[str], ["a", "", "[]", "a,b"]),
    Shape("integers", list[int], [1, -2]),
    Shape("numbers", list[float], [0.5, 2]),
    Shape("flags", list[bool], [True, False]),
    Shape("some_texts", Annotated[list[Short], Field(min_length=1, max_length=2)], ["ab"]),
    Shape("codes", list[Code], ["AB-1", "ZZ-9999"]),
    Shape("days", list[date], ["2026-01-31"]),
    Shape("enumerations", list[Odd], ["", "null"]),
    Shape("text_or_integer", list[int | str], [1, "a"], ("POST",)),
    Shape("lists", list[list[int]], [[1], []]),
    Shape("pair", tuple[int, str], [1, "a"]),
    Shape("flags_tuple", tuple[bool, ...], [True]),
    Shape("named_pair", Pair, [1, "a"], ("POST",)),
    Shape("table", dict[str, int], {"a": 1, "": 2}),
    Shape("table_of_codes", dict[Code, str], {"AB-1": "x"}),
    Shape("table_of_enumeration", dict[Odd, bool], {"null": True}),
    Shape("small_table", Annotated[dict[str, int], Field(min_length=1, max_length=2)], {"a": 1}),
    Shape("text_or_one", Literal["x", 1], 1),
    Shape("number_or_all", int | Literal["all"], 7),
    Shape("texts_and_ones", list[Literal["x", 1]], [1, "x"]),
    Shape("all_or_numbers", Literal["all"] | list[int], "all"),
    Shape("integer_or_text", int | str, "a", ("POST",)),
    Shape("integer_or_list", int | list[int], [1]),
    Shape("boolean_or_integer", bool | int, 0, ("POST",)),
    Shape("pet", Pet, {"kind": "dog", "friends": [{"kind": "cat", "lives": 9}]}),
    Shape("pets", list[Pet], [{"kind": "cat", "lives": 0}]),
    Shape("model_or_text", Closed | str, {"known": "c"}, ("POST",)),
    Shape("cat_or_closed", Cat | Closed, {"known": "c"}),
    Shape("tree", Tree, {"children": [{"value": 1}], "best": None}),
    Shape("even_and_odd", Even, {"odd": {"even": {}}}),
    Shape("open_object", Open, {"known": 2, "other": [1]}),
    Shape("typed_open_object", TypedOpen, {"known": "k", "other": 1}),
    Shape("closed_object", Closed, {"known": "abc"}),
    Shape("dataclass", Point, {"x": 1, "tags": ["a"]}),
    Shape("typed_dict", Options, {"dark": True}),
    Shape("named_list", Names, ["a"]),
    Shape("defaults", Defaults, {}),
    Shape("deep", deep(30), deep_value(30)),
]
