"""What a server with a store keeps when it has several processes, ends, or is killed."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import pytest

PROJECT = """\
[tool.actionary]
title = "Bank"
version = "1"
"""

REGISTRY = """
import os
import threading
import time
from pathlib import Path

from actionary import Principal, Registry
from actionary.auth import BearerAuth
from actionary.store.sql import SqlStore


class Resolver:
    def resolve(self, credential, scope):  # which happens between the claim and the run
        if Path("kill-at").exists() and Path("kill-at").read_text() == "claimed":
            Path("reached").touch()
            threading.Event().wait()
        return {{"key": "12345678"}}


def now() -> float:
    return time.time() + float(os.environ.get("SECONDS_AHEAD", "0"))


registry = Registry(
    store={store},
    changes=True,
    approver=BearerAuth({{"t": Principal(id="eve")}}),
    credentials=Resolver(),
)
"""

SQLITE = 'SqlStore("sqlite:///state.db", clock=now)'

PAY = '''
import sqlite3
import threading
import time
from pathlib import Path

from actionary import Context, Credential, action
from pydantic import BaseModel, SecretStr


class Fields(BaseModel):
    key: SecretStr


BANK = Credential("bank", fields=Fields)


def at(point: str) -> None:
    """Say that this is reached, and wait for the end of the process, if it is to be killed here."""
    if Path("kill-at").exists() and Path("kill-at").read_text() == point:
        Path("reached").touch()
        threading.Event().wait()


def may_pay(given, ctx) -> bool:
    at("allowed")
    return True


@action(
    public=True, credentials=[BANK], authorize=may_pay, when_to_use="Pay.", when_not_to_use="Never."
)
def pay(name: str, ctx: Context, milliseconds: int = 0) -> str:
    """Pay, and write it down where it can be counted."""
    at("begun")
    with sqlite3.connect("effects.db", timeout=20) as effects:
        effects.execute("insert into paid values (?)", [name])
    at("paid")
    time.sleep(milliseconds / 1000)
    return name
'''

SEND = '''
from actionary import action


@action(public=True, needs_approval=True, when_to_use="Send.", when_not_to_use="Never.")
async def send(to: str) -> str:
    """Send."""
    return to
'''


@pytest.fixture
def bank(tmp_path: Path, script: list[str]) -> Path:
    return bank_with(SQLITE, tmp_path / "bank", script)


def bank_with(store: str, root: Path, script: list[str]) -> Path:
    (root / "actions").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PROJECT)
    for name, text in {"_registry": REGISTRY.format(store=store), "pay": PAY, "send": SEND}.items():
        (root / "actions" / f"{name}.py").write_text(text)
    with sqlite3.connect(root / "effects.db") as effects:
        effects.execute("create table paid (name text)")
    subprocess.run([*script, "build"], cwd=root, check=True, capture_output=True)
    return root


def paid(bank: Path) -> Counter[str]:
    with sqlite3.connect(bank / "effects.db", timeout=20) as effects:
        return Counter(name for (name,) in effects.execute("select name from paid"))


def pay(address: str, key: str, **given: Any) -> httpx2.Response:
    return httpx2.post(
        f"{address}/api/actions/pay",
        json={"name": key, **given},
        headers={"Idempotency-Key": key},
        timeout=20,
    )


def test_of_calls_to_all_workers_with_one_key_one_has_an_effect(start, bank):
    served = start("--workers", "2", "--project", str(bank), path=bank)
    outcomes: list[int] = []

    def call(key: str) -> None:
        outcomes.append(pay(served.address, key).status_code)

    for key in map(str, range(15)):
        racing = [threading.Thread(target=call, args=(key,)) for _ in range(4)]
        for each in racing:
            each.start()
        for each in racing:
            each.join()
    assert set(paid(bank).values()) == {1}
    assert set(outcomes) <= {200, 409}
    assert [pay(served.address, str(key)).headers["idempotency-replayed"] for key in range(15)] == [
        "true"
    ] * 15


def said_of(reply: httpx2.Response) -> str:
    if reply.status_code == 200:
        return "replayed" if "idempotency-replayed" in reply.headers else "ok"
    return str(reply.json()["details"]["reason"])


def kill(served: Any) -> None:
    served.process.send_signal(signal.SIGKILL)
    served.process.wait()


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("allowed", [(None, 0), ("ok", 1), ("replayed", 1)]),
        ("claimed", [(None, 0), ("in_progress", 0), ("ok", 1)]),
        ("begun", [(None, 0), ("in_progress", 0), ("unknown_effect", 0)]),
        ("paid", [(None, 1), ("in_progress", 1), ("unknown_effect", 1)]),
        ("answered", [(None, 1), ("replayed", 1), ("replayed", 1)]),
    ],
)
def test_a_server_that_is_killed_never_pays_twice_and_says_what_it_does_not_know(
    start, bank, monkeypatch, point, expected
):
    (bank / "kill-at").write_text(point)
    served = start("--project", str(bank), path=bank)
    answers: list[int] = []

    def call() -> None:
        with contextlib.suppress(httpx2.HTTPError):  # the server is killed
            answers.append(pay(served.address, "k").status_code)

    calling = threading.Thread(target=call)
    calling.start()
    if point == "answered":
        calling.join()
    else:
        while not (bank / "reached").exists():
            assert calling.is_alive(), f"it never came to {point}"
    kill(served)
    calling.join()
    assert answers == ([200] if point == "answered" else [])
    seen: list[tuple[str | None, int]] = [(None, paid(bank)["k"])]
    (bank / "kill-at").unlink()
    again = start("--project", str(bank), path=bank)
    seen.append((said_of(pay(again.address, "k")), paid(bank)["k"]))
    kill(again)
    monkeypatch.setenv("SECONDS_AHEAD", "600")  # the lease of whoever was killed is over by then
    later = start("--project", str(bank), path=bank)
    seen.append((said_of(pay(later.address, "k")), paid(bank)["k"]))
    assert seen == expected


@pytest.mark.long
def test_nor_when_it_is_killed_at_any_moment(start, bank, monkeypatch):
    seen: Counter[tuple[str, int]] = Counter()
    chance = random.Random(100)
    for round_ in range(100):
        served = start("--project", str(bank), path=bank)
        names = [f"{round_}-{number}" for number in range(4)]
        pay(served.address, f"{round_}-before", milliseconds=3)  # which opens the store
        began = time.monotonic()
        pay(served.address, f"{round_}-alone", milliseconds=3)
        took = time.monotonic() - began

        def call(name: str, address: str = served.address) -> None:
            with contextlib.suppress(httpx2.HTTPError):  # the server is killed
                pay(address, name, milliseconds=3)

        calling = [threading.Thread(target=call, args=(name,)) for name in names]
        for each in calling:
            each.start()
        time.sleep(chance.uniform(0, 4 * took))  # where the kill falls is chance: that is what is tried
        kill(served)
        for each in calling:
            each.join()
        before = paid(bank)
        again = start("--project", str(bank), path=bank)
        for name in names:
            said = said_of(pay(again.address, name, milliseconds=3))
            seen[said, before[name]] += 1
            assert (said, before[name], paid(bank)[name]) in {
                ("ok", 0, 1),
                ("replayed", 1, 1),
                ("in_progress", 0, 0),
                ("in_progress", 1, 1),
            }
        kill(again)
    print(f"what was said of {seen.total()} calls of servers that were killed: {dict(seen)}")
    assert {("ok", 0), ("replayed", 1), ("in_progress", 1)} <= set(seen), "it was not killed everywhere"
    monkeypatch.setenv("SECONDS_AHEAD", "600")
    later = start("--project", str(bank), path=bank)
    for name in [f"{round_}-{number}" for round_ in range(100) for number in range(4)]:
        before_ = paid(bank)[name]
        said = said_of(pay(later.address, name, milliseconds=3))
        assert (said, before_, paid(bank)[name]) in {
            ("ok", 0, 1),
            ("replayed", 1, 1),
            ("unknown_effect", 0, 0),
            ("unknown_effect", 1, 1),
        }


def test_a_change_of_the_command_line_is_heard_by_who_listens_to_the_server(start, bank, script):
    served = start("--project", str(bank), path=bank)
    with httpx2.stream("GET", f"{served.address}/api/changes", timeout=20) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        subprocess.run([*script, "call", "pay", "--name", "x"], cwd=bank, check=True, capture_output=True)
        data = next(line for line in lines if line.startswith("data: "))
    assert json.loads(data.removeprefix("data: "))["action"] == "pay"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_those_who_listen_do_not_keep_a_server_from_ending(start, bank, workers):
    served = start("--workers", workers, "--project", str(bank), path=bank)
    with httpx2.stream("GET", f"{served.address}/api/changes", timeout=20) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        assert served.end() == 0
        list(lines)


def test_several_workers_need_a_store_that_they_share(tmp_path, script):
    bank = bank_with("'memory://'", tmp_path / "bank", script)
    refused = subprocess.run(
        [*script, "serve", "--workers", "2", "--port", "0"],
        cwd=bank,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert "are kept in memory, which each worker has for itself" in refused.stderr
    assert "name a database" in refused.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    "wrong",
    [
        ("sqlite:///{folder}/nowhere/state.db", "the file of the store cannot be opened"),
        ("sqlite:///{folder}/pyproject.toml", "the file of the store is none of SQLite"),
        ("{postgres}/no_such_shop", "PostgreSQL has no database of that name"),
    ],
    ids=["no folder", "no SQLite", "no database"],
)
def test_a_server_does_not_start_with_a_store_that_can_never_work(tmp_path, script, request, workers, wrong):
    url, said = wrong
    bank = bank_with("'sqlite:///state.db'", tmp_path / "bank", script)
    if "{postgres}" in url:
        url = url.format(postgres=request.getfixturevalue("postgres").url("").rstrip("/"))
    refused = subprocess.run(
        [*script, "serve", "--workers", workers, "--port", "0"],
        cwd=bank,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "ACTIONARY_STORE": url.format(folder=bank)},
    )
    assert refused.returncode == 1
    assert refused.stderr.count(f"error[cannot-serve]: the store cannot be used: {said}") == 1
    assert "mend: " in refused.stderr
    assert "serving on" not in refused.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_whose_store_is_only_away_starts_and_warns(start, tmp_path, script, workers):
    bank = bank_with("'postgresql://127.0.0.1:1/bank'", tmp_path / "bank", script)
    served = start("--workers", workers, "--project", str(bank), path=bank, waits=False)
    served.until(r"the store is away: no PostgreSQL listens .*; calls that rely on it get 503")
    address = served.until(r"serving on (\S+)$")[1]
    assert httpx2.get(f"{address}/healthz", timeout=20).status_code == 200
    away = httpx2.post(f"{address}/api/actions/send", json={"to": "ann"}, timeout=20)
    assert (away.status_code, away.json()["code"]) == (503, "unavailable")


def test_humans_decide_on_the_command_line(start, bank, script):
    def approvals(*given: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*script, "approvals", *given], cwd=bank, capture_output=True, text=True, check=False
        )

    def send(**headers: str) -> httpx2.Response:
        return httpx2.post(
            f"{served.address}/api/actions/send", json={"to": "ann"}, headers=headers, timeout=20
        )

    served = start("--project", str(bank), path=bank)
    nothing = approvals("list")
    assert (nothing.returncode, nothing.stdout, nothing.stderr.strip()) == (0, "", "nothing is pending")
    key = send().json()["details"]["approval_key"]
    listed = approvals("list").stdout
    assert key in listed
    assert 'send {"to":"ann"}' in listed
    assert json.loads(approvals("show", key, "--json").stdout)["input"] == {"to": "ann"}
    approved = approvals("approve", key, "--by", "eve")
    assert (approved.returncode, "state: approved" in approved.stdout) == (0, True)
    assert send(**{"Actionary-Approval": key}).json()["data"] == "ann"
    late = approvals("deny", key)
    assert (late.returncode, late.stderr.splitlines()) == (
        1,
        [
            "error[cannot-decide]: the call has been made already",
            "  mend: let whoever wants it made ask again",
        ],
    )
    unknown = approvals("approve", "x" * 32)
    assert (unknown.returncode, "there is nothing under this key" in unknown.stderr) == (1, True)
    assert "error[cannot-decide]" in unknown.stderr
    every = json.loads(approvals("list", "--state", "all", "--json").stdout)["approvals"]
    assert [(each["key"], each["state"], each["decided_by"]) for each in every] == [(key, "used", "eve")]


def test_a_key_may_begin_with_a_dash_and_a_wrong_option_is_none(bank, script):
    def approve(*given: str) -> subprocess.CompletedProcess[str]:
        command = [*script, "approvals", "approve", *given]
        return subprocess.run(command, cwd=bank, capture_output=True, text=True, check=False)

    for key in ("-" + "x" * 31, "--" + "b" * 30):
        for given in ([key], [key, "--by", "eve"], ["--json", key]):
            unknown = approve(*given)
            assert (unknown.returncode, "[cannot-decide]" in unknown.stderr) == (1, True), given
    for given in (["--jsn"], ["-x"], ["x" * 32, "--bye", "eve"]):
        wrong = approve(*given)
        assert (wrong.returncode, given[-1 if len(given) == 1 else 1] in wrong.stderr) == (2, True), given


def test_who_decides_is_the_user_of_the_machine_unless_another_is_named(start, bank, script):
    served = start("--project", str(bank), path=bank)
    for given, by in ((["--by", "eve"], "eve"), ([], "ann-of-the-machine")):
        refused = httpx2.post(f"{served.address}/api/actions/send", json={"to": "ann"}, timeout=20)
        key = refused.json()["details"]["approval_key"]
        shown = subprocess.run(
            [*script, "approvals", "deny", key, *given, "--json"],
            cwd=bank,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "LOGNAME": "ann-of-the-machine"},
        )
        assert json.loads(shown.stdout)["decided_by"] == by


@pytest.mark.parametrize(
    ("registry", "said"),
    [
        ("Registry()", "[no-store]: the project's registry has no store"),
        ('Registry(store="memory://")', "in the memory of the server"),
        (
            'Registry(store="sqlite:////no/such/folder/state.db")',
            "[no-store]: the file of the store cannot be opened",
        ),
        ('Registry(store="postgresql://127.0.0.1:1/bank")', "[store-away]: the store is away: no PostgreSQL"),
    ],
)
def test_approvals_need_a_store_that_this_process_can_reach(tmp_path, script, registry, said):
    (tmp_path / "actions").mkdir()
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    source = f"from actionary import Registry\n\nregistry = {registry}\n"
    (tmp_path / "actions" / "_registry.py").write_text(source)
    (tmp_path / "actions" / "pay.py").write_text(PAY)
    refused = subprocess.run(
        [*script, "approvals", "list"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (refused.returncode, said in refused.stderr, "mend:" in refused.stderr) == (1, True, True)
