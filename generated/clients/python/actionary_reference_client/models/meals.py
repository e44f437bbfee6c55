"""Types of the API's inputs and outputs.

A field that may be left out is `UNSET` until it is given. A field whose name on
the wire is no name in Python has that one as its alias.
"""

from __future__ import annotations

import datetime as _datetime
import typing as _typing

import pydantic as _pydantic

from .._runtime.model import Model as _Model


class Diary(_Model):
    """The meals of a day."""

    day: _datetime.date
    meals: list[Meal]
    total_kcal: int
    """Of the meals that are listed, in kilocalories."""


class Meal(_Model):
    """A meal of the diary."""

    eaten_at: _datetime.datetime
    id: int
    kcal: _typing.Annotated[int, _pydantic.Field(ge=0, le=20000)]
    """In kilocalories."""
    kind: _typing.Literal['breakfast', 'lunch', 'dinner', 'snack']
    name: str
    tags: list[_typing.Annotated[str, _pydantic.Field(max_length=30, pattern='^[a-z]+$')]]


class WhichMeal(_Model):
    """The meal that a call was about."""

    meal_id: _typing.Annotated[int, _pydantic.Field(ge=1, le=9007199254740991)]
    """The meal's id, as list_meals gives it."""


class WhichTime(_Model):
    """The time that a call was about."""

    eaten_at: _datetime.datetime
