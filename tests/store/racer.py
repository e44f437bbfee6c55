"""A process of its own that does to a store what it is told, line by line; the tests start two."""

from __future__ import annotations

import asyncio
import sys

from actionary.approvals import Asked, use
from actionary.store import Entry
from actionary.store.sql import SqlStore

ASKED = Asked(action="send", definition="d", principal="ann", organisation=None, input="i")


async def main(url: str, name: str) -> None:
    store = SqlStore(url)
    found: dict[str, Entry | None] = {}

    async def obey(order: str, key: str) -> object:
        if order == "add":
            return (await store.add(key, name.encode(), seconds=600))[1]
        if order == "find":
            found[key] = await store.get(key)
            return True
        if order == "use":
            return await use(store, key, ASKED) is not None
        entry = found[key]
        assert entry is not None
        if order == "replace":
            return await store.replace(entry, name.encode()) is not None
        return await store.delete(entry)

    async def write_until_killed() -> None:
        """Say of each step when it is done, so that the killer knows what must be there."""
        number = 0
        while True:
            number += 1
            entry, _ = await store.add(f"{name}/{number}", b"added", seconds=600)
            print("added", number, flush=True)
            await store.replace(entry, b"changed" * 1000)
            print("changed", number, flush=True)
            cursor = await store.append(name, b"event" * 1000, seconds=600)
            print("appended", cursor, flush=True)

    for line in sys.stdin:
        order, _, key = line.strip().partition(" ")
        if order == "write":
            await write_until_killed()
        print(int(bool(await obey(order, key))), flush=True)
    await store.close()


asyncio.run(main(*sys.argv[1:]))
