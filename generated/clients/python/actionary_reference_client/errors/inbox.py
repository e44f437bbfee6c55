"""Errors of actions; each class stands for one ``code``."""

from __future__ import annotations

from dataclasses import dataclass as _dataclass
import typing as _typing

from .. import models as _models
from .._runtime.errors import Failure as _Failure


@_dataclass(frozen=True, slots=True, kw_only=True)
class ThreadNotFound(_Failure):
    """There is no thread of that id."""

    details: _models.WhichThread
    code: _typing.Literal["thread_not_found"] = "thread_not_found"
