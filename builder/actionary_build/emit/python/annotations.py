"""Types as text: from the generator's names to ones that hold anywhere in the package.

In its resolved form an expression names a model as ``_models.Order``, a class of
a library as ``_datetime.date``, and else only built-in types. Nothing of that
can be hidden by an action, a field or a type, whose names never begin with ``_``.
A large API has thousands of types, so they are changed as text, name by name, and
a syntax tree is made only where brackets have to be matched.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from typing import Any, Final, Self

from actionary_build.emit.python.syntax import in_json, parsed, without_annotated
from actionary_build.texts import PythonString, visible_python

MODELS: Final = "_models"
"""How modules beside ``models`` call it."""

_BUILT_IN: Final = frozenset(dir(builtins))

_STRING_OR_NAME: Final = re.compile(
    r"""
    '(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*"   # text, in which nothing is a name
    | (?<![\w.]) [A-Za-z_]\w* (?:\.\w+)* (?![\w=])   # a name, with those of what it holds; no keyword
    """,
    re.VERBOSE,
)


class Code(str):
    """A piece of Python made from a syntax tree; text from users stands in it as literals only."""

    __slots__ = ()

    def __new__(cls, source: str = "") -> Self:
        """Take the source, and let everything in its literals be seen."""
        return super().__new__(cls, visible_python(source))


class Expression(str):
    """A type as Python, as ``ast.unparse`` writes it."""

    __slots__ = ()


def literal(value: Any) -> Code:
    """Write a JSON value as Python."""
    return Code(PythonString(value) if isinstance(value, str) else repr(value))


def private_module(module: str) -> str:
    """Name a library's module as the package imports it: ``datetime`` is ``_datetime``."""
    return "_" + module.replace(".", "_")


def in_models_module(name: str) -> Expression:
    """Name a type as modules beside ``models`` do."""
    return Expression(f"{MODELS}.{name}")


def replace_names(expression: Expression, change: Callable[[str], str | None]) -> Expression:
    """Give an expression with its names changed, dotted ones as a whole; ``None`` leaves a name."""

    def replaced(found: re.Match[str]) -> str:
        text = found[0]
        changed = None if text[0] in "'\"" else change(text)
        return text if changed is None else changed

    return Expression(_STRING_OR_NAME.sub(replaced, expression))


def plain(expression: Expression) -> Expression:
    """Give an expression without its ``Annotated``: what type checkers see of it."""
    return _plain(expression) if "Annotated[" in expression else expression


@lru_cache(maxsize=4096)
def _plain(expression: Expression) -> Expression:
    return Expression(ast.unparse(without_annotated(parsed(expression))))


def as_json(expression: Expression) -> Expression:
    """Give a type as JSON has its values: what is no number there is text, and a tuple is a list."""
    return _as_json(plain(expression))


@lru_cache(maxsize=4096)
def _as_json(expression: Expression) -> Expression:
    return Expression(ast.unparse(in_json(parsed(expression))))


def list_item(expression: Expression) -> Expression | None:
    """Give the type of the items where an expression is a list, else ``None``."""
    listed = parsed(plain(expression))
    if isinstance(listed, ast.Subscript) and getattr(listed.value, "id", None) == "list":
        return Expression(ast.unparse(listed.slice))
    return None


def is_union(expression: Expression) -> bool:
    """Say whether an expression is ``A | B``."""
    return " | " in expression and isinstance(parsed(expression), ast.BinOp)


def in_models(expression: Expression, elsewhere: Collection[str], module: str) -> Expression:
    """Give an expression as it stands in a module of ``models``; some of the types are in another module."""

    def inside(name: str) -> str | None:
        owner, _, own = name.partition(".")
        if owner != MODELS:
            return None
        return f"{module}.{own}" if own in elsewhere else own

    return replace_names(expression, inside) if MODELS in expression else expression


def readable(expression: Expression) -> Code:
    """Write a type for people: a model as ``models.Order``, a class of a library by its name alone."""

    def shown(name: str) -> str | None:
        owner, _, own = name.partition(".")
        return (f"models.{own}" if owner == MODELS else own) if own else None

    shown_as = plain(expression)
    return Code(replace_names(shown_as, shown) if "." in shown_as else shown_as)


def hidden_built_ins(names: Iterable[str]) -> frozenset[str]:
    """Give the built-in names that some of the names hide."""
    return _BUILT_IN.intersection(names)


def unshadowed(expression: Expression, hidden: Collection[str]) -> Expression:
    """Give an expression with the built-in types qualified that are hidden (`hidden_built_ins`)."""
    if not hidden:
        return expression
    return replace_names(expression, lambda name: f"_builtins.{name}" if name in hidden else None)


def with_metadata(expression: Expression, metadata: str) -> Expression:
    """Make ``_typing.Annotated[expression, metadata]``."""
    return Expression(f"_typing.Annotated[{expression}, {metadata}]")
