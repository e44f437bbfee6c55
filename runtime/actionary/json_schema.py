"""JSON Schema 2020-12 as plain data: where schemas stand inside of one, and what they refer to.

A named type is referred to as ``{"$ref": "#/$defs/<name>"}``. Values under ``default``,
``enum`` and the like are data, whatever they look like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

REF: Final = "#/$defs/"
"""What stands before the name of a type in a reference."""

Schema: TypeAlias = dict[str, Any]
"""A JSON Schema object. Read only, like everything in a catalog."""


Place: TypeAlias = tuple[str | int, ...]
"""The keys and indexes that lead to a part of a schema."""


def references(node: Any) -> Iterator[str]:
    """Name the types that a schema refers to itself; values under ``default`` and the like are data."""
    for schema in subschemas(node):
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference.startswith(REF):
            yield reference.removeprefix(REF)


def reached(names: Iterable[str], direct: Callable[[str], Iterable[str]]) -> set[str]:
    """Give some types and all that they lead to; ``direct`` names what a type refers to itself."""
    found: set[str] = set()
    waiting = [*names]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += direct(name)
    return found


_SCHEMA_KEYS: Final = frozenset(
    {"items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames"}
    | {"unevaluatedItems", "unevaluatedProperties", "contentSchema"}
)
_LIST_KEYS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_MAP_KEYS: Final = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs"})
_HOLDING_KEYS: Final = _SCHEMA_KEYS | _LIST_KEYS | _MAP_KEYS


def subschemas(node: Any) -> Iterator[Schema]:
    """Give a schema and every schema inside it, only where JSON Schema 2020-12 has schemas."""
    waiting: list[Any] = [node]
    while waiting:
        schema = waiting.pop()
        if not isinstance(schema, dict):
            continue
        yield schema
        if _HOLDING_KEYS.isdisjoint(schema):  # as most are
            continue
        for key, value in schema.items():
            if key in _SCHEMA_KEYS:
                waiting.append(value)
            elif key in _LIST_KEYS:
                waiting.extend(value)
            elif key in _MAP_KEYS:
                waiting.extend(value.values())


def located(node: Any) -> Iterator[tuple[Place, Schema]]:
    """Give what `subschemas` gives in the same order, each with its place, which takes twice as long."""
    waiting: list[tuple[Place, Any]] = [((), node)]
    while waiting:
        place, schema = waiting.pop()
        if not isinstance(schema, dict):
            continue
        yield place, schema
        for key, value in schema.items():
            if key in _SCHEMA_KEYS:
                waiting.append(((*place, key), value))
            elif key in _LIST_KEYS:
                waiting.extend(((*place, key, index), item) for index, item in enumerate(value))
            elif key in _MAP_KEYS:
                waiting.extend(((*place, key, name), item) for name, item in value.items())


def keyword_at(place: Place) -> str:
    """Name the keyword whose value, or part of it, stands at a place; none where a schema stands."""
    parts = iter(place)
    for part in parts:
        if part in _LIST_KEYS | _MAP_KEYS:
            if next(parts, None) is None:
                return str(part)
        elif part not in _SCHEMA_KEYS:
            return str(part)
    return ""


def resolved(schema: Schema, types: Mapping[str, Schema]) -> Schema:
    """Follow a reference that stands alone at the root of a schema, as often as there is one."""
    while set(schema) == {"$ref"}:
        schema = types[schema["$ref"].removeprefix(REF)]
    return schema


def properties_of(schema: Schema, types: Mapping[str, Schema]) -> dict[str, tuple[Any, bool]]:
    """Give the properties of an input by name, each with whether it is required.

    This is what a query, a command line and OpenAPI call its parameters.
    """
    root = resolved(schema, types)
    required = root.get("required", ())
    return {name: (described, name in required) for name, described in root.get("properties", {}).items()}


def map_schema(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """Copy a schema with ``change(subschema) -> subschema`` applied to each, the innermost first."""

    def walk(node: Any) -> Any:
        if not isinstance(node, dict):
            return node
        copy: Schema = {}
        for key, value in node.items():
            if key in _SCHEMA_KEYS:
                copy[key] = walk(value)
            elif key in _LIST_KEYS:
                copy[key] = [walk(item) for item in value]
            elif key in _MAP_KEYS:
                copy[key] = {name: walk(item) for name, item in value.items()}
            else:
                copy[key] = value
        return change(copy)

    result: Schema = walk(schema)
    return result


def move_references(schema: Schema, prefix: str) -> Schema:
    """Copy a schema with its references pointing below another prefix, such as ``#/components/schemas/``."""

    def moved(reference: str) -> str:
        return prefix + reference.removeprefix(REF) if reference.startswith(REF) else reference

    def move(node: Schema) -> Schema:
        if "$ref" in node:
            node["$ref"] = moved(node["$ref"])
        mapping = node.get("discriminator", {}).get("mapping")
        if mapping:
            mapping = {key: moved(reference) for key, reference in mapping.items()}
            node["discriminator"] = {**node["discriminator"], "mapping": mapping}
        return node

    return map_schema(schema, move)
