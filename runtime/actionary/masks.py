"""Examples without the secrets in them, since examples are published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actionary.core_shapes import LISTS, OBJECTS, wire_names
from actionary.core_walk import children
from actionary.leaks import STARS
from actionary.type_rules import DICTS, is_secret


def without_secrets(schema: Any, data: Any) -> Any:
    """Give JSON data with asterisks wherever a core schema reads a secret, as many as the text is long.

    Where something else than a secret may stand there too, it is taken for one.
    """
    named: dict[str, Any] = {}
    if schema["type"] == "definitions":
        named = {each["ref"]: each for each in schema["definitions"]}
        schema = schema["schema"]
    return _Masker(named).mask(schema, data)


@dataclass(frozen=True, slots=True)
class _Masker:
    """Goes through a schema and data at once; ``named`` are schemas that others refer to."""

    named: Mapping[str, Any]

    def mask(self, node: Any, data: Any) -> Any:
        if data is None:
            return None
        if is_secret(node):
            return "*" * len(data) if isinstance(data, str) else STARS
        match node["type"], data:
            case "definition-ref", _:
                return self.mask(self.named[node["schema_ref"]], data)
            case kind, dict() if kind in DICTS:
                data = self.mask_values(node, data)
            case kind, list() if kind in LISTS:
                data = self.mask_items(node, data)
            case kind, dict() if kind in OBJECTS:
                data = self.mask_fields(node, data)
            case kind, _ if kind in DICTS | LISTS | OBJECTS:
                pass  # it reads no such data
            case _:
                for inner in children(node):
                    data = self.mask(inner, data)
        return data

    def mask_fields(self, node: Any, data: dict[str, Any]) -> dict[str, Any]:
        fields = node["fields"]
        named = fields.items() if isinstance(fields, Mapping) else [(each["name"], each) for each in fields]
        by_key = {key: field for name, field in named for key in wire_names(name, field, "validation")}
        others = node.get("extras_schema", {"type": "any"})
        return {key: self.mask(by_key.get(key, others), value) for key, value in data.items()}

    def mask_values(self, node: Any, data: dict[str, Any]) -> dict[str, Any]:
        keys, values = (node.get(f"{part}_schema", {"type": "any"}) for part in ("keys", "values"))
        return {self.mask(keys, key): self.mask(values, value) for key, value in data.items()}

    def mask_items(self, node: Any, data: list[Any]) -> list[Any]:
        if node["type"] != "tuple":
            return [self.mask(node.get("items_schema", {"type": "any"}), item) for item in data]
        places = node["items_schema"]
        return [self.mask(places[min(index, len(places) - 1)], item) for index, item in enumerate(data)]
