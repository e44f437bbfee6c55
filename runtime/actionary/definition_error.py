"""The one error for every mistake in a definition, and where the mistake was made."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from actionary.definition import Definition


@dataclass(frozen=True, slots=True)
class Place:
    """A place in source code; ``line`` counts from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class ActionDefinitionError(Exception):
    """An action, a domain error or a registry is defined wrongly.

    ``where`` is the place, ``action`` and ``field`` name what is wrong there (each
    may be empty), ``what`` says what is wrong and ``mend`` what would be right.
    """

    def __init__(self, what: str, *, mend: str, where: Place, action: str = "", field: str = "") -> None:
        self.what = what
        self.mend = mend
        self.where = where
        self.action = action
        self.field = field
        parts = [f"action {action!r}"] if action else []
        parts += [f"field `{field}`"] if field else []
        subject = ", ".join(parts)
        super().__init__(f"{where}: {subject + ': ' if subject else ''}{what}\n  mend: {mend}")


def refusal_of(definition: Definition, field: str, what: str, mend: str) -> ActionDefinitionError:
    """Give the error for a field of an action's definition."""
    return ActionDefinitionError(what, mend=mend, where=definition.where, action=definition.name, field=field)


def place_of(function: Callable[..., Any]) -> Place:
    """Give the place where a function is defined, or that of the caller for other callables."""
    code = getattr(function, "__code__", None)
    return Place(code.co_filename, code.co_firstlineno) if isinstance(code, CodeType) else place_of_caller()


def place_of_caller() -> Place:
    """Give the nearest place outside this package that led here."""
    return place_at(caller())


def place_at(frame: FrameType) -> Place:
    """Give the place where a frame is."""
    return Place(frame.f_code.co_filename, frame.f_lineno)


def running_file(near: FrameType) -> str:
    """Give the file of the module whose own code, outside of every function, led to a frame; else its own."""
    frame: FrameType | None = near
    while frame is not None and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    return (frame or near).f_code.co_filename


def caller() -> FrameType:
    """Give the nearest frame outside this package that led here."""
    frame = inspect.currentframe()
    assert frame is not None, "CPython has frames"  # noqa: S101 - tells the type checkers
    while (back := frame.f_back) is not None and _package_of(frame) == "actionary":
        frame = back
    return frame


def _package_of(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__")).partition(".")[0]
