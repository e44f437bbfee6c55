"""The clients: `Client` blocks, `AsyncClient` is to be awaited."""

from __future__ import annotations

from ._runtime.client import AsyncCalls as _AsyncCalls
from ._runtime.client import SyncCalls as _SyncCalls
from .actions import x_script_7_s_a_b as _x_script_7_s_a_b

_CATALOG = "5b16e6d3f4a43e55"
"""The server's actions that this client was generated from."""


class Client(
    _x_script_7_s_a_b.XScript7SABActions,
    _SyncCalls,
):
    """Shop */ \"\"\" ` ${x} </title>: calls that block.

    ``timeout`` is in seconds and covers a whole call; ``None`` waits without end.
    ``headers`` go with every call, ``transport`` replaces the network in tests.
    The client may be shared by threads. Nothing raises for what a server can do.

    Raises:
        ValueError: ``base_url`` is no address.
    """

    _catalog = _CATALOG


class AsyncClient(
    _x_script_7_s_a_b.AsyncXScript7SABActions,
    _AsyncCalls,
):
    """Shop */ \"\"\" ` ${x} </title>: calls to be awaited.

    ``timeout`` is in seconds and covers a whole call; ``None`` waits without end.
    ``headers`` go with every call, ``transport`` replaces the network in tests.
    The client may be shared by the tasks of one loop. Nothing raises for what a server can do.

    Raises:
        ValueError: ``base_url`` is no address.
    """

    _catalog = _CATALOG
