"""What schemas demand beyond types, in sentences for the clients' documentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from actionary_build.texts import json_text

_CONSTRAINTS: Final = {
    "format": "Format {}.",
    "pattern": "Matches {}.",
    "minLength": "Length at least {}.",
    "maxLength": "Length at most {}.",
    "minimum": "At least {}.",
    "exclusiveMinimum": "More than {}.",
    "maximum": "At most {}.",
    "exclusiveMaximum": "Less than {}.",
    "multipleOf": "A multiple of {}.",
    "minItems": "Number of items at least {}.",
    "maxItems": "Number of items at most {}.",
    "minProperties": "Number of keys at least {}.",
    "maxProperties": "Number of keys at most {}.",
}

_ABOUT_KEYS: Final = frozenset({"propertyNames", "patternProperties"})
CONSTRAINING: Final = _CONSTRAINTS.keys() | _ABOUT_KEYS | {"anyOf", "uniqueItems", "default"}
"""The keywords that constraints are told of; a schema without any of them has none."""


def constraints(schema: Any, *, required: bool = False) -> str:
    """Say in short sentences what a schema demands beyond its type, and its default.

    What is ``required`` has no default: nobody takes it.
    """
    if not isinstance(schema, dict) or CONSTRAINING.isdisjoint(schema):
        return ""
    demands = {**_beside_null(schema), **schema} if "anyOf" in schema else schema
    sentences = [
        sentence.format(value if isinstance(value, str) else json_text(value))
        for key, sentence in _CONSTRAINTS.items()
        if key in demands and (value := demands[key]) is not None
    ]
    if demands.get("uniqueItems") is True:
        sentences.append("No item twice.")
    if not _ABOUT_KEYS.isdisjoint(demands):
        sentences += _about_keys(demands, has_properties=bool(schema.get("properties")))
    if "default" in schema and not required:
        sentences.append(f"Default {json_text(schema['default'])}.")
    return " ".join(sentences)


def _about_keys(demands: dict[str, Any], *, has_properties: bool) -> Iterator[str]:
    names = demands.get("propertyNames")
    told = constraints(names) if isinstance(names, dict) else ""
    if told:
        yield f"Of each key: {told[0].lower()}{told[1:]}"
    patterns = demands.get("patternProperties")
    if patterns:
        which = "Other keys" if has_properties else "Keys"
        yield f"{which} match {' or '.join(sorted(patterns))}."


def _beside_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Give the one member of a union beside null, whose constraints are those of the whole."""
    members = [member for member in schema.get("anyOf", ()) if member != {"type": "null"}]
    return members[0] if len(members) == 1 and isinstance(members[0], dict) else {}
