"""Go through pydantic's core schemas: which parts of one are schemas, and which are people's data.

Dicts keyed by names that people chose, such as fields and the tags of a union, look
like schemas where a name is `type`; so only what stands where a schema may stand counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

_ONE: Final = frozenset(
    {"schema", "keys_schema", "values_schema", "extras_schema", "return_schema", "json_schema"}
    | {"python_schema", "strict_schema", "lax_schema", "items_schema", "var_args_schema"}
)
_SEVERAL: Final = frozenset(
    {"choices", "steps", "items_schema", "definitions", "fields", "computed_fields", "arguments_schema"}
)
_NAMED: Final = frozenset({"choices", "fields"})


def children(node: Any) -> Iterator[Any]:
    """Give the schemas right inside of one."""
    for key, value in node.items():
        if key in _ONE and isinstance(value, dict):
            yield value
        elif key in _NAMED and isinstance(value, dict):
            yield from (part for part in value.values() if isinstance(part, dict))
        elif key in _SEVERAL and isinstance(value, list | tuple):
            yield from (part for part in map(_first, value) if isinstance(part, dict))


def rebuilt(node: Any, change: Callable[[Any], Any]) -> Any:
    """Copy a schema, each of the schemas inside it being ``change`` of what it was."""
    copy = dict(node)
    for key, value in node.items():
        if key in _ONE and isinstance(value, dict):
            copy[key] = change(value)
        elif key in _NAMED and isinstance(value, dict):
            copy[key] = {name: _changed(part, change) for name, part in value.items()}
        elif key in _SEVERAL and isinstance(value, list | tuple):
            copy[key] = [_changed(part, change) for part in value]
    return copy


def _first(part: Any) -> Any:
    return part[0] if isinstance(part, tuple) else part


def _changed(part: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(part, tuple):  # with the label of a choice
        return (change(part[0]), *part[1:])
    return change(part) if isinstance(part, dict) else part  # such as the names of a dataclass's fields
