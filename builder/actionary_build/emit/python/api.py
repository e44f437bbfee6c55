"""An API as its Python client names it: arguments of methods, classes of errors, methods for pages.

Each name depends on others, so they are made once for a whole catalog.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from actionary import codes
from actionary.action_spec import ActionSpec, ErrorSpec
from actionary.catalog import Catalog
from actionary.json_schema import Schema
from actionary.names import pascal_case

from actionary_build.emit.python.annotations import hidden_built_ins
from actionary_build.emit.python.names import EXTRA_INPUT, PARAMETERS_TAKEN, Name, class_name, names_for
from actionary_build.emit.python.offered import RUNTIME_ERRORS, RUNTIME_NAMES
from actionary_build.emit.signature import takes_other_keys
from actionary_build.texts import PythonIdentifier


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a method takes: the properties of its input and their names, by name on the wire.

    The required ones come first. ``extra`` is the schema of values under keys that
    the input does not list, ``None`` where it takes none.
    """

    properties: dict[str, Schema]
    names: dict[str, Name]
    required: frozenset[str]
    extra: Schema | None


class Api:
    """A catalog with the names that its client has."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._arguments: dict[str, Arguments] = {}
        self._common_codes: dict[str, tuple[str, ...]] = {}

    @cached_property
    def actions(self) -> tuple[ActionSpec, ...]:
        """The actions that have a method, by name."""
        return tuple(sorted(self.catalog.http_actions, key=lambda action: action.name))

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The built-in names that are hidden where the methods are."""
        return hidden_built_ins(action.name for action in self.actions)

    def arguments(self, action: ActionSpec) -> Arguments:
        """Give what the method of an action takes."""
        if action.name not in self._arguments:
            self._arguments[action.name] = _arguments(self.catalog.resolve(action.input))
        return self._arguments[action.name]

    @cached_property
    def domain_errors(self) -> dict[str, ErrorSpec]:
        """Every domain error once, by code."""
        return {
            error.code: error
            for action in self.actions
            for error in sorted(action.errors, key=lambda error: error.code)
        }

    @cached_property
    def error_names(self) -> dict[str, Name]:
        """The classes of the errors a server can answer, by code; a domain error makes way."""
        common = {code for action in self.actions for code in self.common_codes(action)}
        names = {code: class_name(code) for code in common}
        taken = {*RUNTIME_ERRORS, *RUNTIME_NAMES}
        for code in sorted(self.domain_errors):
            wanted = pascal_case(code)
            name = Name(f"{wanted}Error" if wanted in taken else wanted, taken)
            taken.add(name)
            names[code] = name
        return names

    def common_codes(self, action: ActionSpec) -> tuple[str, ...]:
        """Name the codes that a server can answer for any action and for this one."""
        if action.name not in self._common_codes:
            answered = tuple(each.name for each in action.common_codes if each.name not in codes.IN_PROCESS)
            self._common_codes[action.name] = answered
        return self._common_codes[action.name]

    @cached_property
    def pages_names(self) -> dict[str, PythonIdentifier]:
        """The methods that go from page to page, by action; others keep their names."""
        taken = {PythonIdentifier(action.name) for action in self.actions}
        names: dict[str, PythonIdentifier] = {}
        for action in self.actions:
            if action.paginate is not None:
                name = PythonIdentifier(f"{action.name}_pages")
                while name in taken:
                    name = PythonIdentifier(f"{name}_")
                taken.add(name)
                names[action.name] = name
        return names

    def deprecation(self, action: ActionSpec) -> str | None:
        """Say that an action is deprecated, and which method to call instead where that one is there."""
        if action.deprecated is None:
            return None
        other = self.catalog.get(action.deprecated.use_instead or "")
        is_there = other is not None and other.public and other.http is not None
        return action.deprecation_calling(
            {other.name: PythonIdentifier(other.name)} if other and is_there else {}
        )


def _arguments(root: Schema) -> Arguments:
    required = frozenset[str](root.get("required", ()))
    given: dict[str, Any] = root.get("properties", {})
    ordered = sorted(given, key=lambda wire: (wire not in required, wire))
    properties = {wire: given[wire] if isinstance(given[wire], dict) else {} for wire in ordered}
    extra = _extra(root)
    taken = PARAMETERS_TAKEN if extra is None else PARAMETERS_TAKEN | {EXTRA_INPUT}
    return Arguments(properties, names_for(properties, taken), required, extra)


def _extra(root: Schema) -> Schema | None:
    if not takes_other_keys(root):
        return None
    patterns: dict[str, Any] = root.get("patternProperties", {})
    kinds = [*(patterns[key] for key in sorted(patterns)), root.get("additionalProperties", False)]
    foreseen = [kind for kind in kinds if kind is not False]
    if not all(isinstance(kind, dict) and kind for kind in foreseen):
        return {}
    return foreseen[0] if len(foreseen) == 1 else {"anyOf": foreseen}
