"""Those who listen to a server and read nothing, or come back after much has happened."""

from __future__ import annotations

import re
import selectors
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from actionary.changes import STREAM, Change

PROJECT = """\
[tool.actionary]
title = "Shop"
version = "1"
targets = ["catalog"]
"""

REGISTRY = """
from actionary import Registry

registry = Registry(store="sqlite:///state.db", changes=True)
"""

MARK = '''
from actionary import Context, Http, action


@action(public=True, read_only=True, when_to_use="A test marks.")
async def mark(last: str, ctx: Context) -> str:
    """Tell of a change."""
    if last:
        ctx.changed(last)
    return last
'''

MOST = 200
"""So many events wait for one who listens (`actionary.http.hub.MOST_WAITING`)."""

_EVENT = re.compile(
    rb"event: (?P<reset>reset)\n"
    rb"|retry: \d+\nid: (?P<begin>\S+)\n"
    rb'|id: (?P<cursor>\d+)\.\d+\nevent: change\ndata: [^\n]*"scope":"(?P<scope>[^ "]*)'
)


@pytest.fixture
def shop(tmp_path: Path, script: list[str]) -> Path:
    root = tmp_path / "shop"
    (root / "actions").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PROJECT)
    (root / "actions" / "_registry.py").write_text(REGISTRY)
    (root / "actions" / "mark.py").write_text(MARK)
    subprocess.run([*script, "build"], cwd=root, check=True, capture_output=True)
    return root


