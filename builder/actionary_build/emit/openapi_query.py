"""How an input travels in a query: one parameter for each of its properties.

A scalar is plain text, a list of scalars repeats its key, everything else is one
JSON text. Where any text is allowed, whatever is said is only text. Absent is the default
and nothing in a query means null, so the parameters are described without it. Nor
does a list that repeats its key no times say that it is there, so one that has to be
there is described as not empty; that ``tag=[]`` is read as empty no style can say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from actionary.action_spec import ActionSpec
from actionary.catalog import Catalog
from actionary.json_schema import Schema, map_schema, properties_of
from actionary.json_types import (
    ALTERNATIVES,
    closed_texts,
    item_types,
    json_type_of,
    json_types,
    lists_are_plain,
)

from actionary_build.emit.openapi_parts import filled, json_content


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """One property of an input; ``as_json`` says that its value is one JSON text."""

    name: str
    schema: Schema
    required: bool
    as_json: bool


def parameter_objects(catalog: Catalog, action: ActionSpec) -> list[dict[str, Any]]:
    """Describe the query of an action, with those values of its examples that a query can say."""
    return [
        _parameter_object(catalog, parameter, action) for parameter in query_parameters(catalog, action.input)
    ]


def _parameter_object(catalog: Catalog, parameter: QueryParameter, action: ActionSpec) -> dict[str, Any]:
    name = parameter.name
    given = (example.input[name] for example in action.examples if name in example.input)
    values = [value for value in given if _can_say(catalog, parameter, value)]
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


def _can_say(catalog: Catalog, parameter: QueryParameter, value: Any) -> bool:
    if json_type_of(value) not in json_types(parameter.schema, catalog.types):
        return False
    if parameter.as_json or not isinstance(value, list):
        return True
    places = item_types(parameter.schema, catalog.types)
    items = ((item, places[min(place, len(places) - 1)]) for place, item in enumerate(value))
    return bool(value) and all(json_type_of(item) in types for item, types in items)


def query_parameters(catalog: Catalog, schema: Schema) -> list[QueryParameter]:
    """Give the parameters of an input, the required ones first, then by name.

    A property that can only be null is left out: a query cannot carry it.
    """
    parameters = [
        _parameter(catalog, name, described, required=required)
        for name, (described, required) in properties_of(schema, catalog.types).items()
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
            node["items"] = _as_text(catalog, node["items"], {"null"})
        return node

    sayable = map_schema(_as_text(catalog, schema, {"null"} | nested), plain_items)
    if required:
        sayable = _not_empty(catalog, sayable)
    return QueryParameter(name, sayable, required, as_json=False)


def _as_text(catalog: Catalog, schema: Schema, drop: set[str]) -> Schema:
    """Copy a schema without what plain text does not say: types to drop, and others where it is a text."""
    is_text = closed_texts(schema, catalog.types) is None
    return _without(catalog, schema, drop | {"number", "boolean"} if is_text else drop)


def _not_empty(catalog: Catalog, schema: Schema) -> Schema:
    """Copy a schema so that the lists it allows have items."""
    if "array" not in json_types(schema, catalog.types):
        return schema
    if "$ref" in schema:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return _not_empty(catalog, {**catalog.resolve({"$ref": schema["$ref"]}), **rest})
    branches: Schema = {
        key: [_not_empty(catalog, each) for each in schema[key]] for key in ALTERNATIVES if key in schema
    }
    least = {"minItems": max(1, schema.get("minItems", 0))} if schema.get("type") == "array" else {}
    return {**schema, **branches, **least}


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
        dropped = drop | {"integer"} if "number" in drop else drop
        kept = [name for name in rest["type"] if name not in dropped]
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
