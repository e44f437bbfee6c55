"""Texts, numbers, times: the values that have nothing inside."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, StringConstraints
from shapes._shape import Shape


class Odd(Enum):
    """Values that other languages read as something else."""

    YES = "yes"
    NULL = "null"
    NUMBER = "1"
    EMPTY = ""
    SPACE = " "
    SNOWMAN = "☃"
    QUOTED = '"'
    AMPERSAND = "a&b=c"


class Size(IntEnum):
    """Numbers with names."""

    SMALL = -1
    BIG = 2**40


class Level(StrEnum):
    """One value only."""

    ONLY = "only"


class Mixed(Enum):
    """Values of several types."""

    TEXT = "text"
    NUMBER = 7


Short = Annotated[str, Field(min_length=1, max_length=3)]
Code = Annotated[str, Field(pattern=r"^[A-Z]{2}-[0-9]{1,4}$")]

PLAIN = [
    Shape("text", str, "a"),
    Shape("short_text", Short, "äöü"),
    Shape("empty_text_only", Annotated[str, Field(max_length=0)], ""),
    Shape("exact_text", Annotated[str, Field(min_length=5, max_length=5)], "😀😀😀😀😀"),
    Shape("pattern", Code, "AB-12"),
    Shape("pattern_without_anchors", Annotated[str, Field(pattern="b+")], "abbc"),
    Shape(
        "pattern_and_lengths", Annotated[str, Field(pattern="^[a-z]*$", min_length=2, max_length=9)], "abc"
    ),
    Shape("text_without_spaces", Annotated[str, StringConstraints(pattern=r"^\S+$")], "a+b%20&c=d#e"),
    Shape("integer", int, -7),
    Shape("small_integer", Annotated[int, Field(ge=-3, le=3)], 3),
    Shape("open_integer", Annotated[int, Field(gt=0, lt=3)], 1),
    Shape("exact_integer", Annotated[int, Field(ge=5, le=5)], 5),
    Shape("wide_integer", Annotated[int, Field(ge=-(2**63), le=2**63 - 1)], 2**63 - 1),
    Shape("even", Annotated[int, Field(multiple_of=2, ge=0)], 4),
    Shape("number", float, 0.5),
    Shape("open_number", Annotated[float, Field(gt=0, lt=1)], 0.25),
    Shape("boolean", bool, True),  # noqa: FBT003 - an example
    Shape("enumeration", Odd, "null"),
    Shape("integer_enumeration", Size, 2**40),
    Shape("single_enumeration", Level, "only"),
    Shape("mixed_enumeration", Mixed, "text"),
    Shape("literal", Literal["a", "true", "1", "[]"], "1"),
    Shape("single_literal", Literal["only"], "only"),
    Shape("integer_literal", Literal[1, 2, 3], 2),
    Shape("day", date, "2026-01-31"),
    Shape("moment", datetime, "2026-01-31T12:30:00Z"),
    Shape("moment_with_zone", AwareDatetime, "2026-01-31T12:30:00Z"),
    Shape("hour", time, "12:30:00Z"),
    Shape("identifier", uuid.UUID, "c7e1b3a0-0000-4000-8000-000000000000"),
    Shape("decimal", Decimal, "1.10"),
    Shape("price", Annotated[Decimal, Field(ge=0, max_digits=8, decimal_places=2)], "19.99"),
    Shape("anything", Any, {"a": [None]}, ("POST",)),
    Shape("nullable_text", str | None, None, ("POST",)),
    Shape("nullable_integer", int | None, None, ("POST",)),
]
