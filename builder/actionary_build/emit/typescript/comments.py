"""Documentation comments: what a description and a schema's constraints say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from actionary.action_spec import ActionSpec

from actionary_build.emit.constraints import CONSTRAINING, constraints
from actionary_build.texts import TypeScriptComment

_LARGEST: Final = 2**53
"""Up to here every integer is a number of JavaScript."""

_SAYING: Final = CONSTRAINING | {"description", "deprecated"}
_UNIONS: Final = frozenset({"anyOf", "oneOf"})


def schema_comment(schema: Any, indent: str = "", *, required: bool = False) -> str:
    """Document a type or a property; nothing when there is nothing to say."""
    if not isinstance(schema, dict):
        return ""
    loses_digits = may_lose_digits(schema)
    if not loses_digits and _SAYING.isdisjoint(schema):  # as many are
        return ""
    lines = [str(schema.get("description", "")), constraints(schema, required=required)]
    if loses_digits:
        lines.append("Beyond 2^53 it loses digits.")
    tags = ["@deprecated"] if schema.get("deprecated") is True else []
    return comment([line for line in lines if line.strip()], tags, indent)


def may_lose_digits(schema: Any) -> bool:
    """Say whether a schema allows integers that no number of JavaScript can be."""
    if not isinstance(schema, dict) or "const" in schema or "enum" in schema:
        return False
    if not _UNIONS.isdisjoint(schema) and any(
        may_lose_digits(each) for key in _UNIONS for each in schema.get(key, ())
    ):
        return True
    kind = schema.get("type")
    if "integer" not in kind if isinstance(kind, list) else kind != "integer":
        return False
    lowest = [schema[key] for key in ("minimum", "exclusiveMinimum") if key in schema]
    highest = [schema[key] for key in ("maximum", "exclusiveMaximum") if key in schema]
    return not (any(each >= -_LARGEST for each in lowest) and any(each <= _LARGEST for each in highest))


def action_comment(action: ActionSpec, deprecation: str | None, indent: str = "") -> str:
    """Document a call: what it does, when to use it, how pages are got, whether it is on its way out."""
    lines = [action.description]
    if action.when_to_use:
        lines.append(f"Use when: {action.when_to_use.strip()}")
    if action.when_not_to_use:
        lines.append(f"Do not use when: {action.when_not_to_use.strip()}")
    if action.paging:
        lines.append(action.paging)
    told = (deprecation or "").removeprefix("Deprecated.").strip()
    return comment(lines, [f"@deprecated {told}".strip()] if deprecation else [], indent)


def comment(paragraphs: Sequence[str], tags: Sequence[str] = (), indent: str = "") -> str:
    """Write a comment of paragraphs and tags; nothing when there are none."""
    if not paragraphs and not tags:
        return ""
    return TypeScriptComment("\n\n".join(text.strip() for text in paragraphs), indent, tags=tags)
