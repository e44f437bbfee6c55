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


def constraints(schema: Any, *, required: bool = False) -> str:
    """Say in short sentences what a schema demands beyond its type, and its default.

    What is ``required`` has no default: nobody takes it.
    """
    if not isinstance(schema, dict):
        return ""
    sentences = [
        template.format(value if isinstance(value, str) else json_text(value))
        for template, value in (
            (template, _constraint(schema, key)) for key, template in _CONSTRAINTS.items()
        )
        if value is not None
    ]
    if _constraint(schema, "uniqueItems") is True:
        sentences.append("No item twice.")
    sentences += _about_keys(schema)
    if "default" in schema and not required:
        sentences.append(f"Default {json_text(schema['default'])}.")
    return " ".join(sentences)


def _about_keys(schema: dict[str, Any]) -> Iterator[str]:
    names = _constraint(schema, "propertyNames")
    told = constraints(names) if isinstance(names, dict) else ""
    if told:
        yield f"Of each key: {told[0].lower()}{told[1:]}"
    patterns = _constraint(schema, "patternProperties")
    if patterns:
        which = "Other keys" if schema.get("properties") else "Keys"
        yield f"{which} match {' or '.join(sorted(patterns))}."


def _constraint(schema: dict[str, Any], key: str) -> Any:
    """Look a constraint up, also in the one member of a union beside null."""
    if key in schema:
        return schema[key]
    members = [member for member in schema.get("anyOf", ()) if member != {"type": "null"}]
    if len(members) == 1 and isinstance(members[0], dict):
        return members[0].get(key)
    return None
