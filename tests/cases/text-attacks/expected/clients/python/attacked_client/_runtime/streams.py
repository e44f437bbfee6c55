"""The open connections of a client that blocks.

A call that blocks cannot be cancelled, and httpx2 limits only each single wait: a
server that answers in drops would never meet a limit. So the reads of each
connection are given what is left of the call's time, and closing the client
wakes those that wait.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakSet

from .deadline import Deadline, PhaseLimits

_OPENED = ("connect_tcp.complete", "connect_unix_socket.complete", "start_tls.complete")


class _Current(threading.local):
    """The deadline of the call that this thread is making."""

    deadline: Deadline | None = None


class Streams:
    """The connections that were opened since the client was made."""

    def __init__(self) -> None:
        self._current = _Current()
        self._open: WeakSet[Any] = WeakSet()
        self._lock = threading.Lock()

    @contextmanager
    def held_to(self, deadline: Deadline) -> Generator[None, None, None]:
        """Hold the reads of this thread to a deadline."""
        before = self._current.deadline
        self._current.deadline = deadline
        try:
            yield
        finally:
            self._current.deadline = before

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Take note of a connection that was opened; this is httpx2's request extension ``trace``."""
        if event.endswith(_OPENED):
            self._hold(info["return_value"])

    def _hold(self, stream: Any) -> None:
        read: Callable[[int, float | None], bytes] = stream.read

        def read_in_time(max_bytes: int, timeout: float | None = None) -> bytes:
            deadline = self._current.deadline
            if deadline is None:
                return read(max_bytes, timeout)
            deadline.check()
            return read(max_bytes, PhaseLimits(deadline)["read"])

        stream.read = read_in_time
        with self._lock:
            self._open.add(stream)

    def shut_down(self) -> None:
        """End every connection, so that whoever waits for one goes on at once."""
        with self._lock:
            streams = list(self._open)
        for stream in streams:
            connection = stream.get_extra_info("socket")
            if isinstance(connection, socket.socket):
                with suppress(OSError):  # it may have ended by itself
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
