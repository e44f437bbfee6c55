"""Where the actions lie over HTTP: the one place that says so (DESIGN §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from actionary.action_spec import HttpSpec

if TYPE_CHECKING:
    from actionary.definition import Definition

_BELOW_PREFIX: Final = frozenset({"actions", "approvals", "changes"})
"""First parts below the prefix that are, or will be, the server's own."""

_AT_ROOT: Final = frozenset(
    {"healthz", "readyz", "mcp", "docs", ".well-known", "openapi.json"}
    | {"llms.txt", "llms-full.txt", "robots.txt", "sitemap.xml"}
)
"""First parts of whole paths that are the server's own, whatever the prefix."""

OWN: Final = "lies where the server's own routes are"
"""What is said of such a path."""


def is_own_below_prefix(path: str) -> bool:
    """Say whether a path, without its prefix, is the server's own whatever that is."""
    return path.split("/")[1] in _BELOW_PREFIX


def is_own(path: str) -> bool:
    """Say whether a whole path is the server's own."""
    return path.split("/")[1] in _AT_ROOT


def actions_path(prefix: str) -> str:
    """Give the path below which every action has its own, and which lists them itself."""
    return f"{prefix}/actions"


def is_for_actions(path: str, prefix: str) -> bool:
    """Say whether a path is where an action of some name would have its own."""
    start = f"{actions_path(prefix)}/"
    return path.startswith(start) and len(path) > len(start) and "/" not in path[len(start) :]


def route_of(definition: Definition, prefix: str) -> HttpSpec | None:
    """Give an action's method and path, ``None`` for one without an HTTP door."""
    http = definition.http
    if http is None:
        return None
    path = f"{actions_path(prefix)}/{definition.name}" if http.path is None else prefix + http.path
    return HttpSpec(method=http.method, path=path)
