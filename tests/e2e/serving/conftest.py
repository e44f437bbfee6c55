"""A project whose actions wait, hang and tell of themselves, served as a user serves it."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

PROJECT = """
[tool.actionary]
title = "Patience"
version = "1.0.0"
targets = ["catalog", "openapi"]
"""

ACTIONS = {
    "add": """
import asyncio
from actionary import action

@action(public=True, read_only=True, when_to_use="A test adds.")
async def add(first: int, second: int) -> int:
    "Add, not quite at once."
    await asyncio.sleep(0.005)
    return first + second
""",
    "wait": """
import asyncio
from pathlib import Path
from actionary import action

@action(public=True, timeout=600, when_to_use="A test waits.")
async def wait(folder: str) -> str:
    "Wait until the folder has a file `end`."
    Path(folder, "begun").touch()
    while not Path(folder, "end").exists():
        await asyncio.sleep(0.01)
    return "ended"
""",
    "hang": """
import asyncio
import threading
import time
from pathlib import Path
from typing import Literal
from actionary import action

@action(public=True, timeout=600, when_to_use="A test hangs.")
async def hang(folder: str, how: Literal["politely", "stubbornly", "for all"]) -> None:
    "Hang; stubbornly is without heeding that it is cancelled."
    Path(folder, "begun").touch()
    if how == "for all":
        time.sleep(600)
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if how == "politely":
                raise
""",
    "hang_in_thread": """
import threading
from pathlib import Path
from actionary import action

@action(public=True, timeout=600, when_to_use="A test hangs.")
def hang_in_thread(folder: str) -> None:
    "Hang in a thread, which nothing can stop."
    Path(folder, "begun").touch()
    threading.Event().wait()
""",
    "tell": """
import logging
import os
from actionary import Context, action

@action(public=True, when_to_use="A test asks.")
async def tell(ctx: Context, length: int = 4) -> dict[str, int | str | None]:
    "Tell which process this is, and who seems to call."
    logging.getLogger("shop").warning(("told" * length)[:length])
    client = ctx.request.client
    return {"pid": os.getpid(), "client": client and client.host, "scheme": ctx.request.url.scheme}
""",
}


class UnixConnection(http.client.HTTPConnection):
    """A connection over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self._path)


