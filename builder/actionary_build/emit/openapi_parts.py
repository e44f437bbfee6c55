"""Parts that every piece of the OpenAPI document is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from actionary.json_schema import Schema, move_references

SCHEMAS: Final = "#/components/schemas/"
RESPONSES: Final = "#/components/responses/"


@dataclass(frozen=True, slots=True)
class Shared:
    """Parts of the document that stand once, each under a name that no other part has."""

    prefix: str
    parts: dict[str, Any] = field(default_factory=dict[str, Any])

    def refer(self, name: str, part: Any) -> Schema:
        """Keep a part under its name, or the name with a number where another part has it."""
        free, number = name, 1
        while self.parts.setdefault(free, part) != part:
            number += 1
            free = f"{name}_{number}"
        return {"$ref": self.prefix + free}


def json_content(schema: Schema, examples: Iterable[Any] = ()) -> dict[str, Any]:
    """Give the ``content`` of something that travels as JSON; the schema is one of the catalog's."""
    named = {f"example{number}": {"value": value} for number, value in enumerate(examples, 1)}
    return {"application/json": {"schema": move_references(schema, SCHEMAS), **filled({"examples": named})}}


def filled(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what says nothing: empty texts, lists and maps, false and null."""
    return {key: value for key, value in fields.items() if value}
