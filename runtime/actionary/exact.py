"""Say of an instance that its values are of their declared types, without writing it.

Pydantic reports an instance that was changed or built unchecked while it writes it,
if it is asked to; being asked costs it more than writing a small model. So it is
asked only about what this module cannot vouch for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from types import NoneType
from typing import Any, Final, TypeAlias
from uuid import UUID

Check: TypeAlias = Callable[[Any], bool]

_TYPES: Final[dict[str, type]] = {
    "none": NoneType,
    "bool": bool,
    "int": int,
    "float": float,
    "str": str,
    "bytes": bytes,
    "date": date,
    "time": time,
    "datetime": datetime,
    "timedelta": timedelta,
    "uuid": UUID,
}
"""The only type of values, by the kind of core schema."""


def exact_check(schema: Any) -> Check | None:
    """Make the check of a model's instances, given its core schema.

    It says yes only if every value is exactly as declared; where it says no, the
    instance may still be right. There is none for a model that is more than plain
    values and such models, or that is written by code of its own.
    """
    if schema["type"] != "model" or not _is_plainly_written(schema):
        return None
    types: dict[str, frozenset[type]] = {}
    literals: dict[str, frozenset[Any]] = {}
    models: dict[str, Check] = {}
    for name, field in schema["schema"]["fields"].items():
        value = _value_of(field)
        accepted = _accepted(value)
        if accepted is None:
            return None
        types[name] = accepted
        if value["type"] == "literal":
            literals[name] = frozenset(value["expected"])
        elif value["type"] == "model":
            check = exact_check(value)
            if check is None:
                return None
            models[name] = check
    return _check(types, literals, models)


def _check(
    types: Mapping[str, frozenset[type]], literals: Mapping[str, frozenset[Any]], models: Mapping[str, Check]
) -> Check:
    typed, expected, nested = tuple(types.items()), tuple(literals.items()), tuple(models.items())

    def is_exact(instance: Any) -> bool:
        values = instance.__dict__
        if len(values) != len(typed):
            return False
        for name, accepted in typed:
            if type(values.get(name)) not in accepted:
                return False
        for name, choices in expected:
            if values[name] not in choices:
                return False
        return not nested or all(check(values[name]) for name, check in nested)

    return is_exact


def _value_of(field: Any) -> Any:
    """Give the schema of a field's values, without its default; of code that writes them, the field's own."""
    value = field
    while value["type"] in {"model-field", "default"} and "serialization" not in value:
        value = value["schema"]
    return value


def _is_plainly_written(schema: Any) -> bool:
    """Say whether a model is written field by field."""
    fields = schema["schema"]
    return (
        fields["type"] == "model-fields"
        and "serialization" not in schema
        and "serialization" not in fields
        and not fields.get("computed_fields")
        and schema.get("config", {}).get("extra_fields_behavior") != "allow"
    )


def _accepted(schema: Any) -> frozenset[type] | None:
    """Give the types of the values that a schema writes as they are; ``None`` if nobody can say."""
    if "serialization" in schema:
        return None
    match schema["type"]:
        case "nullable":
            inner = _accepted(schema["schema"]) if schema["schema"]["type"] in _TYPES else None
            return None if inner is None else inner | {NoneType}
        case "literal":
            return frozenset(map(type, schema["expected"]))
        case "model" | "enum":
            return frozenset({schema["cls"]})
        case kind if kind in _TYPES:
            return frozenset({_TYPES[kind]})
        case _:
            return None
