"""What callers get while the store of a server that runs is full or away, and when it is back."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

PROJECT = """\
[tool.actionary]
title = "Bank"
version = "1"
targets = ["catalog"]
"""

REGISTRY = """
from actionary import Principal, Registry
from actionary.auth import BearerAuth

registry = Registry(store={store!r}, changes=True, approver=BearerAuth({{"t": Principal(id="eve")}}))
"""

ACTIONS = """
from pathlib import Path

from actionary import action
from actions._disk import fill
"""

PAY = '''
@action(public=True)
async def pay(name: str) -> str:
    """Pay, and write it down."""
    with Path("ran.txt").open("a") as ran:
        print(name, file=ran)
    return name
'''

PAY_AND_FILL = '''
@action(public=True)
async def pay_and_fill(name: str) -> str:
    """Pay, write it down, and leave no room for the answer."""
    with Path("ran.txt").open("a") as ran:
        print(name, file=ran)
    fill()
    return name * 10_000
'''

SEND = '''
@action(public=True, needs_approval=True)
async def send(to: str) -> str:
    """Send, and write it down."""
    with Path("ran.txt").open("a") as ran:
        print(to, file=ran)
    return to
'''

NOTE = '''
@action(public=True, idempotent=True)
async def note() -> str:
    """Change something that needs no store."""
    return "noted"
'''

NO_DISK = """
def fill() -> None:
    raise AssertionError("there is nothing to fill")
"""

# The file stands for all that the disk has room for: SQLite is told so by each connection.
PAGES = """
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.pool import Pool

FILLER = Path({folder!r}, "filler")


@event.listens_for(Pool, "checkout")
def limit(connection, *_):
    connection.cursor().execute(f"PRAGMA max_page_count={{1 if FILLER.exists() else 10**6}}")


def fill():
    FILLER.touch()
"""

TMPFS = """
import errno
from pathlib import Path


def fill():
    with Path({folder!r}, "filler").open("wb", buffering=0) as filler:
        try:
            while filler.write(bytes(4096)):
                pass
        except OSError as error:
            assert error.errno == errno.ENOSPC
"""

DISKS = {"a file that may not grow": PAGES, "a small file system": TMPFS}


def mount(folder: Path) -> bool:
    """Mount a file system of 8 MB; says whether this user and machine may."""
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    return os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0


def may_mount() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        if not mount(Path(folder)):
            return False
        subprocess.run(["umount", folder], check=True)
        return True


@dataclass
class Bank:
    """A project, and where it says what its handlers did."""

    root: Path
    folder: Path

    def ran(self) -> list[str]:
        path = self.root / "ran.txt"
        return path.read_text().split() if path.exists() else []

    def make_room(self) -> None:
        (self.folder / "filler").unlink()


def bank_with(root: Path, script: list[str], store: str, disk: str) -> Bank:
    (root / "actions").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PROJECT)
    sources = {"pay": PAY, "pay_and_fill": PAY_AND_FILL, "send": SEND, "note": NOTE}
    files = {name: ACTIONS + "\n" + source for name, source in sources.items()}
    for name, text in {**files, "_registry": REGISTRY.format(store=store), "_disk": disk}.items():
        (root / "actions" / f"{name}.py").write_text(text)
    subprocess.run([*script, "build"], cwd=root, check=True, capture_output=True)
    return Bank(root, root / "disk")


# Where nobody may mount, the first is what there is; it is tried everywhere.
@pytest.fixture(params=list(DISKS) if may_mount() else list(DISKS)[:1])
def bank(request, tmp_path: Path, script: list[str]) -> Iterator[Bank]:
    """A bank on SQLite whose disk can be filled."""
    root = tmp_path / "bank"
    folder = root / "disk"
    folder.mkdir(parents=True)
    is_mounted = DISKS[request.param] is TMPFS and mount(folder)
    store = f"sqlite:///{folder}/state.db"
    yield bank_with(root, script, store, DISKS[request.param].format(folder=str(folder)))
    if is_mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def caller(served: Any) -> httpx2.Client:
    """Give a client that connects for each call, so that any worker may answer."""
    return httpx2.Client(
        base_url=served.address, timeout=60, limits=httpx2.Limits(max_keepalive_connections=0)
    )


def call(
    api: httpx2.Client, action: str, key: str = "", /, *, grant: str = "", **given: Any
) -> httpx2.Response:
    named = {"idempotency-key": key, "actionary-approval": grant}
    headers = {header: value for header, value in named.items() if value}
    return api.post(f"/api/actions/{action}", json=given, headers=headers)


def approve(api: httpx2.Client, key: str) -> None:
    headers = {"Authorization": "Bearer t"}
    api.post("/api/approvals/approve", json={"key": key}, headers=headers).raise_for_status()


def is_unavailable(reply: httpx2.Response) -> bool:
    if reply.status_code != 503:
        return False
    assert (reply.json()["code"], reply.json()["retryable"]) == ("unavailable", True)
    assert int(reply.headers["retry-after"]) >= 1
    return True


def goes_on(api: httpx2.Client) -> None:
    """Make sure that what needs no store does what it did before."""
    assert call(api, "note").json()["data"] == "noted"
    assert api.get("/healthz").status_code == 200


class Heard:
    """The events of a stream, one after the other."""

    def __init__(self, response: httpx2.Response) -> None:
        self._lines = response.iter_lines()
        assert next(self._lines).startswith("retry")

    def next(self) -> str | None:
        """Give what the next event is of: an action's name, or ``None`` for a `reset`."""
        data = next(line for line in self._lines if line.startswith("data: "))
        found: dict[str, str] = json.loads(data.removeprefix("data: "))
        return found.get("action")


