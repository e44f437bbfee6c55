"""Errors of actions; each class stands for one ``code``."""

from __future__ import annotations

from dataclasses import dataclass as _dataclass
import typing as _typing

from .. import models as _models
from .._runtime.errors import Failure as _Failure


@_dataclass(frozen=True, slots=True, kw_only=True)
class Attacked(_Failure):
    """Attacked: */ \"\"\" ` ${x} </script>"""

    details: _models.Details
    code: _typing.Literal["attacked"] = "attacked"
