"""Schemas in words, for people: tables of fields and of the types they use.

What is written here is neither HTML nor Markdown. A type in words is a row of
`Piece`s, and only those of kind ``words`` are ours: a code is the user's text and
a type is a name, both to be escaped for the language they land in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, Literal, TypeAlias

from actionary.catalog import Catalog
from actionary.json_schema import REF, Schema

from actionary_build.texts import json_text


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a type in words: our own words, a piece of code, or the name of a type."""

    text: str
    kind: Literal["words", "code", "type"] = "words"


Words: TypeAlias = tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of an object. ``default`` is JSON, ``None`` when there is none.

    A field that has to be there has none, whatever its schema says: nobody takes it.
    """

    name: str
    type: Words
    required: bool
    default: str | None
    deprecated: bool
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A schema in words: its fields if it is an object that has some, else what ``type`` says.

    ``name`` is empty for a schema that is no named type. ``closed`` is true for an
    object that refuses keys it does not list, ``open`` for one that takes them.
    """

    name: str
    description: str
    type: Words
    fields: tuple[Field, ...]
    closed: bool
    open: bool

    @property
    def empty(self) -> bool:
        """Say whether only an empty object fits."""
        return self.type == words("empty object")


def words(text: str) -> Words:
    """Give words of our own."""
    return (Piece(text),)


def code(text: str) -> Words:
    """Give a text of the user's, to be shown as code."""
    return (Piece(text, "code"),)


def shape(schema: Schema, name: str = "") -> Shape:
    """Put a schema that is no bare reference into words."""
    return Shape(
        name=name,
        description=str(schema.get("description", "")),
        type=describe(schema) if not schema.get("properties") else words("object"),
        fields=tuple(_fields(schema)),
        closed=schema.get("additionalProperties") is False,
        open=takes_other_keys(schema),
    )


def takes_other_keys(schema: Schema) -> bool:
    """Say whether an object does something with keys that it does not list."""
    return bool(schema.get("additionalProperties", False) or schema.get("patternProperties"))


def named_types(catalog: Catalog, *schemas: Schema) -> list[Shape]:
    """Put every named type that schemas refer to into words, sorted by name."""
    return [shape(catalog.types[name], name) for name in catalog.types_used(*schemas)]


def _fields(schema: Schema) -> Iterator[Field]:
    """Give the required fields as the schema orders them, then the others by name.

    The order of ``properties`` means nothing: it is lost when a catalog is dumped.
    """
    properties: dict[str, Any] = schema.get("properties", {})
    required = [name for name in schema.get("required", ()) if name in properties]
    for name in [*required, *sorted(properties.keys() - set(required))]:
        field = properties[name] if isinstance(properties[name], dict) else {}
        yield Field(
            name=name,
            type=describe(properties[name]),
            required=name in required,
            default=json_text(field["default"]) if "default" in field and name not in required else None,
            deprecated=field.get("deprecated") is True,
            description=str(field.get("description", "")),
        )


def describe(schema: Any) -> Words:
    """Put a type into words, such as ``integer, 1 to 50``."""
    if not isinstance(schema, dict):
        return words("nothing" if schema is False else "any value")
    return _join([_head(schema), *_limits(schema)], ", ")


def _nested(schema: Any) -> Words:
    """Put a type inside another into words: its limits stand in brackets."""
    if not isinstance(schema, dict):
        return describe(schema)
    head, limits = _head(schema), list(_limits(schema))
    if len(list(_alternatives(schema))) > 1:
        head = (*words("("), *head, *words(")"))
    return (*head, *words(" ("), *_join(limits, ", "), *words(")")) if limits else head


def _join(parts: Iterable[Words], joint: str) -> Words:
    return tuple(chain.from_iterable([*(words(joint) if i else ()), *part] for i, part in enumerate(parts)))


def _head(schema: Schema) -> Words:
    parts: list[Words] = []
    if "$ref" in schema:
        reference = str(schema["$ref"])
        named = reference.startswith(REF)
        parts.append((Piece(reference.removeprefix(REF), "type"),) if named else code(reference))
    if "const" in schema:
        parts.append(code(json_text(schema["const"])))
    elif "enum" in schema:
        parts.append(_join([code(json_text(value)) for value in schema["enum"]], " or "))
    elif "type" in schema:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        parts.append(_join([_kind(kind, schema) for kind in kinds], " or "))
    for key in ("anyOf", "oneOf"):
        branches = [_nested(branch) for branch in schema.get(key, ())]
        parts += [_join(branches, " or ")] if branches else []
    parts.extend(_nested(branch) for branch in schema.get("allOf", ()))
    return _join(parts, " and ") or words("any value")


