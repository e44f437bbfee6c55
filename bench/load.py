"""A load of plain sockets: some connections kept alive, each with one request under way."""

from __future__ import annotations

import re
import socket
from contextlib import ExitStack
from time import perf_counter
from typing import Final

CONNECTIONS: Final = 16
PATIENCE: Final = 60.0
"""Seconds to wait for a reply."""

_LENGTH: Final = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


def post(path: str, body: bytes) -> bytes:
    """Write the request that is sent again and again."""
    head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\naccept: */*\r\ncontent-type: application/json\r\n"
    return b"%bcontent-length: %d\r\n\r\n%b" % (head.encode(), len(body), body)


def get(path: str) -> bytes:
    """Write a request for a document."""
    return b"GET %b HTTP/1.1\r\nhost: localhost\r\naccept: */*\r\n\r\n" % path.encode()


def connect(port: int) -> socket.socket:
    """Open a connection to a server on this machine."""
    connection = socket.create_connection(("127.0.0.1", port), PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def send_all(port: int, request: bytes, count: int) -> list[float]:
    """Send a request so many times, and read every reply; gives the seconds that each took to come.

    Raises:
        RuntimeError: A reply is no 200.
        OSError: The server hung up, or did not answer in time.
    """
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(port)) for _ in range(min(CONNECTIONS, count))]
        took: list[float] = []
        began: list[float] = []
        for connection in connections:
            began.append(perf_counter())
            connection.sendall(request)
        for number in range(count):
            connection = connections[number % len(connections)]
            read_reply(connection)
            took.append(perf_counter() - began[number])
            if number + len(connections) < count:
                began.append(perf_counter())
                connection.sendall(request)
        return took


def read_reply(connection: socket.socket) -> bytes:
    """Read one reply to its end, and give its body.

    Raises:
        RuntimeError: The reply is no 200.
        OSError: The server hung up, or did not answer in time.
    """
    received = _more(connection)
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _more(connection)
    length = _LENGTH.search(received, 0, end + 2)
    if length is None or not received.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"the server answered\n{received.decode(errors='replace')}")
    size = int(length[1])
    body = received[end + 4 :]
    if len(body) < size:  # a document may be of megabytes
        parts, have = [body], len(body)
        while have < size:
            parts.append(_more(connection))
            have += len(parts[-1])
        body = b"".join(parts)
    return body


def _more(connection: socket.socket) -> bytes:
    more = connection.recv(262144)
    if not more:
        raise ConnectionError("the server hung up")
    return more
