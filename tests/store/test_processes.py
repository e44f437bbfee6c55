"""Several processes on one database: what one does the others see, and of all who race one wins."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from actionary.approvals import Asked, ask, decide
from actionary.store.sql import SqlStore

RACER = Path(__file__).parent / "racer.py"
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start processes that do what they are told; each is ended in the end."""
    with ExitStack() as stack:

        def one(url: str, name: str, *gate: str) -> subprocess.Popen[str]:
            command = [sys.executable, str(RACER), url, name, *gate]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            process = stack.enter_context(subprocess.Popen(command, text=True, **pipes))
            stack.callback(process.kill)
            return process

        yield one


def tell(processes: list[subprocess.Popen[str]], order: str) -> list[bool]:
    """Give all the same order, and wait until each has done it."""
    return [done for done, *_ in told(processes, order)]


def told(processes: list[subprocess.Popen[str]], order: str) -> list[tuple[bool, int, int]]:
    """Give all the same order; give what each says of it, and when it began and ended."""
    for process in processes:
        process.stdin.write(f"{order}\n")
        process.stdin.flush()
    lines = [process.stdout.readline().split() for process in processes]
    return [(done == "1", int(began), int(ended)) for done, began, ended in lines]


class Races:
    """Two processes that begin each race at the same moment: each waits for the other."""

    def __init__(self, url: str, start: Start, folder: Path) -> None:
        gate = folder / "gate"
        gate.write_bytes(bytes(16))
        self.racers = [start(url, name, str(gate)) for name in "ab"]
        self._at_once = 0
        self._wins = [0, 0]

    def numbers(self, count: int) -> Iterator[int]:
        """Number ``count`` races, and further ones until it was tried: both were at it at once, and each won.

        How often that happens is up to the machine, so more races are held where it was seldom.
        """
        most = 20 * count
        for number in range(most):
            if number >= count and self._at_once >= 20 and min(self._wins) > 0:
                return
            yield number
        pytest.fail(f"of {most} races {self._at_once} were at once, and the two won {self._wins}")

    def run(self, order: str) -> None:
        (first, *one), (second, *other) = told(self.racers, order)
        assert (first, second) in {(True, False), (False, True)}, (order, first, second)
        self._wins[second] += 1
        self._at_once += max(one[0], other[0]) < min(one[1], other[1])


@pytest.fixture
def races(url: str, start: Start, tmp_path: Path) -> Races:
    return Races(url, start, tmp_path)


@pytest.mark.parametrize(("order", "count"), [("add", 1000), ("replace", 300), ("delete", 300)])
async def test_of_two_processes_that_race_one_wins_each_time(open_sql, races, order, count):
    store = open_sql()
    await store.get("the tables are there")
    for number in races.numbers(count):
        if order != "add":
            await store.add(f"k{number}", b"", seconds=10**9)
            assert tell(races.racers, f"find k{number}") == [True, True]
        races.run(f"{order} k{number}")


async def test_of_two_processes_that_are_called_with_one_key_one_runs(open_sql, races):
    await open_sql().get("the tables are there")
    for number in races.numbers(1000):
        races.run(f"call k{number}")


async def test_of_two_processes_that_come_with_one_grant_one_gets_through(url, races):
    store = SqlStore(url)
    asked = Asked(action="send", definition="d", principal="ann", organisation=None, input="i")
    for _ in races.numbers(1000):
        key = (await ask(store, asked, summary="", given=None)).key
        await decide(store, key, "approved", by=None)
        races.run(f"use {key}")
    await store.close()


async def test_two_processes_that_start_at_once_make_the_tables_once(url, start):
    racers = [start(url, str(number)) for number in range(4)]
    assert sorted(tell(racers, "add first")) == [False] * 3 + [True]


@pytest.mark.parametrize("lines", [1, 2, 3, 50, 99, 151])
async def test_a_process_that_is_killed_leaves_nothing_half_written(url, open_sql, start, clock, lines):
    writer = start(url, "w")
    writer.stdin.write("write\n")
    writer.stdin.flush()
    said = [writer.stdout.readline().split() for _ in range(lines)]
    writer.kill()
    said += [line.split() for line in writer.communicate()[0].splitlines() if len(line.split()) == 2]
    done = {what: [int(number) for each, number in said if each == what] for what in ("added", "changed")}
    appended = [int(number) for what, number in said if what == "appended"]
    clock.now = 0
    store = open_sql()
    entries = {int(each.key.removeprefix("w/")): each.value for each in await store.list("w/", limit=10_000)}
    assert set(done["added"]) <= set(entries)
    assert set(entries.values()) <= {b"added", b"changed" * 1000}
    assert all(entries[number] == b"changed" * 1000 for number in done["changed"])
    events = await store.read("w", 0, limit=10_000)
    assert {event.value for event in events} <= {b"event" * 1000}
    assert [event.cursor for event in events] == list(range(1, len(events) + 1))
    assert len(events) >= len(appended)
    assert await store.last("w") == len(events)
    assert await store.append("w", b"next", seconds=60) == len(events) + 1
    assert (await store.add("other", b"", seconds=60))[1]


async def test_what_one_process_appends_another_reads_in_order(url, open_sql, start, clock):
    store = open_sql()
    clock.now = 0
    writers = [start(url, "w"), start(url, "w")]
    for writer in writers:
        writer.stdin.write("write\n")
        writer.stdin.flush()
    seen: list[int] = []
    while len(seen) < 100:
        seen += [event.cursor for event in await store.read("w", seen[-1] if seen else 0)]
        await asyncio.sleep(0)
    for writer in writers:
        writer.kill()
    assert seen == list(range(1, len(seen) + 1))
