"""Errors of actions; each class stands for one ``code``."""

from __future__ import annotations

from dataclasses import dataclass as _dataclass
import typing as _typing

from .._runtime.errors import Failure as _Failure


@_dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyDecided(_Failure):
    """The call was denied before, or it was made already."""

    details: None = None
    code: _typing.Literal["already_decided"] = "already_decided"


@_dataclass(frozen=True, slots=True, kw_only=True)
class NoSuchApproval(_Failure):
    """There is nothing under this key, or it has expired."""

    details: None = None
    code: _typing.Literal["no_such_approval"] = "no_such_approval"
