"""Type expressions: from the generator's names to ones that hold anywhere in the package.

In its resolved form an expression names a model as ``_models.Order``, a class of
a library as ``_datetime.date``, and else only built-in types. Nothing of that
can be hidden by an action, a field or a type, whose names never begin with ``_``.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Collection
from copy import deepcopy
from typing import Any, Self

from actionary_build.emit.python.generate import annotated, annotated_expression
from actionary_build.texts import PythonString, visible_python

MODELS = "_models"
"""How modules beside ``models`` call it."""


class Code(str):
    """A piece of Python made from a syntax tree; text from users stands in it as literals only."""

    __slots__ = ()

    def __new__(cls, source: str = "") -> Self:
        """Take the source, and let everything in its literals be seen."""
        return super().__new__(cls, visible_python(source))


def code(expression: ast.expr) -> Code:
    """Write an expression."""
    return Code(ast.unparse(ast.fix_missing_locations(expression)))


def literal(value: Any) -> Code:
    """Write a JSON value as Python."""
    return Code(PythonString(value) if isinstance(value, str) else repr(value))


def attribute(module: str, name: str) -> ast.expr:
    """Make ``module.name``."""
    return ast.Attribute(value=ast.Name(id=module, ctx=ast.Load()), attr=name, ctx=ast.Load())


def private_module(module: str) -> str:
    """Name a library's module as the package imports it: ``datetime`` is ``_datetime``."""
    return "_" + module.replace(".", "_")


def replace_names(expression: ast.expr, change: Callable[[str], ast.expr | None]) -> ast.expr:
    """Copy an expression with its names changed; ``None`` leaves a name."""

    class Replace(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            changed = change(node.id)
            return node if changed is None else changed

    replaced: ast.expr = Replace().visit(deepcopy(expression))
    return replaced


def plain(expression: ast.expr) -> ast.expr:
    """Copy an expression without its ``Annotated``: what type checkers see of it."""

    class Strip(ast.NodeTransformer):
        def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
            arguments = annotated(node)
            if arguments is not None:
                inner: ast.expr = self.visit(arguments[0])
                return inner
            self.generic_visit(node)
            return node

    stripped: ast.expr = Strip().visit(deepcopy(expression))
    return stripped


def in_models(expression: ast.expr) -> ast.expr:
    """Copy an expression as it stands inside ``models`` itself."""

    class Inside(ast.NodeTransformer):
        def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
            if isinstance(node.value, ast.Name) and node.value.id == MODELS:
                return ast.Name(id=node.attr, ctx=ast.Load())
            return node

    inside: ast.expr = Inside().visit(deepcopy(expression))
    return inside


def readable(expression: ast.expr) -> Code:
    """Write a type for people: a model as ``models.Order``, a class of a library by its name alone."""

    class Shown(ast.NodeTransformer):
        def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
            if isinstance(node.value, ast.Name) and node.value.id == MODELS:
                return attribute("models", node.attr)
            return ast.Name(id=node.attr, ctx=ast.Load())

    return code(Shown().visit(plain(expression)))


def unshadowed(expression: ast.expr, names: Collection[str]) -> ast.expr:
    """Copy an expression with built-in types qualified that one of the names hides."""

    def change(name: str) -> ast.expr | None:
        return attribute("_builtins", name) if name in names and hasattr(builtins, name) else None

    return replace_names(expression, change)


def with_metadata(expression: ast.expr, metadata: str) -> ast.expr:
    """Make ``_typing.Annotated[expression, metadata]``."""
    made = annotated_expression(expression, ast.parse(metadata, mode="eval").body)
    return replace_names(made, lambda name: attribute("_typing", name) if name == "Annotated" else None)
