"""A process of its own that does to a store what it is told, line by line; the tests start two.

With the path of a file of sixteen bytes it waits before each order that is a race until the
other one is as far, and says when it began and ended.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import sys
from pathlib import Path
from time import monotonic_ns

from actionary import Context, Ok, Registry, define_action, invoke_action
from actionary.approvals import Asked, use
from actionary.store import Entry
from actionary.store.sql import SqlStore

ASKED = Asked(action="send", definition="d", principal="ann", organisation=None, input="i")

RACES = ("add", "replace", "delete", "use", "call")


class Gate:
    """Where two processes wait for each other: each has a count in a file that both have in memory."""

    def __init__(self, path: str, name: str) -> None:
        with Path(path).open("r+b") as file:
            self._counts = memoryview(mmap.mmap(file.fileno(), 16)).cast("q")
        self._mine = "ab".index(name)

    def wait(self) -> None:
        self._counts[self._mine] += 1
        while self._counts[1 - self._mine] < self._counts[self._mine]:
            os.sched_yield()


class Request:
    """What a call with an idempotency key brings."""

    method, url, cookies = "POST", "", {}

    def __init__(self, key: str) -> None:
        self.headers = {"idempotency-key": key}
        self.scope = {"type": "http", "headers": [(b"idempotency-key", key.encode())]}


class Racer:
    """What can be done to a store, and what this process has done so far."""

    def __init__(self, url: str, name: str) -> None:
        self.store = SqlStore(url)
        self.name = name
        self._found: dict[str, Entry | None] = {}
        self._ran: list[str] = []
        self._paying = define_action(
            name="pay", handler=self._pay, public=True, description="Have an effect."
        )
        Registry(store=self.store).register([self._paying])

    async def _pay(self, key: str) -> str:
        self._ran.append(key)
        return self.name

    async def obey(self, order: str, key: str) -> bool:
        """Do what is said, and say whether it was this process that could."""
        match order:
            case "add":
                return (await self.store.add(key, self.name.encode(), seconds=600))[1]
            case "find":
                self._found[key] = await self.store.get(key)
                return True
            case "use":
                return await use(self.store, key, ASKED)
            case "call":
                return await self._call(key)
            case "replace":
                return await self.store.replace(self._entry(key), self.name.encode()) is not None
            case _:
                return await self.store.delete(self._entry(key))

    def _entry(self, key: str) -> Entry:
        entry = self._found[key]
        assert entry is not None
        return entry

    async def _call(self, key: str) -> bool:
        """Call with an idempotency key; say whether it ran here, if the answer fits that."""
        result = await invoke_action(self._paying, {"key": key}, Context(caller="http", request=Request(key)))
        runs_here = key in self._ran
        if isinstance(result, Ok):
            assert (result.data == self.name) == runs_here, result
        else:
            assert (result.details, runs_here) == ({"reason": "in_progress"}, False), result
        return runs_here

    async def write_until_killed(self) -> None:
        """Say of each step when it is done, so that the killer knows what must be there."""
        number = 0
        while True:
            number += 1
            entry, _ = await self.store.add(f"{self.name}/{number}", b"added", seconds=600)
            print("added", number, flush=True)
            await self.store.replace(entry, b"changed" * 1000)
            print("changed", number, flush=True)
            cursor = await self.store.append(self.name, b"event" * 1000, seconds=600)
            print("appended", cursor, flush=True)


async def main(url: str, name: str, gate_at: str = "") -> None:
    racer = Racer(url, name)
    gate = Gate(gate_at, name) if gate_at else None
    for line in sys.stdin:
        order, _, key = line.strip().partition(" ")
        if order == "write":
            await racer.write_until_killed()
        if gate is not None and order in RACES:
            gate.wait()
        began = monotonic_ns()
        done = await racer.obey(order, key)
        print(int(done), began, monotonic_ns(), flush=True)
    await racer.store.close()


asyncio.run(main(*sys.argv[1:]))
