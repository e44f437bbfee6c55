"""The field ``unknown_keys`` in schemas: it holds for the whole input, nested objects too (DESIGN §3).

Reading needs no other schema, since pydantic's validators take the setting at each
call. A description does: in a core schema whose objects are marked here,
`actionary.schema` describes them as the mark says.
"""

from __future__ import annotations

from typing import Any, Final

from actionary.core_walk import rebuilt
from actionary.fields import UnknownKeys

MARK: Final = "actionary_unknown_keys"
_OBJECTS: Final = frozenset({"model", "dataclass", "typed-dict"})
_SEPARATOR: Final = "?"


def marked(schema: Any, setting: UnknownKeys) -> Any:
    """Copy a core schema with the setting at every object, and names of its own for what is referred to."""
    copy = rebuilt(schema, lambda part: marked(part, setting))
    for key in ("ref", "schema_ref"):
        if key in copy:
            copy[key] = f"{copy[key]}{_SEPARATOR}{setting}"
    if copy["type"] in _OBJECTS:
        copy["metadata"] = {**copy.get("metadata", {}), MARK: setting}
    return copy


def unmarked(reference: str) -> str:
    """Give the name that a reference had before it was marked."""
    return reference.partition(_SEPARATOR)[0]


def describe_unknown(described: dict[str, Any], schema: Any) -> dict[str, Any]:
    """Say in the description of an object what its mark says."""
    setting = schema.get("metadata", {}).get(MARK)
    typed = isinstance(described.get("additionalProperties"), dict)  # which pydantic checks then too
    if setting is None or (setting == "allow" and typed):
        return described
    described.pop("additionalProperties", None)
    if setting != "ignore":
        described["additionalProperties"] = setting == "allow"
    return described
