"""Unions, told apart by a tag or by what fits best."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Union
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from type_shapes.shape import As, Shape


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    name: str


class Sound(StrEnum):
    LOUD = "loud"
    QUIET = "quiet"


class Bell(BaseModel):
    sound: Literal[Sound.LOUD]
    tone: int


class Clock(BaseModel):
    sound: Literal[Sound.QUIET, "silent"]


class Bird(BaseModel):
    kind: Literal["bird"]
    sub: Literal["parrot", "crow"]


class Small(BaseModel):
    a: int


class Large(BaseModel):
    a: int
    b: int | None = None


class Email(BaseModel):
    model_config = ConfigDict(extra="forbid")
    to: str


class Sms(BaseModel):
    model_config = ConfigDict(extra="forbid")
    to: str
    sender: str


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]

TITLE = "Unions"
SHAPES = [
    Shape(name="nullable", type="int | None", right=(1, None), wrong=("1", True)),
    Shape(name="union_of_scalars", type="int | str | bool", right=(1, "a", True), wrong=(None, 0.5, [])),
    Shape(name="union_integer_or_number", type="int | float", right=(1, 0.5), wrong=("a",)),
    Shape(name="union_or_list", type="str | list[str]", right=("a", ["a", "b"]), wrong=(1, [1])),
    Shape(name="union_or_map", type="list[int] | dict[str, int]", right=([1], {"a": 1}), wrong=("a",)),
    Shape(
        name="union_formats",
        type="UUID | date | str",
        right=("6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b", "2026-01-31", "a"),
        wrong=(1,),
    ),
    Shape(
        name="union_of_literals", type='Literal["a"] | Literal[1] | None', right=("a", 1, None), wrong=("b",)
    ),
    Shape(
        name="union_tagged",
        type="Pet",
        right=({"kind": "cat", "lives": 9}, {"kind": "dog", "name": "Rex"}),
        wrong=({"kind": "cow"}, {"lives": 9}, {"name": "Rex"}),
    ),
    Shape(
        name="union_tagged_in_list",
        type="list[Pet | None]",
        right=([{"kind": "dog", "name": "Rex"}, None],),
        wrong=([{}],),
    ),
    Shape(
        name="union_tagged_twice",
        type='Annotated[Pet | Bird, Field(discriminator="kind")]',
        right=({"kind": "cat", "lives": 1}, {"kind": "bird", "sub": "crow"}),
        wrong=({"kind": "bird", "sub": "cat"},),
    ),
    Shape(
        name="union_tagged_by_enum",
        type='Annotated[Bell | Clock, Field(discriminator="sound")]',
        right=({"sound": "loud", "tone": 1}, {"sound": "quiet"}, {"sound": "silent"}),
        wrong=({"sound": "none"},),
    ),
    Shape(
        name="union_of_models",
        type="Cat | Dog",
        right=({"kind": "cat", "lives": 1}, {"kind": "dog", "name": "Rex"}),
        wrong=({"kind": "cow"},),
    ),
    Shape(
        name="union_overlapping",
        type="Small | Large",
        right=({"a": 1}, {"a": 1, "b": 2}, {"a": 1, "b": None}),
        wrong=({}, {"b": 2}),
    ),
    Shape(
        name="union_overlapping_closed",
        type="Email | Sms",
        right=({"to": "a"}, {"to": "a", "sender": "b"}),
        wrong=({"to": "a", "more": 1}, {"sender": "b"}),
    ),
    Shape(
        name="union_left_to_right",
        type='Annotated[Union[int, str, Small], Field(union_mode="left_to_right")]',
        right=(1, "a", {"a": 1}),
        wrong=(None,),
    ),
]
