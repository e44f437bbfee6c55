"""An input for an action without an example: its required properties, as plain as its schema allows."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, TypeVar

from actionary.action_spec import ActionSpec
from actionary.catalog import Catalog
from actionary.json_schema import REF, Schema

T = TypeVar("T")

_DEEPEST: Final = 8
_LONGEST: Final = 40
"""How deep and how long an example may be that still shows more than it hides."""

_TEXTS: Final = ("text", "TEXT", "1")
_TEXT_OF_FORMAT: Final = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "date-time-local": "2026-01-31T12:00:00",
    "time": "12:00:00",
    "duration": "PT1H",
    "uuid": "6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
    "email": "name@example.com",
    "name-email": "Name <name@example.com>",
    "ipv4": "192.0.2.1",
    "ipv4interface": "192.0.2.1/24",
    "ipv4network": "192.0.2.0/24",
    "ipv6": "2001:db8::1",
    "ipv6interface": "2001:db8::1/32",
    "ipv6network": "2001:db8::/32",
    "ipvanyaddress": "192.0.2.1",
    "ipvanyinterface": "192.0.2.1/24",
    "ipvanynetwork": "192.0.2.0/24",
    "base64": "dGV4dA==",
    "base64url": "dGV4dA==",
    "path": "folder/file.txt",
    "regex": "^text$",
    "uri": "https://example.com/",
    "decimal": "1",
    "password": "correct horse",
}
_SAYS_NOTHING: Final = frozenset(
    {"title", "description", "examples", "deprecated", "readOnly", "writeOnly", "discriminator"}
)
_NOT_PLAIN: Final = frozenset(
    {"not", "if", "contains", "minProperties", "dependentRequired", "dependentSchemas"} | {"contentSchema"}
)


class _NotPlainError(Exception):
    """No plain value of the schema was found."""


def plain_input(catalog: Catalog, action: ActionSpec) -> dict[str, Any] | None:
    """Make an input of an action's schema, ``None`` where that is not simple.

    It fits the schema, which says nothing of what the action makes of it.
    """
    try:
        made = _Maker(catalog).value(action.input, _DEEPEST)
    except _NotPlainError:
        return None
    return made if isinstance(made, dict) else None


@dataclass(frozen=True, slots=True)
class _Maker:
    catalog: Catalog

    def value(self, schema: Any, depth: int) -> Any:
        """Make a value of a schema that may hold ``depth`` others in one another."""
        if schema is False or depth == 0:
            raise _NotPlainError
        schema = schema if isinstance(schema, dict) else {}
        if not _NOT_PLAIN.isdisjoint(schema):
            raise _NotPlainError
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][0]
        if "default" in schema:
            return schema["default"]
        return self._of_parts(schema, depth)

    def _of_parts(self, schema: Schema, depth: int) -> Any:
        keys = schema.keys() - _SAYS_NOTHING
        if not keys & {"$ref", "anyOf", "oneOf", "allOf"}:
            return self._of_type(schema, depth)
        if len(keys) > 1:
            raise _NotPlainError
        [key] = keys
        if key == "$ref":
            return self.value(self.catalog.types[schema["$ref"].removeprefix(REF)], depth - 1)
        members = schema[key]
        if key == "allOf" and len(members) > 1:
            raise _NotPlainError
        return self._first([member for member in members if member != {"type": "null"}] or members, depth)

    def _first(self, schemas: list[Any], depth: int) -> Any:
        for schema in schemas:
            try:
                return self.value(schema, depth)
            except _NotPlainError:
                continue
        raise _NotPlainError

    def _of_type(self, schema: Schema, depth: int) -> Any:
        kind = schema.get("type", "object" if "properties" in schema else None)
        if isinstance(kind, list):
            kinds = [one for one in kind if one != "null"] or kind
            return self._first([{**schema, "type": one} for one in kinds], depth)
        if kind == "object":
            properties = schema.get("properties", {})
            return {
                key: self.value(properties.get(key, True), depth - 1) for key in schema.get("required", ())
            }
        return self._list(schema, depth) if kind == "array" else _scalar(schema, kind)

    def _list(self, schema: Schema, depth: int) -> list[Any]:
        items = [self.value(item, depth - 1) for item in schema.get("prefixItems", ())]
        shortest = schema.get("minItems", 0)
        longest = schema.get("maxItems", math.inf)
        wanted = max(shortest, min(longest, len(items) or 1))
        if wanted > max(3, len(items)) or (wanted > 1 and schema.get("uniqueItems")):
            raise _NotPlainError
        try:
            while len(items) < wanted:
                items.append(self.value(schema.get("items", True), depth - 1))
        except _NotPlainError:
            if len(items) < shortest:
                raise
        return items[:wanted]


def _scalar(schema: Schema, kind: object) -> Any:
    match kind:
        case "string":
            return _first_fit(_texts(schema), _text_fits, schema)
        case "integer" | "number":
            return _first_fit(_numbers(schema), _number_fits, schema)
        case "boolean":
            return True
        case "null":
            return None
        case None if not schema.keys() - _SAYS_NOTHING:
            return _TEXTS[0]
        case _:
            raise _NotPlainError


def _first_fit(candidates: Iterator[T], fits: Callable[[Schema, T], bool], schema: Schema) -> T:
    for candidate in candidates:
        if fits(schema, candidate):
            return candidate
    raise _NotPlainError


def _texts(schema: Schema) -> Iterator[str]:
    known: tuple[str, ...] = _TEXTS
    if "format" in schema:
        known = tuple(text for name, text in _TEXT_OF_FORMAT.items() if name == schema["format"])
    for text in known:
        length = min(max(len(text), schema.get("minLength", 0)), schema.get("maxLength", _LONGEST), _LONGEST)
        yield (text * _LONGEST)[:length]


def _text_fits(schema: Schema, text: str) -> bool:
    if not schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", math.inf):
        return False
    try:
        return re.search(schema.get("pattern", ""), text) is not None
    except re.error:  # written for another engine
        return False


def _numbers(schema: Schema) -> Iterator[int | float]:
    bounds = [
        schema[key] for key in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum") if key in schema
    ]
    step = schema.get("multipleOf", 1)
    for start in (1, 0, *bounds):
        below = math.floor(Fraction(str(start)) / Fraction(str(step)))
        for count in (below, below + 1, below - 1):
            number = count * Fraction(str(step))
            yield int(number) if number.denominator == 1 else float(number)
    if schema.get("type") == "number" and len(bounds) > 1:
        yield (min(bounds) + max(bounds)) / 2


def _number_fits(schema: Schema, number: float) -> bool:
    step = schema.get("multipleOf")
    return (
        schema.get("minimum", -math.inf) <= number <= schema.get("maximum", math.inf)
        and schema.get("exclusiveMinimum", -math.inf) < number < schema.get("exclusiveMaximum", math.inf)
        and (schema.get("type") == "number" or isinstance(number, int))
        and (step is None or Fraction(str(number)) % Fraction(str(step)) == 0)
    )
