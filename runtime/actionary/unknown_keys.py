"""The field ``unknown_keys`` in schemas: it holds for the whole input, nested objects too (DESIGN §3).

Reading needs no other schema, since pydantic's validators take the setting at each
call. A description does: in a core schema whose objects are marked here,
`actionary.schema` describes them as the mark says.
"""

from __future__ import annotations

from typing import Any, Final

from actionary.fields import UnknownKeys

MARK: Final = "actionary_unknown_keys"
_OBJECTS: Final = frozenset({"model", "dataclass", "typed-dict"})
_DATA: Final = frozenset({"metadata", "default", "expected", "members", "cls", "config"})
_SEPARATOR: Final = "?"


def marked(schema: Any, setting: UnknownKeys) -> Any:
    """Copy a core schema with the setting at every object, and names of its own for what is referred to."""
    if isinstance(schema, list | tuple):
        return type(schema)(marked(part, setting) for part in schema)
    if not isinstance(schema, dict):
        return schema
    copy = {key: value if key in _DATA else marked(value, setting) for key, value in schema.items()}
    for key in ("ref", "schema_ref"):
        if isinstance(copy.get(key), str):
            copy[key] = f"{copy[key]}{_SEPARATOR}{setting}"
    if copy.get("type") in _OBJECTS:
        copy["metadata"] = {**copy.get("metadata", {}), MARK: setting}
    return copy


def unmarked(reference: str) -> str:
    """Give the name that a reference had before it was marked."""
    return reference.partition(_SEPARATOR)[0]


def describe_unknown(described: dict[str, Any], schema: Any) -> dict[str, Any]:
    """Say in the description of an object what its mark says."""
    setting = schema.get("metadata", {}).get(MARK)
    if setting is None or isinstance(described.get("additionalProperties"), dict):
        return described
    described.pop("additionalProperties", None)
    if setting != "ignore":
        described["additionalProperties"] = setting == "allow"
    return described
