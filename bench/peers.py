"""The applications that are compared, each in a module that loads only what it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]

PEERS: Final = {
    "constant": "plain_peers",
    "pydantic": "plain_peers",
    "actionary": "own_peers",
    "logged": "own_peers",
    "with_auth": "own_peers",
    "with_scopes": "own_peers",
    "with_authorize": "own_peers",
    "with_rate_limit": "own_peers",
    "with_hook": "own_peers",
    "guarded": "own_peers",
    "everything": "own_peers",
    "litestar": "litestar_peer",
    "fastapi": "fastapi_peer",
}
"""By name the module of the function that makes an application of so many order quotes."""

OF_PROJECTS: Final = {"project": "project_peer", "document": "plain_peers"}
"""The same for those that are made of the folder of a project."""


def application(peer: str, of: str) -> ASGIApp:
    """Make an application of so many order quotes, or of a project."""
    module = import_module(PEERS.get(peer) or OF_PROJECTS[peer])
    app: ASGIApp = getattr(module, peer)(Path(of) if peer in OF_PROJECTS else int(of))
    return app
