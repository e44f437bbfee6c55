"""The classes and aliases of ``models``, as the templates write them."""

from __future__ import annotations

from dataclasses import dataclass

from actionary_build.emit.python.annotations import Code
from actionary_build.emit.python.names import Name
from actionary_build.texts import PythonDocstring, PythonString


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field of a class, as the template writes it; ``key`` quotes ``wire``, ``shown`` is for people."""

    name: Name
    wire: str
    key: PythonString
    annotation: Code
    quoted: Code
    shown: Code
    default: Code | None
    doc: PythonDocstring | None


@dataclass(frozen=True, slots=True)
class ModelView:
    """A class of ``models``; ``extra`` is what it does with keys it does not know.

    With ``by_keys`` some keys are no names, so that it is written as a call; with ``is_dict``
    one is empty, which type checkers know no class for.
    """

    name: Name
    quoted_name: PythonString
    by_keys: bool
    is_dict: bool
    doc: PythonDocstring | None
    extra: PythonString | None
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class AliasView:
    """A name for a type that is no class; a recursive one needs another form. ``shown`` is for people."""

    name: Name
    quoted_name: PythonString
    expression: Code
    quoted: Code
    shown: Code
    recursive: bool
    doc: PythonDocstring | None
