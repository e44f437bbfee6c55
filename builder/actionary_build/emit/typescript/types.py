"""JSON Schema to TypeScript types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from itertools import chain
from typing import Any, Final, NamedTuple, TypeAlias

from actionary.catalog import Catalog
from actionary.json_schema import REF, Schema

from actionary_build.emit.typescript.comments import schema_comment
from actionary_build.emit.typescript.modules import Imports, module_text
from actionary_build.texts import TypeScriptIdentifier, TypeScriptString, json_text

TypeNames: TypeAlias = Mapping[str, TypeScriptIdentifier]
"""The TypeScript name of each named type of the catalog."""


class Binding(IntEnum):
    """How tightly the outermost operator of an expression binds."""

    UNION = 0
    INTERSECTION = 1
    PRIMARY = 2


class Expression(NamedTuple):
    """A type expression of TypeScript; ``members`` are those of a union."""

    text: str
    binding: Binding = Binding.PRIMARY
    members: tuple[str, ...] = ()

    def within(self, outer: Binding) -> str:
        """Give the text, in parentheses where something that binds as ``outer`` surrounds it."""
        return f"({self.text})" if self.binding < outer else self.text


UNKNOWN: Final = Expression("unknown")
NEVER: Final = Expression("never")
UNDEFINED: Final = Expression("undefined")
_SCALARS: Final = {
    "string": Expression("string"),
    "integer": Expression("number"),
    "bigint": Expression("bigint"),
    "Date": Expression("Date"),
    "number": Expression("number"),
    "boolean": Expression("boolean"),
    "null": Expression("null"),
}

_OBJECT_KEYS: Final = frozenset({"properties", "additionalProperties", "patternProperties", "propertyNames"})
_ARRAY_KEYS: Final = frozenset({"items", "prefixItems"})
_SHAPE_KEYS: Final = _OBJECT_KEYS | _ARRAY_KEYS
_COMBINING_KEYS: Final = frozenset({"$ref", "const", "enum", "anyOf", "oneOf", "allOf"})
_INHERITED: Final = frozenset(
    """
    constructor toString toLocaleString valueOf hasOwnProperty isPrototypeOf propertyIsEnumerable
    """.split()
)
"""Properties of every object: where there is no own one, the inherited one shows."""

_LONGEST_UNION: Final = 90


def types_module(declared: Sequence[str]) -> str:
    """Write `src/types.ts`: every named type that a call reaches, as `declarations` gives them."""
    return module_text(Imports(), declared or ["export {};\n"])


def declarations(catalog: Catalog, names: TypeNames) -> list[str]:
    """Declare every named type, sorted by its name in the catalog."""
    return [declaration(names[name], catalog.types[name], names) for name in sorted(names)]


def declaration(name: TypeScriptIdentifier, schema: Schema, names: TypeNames) -> str:
    """Declare a type with its documentation: as an interface where it is a plain object."""
    comment = schema_comment(schema)
    if schema.get("properties") and _COMBINING_KEYS.isdisjoint(schema) and schema.get("type") == "object":
        return f"{comment}export interface {name} {_object(schema, names, '').text}\n"
    return f"{comment}export type {name} = {expression(schema, names).text};\n"


def expression(schema: Any, names: TypeNames, indent: str = "") -> Expression:
    """Write a schema as a type; what TypeScript cannot say is left to the server."""
    if not isinstance(schema, dict):
        return NEVER if schema is False else UNKNOWN
    if _COMBINING_KEYS.isdisjoint(schema):
        return _plain(schema, names, indent)
    parts: list[Expression] = []
    if "$ref" in schema:
        named = Expression(names[schema["$ref"].removeprefix(REF)])
        if len(schema) == 1:
            return named
        parts.append(named)
    if "const" in schema or "enum" in schema:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        parts.append(union((_literal(value) for value in values), indent))
    parts += [
        union([expression(member, names, indent) for member in schema[key]], indent)
        for key in ("anyOf", "oneOf")
        if key in schema
    ]
    parts += [expression(member, names, indent) for member in schema.get("allOf", ())]
    if not parts or not _SHAPE_KEYS.isdisjoint(schema):
        parts.append(_plain(schema, names, indent))
    return _intersection(parts)


def union(alternatives: Iterable[Expression], indent: str = "") -> Expression:
    """Join types to the type of whatever is one of them."""
    distinct = {one.text: one for one in alternatives}
    distinct.pop(NEVER.text, None)
    if len(distinct) <= 1 or UNKNOWN.text in distinct:
        return UNKNOWN if UNKNOWN.text in distinct else next(iter(distinct.values()), NEVER)
    members = list(
        dict.fromkeys(chain.from_iterable(one.members or (one.text,) for one in distinct.values()))
    )
    text = " | ".join(members)
    if len(text) > _LONGEST_UNION:
        text = "".join(f"\n{indent}  | {member}" for member in members)
    return Expression(text, Binding.UNION, tuple(members))


def _intersection(parts: list[Expression]) -> Expression:
    if len(parts) == 1:
        return parts[0]
    texts = {part.within(Binding.PRIMARY): None for part in parts if part != UNKNOWN}
    if len(texts) > 1:
        return Expression(" & ".join(texts), Binding.INTERSECTION)
    return next((part for part in parts if part != UNKNOWN), UNKNOWN)


def _literal(value: Any) -> Expression:
    if isinstance(value, list):
        return Expression(f"[{', '.join(_literal(item).text for item in value)}]")
    if isinstance(value, dict):
        fields = [f"{property_key(key)}: {_literal(item).text}" for key, item in sorted(value.items())]
        return Expression(f"{{ {'; '.join(fields)} }}" if fields else "{ [key: string]: never }")
    return Expression(json_text(value))


def _plain(schema: Schema, names: TypeNames, indent: str) -> Expression:
    kind = schema.get("type")
    if isinstance(kind, str) and kind in _SCALARS:
        return _SCALARS[kind]
    if isinstance(kind, list):
        return union((_plain({**schema, "type": one}, names, indent) for one in kind), indent)
    if kind == "object" or (kind is None and not _OBJECT_KEYS.isdisjoint(schema)):
        return _object(schema, names, indent)
    if kind == "array" or (kind is None and not _ARRAY_KEYS.isdisjoint(schema)):
        return _array(schema, names, indent)
    return UNKNOWN


def _array(schema: Schema, names: TypeNames, indent: str) -> Expression:
    prefix: list[Any] = schema.get("prefixItems", [])
    longest = schema.get("maxItems")
    rest = expression(schema.get("items", True), names, indent)
    if not prefix:
        return Expression("[]" if longest == 0 else f"{rest.within(Binding.PRIMARY)}[]")
    shortest = schema.get("minItems", 0)
    elements: list[str] = []
    for index, item in enumerate(prefix):
        element = expression(item, names, indent)
        elements.append(element.text if index < shortest else f"{element.within(Binding.PRIMARY)}?")
    if rest != NEVER and (longest is None or longest > len(prefix)):
        elements.append(f"...{rest.within(Binding.PRIMARY)}[]")
    return Expression(f"[{', '.join(elements)}]")


def _object(schema: Schema, names: TypeNames, indent: str) -> Expression:
    properties: dict[str, Any] = schema.get("properties", {})
    if not properties:
        return _map(schema, names, indent)
    inner = f"{indent}  "
    required = schema.get("required", ())
    values = {
        key: _value(key, properties[key], names, inner, required=key in required)
        for key in property_order(schema)
    }
    lines = [
        f"{schema_comment(properties[key], inner, required=key in required)}"
        f"{inner}{property_key(key)}{'' if key in required else '?'}: {value.text};\n"
        for key, value in values.items()
    ]
    others = _other_values(schema, names, inner)
    if others != NEVER:
        lines.append(f"{inner}[key: string]: {union([others, *values.values()], inner).text};\n")
    return Expression(f"{{\n{''.join(lines)}{indent}}}")


def _value(key: str, schema: Any, names: TypeNames, indent: str, *, required: bool) -> Expression:
    value = expression(schema, names, indent)
    if required:
        return value
    inherited = [Expression(f'Object["{key}"]')] if key in _INHERITED else []
    return union([value, *inherited, UNDEFINED], indent)


def _other_values(schema: Schema, names: TypeNames, indent: str) -> Expression:
    """Give the type of the properties that are not named: ``never`` if none are foreseen."""
    patterns = schema.get("patternProperties", {})
    if not patterns and schema.get("additionalProperties", False) is False:
        return NEVER
    kinds = [*(patterns[key] for key in sorted(patterns)), schema.get("additionalProperties", False)]
    return union((expression(kind, names, indent) for kind in kinds), indent)


def _map(schema: Schema, names: TypeNames, indent: str) -> Expression:
    unrestricted = _OBJECT_KEYS.isdisjoint(schema)
    value = UNKNOWN if unrestricted else _other_values(schema, names, indent)
    keys = expression(schema.get("propertyNames", True), names, indent)
    if keys in (UNKNOWN, _SCALARS["string"]):
        return Expression(f"{{ [key: string]: {value.text} }}")
    return Expression(f"{{ [Key in {keys.text}]?: {value.text} }}")


def property_order(schema: Schema) -> list[str]:
    """Give the properties of an object: the required as the schema lists them, then the others by name.

    Their own order is lost when a catalog is dumped.
    """
    properties: dict[str, Any] = schema.get("properties", {})
    required = [key for key in schema.get("required", ()) if key in properties]
    return [*required, *sorted(properties.keys() - set(required))]


def property_key(key: str) -> str:
    """Write the name of a property, quoted where it is no identifier."""
    return key if key.isascii() and key.replace("$", "_").isidentifier() else TypeScriptString(key)


def literal_key(key: str) -> str:
    """Write a key of an object literal, where a bare ``__proto__`` would set the prototype."""
    return '["__proto__"]' if key == "__proto__" else property_key(key)
