"""From the catalog's schemas to what the model generator gets right.

The generator is asked for structure and constraints only: which types there are
and what each field holds. Defaults, descriptions and which fields may be absent
are put around its answer (`models`), because it goes wrong there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final

from actionary.catalog import Catalog
from actionary.json_schema import REF, Schema, map_schema, references
from actionary.names import pascal_case

from actionary_build.emit.python.generate import DECIMAL
from actionary_build.emit.python.pieces import digest_of_programs, kept

_DECIMAL_PATTERN: Final = "^(?!^[-+.]*$)[+-]?"
ANNOTATIONS: Final = frozenset({"default", "description", "title", "examples", "deprecated"})
"""What a schema tells people; no type depends on it."""

_KEPT: Final = frozenset(
    {"type", "properties", "required", "items", "prefixItems", "additionalProperties", "$ref"}
    | {"enum", "const", "anyOf", "oneOf", "allOf", "format"}
    | {"minItems", "maxItems"}
)
_LIMITS: Final = frozenset(
    {"pattern", "minLength", "maxLength"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
)
"""What says which values of a type are right, and nothing of the type."""

_FORMATS: Final = {
    **{name: name for name in ("date", "date-time", "time", "duration", "uuid")},
    "date-time-local": "date-time",
}
"""Formats with a type of their own in Python, by the name that the generator knows.

