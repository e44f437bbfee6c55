"""How an input that is given as a JSON Schema stands in a catalog."""

from __future__ import annotations

from collections.abc import Collection

from actionary.json_schema import REF, Schema, map_schema, subschemas
from actionary.names import pascal_case


def described_raw(schema: Schema, action: str, taken: Collection[str]) -> tuple[Schema, dict[str, Schema]]:
    """Give a schema as it stands in a catalog, and its types under names that are not ``taken``."""
    own = schema.get("$defs", {})
    refers_to_itself = any(each.get("$ref") == "#" for each in subschemas(schema))
    prefix = f"{pascal_case(action)}Input"
    names: dict[str, str] = {}
    for name in ["", *own] if refers_to_itself else own:
        candidate, number = prefix + pascal_case(name), 2
        while candidate in taken or candidate in names.values():
            candidate, number = f"{prefix}{pascal_case(name)}{number}", number + 1
        names[name] = candidate

    def rename(node: Schema) -> Schema:
        if "$ref" in node:
            node["$ref"] = REF + names[node["$ref"].removeprefix(REF).removeprefix("#")]
        return node

    root = map_schema({key: value for key, value in schema.items() if key != "$defs"}, rename)
    types = {names[name]: map_schema(part, rename) for name, part in own.items()}
    if refers_to_itself:
        types[names[""]] = root
        root = {"$ref": REF + names[""]}
    return root, types
