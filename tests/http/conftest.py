"""A real server on a real port for the tests of the HTTP door."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
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


class Redis:
    """A redis-server that a test starts, stops, and starts again at the same place."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        assert program is not None, "redis-server is missing: run `make test`, or install the package"
        self.folder = folder
        self.password = "s3cret-of-redis"
        self.socket = folder / "redis.sock"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"redis://:{self.password}@127.0.0.1:{self.port}/0"
        self._command = [program, "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(folder)]
        self._command += ["--unixsocket", str(self.socket), "--requirepass", self.password]
        self._command += ["--save", "", "--appendonly", "no"]
        self._server: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self._server = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._server.stdout is not None
        said = ""
        for line in self._server.stdout:
            said += line
            if "at " + str(self.socket) in line:
                return
        raise AssertionError(f"redis-server did not start:\n{said}")

    def stop(self) -> None:
        """End it at once."""
        if self._server is not None:
            self._server.kill()
            self._server.communicate()
            self._server = None


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    """A Redis with a password, on a free port and a Unix socket, that keeps nothing."""
    server = Redis(tmp_path)
    server.start()
    yield server
    server.stop()