def _alternatives(schema: Schema) -> Iterator[Any]:
    """Give what a type's words join by "or" or "and"."""
    if isinstance(schema.get("type"), list):
        yield from schema["type"]
    for key in ("enum", "anyOf", "oneOf", "allOf"):
        yield from schema.get(key, ())


def _kind(kind: str, schema: Schema) -> Words:
    if kind == "array":
        return _list(schema)
    if kind == "object":
        return _object(schema)
    return words(kind)


def _list(schema: Schema) -> Words:
    first = [_nested(item) for item in schema.get("prefixItems", ())]
    items = schema.get("items", True)
    if not first:
        return words("list") if items is True or items == {} else (*words("list of "), *_nested(items))
    more = [] if items is False else [(*words("any number of "), *_nested(items))]
    return (*words("list of "), *_join([*first, *more], ", then "))


def _object(schema: Schema) -> Words:
    parts: list[Words] = [_inline(field) for field in _fields(schema)]
    for pattern, values in sorted(schema.get("patternProperties", {}).items()):
        parts.append((*words("keys that match "), *code(pattern), *words(" for "), *_nested(values)))
    others = schema.get("additionalProperties", {})
    if isinstance(others, dict) and others:
        if not parts:
            return (*words("map of string to "), *_nested(others))
        parts.append((*words("any other key for "), *_nested(others)))
    if not parts:
        return words("empty object" if others is False else "object with any keys")
    return (*words("object with "), *_join(parts, "; "))


def _inline(field: Field) -> Words:
    optional = () if field.required else words(", optional")
    return (*code(field.name), *words(" ("), *field.type, *optional, *words(")"))


_FORMATS: Final = {
    "date": "date",
    "date-time": "date and time",
    "date-time-local": "date and time without time zone",
    "time": "time of day",
    "duration": "ISO 8601 duration",
    "email": "email address",
    "uuid": "UUID",
    "uri": "URI",
    "ipv4": "IPv4 address",
    "ipv6": "IPv6 address",
    "base64url": "Base64 for URLs",
    "binary": "binary data",
}

_ONLY_IN_SCHEMA: Final = frozenset(
    {"not", "if", "contains", "dependentSchemas", "dependentRequired", "unevaluatedProperties"}
    | {"unevaluatedItems", "contentSchema", "$dynamicRef"}
)
"""Keywords that few schemas have and no words describe well."""


def _limits(schema: Schema) -> Iterator[Words]:
    """Give what a type's values have to keep to, each limit in words."""
    if "format" in schema:
        known = _FORMATS.get(schema["format"])
        yield words(known) if known else (*words("format "), *code(str(schema["format"])))
    yield from _range(schema)
    if "multipleOf" in schema:
        yield words(f"a multiple of {json_text(schema['multipleOf'])}")
    for least, most, unit in (
        ("minLength", "maxLength", "character"),
        ("minItems", "maxItems", "item"),
        ("minProperties", "maxProperties", "key"),
    ):
        yield from _count(schema.get(least), schema.get(most), unit)
    if schema.get("uniqueItems") is True:
        yield words("no two alike")
    if "pattern" in schema:
        yield (*words("matching "), *code(str(schema["pattern"])))
    if "propertyNames" in schema:
        yield (*words("each key "), *_key(schema["propertyNames"]))
    if not _ONLY_IN_SCHEMA.isdisjoint(schema):
        yield words("with more rules in the JSON Schema")


def _key(schema: Any) -> Words:
    """Put what a key has to be into words; that it is a text goes without saying."""
    limits = list(_limits(schema)) if isinstance(schema, dict) else []
    if limits and _head(schema) in (words("any value"), words("string")):
        return _join(limits, ", ")
    return _nested(schema)


def _range(schema: Schema) -> Iterator[Words]:
    limits = [
        (phrase, json_text(schema[key]))
        for key, phrase in (
            ("minimum", "at least"),
            ("exclusiveMinimum", "more than"),
            ("maximum", "at most"),
            ("exclusiveMaximum", "less than"),
        )
        if key in schema
    ]
    if [phrase for phrase, _ in limits] == ["at least", "at most"]:
        yield words(f"{limits[0][1]} to {limits[1][1]}")
    elif limits:
        yield words(" and ".join(f"{phrase} {number}" for phrase, number in limits))


def _count(least: int | None, most: int | None, unit: str) -> Iterator[Words]:
    if least is not None and least == most:
        yield words(f"exactly {_units(least, unit)}")
    elif least and most is not None:
        yield words(f"{least} to {_units(most, unit)}")
    elif least:
        yield words(f"at least {_units(least, unit)}")
    elif most is not None:
        yield words(f"at most {_units(most, unit)}")


def _units(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
