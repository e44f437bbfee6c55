"""What the pieces of the client are made of, as digests: by that they are found again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path

import actionary
from actionary.action_spec import ActionSpec
from actionary.json_schema import references

from actionary_build.emit.python.api import Api
from actionary_build.emit.python.calls import Key
from actionary_build.emit.python.generate import DECIMAL
from actionary_build.emit.python.models import Types
from actionary_build.emit.python.pieces import digest, digest_of_programs


@cache
def sources_digest() -> str:
    """Give the digest of the programs that make the pieces."""
    emitters = Path(__file__).parent.parent
    sources = (
        *sorted(emitters.rglob("*.py")),
        *sorted(emitters.rglob("*.j2")),
        emitters.parent / "texts.py",
        *sorted(Path(actionary.__file__).parent.glob("*.py")),
    )
    return digest_of_programs(sources, "jinja2")


class Digests:
    """Says of each action and each type what its pieces are made of, as a digest.

    ``shared`` is what all pieces are made of beside that.
    """

    def __init__(
        self, api: Api, types: Types[Key], hidden: Collection[str], shared: Iterable[object]
    ) -> None:
        self._api = api
        self._types = types
        self._shared = (*shared, sorted(hidden))
        self._actions: dict[str, str] = {}
        self._types_own: dict[str, str] = {}
        self._reachable: dict[str, frozenset[str]] = {}

    def of_action(self, action: ActionSpec) -> str:
        """Give the digest of a method: its definition, its names, and every type that it leads to."""
        if action.name not in self._actions:
            self._actions[action.name] = self._of_action(action)
        return self._actions[action.name]

    def _of_action(self, action: ActionSpec) -> str:
        api, types = self._api, self._types
        codes = [*api.common_codes(action), *(error.code for error in action.errors)]
        keys = [
            *(("input", action.name, wire) for wire in api.arguments(action).properties),
            *(("extra", action.name), ("output", action.name)),
            *(("details", error.code) for error in action.errors),
        ]
        wanted = [key for key in keys if key in types.expressions]
        used = set[str]().union(
            *(self._leads_to(name) for key in wanted for name in references(types.schemas[key]))
        )
        return digest(
            self._shared,
            action,
            api.catalog.resolve(action.input),
            [(key, types.expressions[key], types.schemas[key]) for key in wanted],
            [(code, api.error_names[code]) for code in codes],
            api.pages_names.get(action.name),
            api.deprecation(action),
            [self.of_type(name) for name in sorted(used)],
        )

    def of_type(self, name: str) -> str:
        """Give the digest of a type alone: of what it refers to it has the name."""
        if name not in self._types_own:
            types = self._types
            self._types_own[name] = digest(
                self._shared,
                types.definitions[name],
                types.names.get(name),
                types.fields.get(name),
                types.field_types.get(name),
                self._api.catalog.types.get(name),
            )
        return self._types_own[name]

    def _leads_to(self, name: str) -> frozenset[str]:
        if name not in self._reachable:
            found: set[str] = set()
            waiting = [name]
            while waiting:
                one = waiting.pop()
                if one not in found and one != DECIMAL:
                    found.add(one)
                    waiting += references(self._types.definitions[one].schema)
            self._reachable[name] = frozenset(found)
        return self._reachable[name]
