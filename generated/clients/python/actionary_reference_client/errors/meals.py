"""Errors of actions; each class stands for one ``code``."""

from __future__ import annotations

from dataclasses import dataclass as _dataclass
import typing as _typing

from .. import models as _models
from .._runtime.errors import Failure as _Failure


@_dataclass(frozen=True, slots=True, kw_only=True)
class MealNotFound(_Failure):
    """The diary has no meal of that id."""

    details: _models.WhichMeal
    code: _typing.Literal["meal_not_found"] = "meal_not_found"


@_dataclass(frozen=True, slots=True, kw_only=True)
class TimeOutOfRange(_Failure):
    """In UTC the time is before the year 1 or after the year 9999, which the diary cannot keep."""

    details: _models.WhichTime
    code: _typing.Literal["time_out_of_range"] = "time_out_of_range"
