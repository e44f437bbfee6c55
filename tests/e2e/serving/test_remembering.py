"""What a server with a store keeps when it has several processes, ends, or is killed."""

from __future__ import annotations

import json
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
from actionary import Principal, Registry
from actionary.auth import BearerAuth

registry = Registry(
    store={store!r}, changes=True, approver=BearerAuth({{"t": Principal(id="eve")}})
)
"""

PAY = '''
import sqlite3
import time

from actionary import action


@action(public=True, when_to_use="Pay.", when_not_to_use="Never.")
def pay(name: str, milliseconds: int = 0) -> str:
    """Pay, and write it down where it can be counted."""
    with sqlite3.connect("effects.db", timeout=20) as effects:
        effects.execute("insert into paid values (?)", [name])
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
    return bank_with("sqlite:///state.db", tmp_path / "bank", script)


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


def kills(bank: Path, start: Any, rounds: int, seed: int) -> Counter[str]:
    """Kill a server in the middle of calls, again and again; count what was told of each call."""
    told: Counter[str] = Counter()
    chance = random.Random(seed)
    for round_ in range(rounds):
        served = start("--project", str(bank), path=bank)
        names = [f"{round_}-{number}" for number in range(4)]
        answered: dict[str, int] = {}

        def call(name: str, address: str = served.address, answered: dict[str, int] = answered) -> None:
            try:
                answered[name] = pay(address, name, milliseconds=3).status_code
            except httpx2.HTTPError:
                answered[name] = 0

        calling = [threading.Thread(target=call, args=(name,)) for name in names]
        for each in calling:
            each.start()
        time.sleep(chance.uniform(0, 0.03))  # where the kill falls is chance: that is what is tried
        served.process.send_signal(signal.SIGKILL)
        for each in calling:
            each.join()
        served.process.wait()
        again = start("--project", str(bank), path=bank)
        for name in names:
            reply = pay(again.address, name, milliseconds=3)
            effects = paid(bank)[name]
            said = "ok" if reply.status_code == 200 else reply.json()["details"]["reason"]
            assert said in {"ok", "in_progress"}, reply.text
            assert effects <= 1, "two effects, and nobody was told"
            assert effects == 1 or said == "in_progress", "no effect, and an answer"
            told[said] += 1
        again.process.send_signal(signal.SIGKILL)
        again.process.wait()
    return told


def test_a_server_killed_between_claim_run_and_answer_never_pays_twice(start, bank):
    assert kills(bank, start, 5, seed=5).total() == 20


@pytest.mark.long
def test_nor_when_it_is_killed_at_many_points(start, bank):
    told = kills(bank, start, 100, seed=100)
    print(f"told of {told.total()} calls of servers that were killed: {dict(told)}")
    assert told.total() == 400


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
    bank = bank_with("memory://", tmp_path / "bank", script)
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
    assert (late.returncode, "has been made already" in late.stderr) == (1, True)
    unknown = approvals("approve", "x" * 32)
    assert (unknown.returncode, "there is nothing under this key" in unknown.stderr) == (1, True)
    assert "error[cannot-decide]" in unknown.stderr
    every = json.loads(approvals("list", "--state", "all", "--json").stdout)["approvals"]
    assert [(each["key"], each["state"], each["decided_by"]) for each in every] == [(key, "used", "eve")]


@pytest.mark.parametrize(
    ("registry", "said"),
    [
        ("Registry()", "[no-store]: the project's registry has no store"),
        ('Registry(store="memory://")', "in the memory of the server"),
        ('Registry(store="sqlite:////no/such/folder/state.db")', "[store-away]: the store is away"),
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
