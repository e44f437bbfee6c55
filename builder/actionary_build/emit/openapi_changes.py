"""The stream of changes as an OpenAPI operation."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from actionary.action_spec import HttpSpec
from actionary.catalog import Catalog
from actionary.codes import COMMON

from actionary_build.emit.openapi_parts import Shared
from actionary_build.emit.openapi_responses import refusal

_DESCRIPTION = """\
Server-sent events: `change` for each call that changed something, with JSON data of `type`, `source` \
(`action`, or `manual` where a handler said it), `action`, `scope` and `requestSource`; `reset` where events \
were missed, so that everything has to be read anew. Lines that begin with a colon only say that the stream \
is still there. Whoever comes again sends the last id as `Last-Event-ID`."""


def changes_operation(
    catalog: Catalog, taken: Collection[str], schemas: Shared
) -> Iterator[tuple[HttpSpec, dict[str, Any]]]:
    """Describe how callers hear of changes, where they can."""
    if catalog.changes is None:
        return
    name = "subscribe_changes"
    while name in taken:
        name += "_"
    codes = ["invalid_input", *(["unauthorized"] if catalog.changes.auth else []), "unavailable"]
    scheme = catalog.changes.scheme
    security: list[dict[str, list[str]]] = [] if scheme is None else [{scheme.name: []}]
    operation = {
        "operationId": name,
        "summary": "Hear of changes.",
        "description": _DESCRIPTION,
        "parameters": [
            {
                "name": "Last-Event-ID",
                "in": "header",
                "description": "The id of the last event that was heard.",
                "schema": {"type": "string", "pattern": "^[0-9]{1,18}\\.[0-9]{1,12}$"},
            }
        ],
        "responses": {
            "200": {
                "description": "The stream of events, which does not end by itself.",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            },
            **{str(COMMON[code].status): refusal(COMMON[code], schemas) for code in codes},
        },
    }
    # What stands at the door may be a function, of which no more is known.
    known = scheme is not None or not catalog.changes.auth
    yield (
        HttpSpec(method="GET", path=f"{catalog.prefix}/changes"),
        {**operation, **({"security": security} if known else {})},
    )
