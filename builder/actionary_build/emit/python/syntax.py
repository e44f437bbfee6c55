"""Syntax trees of types, where the generator's answer is read: copies with parts changed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Final


def attribute(module: str, name: str) -> ast.expr:
    """Make ``module.name``."""
    return ast.Attribute(value=ast.Name(id=module, ctx=ast.Load()), attr=name, ctx=ast.Load())


def replace_names(expression: ast.expr, change: Callable[[str], ast.expr | None]) -> ast.expr:
    """Copy an expression with its names changed; ``None`` leaves a name."""

    class Replace(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            changed = change(node.id)
            return node if changed is None else changed

    replaced: ast.expr = Replace().visit(_copied(expression))
    return replaced


def without_annotated(expression: ast.expr) -> ast.expr:
    """Copy an expression without its ``Annotated``: what type checkers see of it."""

    class Strip(ast.NodeTransformer):
        def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
            arguments = annotated(node)
            if arguments is not None:
                inner: ast.expr = self.visit(arguments[0])
                return inner
            self.generic_visit(node)
            return node

    stripped: ast.expr = Strip().visit(_copied(expression))
    return stripped


_TEXTS: Final = frozenset({"date", "datetime", "time", "timedelta", "UUID", "Decimal", "ActionaryDecimal"})
"""Types whose values are text in JSON, by their names in the libraries and in `generate`."""


def in_json(expression: ast.expr) -> ast.expr:
    """Copy an expression as JSON has its values: dates and the like are text, tuples and sets are lists."""

    class Change(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return _named("str") if node.id in _TEXTS else node

        def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
            return _named("str") if node.attr in _TEXTS else node

        def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
            if isinstance(node.value, ast.Attribute):  # of typing: a literal is as it is
                return node
            self.generic_visit(node)
            if getattr(node.value, "id", None) not in {"tuple", "set", "frozenset"}:
                return node
            items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            kinds = [item for item in items if not isinstance(item, ast.Constant)]  # an ellipsis
            return ast.Subscript(value=_named("list"), slice=_union(kinds), ctx=ast.Load())

        def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
            self.generic_visit(node)
            return _union([*_members(node)])

    changed: ast.expr = Change().visit(_copied(expression))
    return changed


def _members(expression: ast.expr) -> Iterator[ast.expr]:
    if isinstance(expression, ast.BinOp):
        yield from _members(expression.left)
        yield from _members(expression.right)
    else:
        yield expression


def _union(members: list[ast.expr]) -> ast.expr:
    each = {ast.unparse(member): member for member in members}
    first, *others = each.values() or [attribute("_typing", "Any")]
    for other in others:
        first = ast.BinOp(left=first, op=ast.BitOr(), right=other)
    return first


def _named(name: str) -> ast.expr:
    return ast.Name(id=name, ctx=ast.Load())


def annotated(node: ast.expr) -> list[ast.expr] | None:
    """Give what ``Annotated[…]`` holds, ``None`` for any other expression."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        generic = node.value
        name = generic.attr if isinstance(generic, ast.Attribute) else getattr(generic, "id", None)
        return node.slice.elts if name == "Annotated" else None
    return None


def annotated_expression(inner: ast.expr, metadata: ast.expr) -> ast.expr:
    """Make ``Annotated[inner, metadata]``."""
    return ast.Subscript(
        value=ast.Name(id="Annotated", ctx=ast.Load()),
        slice=ast.Tuple(elts=[inner, metadata], ctx=ast.Load()),
        ctx=ast.Load(),
    )


def parsed(source: str) -> ast.expr:
    """Parse an expression."""
    return ast.parse(source, mode="eval").body


def _copied(expression: ast.expr) -> ast.expr:
    return parsed(ast.unparse(expression))
