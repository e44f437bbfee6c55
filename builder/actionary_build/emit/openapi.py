"""`openapi.json`: OpenAPI 3.1 of the actions that have a route, exactly as the server answers.

What actions share stands once, under ``components``. What an action says about
its use stands in its description and, for programs, under ``x-when-to-use`` and
``x-when-not-to-use``; the fields that lead from page to page are named under
``x-actionary-pagination``. The refusals 404 and 405, which nobody gets who calls an
action as it is described here, are not repeated for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from typing import Any, Final

from actionary.action_spec import ActionSpec, CursorSpec, DeprecationSpec, HttpSpec, SchemeSpec
from actionary.catalog import Catalog
from actionary.json_schema import Schema, move_references

from actionary_build.emit import Emitter, OutputFile, Sources, json_file
from actionary_build.emit.no_options import NoOptions
from actionary_build.emit.openapi_changes import changes_operation
from actionary_build.emit.openapi_parts import RESPONSES, SCHEMAS, Shared, filled, json_content
from actionary_build.emit.openapi_query import parameter_objects, query_parameters
from actionary_build.emit.openapi_responses import headers_of, responses_of

TIMEOUT_HEADER: Final[Schema] = {
    "name": "Actionary-Timeout-Ms",
    "in": "header",
    "description": "How long the caller waits; what is late is not begun, and what runs is stopped.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 9_999_999_999},
}
"""The header by which a caller shortens the time of a call, in milliseconds (DESIGN §4)."""

KEY_HEADER: Final[Schema] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": (
        "A text of the caller's own for this call: whoever repeats the call with it gets the same answer, "
        "and nothing is done twice."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
"""The header by which a caller may repeat a call that is neither read-only nor idempotent (DESIGN §4)."""

APPROVAL_HEADER: Final[Schema] = {
    "name": "Actionary-Approval",
    "in": "header",
    "description": "The approval_key that the same call was answered with, when a human has approved it.",
    "schema": {"type": "string"},
}
"""The header by which a caller makes a call that a human has approved (DESIGN §5)."""

SOURCE_HEADER: Final[Schema] = {
    "name": "Actionary-Source",
    "in": "header",
    "description": (
        "A name of the caller's own, by which it knows the changes that it made itself: 1 to 128 visible "
        "ASCII characters. Any other is as none."
    ),
    "schema": {"type": "string"},
}
"""The header that comes back as ``requestSource`` of the changes that a call made (R001.15)."""

_DEPRECATION: Final = tuple(field.name for field in fields(DeprecationSpec))
_CURSOR: Final = tuple(field.name for field in fields(CursorSpec))


def emit(catalog: Catalog, _options: NoOptions, _sources: Sources) -> Iterable[OutputFile]:
    """Write the document down.

    Raises:
        ValueError: Two operations have one method and path.
    """
    return [json_file("openapi.json", document(catalog), served=True)]


def document(catalog: Catalog) -> dict[str, Any]:
    """Describe the HTTP door as an OpenAPI document."""
    actions = sorted(catalog.http_actions, key=lambda action: action.name)
    used = catalog.types_used(*(schema for action in actions for schema in _schemas_shown(catalog, action)))
    schemas = Shared(SCHEMAS, {name: move_references(catalog.types[name], SCHEMAS) for name in used})
    responses = Shared(RESPONSES)
    listing = HttpSpec(method="GET", path=f"{catalog.prefix}/actions")
    routes = [
        (listing, _list_operation({action.name for action in actions})),
        *changes_operation(catalog, {action.name for action in actions}, schemas),
        *(
            (action.http, _operation(catalog, action, schemas, responses))
            for action in actions
            if action.http is not None
        ),
    ]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": catalog.title,
            "version": catalog.version,
            **filled({"description": catalog.description}),
        },
        "servers": _servers(catalog),
        "paths": _paths(routes),
        "components": {
            "schemas": schemas.parts,
            "responses": responses.parts,
            "headers": headers_of(actions),
            "parameters": {
                header["name"]: header for action in actions for header in _headers_taken(catalog, action)
            },
            **filled({"securitySchemes": {name: _scheme(each) for name, each in catalog.schemes.items()}}),
        },
    }


def _schemas_shown(catalog: Catalog, action: ActionSpec) -> Iterator[Schema]:
    yield action.output
    yield from (error.details for error in action.errors if error.details is not None)
    if _has_body(action):
        yield action.input
    else:
        yield from (parameter.schema for parameter in query_parameters(catalog, action.input))


def _has_body(action: ActionSpec) -> bool:
    return action.http is not None and not action.http.reads_query


def _servers(catalog: Catalog) -> list[dict[str, str]]:
    addresses = [*([catalog.base_url] if catalog.base_url else []), *catalog.servers]
    # Every path begins with a slash, so no address may end with one.
    urls = (address.rstrip("/") or "/" for address in addresses or ["/"])
    return [{"url": url} for url in dict.fromkeys(urls)]


def _paths(routes: Iterable[tuple[HttpSpec, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = {}
    for http, operation in routes:
        kept = paths.setdefault(http.path, {}).setdefault(http.method.lower(), operation)
        if kept is not operation:
            both = f"{kept['operationId']} and {operation['operationId']}"
            raise ValueError(
                f"{http.method} {http.path} is the route of {both}: give one of them another path"
            )
    return paths


def _operation(catalog: Catalog, action: ActionSpec, schemas: Shared, responses: Shared) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": action.name,
        "summary": " ".join((action.title or action.description).split()),
        "description": _description(catalog, action),
        "tags": list(action.tags),
        "deprecated": action.deprecated is not None,
        "x-when-to-use": action.when_to_use,
        "x-when-not-to-use": action.when_not_to_use,
        "x-actionary-pagination": None if action.paginate is None else asdict(action.paginate),
        "responses": responses_of(action, schemas, responses),
    }
    taken = _headers_taken(catalog, action)
    headers = [{"$ref": f"#/components/parameters/{header['name']}"} for header in taken]
    if _has_body(action):
        operation["requestBody"] = _request_body(catalog, action)
        operation["parameters"] = headers
    else:
        operation["parameters"] = [*parameter_objects(catalog, action), *headers]
    return {**filled(operation), **_security(action)}


def _headers_taken(catalog: Catalog, action: ActionSpec) -> list[Schema]:
    """Give the request headers that mean something to an action."""
    return [
        TIMEOUT_HEADER,
        *([KEY_HEADER] if action.idempotency_key else []),
        *([APPROVAL_HEADER] if action.needs_approval else []),
        *([SOURCE_HEADER] if catalog.changes is not None else []),
    ]


def _security(action: ActionSpec) -> dict[str, Any]:
    """Say by which scheme an action's callers are known, and which scopes they need."""
    if action.scheme is not None:
        return {"security": [{action.scheme.name: list(action.scopes)}]}
    # What stands at the door of other actions with `auth` is a function, of which no more is known.
    return {} if action.auth else {"security": []}


