"""Templates, and what may get into them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from actionary_build.emit.python.annotations import Code
from actionary_build.emit.python.imports import imports_for
from actionary_build.emit.python.names import Name, TomlString
from actionary_build.emit.python.pieces import kept
from actionary_build.texts import (
    MarkdownCode,
    MarkdownText,
    PythonDocstring,
    PythonIdentifier,
    PythonString,
)

if TYPE_CHECKING:  # what is kept needs no templates
    from jinja2 import Environment

HERE: Final = Path(__file__).parent


class Rendered(str):
    """What a template made: safe as it is."""

    __slots__ = ()


_SAFE: Final = frozenset(
    {Code, Name, TomlString, MarkdownCode, MarkdownText, PythonDocstring, PythonIdentifier, PythonString}
    | {Rendered}
)

_IMPORTS: Final = Rendered("\0")
"""Stands for what a module imports until the rest of it is known; no safe text holds it."""


def python_module(template: str, depth: int, *, quoted: Iterable[Code] = (), **values: Any) -> str:
    """Render a module that deep in the package: what it imports is seen once the rest of it stands there.

    Types that it has as text are ``quoted``.
    """
    text = rendered(template, imports=_IMPORTS, **values)
    return text.replace(_IMPORTS, imports_for(text, depth, quoted), 1)


def kept_module(template: str, depth: int, **values: Any) -> str:
    """Give a module as `python_module` does, rendered only of other values than before."""
    return kept(lambda: python_module(template, depth, **values), template, depth, values)


def rendered(template: str, **values: Any) -> str:
    """Render a file, which ends with one line end."""
    return f"{piece(template)(**values).rstrip()}\n"


def kept_file(template: str, **values: Any) -> str:
    """Give a file as `rendered` does, rendered only of other values than before."""
    return kept(lambda: rendered(template, **values), template, values)


def piece(template: str) -> Callable[..., Rendered]:
    """Give what renders a part of a file, of values.

    The template is loaded at once: before its values are made, for which other processes
    may still be getting ready.
    """
    render = _environment().get_template(template).render
    return lambda **values: Rendered(render(**values))


def _only_safe(value: Any) -> Any:
    if type(value) not in _SAFE:
        raise TypeError(f"{value!r} is no safe text; a template takes only those")
    return value


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - as above

    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        undefined=StrictUndefined,
        finalize=_only_safe,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        autoescape=False,  # noqa: S701 - Python and Markdown; only safe types get in
    )
