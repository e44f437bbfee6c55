"""JSON Schemas of plain values and keys, where pydantic's own say less than is checked, or another thing."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final, Literal, TypeAlias

from pydantic import BaseModel, Secret, SecretBytes, SecretStr

from actionary.json_schema import Schema

BytesForm: TypeAlias = Literal["utf8", "base64", "hex"]
"""How bytes are written as text (pydantic's `val_json_bytes` and `ser_json_bytes`)."""

_WHOLE: Final = "(0|[1-9][0-9]*)"
_KEYS: Final[dict[str, Schema]] = {
    "decimal": {"pattern": rf"^-?{_WHOLE}(\.[0-9]+)?([eE][+-]?[0-9]+)?$"},
    "bool": {"enum": ["false", "true"]},
}
"""What keys of a dict look like, that are no texts to Python; by the kind of pydantic's core schema."""

_MOST_BYTES: Final = 4
"""Bytes that a character takes at most in UTF-8 (RFC 3629 §3)."""


def keys_of(schema: Mapping[str, Any]) -> Schema | None:
    """Describe the keys of a dict, given their core schema; ``None`` for keys that are texts anyway."""
    match schema.get("type"):
        case "int":
            return {"pattern": _integers(schema)}
        case "enum":
            values = [member.value for member in schema["members"]]
            if all(isinstance(value, str) for value in values):
                return None
            return {"enum": [_key(value) for value in values]}
        case "default" | "function-after" | "function-wrap":
            return keys_of(schema["schema"])
        case kind:
            return _KEYS.get(str(kind))


def _integers(schema: Mapping[str, Any]) -> str:
    """Give the pattern of integers; of their limits a pattern says only that there is no minus."""
    least = max(schema.get("ge", -math.inf), schema.get("gt", -math.inf) + 1)
    if least >= 1:
        return "^[1-9][0-9]*$"
    return f"^{_WHOLE}$" if least >= 0 else f"^-?{_WHOLE}$"


def _key(value: Any) -> str:
    """Spell the value of an enum as the key of an object."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def of_digits(digits: int | None, places: int, bounds: Schema) -> Schema:
    """Give the bounds that the number of its digits sets to a decimal, where ``bounds`` are not narrower.

    Of ``digits`` digits ``places`` may stand behind the point. Beyond `float` a bound says nothing.
    """
    if digits is None or digits - places > sys.float_info.max_10_exp:
        return {}
    limit = 10.0 ** max(digits - places, 0)
    above = min(bounds.get("maximum", limit), bounds.get("exclusiveMaximum", limit))
    below = max(bounds.get("minimum", -limit), bounds.get("exclusiveMinimum", -limit))
    return {
        **({"exclusiveMaximum": limit} if above >= limit else {}),
        **({"exclusiveMinimum": -limit} if below <= -limit else {}),
    }


def of_bytes(form: BytesForm, shortest: int | None, longest: int | None) -> Schema:
    """Describe bytes as the text they are on the wire, of which the limits count bytes.

    A text of UTF-8 has at least a quarter as many characters as bytes, and at most as
    many; what lies between is left to the server.
    """
    per_byte = {"utf8": (1 / _MOST_BYTES, 1), "base64": (4 / 3, 4 / 3), "hex": (2, 2)}[form]
    schema: Schema = {"type": "string"}
    if form == "base64":
        schema |= {"format": "base64url", "contentEncoding": "base64url"}
    elif form == "hex":
        schema |= {"contentEncoding": "base16", "pattern": "^([0-9A-Fa-f]{2})*$"}
    if shortest:
        schema["minLength"] = math.ceil(shortest * per_byte[0])
    if longest is not None:
        # Base64 may fill its last group of four with padding (RFC 4648 §3.2).
        schema["maxLength"] = (
            math.ceil(longest / 3) * 4 if form == "base64" else math.ceil(longest * per_byte[1])
        )
    return schema


def of_uuid(version: int | None) -> Schema:
    """Describe a UUID, with its version where only one is read (RFC 9562 §4.2)."""
    schema: Schema = {"type": "string", "format": "uuid"}
    if version is not None:
        schema["pattern"] = f"^[0-9A-Fa-f]{{8}}-[0-9A-Fa-f]{{4}}-{version:x}"
    return schema


def holds_secret(value: Any) -> bool:
    """Say whether a default holds a secret, of which no schema must tell, nor of the asterisks for it."""
    if isinstance(value, Secret | SecretStr | SecretBytes):
        return True
    if isinstance(value, BaseModel) or is_dataclass(value):
        return any(holds_secret(getattr(value, name)) for name in _fields_of(value))
    if isinstance(value, Mapping):
        return any(map(holds_secret, (*value.keys(), *value.values())))
    return isinstance(value, list | tuple | set | frozenset) and any(map(holds_secret, value))


def _fields_of(value: Any) -> list[str]:
    if isinstance(value, BaseModel):
        return [*type(value).model_fields]
    return [field.name for field in fields(value)]


def of_date_time(zone: object) -> Schema:
    """Describe a date with a time, of which a constraint may say whether it has a time zone.

    A ``date-time`` has one (RFC 3339 §5.6), a ``date-time-local`` has none (OpenAPI
    Format Registry). Where nothing is said, either is read, and written as it is.
    """
    zoned, local = ({"type": "string", "format": name} for name in ("date-time", "date-time-local"))
    if zone is None:
        return {"anyOf": [zoned, local]}
    return local if zone == "naive" else zoned
