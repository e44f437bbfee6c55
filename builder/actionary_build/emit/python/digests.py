"""What the pieces of the client are made of, as digests: by that they are found again."""

from __future__ import annotations

from collections.abc import Iterable

from actionary.action_spec import ActionSpec
from actionary.json_schema import reached

from actionary_build.emit.python.api import Api
from actionary_build.emit.python.calls import Key
from actionary_build.emit.python.models import Types
from actionary_build.emit.python.pieces import digest


class Digests:
    """Says of each action, error and type what its pieces are made of, as a digest.

    A type is told by its schema and its name, those of what it refers to, and so on: what the
    generator makes of them need not be known. ``shared`` is what all pieces are made of beside that.
    """

    def __init__(self, api: Api, types: Types[Key], shared: Iterable[object]) -> None:
        self._api = api
        self._types = types
        self.shared = digest(*shared, sorted(types.hidden))
        self._actions: dict[str, str] = {}
        self._own: dict[str, str] = {}
        self._reachable: dict[str, set[str]] = {}

    def of_action(self, action: ActionSpec) -> str:
        """Give the digest of a method: its definition, its names, and every type that it leads to."""
        if action.name not in self._actions:
            self._actions[action.name] = self._of_action(action)
        return self._actions[action.name]

    def _of_action(self, action: ActionSpec) -> str:
        api = self._api
        codes = [*api.common_codes(action), *(error.code for error in action.errors)]
        return digest(
            self.shared,
            action,
            api.catalog.resolve(action.input),
            [(code, api.error_names[code]) for code in codes],
            api.pages_names.get(action.name),
            api.deprecation(action),
            self._of_wanted(
                *(("input", action.name, wire) for wire in api.arguments(action).properties),
                *(("extra", action.name), ("output", action.name)),
                *(("details", error.code) for error in action.errors),
            ),
        )

    def of_error(self, code: str) -> str:
        """Give the digest of the class of a domain error."""
        error = self._api.domain_errors[code]
        return digest(self.shared, self._api.error_names[code], error, self._of_wanted(("details", code)))

    def _of_wanted(self, *keys: Key) -> list[object]:
        types = self._types
        wanted = [key for key in keys if key in types.schemas]
        used = set[str]().union(*(types.wanted_references[key] for key in wanted))
        return [[(key, types.schemas[key]) for key in wanted], self._of_types(used)]

    def of_type(self, name: str) -> str:
        """Give the digest of a type: its own definition, and every type that it leads to."""
        return digest(self._of_own(name), self._of_types([name]))

    def _of_types(self, names: Iterable[str]) -> list[str]:
        used = set[str]().union(*map(self._leads_to, names))
        return [self._of_own(name) for name in sorted(used)]

    def _of_own(self, name: str) -> str:
        if name not in self._own:
            types = self._types
            definition = types.definitions[name]
            self._own[name] = digest(
                self.shared,
                (name, definition.schema, definition.closed, definition.inline),
                types.names.get(name),
                types.homes.get(name),
                types.fields.get(name),
                self._api.catalog.types.get(name),
            )
        return self._own[name]

    def _leads_to(self, name: str) -> set[str]:
        if name not in self._reachable:
            self._reachable[name] = reached([name], self._types.references.__getitem__)
        return self._reachable[name]
