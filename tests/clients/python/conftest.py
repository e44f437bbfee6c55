from __future__ import annotations

import asyncio
import importlib
import json
import os
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from actionary.catalog import Catalog
from actionary_build.emit.python.emitter import Options, emitter


def _emit(catalog: Catalog, folder: Path, **options: Any) -> Path:
    for file in emitter.emit(catalog, Options(**options), {}):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    return folder / "clients" / "python"


@contextmanager
def _importable(project: Path, package: str) -> Iterator[Any]:
    assert package not in sys.modules, f"{package} is another client's too; give one of them its own name"
    sys.path.insert(0, str(project))
    try:
        importlib.import_module(f"{package}.actions")
        yield importlib.import_module(package)
    finally:
        sys.path.remove(str(project))
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            del sys.modules[name]


@pytest.fixture(scope="session")
def emit() -> Callable[..., Path]:
    """Emit a catalog's client into a folder; give the project's folder."""
    return _emit


@pytest.fixture(scope="session")
def importable() -> Callable[..., Any]:
    """Import a package from a project's folder, for as long as the context lasts."""
    return _importable


@pytest.fixture(scope="session")
def project(sample: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _emit(sample, tmp_path_factory.mktemp("emitted"))


@pytest.fixture(scope="module")
def shop(project: Path) -> Iterator[Any]:
    with _importable(project, "my_shop_client") as package:
        yield package


@dataclass
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = Callable[[Request, socket.socket], object]


@dataclass
class Server:
    """Answers each request with ``answer``, and keeps the requests; ``ended`` is set after the test."""

    answer: Answer
    requests: list[Request] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    came: threading.Event = field(default_factory=threading.Event)
    url: str = ""


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, _Threads)
        script = self.server.script
        while line := self.rfile.readline():
            method, target, _ = line.decode().split()
            headers = {}
            while (header := self.rfile.readline().decode().strip()) != "":
                name, _, value = header.partition(": ")
                headers[name.lower()] = value
            body = self.rfile.read(int(headers.get("content-length", 0)))
            request = Request(method, target, headers, body)
            script.requests.append(request)
            script.came.set()
            try:
                script.answer(request, self.connection)
            except OSError:
                return


class _Threads(socketserver.ThreadingTCPServer):
    request_queue_size = 16
    daemon_threads = True  # a connection that a failing test left open holds up nothing

    def __init__(self, script: Server) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script
        script.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is what some tests want."""


def _http(status: int, body: bytes, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.fixture(scope="session")
def says(sample: Catalog) -> Callable[..., Answer]:
    """Make an answer of a status and a body (bytes, or JSON data)."""
    usual = {"Content-Type": "application/json", "Actionary-Catalog": sample.surface[:16]}

    def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Answer:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        reply = _http(status, raw, usual if headers is None else headers)
        return lambda _request, connection: connection.sendall(reply)

    return answer


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], Server]]:
    running: list[tuple[_Threads, Server, threading.Thread]] = []

    def start(answer: Answer) -> Server:
        script = Server(answer)
        server = _Threads(script)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, script, thread))
        return script

    yield start
    for server, script, thread in running:
        script.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


Call = Callable[..., Any]


@pytest.fixture(params=["sync", "async"])
def call(request: pytest.FixtureRequest, shop: Any) -> Call:
    """Make one call with a fresh client, and give its result."""

    def sync(server: str, method: str, client: dict[str, Any] | None = None, /, **arguments: Any) -> Any:
        with shop.Client(server, **{"retry": None, **(client or {})}) as made:
            return getattr(made, method)(**arguments)

    async def awaited(server: str, method: str, client: dict[str, Any], arguments: dict[str, Any]) -> Any:
        async with shop.AsyncClient(server, **{"retry": None, **client}) as made:
            return await getattr(made, method)(**arguments)

    def async_(server: str, method: str, client: dict[str, Any] | None = None, /, **arguments: Any) -> Any:
        return asyncio.run(awaited(server, method, client or {}, arguments))

    return sync if request.param == "sync" else async_


def clean_environment() -> dict[str, str]:
    return {**os.environ, "MYPYPATH": "", "PYTHONPATH": ""}


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env=clean_environment()
    )


def mypy(project: Path, *what: str) -> str:
    done = run(
        *(sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", str(project / ".mypy")),
        *what,
        cwd=project,
    )
    return done.stdout + done.stderr


def pyright(project: Path, *what: str) -> str:
    settings = {"typeCheckingMode": "strict", "pythonVersion": "3.11", "include": list(what)}
    (project / "pyrightconfig.json").write_text(json.dumps(settings))
    done = run(sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson", cwd=project)
    found = json.loads(done.stdout)["generalDiagnostics"]
    return "\n".join(
        f"{Path(each['file']).name}:{each['range']['start']['line'] + 1}: error: {each['message']}"
        for each in found
        if each["severity"] == "error"
    )


def _check_types(project: Path, *what: str) -> None:
    assert mypy(project, *what).startswith("Success")
    assert pyright(project, *what) == ""


@pytest.fixture(scope="session")
def run_in() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a program in a project's folder, which alone is added to what can be imported."""
    return run


@pytest.fixture(scope="session")
def checkers() -> dict[str, Callable[..., str]]:
    """Strict type checkers by name; each gives its errors."""
    return {"mypy": mypy, "pyright": pyright}


@pytest.fixture(scope="session")
def check_types() -> Callable[..., None]:
    """Have both checkers find nothing."""
    return _check_types
