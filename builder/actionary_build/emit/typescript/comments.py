"""Documentation comments: what a description and a schema's constraints say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from actionary.catalog import ActionSpec

from actionary_build.texts import TypeScriptComment, json_text

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


def schema_comment(schema: Any, indent: str = "") -> str:
    """Document a type or a property; nothing when there is nothing to say."""
    if not isinstance(schema, dict):
        return ""
    lines = [str(schema.get("description", "")), constraints(schema)]
    tags = ["@deprecated"] if schema.get("deprecated") is True else []
    return comment([line for line in lines if line.strip()], tags, indent)


def constraints(schema: Any) -> str:
    """Say in short sentences what a schema demands beyond its type, and its default."""
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
    if "default" in schema:
        sentences.append(f"Default {json_text(schema['default'])}.")
    return " ".join(sentences)


def _constraint(schema: dict[str, Any], key: str) -> Any:
    """Look a constraint up, also in the one member of a union beside null."""
    if key in schema:
        return schema[key]
    members = [member for member in schema.get("anyOf", ()) if member != {"type": "null"}]
    if len(members) == 1 and isinstance(members[0], dict):
        return members[0].get(key)
    return None


def action_comment(action: ActionSpec, indent: str = "") -> str:
    """Document a call: what it does, when to use it, whether it is on its way out."""
    lines = [action.description]
    if action.when_to_use:
        lines.append(f"Use when: {action.when_to_use.strip()}")
    if action.when_not_to_use:
        lines.append(f"Do not use when: {action.when_not_to_use.strip()}")
    told = (action.deprecation or "").removeprefix("Deprecated.").strip()
    return comment(lines, [f"@deprecated {told}".strip()] if action.deprecated else [], indent)


def comment(paragraphs: Sequence[str], tags: Sequence[str] = (), indent: str = "") -> str:
    """Write a comment of paragraphs and tags; nothing when there are none."""
    if not paragraphs and not tags:
        return ""
    return TypeScriptComment("\n\n".join(text.strip() for text in paragraphs), indent, tags=tags)
