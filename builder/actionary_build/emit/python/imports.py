"""Which imports a generated module needs: found in its own syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from actionary_build.emit.python.annotations import Code
from actionary_build.emit.python.generate import GeneratorError

_FROM: Final = {
    "_AsyncCalls": ("{dots}_runtime.client", "AsyncCalls"),
    "_Call": ("{dots}_runtime.call", "Call"),
    "_CallOptions": ("{dots}_runtime.options", "CallOptions"),
    "_Mapping": ("collections.abc", "Mapping"),
    "_Maybe": ("{dots}_runtime.model", "Maybe"),
    "_Model": ("{dots}_runtime.model", "Model"),
    "_Ok": ("{dots}_runtime.result", "Ok"),
    "_SyncCalls": ("{dots}_runtime.client", "SyncCalls"),
    "_TypeAliasType": ("typing_extensions", "TypeAliasType"),
    "_UNSET": ("{dots}_runtime.unset", "UNSET"),
    "_Unset": ("{dots}_runtime.unset", "Unset"),
    "_dataclass": ("dataclasses", "dataclass"),
    "_errors": ("{dots}", "errors"),
    "_models": ("{dots}", "models"),
    "_with_extra": ("{dots}_runtime.encode", "with_extra"),
}
"""What generated modules name, and where it comes from."""

_LIBRARIES: Final = {
    f"_{name}": name for name in ("builtins", "datetime", "decimal", "pydantic", "typing", "uuid")
}
"""Whole modules that generated modules name."""

_THIRD: Final = frozenset({"pydantic", "typing_extensions"})
"""Those that are not of the standard library."""


def imports_for(source: str, depth: int) -> Code:
    """Write the imports of a module's private names, for a module that deep in the package.

    Raises:
        GeneratorError: A name comes from nowhere that is known.
    """
    dots = "." * depth
    groups: dict[int, list[str]] = {0: [], 1: [], 2: []}
    for name in sorted(set(_private_names(ast.parse(source)))):
        if name in _LIBRARIES:
            module, line = _LIBRARIES[name], f"import {_LIBRARIES[name]} as {name}"
        elif name in _FROM:
            module, original = _FROM[name]
            module = module.format(dots=dots)
            line = f"from {module} import {original} as {name}"
        else:
            raise GeneratorError(f"datamodel-code-generator uses {name[1:]}, which is not known here")
        groups[2 if module.startswith(".") else int(module in _THIRD)].append(line)
    return Code("\n\n".join("\n".join(sorted(lines)) for lines in groups.values() if lines))


def _private_names(tree: ast.AST) -> Iterator[str]:
    own = {
        target.id
        for node in ast.walk(tree)
        for target in _targets(node)
        if isinstance(target, ast.Name) and target.id.startswith("_")
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id.startswith("_") and node.id not in own:
            yield node.id
        elif isinstance(node, ast.Call) and getattr(node.func, "id", None) == "_TypeAliasType":
            yield from _private_names(ast.parse(ast.literal_eval(node.args[1])))


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.AnnAssign):
        return [node.target]
    return node.targets if isinstance(node, ast.Assign) else []
