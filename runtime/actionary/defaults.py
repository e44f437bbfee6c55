"""Defaults as callers would send them, since pydantic writes them as it would give them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter
from pydantic_core import PydanticSerializationError, SchemaSerializer

from actionary.core_shapes import wire_name
from actionary.core_walk import rebuilt

_OF_OUTPUTS: Final = frozenset({"serialization_alias", "serialization_exclude", "serialization_exclude_if"})
_TIMES: Final = frozenset({"ser_json_temporal", "ser_json_timedelta"})
"""Settings of how times are given out; as they are taken in, no setting has a say."""


def as_sent(default: Any) -> Any:
    """Give a default whose models and dataclasses are JSON data under the names that callers send.

    Raises:
        PydanticSerializationError: There is no such JSON.
    """
    if isinstance(default, BaseModel) or (is_dataclass(default) and not isinstance(default, type)):
        try:
            schema = _as_read(TypeAdapter(type(default)).core_schema)
            # Serializers that are made already would be used for the models inside.
            serializer = SchemaSerializer(schema, None, False)  # noqa: FBT003 - it has no keyword for it
            return serializer.to_python(default, mode="json", by_alias=True, warnings=False)
        except Exception as error:  # a class that pydantic cannot describe, or a serializer of the user's own
            raise PydanticSerializationError(f"{default!r} cannot be written as JSON: {error}") from error
    if isinstance(default, Mapping):
        return {key: as_sent(value) for key, value in default.items()}
    if isinstance(default, list | tuple | set | frozenset):
        return [as_sent(value) for value in default]
    return default


def _as_read(node: Any) -> Any:
    """Change a schema so that it writes what it reads."""
    copy = rebuilt(node, _as_read)
    copy.pop("computed_fields", None)
    if "config" in copy:
        copy["config"] = {key: value for key, value in copy["config"].items() if key not in _TIMES}
    if isinstance(copy.get("fields"), dict):
        copy["fields"] = {name: _field(name, field) for name, field in copy["fields"].items()}
    elif node["type"] == "dataclass-args":
        copy["fields"] = [_field(field["name"], field) for field in copy["fields"]]
    return copy


def _field(name: str, field: Any) -> Any:
    kept = {key: value for key, value in field.items() if key not in _OF_OUTPUTS}
    return {**kept, "serialization_alias": wire_name(name, field, "validation")}