def _scheme(scheme: SchemeSpec) -> dict[str, Any]:
    described = {"description": scheme.description, "bearerFormat": scheme.format}
    if scheme.kind == "api_key":
        return {"type": "apiKey", "in": "header", "name": scheme.header, **filled(described)}
    return {"type": "http", "scheme": scheme.kind, **filled(described)}


def _description(catalog: Catalog, action: ActionSpec) -> str:
    operations = {other.name: other.name for other in catalog.http_actions}
    deprecation = action.deprecation_calling(operations)
    use = f"Use when: {action.when_to_use}" if action.when_to_use else ""
    no_use = f"Do not use when: {action.when_not_to_use}" if action.when_not_to_use else ""
    texts = (action.description, deprecation, action.more, action.paging, use, no_use)
    return "\n\n".join(text for text in texts if text)


def _request_body(catalog: Catalog, action: ActionSpec) -> dict[str, Any]:
    """Describe the body; the server takes no body for an empty object."""
    required = bool(catalog.resolve(action.input).get("required"))
    return {
        "required": required,
        "content": json_content(action.input, [each.input for each in action.examples]),
    }


def _list_operation(taken: set[str]) -> dict[str, Any]:
    name = "list_actions"
    while name in taken:
        name += "_"
    text, text_or_null = {"type": "string"}, {"type": ["string", "null"]}
    entry = _object(
        {
            **dict.fromkeys(("name", "method", "path", "description"), text),
            "deprecated": _or_null(_object(dict.fromkeys(_DEPRECATION, text_or_null))),
            "paginate": _or_null(_object(dict.fromkeys(_CURSOR, text))),
        }
    )
    listed = _object({"actions": {"type": "array", "items": entry}})
    return {
        "operationId": name,
        "summary": "List the actions.",
        "description": (
            "List the actions that have a route: their names, methods, paths and descriptions, "
            "what is said of deprecated ones, and which fields lead from page to page."
        ),
        "security": [],
        "responses": {
            "200": {"description": "The actions that have a route.", "content": json_content(listed)}
        },
    }


def _object(properties: dict[str, Any]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


emitter = Emitter("openapi", NoOptions, emit)
