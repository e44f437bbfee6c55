"""Dataclasses and typed dicts."""

from __future__ import annotations

import dataclasses
from typing import Annotated, NotRequired, Required

from pydantic import ConfigDict, Field, with_config
from pydantic.dataclasses import dataclass
from type_shapes.shape import As, Shape
from typing_extensions import TypedDict


@dataclasses.dataclass
class Point:
    """A point of a plane."""

    x: int
    y: float = 0.5
    labels: list[str] = dataclasses.field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Area:
    corner: Point
    width: Annotated[int, Field(gt=0)]
    note: Annotated[str | None, Field(alias="remark")] = None


@dataclasses.dataclass(slots=True)
class Cell:
    row: int
    next: Cell | None = None


@dataclasses.dataclass
class Started:
    name: str
    greeting: dataclasses.InitVar[str] = "Hello"

    def __post_init__(self, greeting: str) -> None:
        self.name = f"{greeting} {self.name}"


class Options(TypedDict):
    dark: bool
    size: NotRequired[int]


class Patch(TypedDict, total=False):
    name: str
    count: int | None
    id: Required[int]


class Wide(Options):
    width: int


@with_config(ConfigDict(extra="forbid"))
class Strict(TypedDict):
    a: int


TITLE = "Dataclasses and typed dicts"
SHAPES = [
    Shape(
        name="dataclass_plain",
        type="Point",
        right=({"x": 1, "y": 2.5, "labels": ["a"]}, As({"x": 1}, {"x": 1, "y": 0.5, "labels": []})),
        wrong=({}, {"x": "1"}),
    ),
    Shape(
        name="dataclass_pydantic",
        type="Area",
        right=({"corner": {"x": 1, "y": 0.5, "labels": []}, "width": 2, "remark": None},),
        wrong=({"corner": {"x": 1}, "width": 0}, {"width": 1}),
    ),
    Shape(
        name="dataclass_recursive",
        type="Cell",
        right=({"row": 1, "next": {"row": 2, "next": None}},),
        wrong=({"row": "a"},),
    ),
    Shape(
        name="dataclass_begun",
        type="Started",
        right=(As({"name": "Ann", "greeting": "Hi"}, {"name": "Hi Ann"}),),
        wrong=({"greeting": "Hi"},),
    ),
    Shape(
        name="typed_dict",
        type="Options",
        right=({"dark": True}, {"dark": True, "size": 1}),
        wrong=({}, {"dark": True, "size": None}),
    ),
    Shape(
        name="typed_dict_partial",
        type="Patch",
        right=({"id": 1}, {"id": 1, "name": "a", "count": None}),
        wrong=({}, {"id": 1, "name": None}),
    ),
    Shape(
        name="typed_dict_inherited", type="Wide", right=({"dark": True, "width": 1},), wrong=({"dark": True},)
    ),
    Shape(name="typed_dict_closed", type="Strict", right=({"a": 1},), wrong=({"a": 1, "b": 2},)),
    Shape(name="typed_dicts_in_list", type="list[Patch]", right=([{"id": 1}],), wrong=([{}],)),
]