Others, such as addresses, stay the text they are.
"""


@dataclass(frozen=True, slots=True)
class Definition:
    """A named type: a model when it has properties, else an alias for what it is.

    ``closed`` refuses unknown keys, which is only for what is sent. ``inline``
    has no name for users and stands where it is used: the generator forgets the
    discriminator of a union that stands inside another, so it gets them apart.
    """

    name: str
    schema: Schema
    closed: bool
    inline: bool = False

    @property
    def is_model(self) -> bool:
        """Whether it becomes a class."""
        return is_model(self.schema)


def is_model(schema: Schema) -> bool:
    """Say whether a schema describes an object with named fields."""
    return "properties" in schema and schema.get("type", "object") == "object"


def types_in(schema: Schema) -> frozenset[str]:
    """Name the definitions that a schema refers to itself."""
    return frozenset(references(schema)) - {DECIMAL}


class Definitions:
    """Every type that some schemas need, by name; objects inside others are named after where they are."""

    def __init__(self, catalog: Catalog, inputs: Iterable[Schema], outputs: Iterable[Schema]) -> None:
        outgoing = catalog.types_used(*outputs)
        names = sorted({*catalog.types_used(*inputs), *outgoing})
        self._taken = set(names)
        self.all: dict[str, Definition] = {}
        for name in names:
            self._define(name, catalog.types[name], closed=name not in outgoing)

    def lift(self, schema: Schema, name: str, *, closed: bool) -> Schema:
        """Give the schema with its inner objects made types of their own, named after ``name``."""
        if is_model(schema) or "discriminator" in schema:
            unique = self._unique(name)
            self._define(unique, schema, closed=closed, inline=not is_model(schema))
            return {**{key: schema[key] for key in ANNOTATIONS & schema.keys()}, "$ref": REF + unique}
        return self._lift_inside(schema, name, closed=closed)

    def _define(self, name: str, schema: Schema, *, closed: bool, inline: bool = False) -> None:
        lifted = self._lift_inside(schema, name, closed=closed)
        self.all[name] = Definition(name, lifted, closed, inline)

    def _lift_inside(self, schema: Schema, name: str, *, closed: bool) -> Schema:
        def lift(node: Any, part: str) -> Any:
            return self.lift(node, name + part, closed=closed) if isinstance(node, dict) else node

        copy = _with_decimal(schema) if closed else dict(schema)
        if "properties" in copy:
            copy["properties"] = {
                key: lift(node, pascal_case(key)) for key, node in sorted(copy["properties"].items())
            }
        for key in ("items", "additionalProperties"):
            if key in copy:
                copy[key] = lift(copy[key], "Item")
        for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
            if key in copy:
                copy[key] = [lift(node, str(number)) for number, node in enumerate(copy[key], start=1)]
        return copy

    def _unique(self, name: str) -> str:
        number = 1
        unique = name
        while unique in self._taken:
            number += 1
            unique = f"{name}{number}"
        self._taken.add(unique)
        return unique


def for_generator(schema: Schema, numbers: Mapping[str, str], *, limits: bool) -> Schema:
    """Copy a schema for the generator; ``numbers`` are its names for the definitions.

    Without ``limits`` it is asked for the type alone, which is all that most of the client says.
    """

    def change(node: Schema) -> Schema:
        if isinstance(node.get("$ref"), str):
            name = node["$ref"].removeprefix(REF)
            return {"$ref": REF + numbers.get(name, name)}
        if is_decimal(node):
            return {"$ref": REF + DECIMAL}
        return _cleaned(node, _KEPT | _LIMITS if limits else _KEPT)

    return map_schema(schema, change)


def _cleaned(node: Schema, kept: Collection[str]) -> Schema:
    clean = {key: value for key, value in node.items() if key in kept}
    for key in ("enum", "const"):
        if key in clean and not _is_literal(clean[key] if key == "enum" else [clean[key]]):
            del clean[key]
    if clean.get("format") in _FORMATS:
        return {"type": clean.get("type", "string"), "format": _FORMATS[clean["format"]]}
    clean.pop("format", None)
    if "pattern" in clean and not _pydantic_takes(clean["pattern"]):
        del clean["pattern"]
    return _cleaned_object(clean)


def _cleaned_object(clean: Schema) -> Schema:
    if is_model(clean):
        clean.pop("additionalProperties", None)
        properties = clean["properties"].items()
        clean["properties"] = {key: node if isinstance(node, dict) else {} for key, node in properties}
        clean["required"] = sorted(clean["properties"])
    for key in ("items", "additionalProperties"):
        if isinstance(clean.get(key), bool):
            del clean[key]
    return clean


def _with_decimal(schema: Schema) -> Schema:
    """Let a decimal be sent where a number or any text is taken: pydantic so describes decimals."""
    branches = schema.get("anyOf", [])
    types = [branch.get("type") for branch in branches if isinstance(branch, dict)]
    if types == ["number", "string"] and not is_decimal(branches[1]):
        return {**schema, "anyOf": [{"$ref": REF + DECIMAL}, *branches]}
    return dict(schema)


def is_decimal(node: Schema) -> bool:
    """Say whether pydantic wrote this for a decimal: its pattern, alone or beside a number."""
    branches = node.get("anyOf", [])
    if len(branches) == 2 and {"$ref": REF + DECIMAL} in branches:  # the innermost schemas come first
        return any(branch.get("type") == "number" for branch in branches if isinstance(branch, dict))
    if node.get("type") == "string" and node.get("format") == "decimal":
        return True
    return node.get("type") == "string" and str(node.get("pattern", "")).startswith(_DECIMAL_PATTERN)


def _is_literal(values: Any) -> bool:
    return isinstance(values, list) and all(value is None or isinstance(value, str | int) for value in values)


def _pydantic_takes(pattern: str) -> bool:
    """Say whether pydantic's engine knows the pattern; one it does not know is left to the server."""
    return kept(lambda: str(_takes(pattern)), "pattern", pattern, _engine()) == str(True)


@cache
def _engine() -> str:
    return digest_of_programs((), "pydantic_core")


@cache
def _takes(pattern: str) -> bool:
    from pydantic import Field, TypeAdapter  # noqa: PLC0415 - slow, and what is kept needs none
    from pydantic_core import SchemaError  # noqa: PLC0415 - as above

    try:
        TypeAdapter(Annotated[str, Field(pattern=pattern)])
    except SchemaError:
        return False
    return True
