"""How an input travels in a query: one parameter for each of its properties.

A scalar is plain text, a list of scalars repeats its key, everything else is one
JSON text. Where text is allowed, JSON text is only text. Absent is the default
and nothing in a query means null, so the parameters are described without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from actionary.catalog import ActionSpec, Catalog, Schema, map_schema

from actionary_build.emit.openapi_parts import filled, json_content

_TYPE_OF: Final = {
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
_ALL_TYPES: Final = frozenset({*_TYPE_OF.values(), "null"})
_ALTERNATIVES: Final = ("anyOf", "oneOf")


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """One property of an input; ``as_json`` says that its value is one JSON text."""

    name: str
    schema: Schema
    required: bool
    as_json: bool


def parameter_objects(catalog: Catalog, action: ActionSpec) -> list[dict[str, Any]]:
    """Describe the query of an action, with the values of its examples."""
    return [_parameter_object(parameter, action) for parameter in query_parameters(catalog, action.input)]


def _parameter_object(parameter: QueryParameter, action: ActionSpec) -> dict[str, Any]:
    name = parameter.name
    values = [example.input[name] for example in action.examples if example.input.get(name) is not None]
    schema = dict(parameter.schema)
    described = {
        "name": name,
        "in": "query",
        "description": schema.pop("description", None),
        "required": parameter.required,
        "deprecated": schema.pop("deprecated", None),
    }
    content = json_content(schema, values)
    if parameter.as_json:
        return {**filled(described), "content": content}
    return {**filled(described), "style": "form", "explode": True, **content["application/json"]}


def query_parameters(catalog: Catalog, schema: Schema) -> list[QueryParameter]:
    """Give the parameters of an input, the required ones first, then by name.

    A property that can only be null is left out: a query cannot carry it.
    """
    root = catalog.resolve(schema)
    required = root.get("required", ())
    parameters = [
        _parameter(catalog, name, described, required=name in required)
        for name, described in root.get("properties", {}).items()
        if _json_types(catalog, described) - {"null"}
    ]
    return sorted(parameters, key=lambda parameter: (not parameter.required, parameter.name))


def _parameter(catalog: Catalog, name: str, schema: Schema, *, required: bool) -> QueryParameter:
    types = _json_types(catalog, schema)
    nested = {"object"} if _lists_are_plain(catalog, schema) else {"object", "array"}
    if "string" not in types and types & nested:
        return QueryParameter(name, _without(catalog, schema, {"null"}), required, as_json=True)

    def plain_items(node: Schema) -> Schema:
        if isinstance(node.get("items"), dict):
            node["items"] = _without(catalog, node["items"], {"null"})
        return node

    sayable = map_schema(_without(catalog, schema, {"null"} | nested), plain_items)
    return QueryParameter(name, sayable, required, as_json=False)


def _lists_are_plain(catalog: Catalog, schema: Schema) -> bool:
    """Say whether what the lists among the alternatives hold can be said as plain text."""
    for leaf in _leaves(catalog, schema):
        if isinstance(leaf, dict) and "array" in _leaf_types(catalog, leaf):
            for items in (*leaf.get("prefixItems", ()), leaf.get("items", True)):
                types = _json_types(catalog, items)
                if "string" not in types and types & {"array", "object"}:
                    return False
    return True


def _json_types(catalog: Catalog, schema: Any) -> frozenset[str]:
    """Name the JSON types a value may have, looking through references and alternatives."""
    return frozenset(name for leaf in _leaves(catalog, schema) for name in _leaf_types(catalog, leaf))


def _leaves(catalog: Catalog, schema: Any) -> Iterator[Any]:
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        branches = [branch for key in _ALTERNATIVES if isinstance(node, dict) for branch in node.get(key, ())]
        if isinstance(node, dict) and "$ref" in node:
            waiting.append(catalog.resolve({"$ref": node["$ref"]}))
        elif branches:
            waiting.extend(branches)
        else:
            yield node


def _leaf_types(catalog: Catalog, leaf: Any) -> frozenset[str]:
    types = _ALL_TYPES
    if not isinstance(leaf, dict):
        return types
    if "type" in leaf:
        names = [leaf["type"]] if isinstance(leaf["type"], str) else leaf["type"]
        types &= {"number" if name == "integer" else name for name in names}
    if "const" in leaf or "enum" in leaf:
        types &= {_type_of(value) for value in leaf.get("enum", [leaf.get("const")])}
    for part in leaf.get("allOf", ()):
        types &= _json_types(catalog, part)
    return types


def _type_of(value: Any) -> str:
    return _TYPE_OF.get(type(value), "null")


def _without(catalog: Catalog, schema: Schema, drop: set[str]) -> Schema:
    """Copy a schema without those JSON types, as far as it names them one by one."""
    rest = dict(schema)
    if "default" in rest and _type_of(rest["default"]) in drop:
        del rest["default"]
    if not _json_types(catalog, schema) & drop:
        return rest
    if "$ref" in rest:
        target = catalog.resolve({"$ref": rest.pop("$ref")})
        return _without(catalog, {**target, **rest}, drop)
    if isinstance(rest.get("type"), list):
        kept = [name for name in rest["type"] if name not in drop]
        rest["type"] = kept[0] if len(kept) == 1 else kept
    if "enum" in rest:
        rest["enum"] = [value for value in rest["enum"] if _type_of(value) not in drop]
    for key in _ALTERNATIVES:
        if key in rest:
            branches = [branch for branch in rest.pop(key) if _json_types(catalog, branch) - drop]
            rest = _with_alternatives(rest, key, [_without(catalog, branch, drop) for branch in branches])
    return rest


def _with_alternatives(rest: Schema, key: str, branches: list[Schema]) -> Schema:
    """Put alternatives back; a single one that speaks of nothing else beside it takes their place."""
    if len(branches) == 1 and not branches[0].keys() & rest.keys():
        return {**branches[0], **rest}
    return {**rest, key: branches}
