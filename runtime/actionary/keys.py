"""Count the keys that an input was read from, without looking at its JSON again.

Pydantic keeps the last of two equal keys and says nothing. Each key of a JSON text
brings a colon, so a text with no more colons than the input has keys has none twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, TypeAlias

Count: TypeAlias = Callable[[Any], int]

_SCALARS: Final = frozenset(
    {"str", "int", "bool", "none", "date", "time", "datetime", "timedelta", "uuid", "url", "enum", "literal"}
)
"""Kinds of core schemas that hold neither keys nor numbers that JSON does not know."""


def key_counter(schema: Any) -> Count | None:
    """Make the function that counts the keys of a validated model, given its core schema.

    ``None`` for a model that may hide keys, or numbers that are not finite, for one
    whose own code may change what was set, and for one that contains itself.
    """
    if schema["type"] != "definitions":
        return _Maker({}, {}).of_model(schema)
    named = {definition["ref"]: definition for definition in schema["definitions"]}
    return _Maker(named, {}).of_value(schema["schema"])


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes counters; ``named`` are schemas that others refer to, ``made`` the counters of these."""

    named: Mapping[str, Any]
    made: dict[str, Count | None]

    def of_model(self, schema: Any) -> Count | None:
        if not _is_plain_model(schema):
            return None
        fields = schema["schema"]["fields"]
        finite = schema.get("config", {}).get("allow_inf_nan") is False
        nested: list[tuple[str, Count]] = []
        for name, field in fields.items():
            count = self.of_value(field["schema"], finite=finite)
            if count is None:
                return None
            if count is not _no_keys:
                nested.append((name, count))

        def count_keys(model: Any) -> int:
            given = model.__pydantic_fields_set__
            keys = len(given)
            for name, count in nested:
                if name in given:
                    keys += count(model.__dict__[name])
            return keys

        return count_keys if nested else _own_keys

    def of_value(self, schema: Any, *, finite: bool = False) -> Count | None:
        """Make the counter of a value; ``finite`` says that its model refuses other numbers."""
        match schema["type"]:
            case kind if kind in _SCALARS or (kind == "float" and finite):
                return _no_keys
            case "model":
                return self.of_model(schema)
            case "definition-ref":
                return self.of_name(schema["schema_ref"])
            case "default" | "nullable" | "list":
                inner = schema.get("schema") or schema.get("items_schema") or {"type": "any"}
                count = self.of_value(inner, finite=finite)
                if count is None or count is _no_keys or schema["type"] == "default":
                    return count
                return _of_each(count) if schema["type"] == "list" else _unless_none(count)
            case _:
                return None

    def of_name(self, reference: str) -> Count | None:
        if reference not in self.made:
            self.made[reference] = None  # what a circle finds
            self.made[reference] = self.of_value(self.named[reference])
        return self.made[reference]


def _is_plain_model(schema: Any) -> bool:
    """Say whether each field that is set stands for one key of its own, and all keys for fields."""
    if schema["type"] != "model" or schema["schema"]["type"] != "model-fields":
        return False
    if schema.get("custom_init") or schema.get("post_init"):
        return False
    if schema.get("config", {}).get("extra_fields_behavior") == "allow":
        return False
    aliases = [field.get("validation_alias", name) for name, field in schema["schema"]["fields"].items()]
    return all(isinstance(alias, str) for alias in aliases) and len(set(aliases)) == len(aliases)


def _no_keys(_: Any) -> int:
    return 0


_fields_set: Final = attrgetter("__pydantic_fields_set__")


def _own_keys(model: Any) -> int:
    return len(model.__pydantic_fields_set__)


def _unless_none(count: Count) -> Count:
    return lambda value: 0 if value is None else count(value)


def _of_each(count: Count) -> Count:
    if count is _own_keys:
        return lambda values: sum(map(len, map(_fields_set, values)))
    return lambda values: sum(map(count, values))
