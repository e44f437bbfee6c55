"""Connections that keep a server waiting: for a request that does not come, or for a reply to be taken.

uvicorn closes a connection that is kept after a reply when nothing comes on it. It waits
for ever for the first byte of a new one, for the rest of headers that drip, for the
rest of a body that nobody reads, and for callers who do not read their replies.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

REQUEST_SECONDS: Final = 10.0
"""The time for a request to come, to the end of its headers."""

REPLY_SECONDS: Final = 30.0
"""The time in which a caller has to take something of its reply."""


class Silence:
    """Looks at connections now and then, and ends those that were waited for too long.

    Nothing is done for a request: what changed from one look to the next says whether
    something came.
    """

    def __init__(self) -> None:
        self._seen: dict[Any, tuple[object, float]] = {}

    def look(self, connections: Iterable[Any], now: float) -> None:
        """Look at connections of uvicorn's for HTTP; others, such as web sockets, are let be."""
        seen: dict[Any, tuple[object, float]] = {}
        for connection in tuple(connections):
            if not hasattr(connection, "cycle"):
                continue
            unsent = connection.transport.get_write_buffer_size()
            if not unsent and not _waits_for_request(connection):
                continue
            state = unsent or connection.cycle
            before, since = self._seen.get(connection, (None, now))
            if before != state:
                since = now
            seen[connection] = (state, since)
            if now - since >= (REPLY_SECONDS if unsent else REQUEST_SECONDS):
                connection.transport.abort()
        self._seen = seen


def _waits_for_request(connection: Any) -> bool:
    """Say whether there is no call, and no timer of uvicorn's that closes the connection soon."""
    cycle = connection.cycle
    return (cycle is None or cycle.response_complete) and connection.timeout_keep_alive_task is None
