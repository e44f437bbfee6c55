"""In which module types and errors stand: with the actions that use them, or with what several share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from actionary.action_spec import ActionSpec
from actionary.catalog import Catalog

from actionary_build.emit.python.names import Name, module_name

SHARED: Final = "_shared"
"""The module of what actions of several modules use; no tag is called so."""


def module_of(action: ActionSpec) -> Name:
    """Name the module of an action: its first tag's."""
    return module_name(next(iter(action.tags), None))


def error_modules(catalog: Catalog) -> dict[str, str]:
    """Name the module of each domain error, by code."""
    users: dict[str, set[str]] = {}
    for action in catalog.http_actions:
        for error in action.errors:
            users.setdefault(error.code, set()).add(module_of(action))
    return {code: _only(modules) for code, modules in users.items()}


def type_modules(
    wanted: Iterable[tuple[Iterable[str], str]], references: Mapping[str, Iterable[str]]
) -> dict[str, str]:
    """Name the module of each definition, given those that are wanted and for which module.

    ``references`` are what each refers to.

    What a type in one module refers to stands in the same one or is shared, so the
    modules need each other in no circle.
    """
    users: dict[str, set[str]] = {}
    for names, module in wanted:
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if module not in users.setdefault(name, set()):
                users[name].add(module)
                waiting += references[name]
    return {name: _only(modules) for name, modules in users.items()}


def _only(modules: set[str]) -> str:
    return next(iter(modules)) if len(modules) == 1 and SHARED not in modules else SHARED


def by_module(places: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Turn pairs of a name and its module into the names by module, all sorted."""
    found: dict[str, list[str]] = {}
    for name, module in sorted(places):
        found.setdefault(module, []).append(name)
    return dict(sorted(found.items()))