@dataclass
class Served:
    """A server that runs: what it said on standard error so far, and how to call it."""

    process: subprocess.Popen[str]
    address: str = ""
    lines: list[str] = field(default_factory=list)

    def until(self, pattern: str) -> re.Match[str]:
        """Read what it says until a line matches."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"it ended without saying {pattern!r}\n{''.join(self.lines)}")

    def ready_workers(self, count: int) -> dict[int, int]:
        """Read until so many workers more are ready; gives their processes by number."""
        found = (self.until(r"^worker (\d+) \(process (\d+)\) is ready$") for _ in range(count))
        return {int(match[1]): int(match[2]) for match in found}

    def connection(self) -> http.client.HTTPConnection:
        if self.address.startswith("unix:"):
            return UnixConnection(self.address.removeprefix("unix:"))
        return http.client.HTTPConnection(self.address.removeprefix("http://"), timeout=60)

    def call(self, name: str, headers: Any = (), **given: Any) -> tuple[int, dict[str, Any]]:
        connection = self.connection()
        try:
            return ask(connection, name, headers, **given)[:2]
        finally:
            connection.close()

    def begin(self, name: str, folder: Path, **given: Any) -> Later:
        """Make a call that writes ``begun`` into the folder, in a thread; gives its reply later."""
        later = Later(self, name, {"folder": str(folder), **given})
        while not (folder / "begun").exists():
            assert later.is_alive(), "the call ended"
        (folder / "begun").unlink()
        return later

    def refuses(self) -> None:
        """Wait until new connections are refused."""
        while True:
            connection = self.connection()
            try:
                connection.connect()
            except (ConnectionRefusedError, FileNotFoundError):
                return
            finally:
                connection.close()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, read the rest of what it says, and give the exit code."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        assert self.process.stderr is not None
        self.lines += self.process.stderr.readlines()
        code = self.process.wait(60)
        assert "Traceback" not in self.said, self.said
        return code

    @property
    def said(self) -> str:
        return "".join(self.lines)


class Later(threading.Thread):
    """A call in a thread: its status and reply, or what went wrong."""

    def __init__(self, served: Served, name: str, given: dict[str, Any]) -> None:
        super().__init__(daemon=True)
        self._call = lambda: served.call(name, **given)
        self._reply: Any = None
        self.start()

    def run(self) -> None:
        try:
            self._reply = self._call()
        except OSError as error:
            self._reply = error
        except http.client.HTTPException as error:
            self._reply = error

    def reply(self) -> Any:
        self.join(60)
        assert not self.is_alive(), "no answer came"
        return self._reply


class Load:
    """Callers in threads who call one after the other, until they are refused or it is enough."""

    def __init__(self, served: Served, *, kept: bool) -> None:
        self.answered = 0
        self.lost: list[str] = []
        self._served = served
        self._kept = kept
        self._more = threading.Condition()
        self._is_enough = False
        self._callers = [threading.Thread(target=self._call, daemon=True) for _ in range(8)]
        for caller in self._callers:
            caller.start()

    def goes_on(self, calls: int = 300) -> None:
        """Wait until so many more calls were answered."""
        with self._more:
            enough = self.answered + calls
            assert self._more.wait_for(lambda: self.answered >= enough or self.lost, 60), "nobody answers"

    def end(self) -> None:
        self._is_enough = True
        self.ended()

    def ended(self) -> None:
        """Wait until all callers are refused."""
        for caller in self._callers:
            caller.join(60)
            assert not caller.is_alive(), "no answer came"

    def _call(self) -> None:
        connection, last = self._served.connection(), True
        while not self._is_enough:
            if last:
                connection.close()
                try:
                    connection.connect()
                except ConnectionRefusedError:
                    return
            try:
                status, envelope, ends = ask(connection, "add", first=1, second=1)
            except (OSError, http.client.HTTPException) as error:
                status, envelope, ends = 0, {"lost": repr(error)}, True
            last = ends or not self._kept
            with self._more:
                self.answered += 1
                if status != 200:
                    self.lost.append(str(envelope))
                self._more.notify()
        connection.close()


def ask(
    connection: http.client.HTTPConnection, name: str, headers: Any = (), **given: Any
) -> tuple[int, dict[str, Any], bool]:
    """Call an action on a connection; gives status, envelope, and whether the connection ends with it."""
    sent = {"content-type": "application/json", **dict(headers)}
    connection.request("POST", f"/api/actions/{name}", json.dumps(given), sent)
    with connection.getresponse() as reply:  # closed too where the server ends in the middle of it
        return reply.status, json.loads(reply.read()), reply.will_close


@pytest.fixture(params=["uvloop and httptools", "what the extra serve brings"])
def installed(request, tmp_path):
    """A folder that hides, or not, what uvicorn takes where it is installed."""
    folder = tmp_path / "hidden"
    folder.mkdir()
    if request.param == "what the extra serve brings":
        for name in ("uvloop", "httptools"):
            (folder / f"{name}.py").write_text("raise ImportError(__name__)\n")
    return folder


@pytest.fixture
def call_on():
    """Call an action on a connection that is kept."""
    return ask


@pytest.fixture
def load():
    """Calls a server under load."""
    return Load


@pytest.fixture(scope="session")
def built(tmp_path_factory, script):
    """The project as it was built; a test gets a copy of it."""
    root = tmp_path_factory.mktemp("built") / "patience"
    (root / "actions").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PROJECT)
    for name, source in ACTIONS.items():
        (root / "actions" / f"{name}.py").write_text(source)
    subprocess.run([*script, "build"], cwd=root, check=True, capture_output=True)
    return root


@pytest.fixture
def project(tmp_path, built):
    return Path(copytree(built, tmp_path / "patience"))


@pytest.fixture
def start(script, project):
    """Starts a server with options; it is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def run(
        *options: str, at: Any = ("--port", "0"), waits: bool = True, path: Path = project, stdout: Any = None
    ) -> Served:
        command = [*script, "serve", *at, *options]
        environment = {**os.environ, "PYTHONPATH": str(path)}
        process = subprocess.Popen(
            command, cwd=project, env=environment, stdout=stdout, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        served = Served(process)
        if waits:
            served.address = served.until(r"^serving on (\S+)$")[1]
        return served

    yield run
    for process in started:
        process.kill()
        assert process.stderr is not None
        process.stderr.close()
        process.wait()
