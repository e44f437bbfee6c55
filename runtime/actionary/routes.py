"""Where the actions lie over HTTP: the one place that says so (DESIGN §5)."""

from __future__ import annotations

from actionary.catalog import HttpSpec
from actionary.definition import Definition


def actions_path(prefix: str) -> str:
    """Give the path below which every action has its own, and which lists them itself."""
    return f"{prefix}/actions"


def route_of(definition: Definition, prefix: str) -> HttpSpec | None:
    """Give an action's method and path, ``None`` for one without an HTTP door."""
    http = definition.http
    return (
        None
        if http is None
        else HttpSpec(method=http.method, path=f"{actions_path(prefix)}/{definition.name}")
    )
