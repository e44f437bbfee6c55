"""Which JSON types a schema allows, looking through references and alternatives.

A query and a command line carry text only; what becomes of a text, and how OpenAPI
describes it, both follow from the types that are found here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from actionary.json_schema import REF, Schema

ALTERNATIVES: Final = ("anyOf", "oneOf")

_TYPE_OF: Final = {
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
_ALL_TYPES: Final = frozenset({*_TYPE_OF.values(), "null"})


def json_type_of(value: Any) -> str:
    """Name the JSON type of a value; every number is a ``number``."""
    return _TYPE_OF.get(type(value), "null")


def json_types(schema: Any, definitions: Mapping[str, Schema]) -> frozenset[str]:
    """Name the JSON types a value may have; an integer is a ``number`` too."""
    return frozenset(name for leaf in leaves(schema, definitions) for name in leaf_types(leaf, definitions))


def item_types(schema: Any, definitions: Mapping[str, Schema]) -> tuple[frozenset[str], ...]:
    """Name the JSON types that items of the lists among a schema's alternatives may have, by place.

    The last entry is for every later place too; it is empty where there are no such items.
    """
    return tuple(
        frozenset(name for each in schemas for name in json_types(each, definitions))
        for schemas in item_schemas(schema, definitions)
    )


def item_schemas(schema: Any, definitions: Mapping[str, Schema]) -> tuple[tuple[Any, ...], ...]:
    """Give the schemas of items by place, as `item_types` does their types."""
    lists = list(_lists(schema, definitions))
    first = max((len(prefix) for prefix, _ in lists), default=0)
    return tuple(
        tuple(each for prefix, rest in lists for each in (prefix[place : place + 1] or rest))
        for place in range(first + 1)
    )


def closed_texts(schema: Any, definitions: Mapping[str, Schema]) -> frozenset[str] | None:
    """Give the texts that a schema names one by one; ``None`` where other texts are allowed too."""
    texts: set[str] = set()
    for leaf in leaves(schema, definitions):
        if "string" not in leaf_types(leaf, definitions):
            continue
        if not isinstance(leaf, dict) or not leaf.keys() & {"const", "enum"}:
            return None
        texts.update(value for value in members(leaf) if isinstance(value, str))
    return frozenset(texts)


def members(leaf: Schema) -> list[Any]:
    """Give the values that a schema with ``const`` or ``enum`` names."""
    named: list[Any] = leaf.get("enum", [leaf.get("const")])
    return named


def lists_are_plain(schema: Any, definitions: Mapping[str, Schema]) -> bool:
    """Say whether all that the lists among the alternatives hold can be said as plain text."""
    for prefix, rest in _lists(schema, definitions):
        for items in (*prefix, *rest):
            types = json_types(items, definitions)
            if "string" not in types and types & {"array", "object"}:
                return False
    return True


def _lists(schema: Any, definitions: Mapping[str, Schema]) -> Iterator[tuple[list[Any], list[Any]]]:
    """Give the schemas of the items of each list: those of the first places, and of all others (or none)."""
    for leaf in leaves(schema, definitions):
        if isinstance(leaf, dict) and "array" in leaf_types(leaf, definitions):
            prefix, rest = list(leaf.get("prefixItems", ())), leaf.get("items", True)
            ends = rest is False or (prefix and leaf.get("maxItems", len(prefix) + 1) <= len(prefix))
            yield prefix, [] if ends else [rest]


def leaves(schema: Any, definitions: Mapping[str, Schema]) -> Iterator[Any]:
    """Give what alternatives and references come down to; each reference is followed once."""
    seen: set[str] = set()
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        branches = [branch for key in ALTERNATIVES if isinstance(node, dict) for branch in node.get(key, ())]
        if isinstance(node, dict) and "$ref" in node:
            name = node["$ref"].removeprefix(REF)
            if name not in seen:
                seen.add(name)
                waiting.append(definitions[name])
        elif branches:
            waiting.extend(branches)
        else:
            yield node


def leaf_types(leaf: Any, definitions: Mapping[str, Schema]) -> frozenset[str]:
    """Name the JSON types of what `leaves` gives."""
    types = _ALL_TYPES
    if not isinstance(leaf, dict):
        return types
    if "type" in leaf:
        names = [leaf["type"]] if isinstance(leaf["type"], str) else leaf["type"]
        types &= {"number" if name == "integer" else name for name in names}
    if "const" in leaf or "enum" in leaf:
        types &= {json_type_of(value) for value in members(leaf)}
    for part in leaf.get("allOf", ()):
        types &= json_types(part, definitions)
    return types
