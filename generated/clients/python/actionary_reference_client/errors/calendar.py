"""Errors of actions; each class stands for one ``code``."""

from __future__ import annotations

from dataclasses import dataclass as _dataclass
import typing as _typing

from .. import models as _models
from .._runtime.errors import Failure as _Failure


@_dataclass(frozen=True, slots=True, kw_only=True)
class PeriodBackwards(_Failure):
    """The last day is before the first."""

    details: _models.Period
    code: _typing.Literal["period_backwards"] = "period_backwards"
