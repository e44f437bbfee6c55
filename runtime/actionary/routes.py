"""Where the actions lie over HTTP: the one place that says so (DESIGN §5)."""

from __future__ import annotations

from typing import Final

from actionary.catalog import HttpSpec
from actionary.definition import Definition

OWN_ROUTES: Final = frozenset(
    {"healthz", "readyz", "mcp", "docs", "actions", ".well-known", "openapi.json"}
    | {"llms.txt", "llms-full.txt", "robots.txt", "sitemap.xml"}
)
"""First parts of paths that are the server's own, whatever the prefix."""


def actions_path(prefix: str) -> str:
    """Give the path below which every action has its own, and which lists them itself."""
    return f"{prefix}/actions"


def route_of(definition: Definition, prefix: str) -> HttpSpec | None:
    """Give an action's method and path, ``None`` for one without an HTTP door."""
    http = definition.http
    if http is None:
        return None
    path = f"{actions_path(prefix)}/{definition.name}" if http.path is None else prefix + http.path
    return HttpSpec(method=http.method, path=path)
