"""The clients: `Client` blocks, `AsyncClient` is to be awaited.

Their methods are those of the classes in ``actions``, which are imported when a method
is first used; type checkers see them all.
"""

from __future__ import annotations

import typing as _typing

from ._auth import AsyncAuth as _AsyncAuth
from ._auth import Auth as _Auth
from ._runtime.client import AsyncCalls as _AsyncCalls
from ._runtime.client import SyncCalls as _SyncCalls
from ._runtime.lazy import with_methods as _with_methods

if _typing.TYPE_CHECKING:
    from .actions import x_script_7_s_a_b as _of_x_script_7_s_a_b

    class _SyncMethods(
        _of_x_script_7_s_a_b.XScript7SABActions,
        _SyncCalls[_Auth],
    ):
        pass

    class _AsyncMethods(
        _of_x_script_7_s_a_b.AsyncXScript7SABActions,
        _AsyncCalls[_AsyncAuth],
    ):
        pass

else:
    _SyncMethods = _with_methods(_SyncCalls, __package__, {'x_script_7_s_a_b': ('XScript7SABActions', ('attack',))})
    _AsyncMethods = _with_methods(_AsyncCalls, __package__, {'x_script_7_s_a_b': ('AsyncXScript7SABActions', ('attack',))})


class Client(_SyncMethods):
    """Shop */ \"\"\" ` ${x} </title>: calls that block.

    ``timeout`` is in seconds and covers a whole call; ``None`` waits without end.
    ``headers`` go with every call, ``auth`` with those that ask who calls, by the names
    of their schemes. ``retry`` says how often a call is made that may be repeated,
    ``None`` makes each once. ``on_request``, ``on_response`` and ``on_retry`` are told of
    each attempt. ``transport`` replaces the network in tests, ``sleep`` the waiting.
    The client may be shared by threads. Nothing raises for what a server can do.

    Raises:
        TypeError: ``timeout`` is no number, or ``retry`` no `Retry`.
        ValueError: ``base_url`` is no plain address, ``auth`` names no scheme of this API,
            or ``timeout`` is not above 0.
    """

    _catalog = "f0ce16095291c182"
    _schemes = frozenset()


class AsyncClient(_AsyncMethods):
    """Shop */ \"\"\" ` ${x} </title>: calls to be awaited.

    ``timeout`` is in seconds and covers a whole call; ``None`` waits without end.
    ``headers`` go with every call, ``auth`` with those that ask who calls, by the names
    of their schemes. ``retry`` says how often a call is made that may be repeated,
    ``None`` makes each once. ``on_request``, ``on_response`` and ``on_retry`` are told of
    each attempt. ``transport`` replaces the network in tests, ``sleep`` the waiting.
    The client may be shared by the tasks of one loop. Nothing raises for what a server can do.

    Raises:
        TypeError: ``timeout`` is no number, or ``retry`` no `Retry`.
        ValueError: ``base_url`` is no plain address, ``auth`` names no scheme of this API,
            or ``timeout`` is not above 0.
    """

    _catalog = "f0ce16095291c182"
    _schemes = frozenset()
