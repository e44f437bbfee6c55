"""`mcp/tools.json`: the tools as the MCP revision 2026-07-28 lists them; it is not served.

Schemas are JSON Schema 2020-12 and need nothing outside themselves. Outputs keep
their own root, an array or a text too, as this revision allows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from actionary.action_spec import ActionSpec
from actionary.catalog import Catalog
from actionary.json_schema import Schema

from actionary_build.emit import Emitter, OutputFile, Sources, json_file
from actionary_build.emit.no_options import NoOptions


def emit(catalog: Catalog, _options: NoOptions, _sources: Sources) -> Iterable[OutputFile]:
    """Write the public actions that are listed to models, by name, those without a route too."""
    actions = sorted(catalog.tool_actions, key=lambda action: action.name)
    return [json_file("mcp/tools.json", {"tools": [tool(catalog, action) for action in actions]})]


def tool(catalog: Catalog, action: ActionSpec) -> dict[str, Any]:
    """Describe one action as a tool; an output that is not checked has no schema."""
    described: dict[str, Any] = {
        "name": action.name,
        "description": action.tool_description,
        "inputSchema": input_schema(catalog, action.input),
        "annotations": {
            "readOnlyHint": action.read_only,
            "destructiveHint": action.destructive,
            "idempotentHint": action.idempotent,
            "openWorldHint": action.open_world,
        },
    }
    if action.output:
        described["outputSchema"] = catalog.standalone(action.output)
    if action.title:
        described["title"] = described["annotations"]["title"] = action.title
    return described


def input_schema(catalog: Catalog, schema: Schema) -> Schema:
    """Give an input as MCP wants it: ``type: object`` at the root, no empty list of properties."""
    root = {**catalog.standalone(schema), "type": "object"}
    if not root.get("properties", True):
        del root["properties"]
    return root


emitter = Emitter("mcp", NoOptions, emit)
