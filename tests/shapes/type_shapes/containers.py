"""Lists, tuples, sets and dicts."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Mapping, Sequence
from datetime import date
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from pydantic import Field
from type_shapes.shape import As, Shape


class Pair(NamedTuple):
    first: int
    second: str = "x"


class Unit(StrEnum):
    KG = "kg"
    G = "g"


class Floor(IntEnum):
    CELLAR = -1
    GROUND = 0


TITLE = "Collections"
SHAPES = [
    Shape(name="list_of_integers", type="list[int]", right=([], [1, 2]), wrong=(["1"], 1, {"a": 1}, [None])),
    Shape(name="list_of_anything", type="list", right=([], [1, "a", None]), wrong=("a",)),
    Shape(
        name="list_bounded",
        type="Annotated[list[str], Field(min_length=1, max_length=2)]",
        right=(["a"], ["a", "b"]),
        wrong=([], ["a", "b", "c"]),
    ),
    Shape(name="list_of_nullables", type="list[int | None]", right=([1, None],), wrong=(["1"],)),
    Shape(name="sequence", type="Sequence[int]", right=([1, 2],), wrong=(["1"], "ab")),
    Shape(
        name="tuple_fixed",
        type="tuple[int, str, bool]",
        right=([1, "a", True],),
        wrong=([1, "a"], [1, "a", True, 0], ["a", 1, True]),
    ),
    Shape(name="tuple_any_length", type="tuple[int, ...]", right=([], [1, 2, 3]), wrong=(["a"],)),
    Shape(name="tuple_empty", type="tuple[()]", right=([],), wrong=([1],)),
    Shape(
        name="named_tuple", type="Pair", right=([1, "a"], As([1], [1, "x"])), wrong=([], ["a"], [1, "a", 2])
    ),
    Shape(name="set_of_integers", type="set[int]", right=([], [1]), wrong=(["a"], 1)),
    Shape(name="frozen_set", type="frozenset[str]", right=(["a"],), wrong=([1],)),
    Shape(name="deque_of_integers", type="deque[int]", right=([1, 2],), wrong=(["a"],)),
    Shape(
        name="deque_bounded",
        type="Annotated[deque[int], Field(max_length=2)]",
        right=([1, 2],),
        wrong=([1, 2, 3],),
    ),
    Shape(
        name="map_of_integers",
        type="dict[str, int]",
        right=({}, {"a": 1, "": 2, "__proto__": 3}),
        wrong=({"a": "1"}, []),
    ),
    Shape(name="map_of_nullables", type="dict[str, int | None]", right=({"a": None},), wrong=({"a": "x"},)),
    Shape(name="map_of_anything", type="dict[str, Any]", right=({"a": [None]},), wrong=([],)),
    Shape(name="map_of_lists", type="dict[str, list[Pair]]", right=({"a": [[1, "b"]]},), wrong=({"a": [1]},)),
    Shape(
        name="map_bounded",
        type="Annotated[dict[str, int], Field(min_length=1, max_length=2)]",
        right=({"a": 1},),
        wrong=({}, {"a": 1, "b": 2, "c": 3}),
    ),
    Shape(name="mapping", type="Mapping[str, bool]", right=({"a": True},), wrong=({"a": 1},)),
    Shape(name="default_dict", type="defaultdict[str, int]", right=({"a": 1},), wrong=({"a": "x"},)),
    Shape(name="ordered_dict", type="OrderedDict[str, int]", right=({"b": 1, "a": 2},), wrong=({"a": "x"},)),
    Shape(name="counter", type="Counter[str]", right=({"a": 1},), wrong=({"a": "x"},)),
    Shape(
        name="keys_integers",
        type="dict[int, str]",
        right=({"1": "a", "-2": "b"},),
        wrong=({"a": "b"}, {"1.5": "a"}),
    ),
    Shape(
        name="keys_ordered_integers", type="OrderedDict[int, str]", right=({"1": "a"},), wrong=({"a": "b"},)
    ),
    Shape(name="keys_counted_integers", type="Counter[int]", right=({"1": 2},), wrong=({"a": 1},)),
    Shape(
        name="keys_bounded",
        type="dict[Annotated[int, Field(ge=0)], str]",
        right=({"1": "a"},),
        wrong=({"-1": "b"}, {"a": "b"}),
    ),
    Shape(name="keys_booleans", type="dict[bool, int]", right=({"true": 1, "false": 0},), wrong=({"x": 1},)),
    Shape(name="keys_enum", type="dict[Unit, int]", right=({"kg": 1},), wrong=({"t": 1},)),
    Shape(
        name="keys_integer_enum", type="dict[Floor, str]", right=({"-1": "a", "0": "b"},), wrong=({"7": "a"},)
    ),
    Shape(name="keys_literal", type='dict[Literal["a", "b"], int]', right=({"a": 1},), wrong=({"c": 1},)),
    Shape(
        name="keys_uuid",
        type="dict[UUID, int]",
        right=({"6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b": 1},),
        wrong=({"x": 1},),
    ),
    Shape(name="keys_date", type="dict[date, int]", right=({"2026-01-31": 1},), wrong=({"x": 1},)),
    Shape(
        name="keys_pattern",
        type='dict[Annotated[str, Field(pattern="^[a-c]$")], int]',
        right=({"a": 1},),
        wrong=({"d": 1},),
    ),
]
