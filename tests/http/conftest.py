"""A real server on a real port for the tests of the HTTP door."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx2
import pytest
import uvicorn

Serve = Callable[..., httpx2.Client]


@contextmanager
def running(app: Any, **options: Any) -> Iterator[str]:
    """Serve an application on a free port until the context ends; gives the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", **options)
    server = uvicorn.Server(config)
    started = threading.Event()
    original = server.startup

    async def startup(*args: Any, **kwargs: Any) -> None:
        await original(*args, **kwargs)
        started.set()

    server.startup = startup
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        assert started.wait(20), "the server did not start"
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers for a test: ``serve(app)`` gives a client of it."""
    with ExitStack() as stack:

        def start(app: Any, **options: Any) -> httpx2.Client:
            address = stack.enter_context(running(app, **options))
            return stack.enter_context(httpx2.Client(base_url=address, timeout=20))

        yield start
