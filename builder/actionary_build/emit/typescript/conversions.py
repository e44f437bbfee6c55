"""Integers as `bigint` and times as `Date`, for those who ask for them.

The catalog is marked first: what becomes another type in TypeScript gets the name of that type as
its JSON type. Types, comments and examples follow from that, and so do the tables by which the
runtime converts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from actionary.action_spec import ActionSpec
from actionary.catalog import Catalog
from actionary.json_schema import REF, Schema, map_schema

from actionary_build.emit.typescript.alternatives import alternatives, best
from actionary_build.emit.typescript.ambiguous import Marked, settled, unmarked, with_type
from actionary_build.emit.typescript.comments import may_lose_digits
from actionary_build.emit.typescript.examples import Written
from actionary_build.emit.typescript.shapes import FORMATS
from actionary_build.texts import TypeScriptString


@dataclass(frozen=True, slots=True)
class Wanted:
    """What integers that a number may not hold, and dates and times, are to be."""

    integers: Literal["number", "bigint"]
    dates: Literal["string", "Date"]

    def mark(self, schema: Schema) -> Schema:
        """Mark what is converted in a schema."""
        return map_schema(map_schema(schema, self._mark), _with_plain_names)

    def _mark(self, schema: Schema) -> Schema:
        if "const" in schema or "enum" in schema:
            return schema
        for key in ("anyOf", "oneOf"):
            if key in schema:
                schema = {**schema, key: _without_ambiguous_texts(schema[key])}
        return with_type(schema, lambda kind: self._type(kind, schema))

    def _type(self, kind: Any, schema: Schema) -> Any:
        if kind == "integer" and self.integers == "bigint" and may_lose_digits({**schema, "type": kind}):
            return "bigint"
        if kind == "string" and self.dates == "Date" and schema.get("format") in FORMATS:
            return "Date"
        return kind


def marked(catalog: Catalog, wanted: Wanted) -> Marked:
    """Mark what is converted, in schemas and in the inputs of examples."""
    if wanted == Wanted("number", "string"):
        return Marked(catalog)
    types = {name: wanted.mark(schema) for name, schema in catalog.types.items()}
    actions = tuple(_action(action, wanted) for action in catalog.actions)
    found = settled(replace(catalog, types=types, actions=actions))
    expressed = tuple(_with_expressions(action, found.catalog.types) for action in found.catalog.actions)
    return replace(found, catalog=replace(found.catalog, actions=expressed))


def _action(action: ActionSpec, wanted: Wanted) -> ActionSpec:
    return replace(
        action,
        input=wanted.mark(action.input),
        output=wanted.mark(action.output),
        errors=tuple(
            replace(error, details=error.details and wanted.mark(error.details)) for error in action.errors
        ),
    )


def _with_expressions(action: ActionSpec, types: Mapping[str, Schema]) -> ActionSpec:
    return replace(
        action,
        examples=tuple(
            replace(example, input=_expressed(dict(example.input), action.input, types))
            for example in action.examples
        ),
    )


def _with_plain_names(schema: Schema) -> Schema:
    """Leave the keys of maps text, whatever they look like."""
    if not isinstance(schema.get("propertyNames"), dict):
        return schema
    return {**schema, "propertyNames": map_schema(schema["propertyNames"], unmarked)}


def _without_ambiguous_texts(members: list[Any]) -> list[Any]:
    """Leave times text where other texts are allowed beside them: nothing could tell which is which."""
    texts = [each for each in members if isinstance(each, dict) and each.get("type") in ("string", "Date")]
    return [unmarked(each) if each in texts else each for each in members] if len(texts) > 1 else members


def _expressed(value: Any, schema: Any, types: Mapping[str, Schema]) -> Any:
    """Write what is converted as an expression that gives it."""
    if not isinstance(schema, dict) or isinstance(value, Written):
        return value
    kinds = schema.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if "bigint" in kinds and isinstance(value, int) and not isinstance(value, bool):
        return Written(f"{value}n")
    if "Date" in kinds and isinstance(value, str):
        return Written(f"new Date({TypeScriptString(value)})")
    parts = [each.schema for each in best(alternatives(schema, types), value)]
    if "$ref" in schema:
        parts.append(types[schema["$ref"].removeprefix(REF)])
    for part in (*parts, *schema.get("allOf", ())):
        value = _expressed(value, part, types)
    if isinstance(value, dict):
        named, others = schema.get("properties", {}), schema.get("additionalProperties")
        value = {key: _expressed(item, named.get(key, others), types) for key, item in value.items()}
    if isinstance(value, list):
        first, rest = schema.get("prefixItems", []), schema.get("items")
        schemas = [*first, *[rest] * (len(value) - len(first))]
        value = [_expressed(item, each, types) for item, each in zip(value, schemas, strict=False)]
    return value
