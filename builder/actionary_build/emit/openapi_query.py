"""How an input travels in a query: one parameter for each of its properties.

A scalar is plain text, a list of scalars repeats its key, everything else is one
JSON text. Where text is allowed, JSON text is only text. Absent is the default
and nothing in a query means null, so the parameters are described without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from actionary.catalog import ActionSpec, Catalog, Schema, map_schema
from actionary.json_types import ALTERNATIVES, json_type_of, json_types, lists_are_plain

from actionary_build.emit.openapi_parts import filled, json_content


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
        "description": schema.pop("description", None),
        "required": parameter.required,
        "deprecated": schema.pop("deprecated", None),
    }
    described = {"name": name, "in": "query", **filled(described)}  # a name may be empty
    content = json_content(schema, values)
    if parameter.as_json:
        return {**described, "content": content}
    return {**described, "style": "form", "explode": True, **content["application/json"]}


def query_parameters(catalog: Catalog, schema: Schema) -> list[QueryParameter]:
    """Give the parameters of an input, the required ones first, then by name.

    A property that can only be null is left out: a query cannot carry it.
    """
    root = catalog.resolve(schema)
    required = root.get("required", ())
    parameters = [
        _parameter(catalog, name, described, required=name in required)
        for name, described in root.get("properties", {}).items()
        if json_types(described, catalog.types) - {"null"}
    ]
    return sorted(parameters, key=lambda parameter: (not parameter.required, parameter.name))


def _parameter(catalog: Catalog, name: str, schema: Schema, *, required: bool) -> QueryParameter:
    types = json_types(schema, catalog.types)
    nested = {"object"} if lists_are_plain(schema, catalog.types) else {"object", "array"}
    if "string" not in types and types & nested:
        return QueryParameter(name, _without(catalog, schema, {"null"}), required, as_json=True)

    def plain_items(node: Schema) -> Schema:
        if isinstance(node.get("items"), dict):
            node["items"] = _without(catalog, node["items"], {"null"})
        return node

    sayable = map_schema(_without(catalog, schema, {"null"} | nested), plain_items)
    return QueryParameter(name, sayable, required, as_json=False)


def _without(catalog: Catalog, schema: Schema, drop: set[str]) -> Schema:
    """Copy a schema without those JSON types, as far as it names them one by one."""
    rest = dict(schema)
    if "default" in rest and json_type_of(rest["default"]) in drop:
        del rest["default"]
    if not json_types(schema, catalog.types) & drop:
        return rest
    if "$ref" in rest:
        target = catalog.resolve({"$ref": rest.pop("$ref")})
        return _without(catalog, {**target, **rest}, drop)
    if isinstance(rest.get("type"), list):
        kept = [name for name in rest["type"] if name not in drop]
        rest["type"] = kept[0] if len(kept) == 1 else kept
    if "enum" in rest:
        rest["enum"] = [value for value in rest["enum"] if json_type_of(value) not in drop]
    for key in ALTERNATIVES:
        if key in rest:
            branches = [branch for branch in rest.pop(key) if json_types(branch, catalog.types) - drop]
            rest = _with_alternatives(rest, key, [_without(catalog, branch, drop) for branch in branches])
    return rest


def _with_alternatives(rest: Schema, key: str, branches: list[Schema]) -> Schema:
    """Put alternatives back; a single one that speaks of nothing else beside it takes their place."""
    if len(branches) == 1 and not branches[0].keys() & rest.keys():
        return {**branches[0], **rest}
    return {**rest, key: branches}
