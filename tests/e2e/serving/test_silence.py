"""Callers who say nothing, drip, or take nothing of what they asked for are closed, and others are not."""

from __future__ import annotations

import asyncio
import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import uvicorn
from actionary import Http, Registry, action, define_actions
from actionary.http import create_app
from actionary_build.serving import server as server_module
from actionary_build.serving import silence
from actionary_build.serving.server import GracefulServer

MUCH = 32 * 1024 * 1024
"""More than the kernel takes from a server for a caller who reads nothing."""


class Served:
    """A server in a thread."""

    def __init__(self, app: Any, http: Any, loop: Any) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(app, http=http, loop=loop, log_level="warning", lifespan="on")
        self.server = GracefulServer(config, 1)
        self._thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.listener]})
        self._thread.start()

    def connect(self) -> socket.socket:
        return socket.create_connection(self.listener.getsockname(), timeout=30)

    def end(self) -> None:
        self.server.should_exit = True
        self._thread.join(30)
        assert not self._thread.is_alive()


@pytest.fixture
def begun() -> threading.Event:
    return threading.Event()


@pytest.fixture
def go_on() -> threading.Event:
    return threading.Event()


@pytest.fixture(params=[("h11", "asyncio"), ("httptools", "uvloop")], ids="-".join)
def served(request, monkeypatch, begun, go_on) -> Iterator[Served]:
    async def much() -> str:
        """Give a long text."""
        return "x" * MUCH

    async def wait() -> str:
        """Wait until it is told to go on."""
        begun.set()
        await asyncio.to_thread(go_on.wait, 30)
        return "ended"

    registry = Registry()
    define_actions([action(public=True, http=Http("GET"))(each) for each in (much, wait)], registry)
    monkeypatch.setattr(silence, "REQUEST_SECONDS", 0.5)
    monkeypatch.setattr(server_module, "_TICKS", 1)
    served = Served(create_app(registry), *request.param)
    yield served
    go_on.set()
    served.end()


def get(name: str) -> bytes:
    return b"GET /api/actions/%b HTTP/1.1\r\nhost: x\r\n" % name.encode()


def test_who_says_nothing_is_closed(served):
    with served.connect() as connection:
        assert connection.recv(1) == b""


@pytest.mark.parametrize("kept", [False, True], ids=["on a new connection", "on a kept one"])
def test_who_drips_headers_is_closed(served, kept):
    with served.connect() as connection:
        if kept:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        connection.sendall(get("wait"))
        drip(connection)


def test_who_drips_a_body_that_nobody_reads_is_closed(served):
    with served.connect() as connection:
        connection.sendall(b"POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 404")
        drip(connection)


def test_who_takes_nothing_of_a_reply_is_closed_and_what_it_asked_for_forgotten(served, monkeypatch):
    monkeypatch.setattr(silence, "REPLY_SECONDS", 0.2)
    with served.connect() as connection:
        connection.sendall(get("much") + b"\r\n")
        assert connection.recv(15, socket.MSG_PEEK | socket.MSG_WAITALL) == b"HTTP/1.1 200 OK"
        until(lambda: not served.server.server_state.connections)
        with connection.makefile("rb") as stream:
            assert len(stream.read()) < MUCH


def test_who_waits_for_a_call_or_asks_again_and_again_is_not_closed(served, begun, go_on):
    asking = http.client.HTTPConnection(*served.listener.getsockname(), timeout=30)
    waiting = http.client.HTTPConnection(*served.listener.getsockname(), timeout=30)
    asking.request("GET", "/healthz")
    ours = asking.sock
    assert asking.getresponse().read() == b'{"status":"ok"}'
    waiting.request("GET", "/api/actions/wait")
    assert begun.wait(30)
    with served.connect() as silent:
        while not is_closed(silent):
            asking.request("GET", "/healthz")
            assert asking.getresponse().read() == b'{"status":"ok"}'
    assert asking.sock is ours
    go_on.set()
    assert waiting.getresponse().status == 200
    asking.close()
    waiting.close()


def drip(connection: socket.socket) -> None:
    """Send byte by byte until the server closes."""

    def drop() -> bool:
        connection.sendall(b"x")
        return is_closed(connection)

    with suppress(BrokenPipeError, ConnectionResetError):
        until(drop)


def until(happens: Callable[[], bool]) -> None:
    """Wait for something that nobody tells of."""
    pause = threading.Event()
    for _ in range(3000):
        if happens():
            return
        pause.wait(0.01)
    raise AssertionError("it did not happen")


def is_closed(connection: socket.socket) -> bool:
    connection.settimeout(0)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True