def test_while_the_disk_is_full_nothing_that_relies_on_it_begins_and_all_else_goes_on(start, bank):
    served = start("--project", str(bank.root), path=bank.root)
    api = caller(served)
    assert call(api, "pay", "first", name="first").status_code == 200
    before = call(api, "send", to="ann").json()["details"]["approval_key"]
    with api.stream("GET", "/api/changes") as stream:
        heard = Heard(stream)
        assert call(api, "pay_and_fill", name="filled").status_code == 200
        # Into pages that the file has already a few may fit.
        names = (f"late-{number}" for number in range(1000))
        refused = next(name for name in names if is_unavailable(call(api, "pay", name, name=name)))
        assert refused not in bank.ran()
        asked = (call(api, "send", to="bob") for _ in range(1000))
        assert any(map(is_unavailable, asked)), "a human could be asked for ever"
        for _ in range(60):  # whose changes have no room at last
            goes_on(api)
        while heard.next() is not None:
            pass
        bank.make_room()
        again = call(api, "pay", refused, name=refused)
        assert (again.status_code, "idempotency-replayed" in again.headers) == (200, False)
        assert bank.ran().count(refused) == 1
        while heard.next() != "pay":
            pass
    approve(api, before)
    assert call(api, "send", grant=before, to="ann").json()["data"] == "ann"
    assert call(api, "pay", "first", name="first").headers["idempotency-replayed"] == "true"
    assert max(map(bank.ran().count, bank.ran())) == 1
    api.close()
    assert served.end() == 0
    assert "the disk is full" in served.said


def test_an_answer_that_has_no_room_is_given_and_its_call_never_repeated_unseen(start, bank):
    served = start("--project", str(bank.root), path=bank.root)
    api = caller(served)
    call(api, "pay", "first", name="first")
    given = call(api, "pay_and_fill", "k", name="x")
    assert (given.status_code, given.json()["data"]) == (200, "x" * 10_000)
    repeated = call(api, "pay_and_fill", "k", name="x")
    assert (repeated.status_code, repeated.json()["details"]["reason"]) == (409, "in_progress")
    bank.make_room()
    while (repeated := call(api, "pay_and_fill", "k", name="x")).status_code == 409:
        assert repeated.json()["details"]["reason"] == "in_progress", "its lease was over before it was kept"
    assert (repeated.json()["data"], repeated.headers["idempotency-replayed"]) == ("x" * 10_000, "true")
    assert call(api, "pay", "second", name="second").status_code == 200
    assert bank.ran() == ["first", "x", "second"]
    api.close()
    assert served.end() == 0
    assert "an answer cannot be kept now for its idempotency key" in served.said


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_database_that_went_is_used_again_when_it_is_back(start, tmp_path, script, own_postgres, workers):
    store = own_postgres.url(own_postgres.database())
    bank = bank_with(tmp_path / "bank", script, store, NO_DISK)
    served = start("--workers", workers, "--project", str(bank.root), path=bank.root)
    served.ready_workers(int(workers) - 1)
    api = caller(served)
    with api.stream("GET", "/api/changes") as stream:
        heard = Heard(stream)
        for number in "12":
            grant = call(api, "send", to=f"ann-{number}").json()["details"]["approval_key"]
            approve(api, grant)
            assert heard.next() == "approve_call"
            own_postgres.stop()
            served.until("nobody hears of changes, for the store is away")
            for _ in range(2 * int(workers)):  # whichever worker is asked
                assert is_unavailable(call(api, "pay", number, name=number))
                assert is_unavailable(call(api, "send", to="bob"))
                assert is_unavailable(call(api, "send", grant=grant, to=f"ann-{number}"))
                assert is_unavailable(api.get("/api/changes"))
                goes_on(api)
            assert not {number, "bob", f"ann-{number}"} & set(bank.ran())
            own_postgres.start()
            # A worker that was not asked meanwhile may find its connections broken, once each.
            calls = (call(api, "pay", number, name=number) for _ in range(50))
            again = next(reply for reply in calls if not is_unavailable(reply))
            assert (again.status_code, again.json()["data"]) == (200, number)
            sent = (call(api, "send", grant=grant, to=f"ann-{number}") for _ in range(50))
            assert (
                next(reply for reply in sent if not is_unavailable(reply)).json()["data"] == f"ann-{number}"
            )
            assert call(api, "send", grant=grant, to=f"ann-{number}").status_code == 428
            assert heard.next() is None, "it missed what happened meanwhile, and is not told"
            events = iter(heard.next, "send")
            assert [event for event in events if event is not None] == ["pay"]
    assert sorted(bank.ran()) == ["1", "2", "ann-1", "ann-2"]
    api.close()
    assert served.end() == 0
