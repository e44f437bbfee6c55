"""A load of plain sockets: some connections kept alive, each with one request under way."""

from __future__ import annotations

import re
import socket
from contextlib import ExitStack
from typing import Final

CONNECTIONS: Final = 16
PATIENCE: Final = 60.0
"""Seconds to wait for a reply."""

_LENGTH: Final = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


def post(path: str, body: bytes) -> bytes:
    """Write the request that is sent again and again."""
    head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\naccept: */*\r\ncontent-type: application/json\r\n"
    return b"%bcontent-length: %d\r\n\r\n%b" % (head.encode(), len(body), body)


def send_all(port: int, request: bytes, count: int) -> None:
    """Send a request so many times, and read every reply.

    Raises:
        RuntimeError: A reply is no 200.
        OSError: The server hung up, or did not answer in time.
    """
    with ExitStack() as stack:
        connections = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
            for _ in range(min(CONNECTIONS, count))
        ]
        for connection in connections:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(request)
        for number in range(count):
            connection = connections[number % len(connections)]
            read_reply(connection)
            if number + len(connections) < count:
                connection.sendall(request)


def read_reply(connection: socket.socket) -> bytes:
    """Read one reply to its end, and give its body."""
    received = _more(connection, b"")
    while (end := received.find(b"\r\n\r\n")) < 0:
        received = _more(connection, received)
    length = _LENGTH.search(received, 0, end + 2)
    if length is None or not received.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"the server answered\n{received.decode(errors='replace')}")
    size = end + 4 + int(length[1])
    while len(received) < size:
        received = _more(connection, received)
    return received[end + 4 :]


def _more(connection: socket.socket, received: bytes) -> bytes:
    more = connection.recv(65536)
    if not more:
        raise ConnectionError("the server hung up")
    return received + more