class Listener:
    """A connection that listens; it reads when it is told to."""

    def __init__(self, address: str, after: str = "", *, buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if buffer is not None:  # which has to be said before it is connected
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(60)
        url = urlsplit(address)
        self.socket.connect((url.hostname, url.port))
        resumes = f"last-event-id: {after}\r\n" if after else ""
        self.socket.sendall(f"GET /api/changes HTTP/1.1\r\nhost: x\r\n{resumes}\r\n".encode())
        self.heard: list[int | None] = []
        """The cursors of what it heard, with ``None`` for a `reset`."""
        self.scopes: list[str] = []
        self.id = ""
        self._rest = b""
        while not self.id:
            self.read()

    def read(self) -> bool:
        """Read what is there, and say whether the stream goes on."""
        came = self.socket.recv(1 << 18)
        whole, end, self._rest = (self._rest + came).rpartition(b"\n\n")
        for event in _EVENT.finditer(whole + end):
            if event["begin"]:
                self.id = event["begin"].decode()
            else:
                self.heard.append(int(event["cursor"]) if event["cursor"] else None)
                self.scopes.append((event["scope"] or b"").decode())
        return bool(came)

    def resets(self) -> int:
        return self.heard.count(None)

    def check(self) -> None:
        """Make sure that nothing came twice or out of order, and that it was told of each gap."""
        before: int | None = None
        for cursor in self.heard:
            assert cursor is None or before is None or cursor == before + 1, self.heard
            before = cursor


@pytest.fixture
def listeners() -> Iterator[Callable[..., list[Listener]]]:
    """Connects so many who listen; they are gone with the test."""
    with ExitStack() as stack:

        def connect(address: str, count: int = 1, **options: Any) -> list[Listener]:
            made = [Listener(address, **options) for _ in range(count)]
            for each in made:
                stack.callback(each.socket.close)
            return made

        yield connect


def write(shop: Path, numbers: range, text: str) -> None:
    """Write changes as another process on the same store would, and all at once."""
    change = Change(action=None, source="manual", scope=text, organisation=None, request_source=None)
    expires_at = time.time() + 3600
    rows = [(STREAM, number, change.dump(), expires_at) for number in numbers]
    with closing(sqlite3.connect(shop / "state.db", timeout=60)) as store, store:
        store.executemany(
            "INSERT INTO actionary_events (stream, cursor, value, expires_at) VALUES (?, ?, ?, ?)", rows
        )
        store.execute("UPDATE actionary_streams SET last = ? WHERE stream = ?", (numbers[-1], STREAM))


class Reading(threading.Thread):
    """Reads all that some listeners are sent, until each has heard of a scope or its stream is over."""

    def __init__(self, listeners: list[Listener], until: str) -> None:
        super().__init__(daemon=True)
        self._listeners = listeners
        self._until = until
        self.start()

    def run(self) -> None:
        with selectors.DefaultSelector() as selector:
            for each in self._listeners:
                selector.register(each.socket, selectors.EVENT_READ, each)
            while selector.get_map():
                for key, _ in selector.select():
                    if not key.data.read() or self._until in key.data.scopes[-MOST:]:
                        selector.unregister(key.fileobj)

    def ended(self) -> None:
        self.join(60)
        assert not self.is_alive(), "somebody was not told of the last change"


def mark(address: str, last: str) -> None:
    given = {"last": last}
    assert httpx2.post(f"{address}/api/actions/mark", json=given, timeout=60).json()["data"] == last


def memory_of(served: Any) -> int:
    """Give the bytes of memory that a server has."""
    status = Path(f"/proc/{served.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024


def test_one_who_never_reads_costs_little_and_keeps_nobody(start, shop, installed, listeners):
    served = start("--project", str(shop), "--shutdown-timeout", "600", path=installed)
    [keeps_up] = listeners(served.address)
    [never_reads] = listeners(served.address, buffer=4096)
    mark(served.address, "first")
    for number in range(30):
        begin = 100 * number + 2
        write(shop, range(begin, begin + 99), "one " + "x" * 12_000)
        mark(served.address, f"last-{number}")
        while f"last-{number}" not in keeps_up.scopes[-1:]:
            assert keeps_up.read()
        if number == 4:
            before = memory_of(served)
    assert keeps_up.heard == list(range(1, 3002))
    assert memory_of(served) - before < 15 * 2**20, "all that it did not read, 30 MB, is kept for it"
    served.process.terminate()
    assert served.process.wait(60) == 0
    assert served.ended() == 0
    while never_reads.read():
        pass
    never_reads.check()


def test_of_much_that_happened_each_hears_all_in_order_or_that_it_missed_some(start, shop, listeners):
    served = start("--project", str(shop), path=shop)
    address, count = served.address, 10_000
    mark(address, "first")
    [here] = listeners(address)
    away = here.id
    attentive = listeners(address, 20)
    stopped = listeners(address, 40, buffer=4096)
    before = memory_of(served)
    reading = Reading(attentive, "end")
    for begin in range(2, count + 2, 1000):
        write(shop, range(begin, begin + 1000), "one " + "x" * 500)
        mark(address, "")  # calls are answered meanwhile
    assert memory_of(served) - before < 40 * 2**20
    moment = away.split(".")[1]
    long_away = listeners(address, 20, after=away)
    shortly_away = listeners(address, 20, after=f"{count + 1 - 150}.{moment}")
    mark(address, "end")
    others = [*long_away, *shortly_away, *stopped]
    Reading(others, "end").ended()
    reading.ended()
    for each in (*attentive, *others):
        each.check()
        assert each.heard[-1] == count + 2
    assert memory_of(served) - before < 40 * 2**20
    assert served.end() == 0
    assert {(each.heard[0], each.heard[-2:]) == (None, [None, count + 2]) for each in long_away} == {True}
    assert {len(each.heard) - each.resets() for each in shortly_away} == {151}
    assert {each.resets() for each in shortly_away} == {0}, served.said
    assert {each.resets() for each in (*long_away, *stopped)} == {1}, served.said


@pytest.mark.parametrize("workers", ["1", "2"])
def test_those_who_listen_and_do_not_read_do_not_keep_a_server_from_ending(start, shop, listeners, workers):
    served = start("--workers", workers, "--project", str(shop), "--shutdown-timeout", "600", path=shop)
    served.ready_workers(int(workers) - 1)
    many = listeners(served.address, 10, buffer=4096)
    mark(served.address, "first")
    write(shop, range(2, 502), "one " + "x" * 50_000)
    mark(served.address, "last")
    served.process.terminate()
    assert served.process.wait(60) == 0
    assert served.ended() == 0
    assert len(many) == 10
