"""What a store is measured beside: transactions written by hand, on the same driver, settings and pools.

They change a table that is made as the store's own, in a database of its own, so both
have the same columns, indexes and sizes.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from secrets import randbits
from time import time
from typing import Any, Final

from actionary.store import Entry
from actionary.store.engines import Database, Engines
from actionary.store.migrations import migrate
from actionary.store.tables import ENTRIES
from sqlalchemy import bindparam, event, insert, select, update
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import IsolationLevel

KEPT: Final = 24 * 60 * 60.0

_INSERT: Final = insert(ENTRIES)
_SELECT: Final = select(ENTRIES).where(ENTRIES.c.key == bindparam("found"))
_UPDATE: Final = (
    update(ENTRIES).where(ENTRIES.c.key == bindparam("found")).values({"value": bindparam("new_value")})
)

# The store's pools are in autocommit; here each connection leaves that when it is made.
_TRANSACTIONS: Final[dict[str, IsolationLevel]] = {"sqlite": "SERIALIZABLE", "postgresql": "READ COMMITTED"}


class ByHand:
    """Transactions that keep what looks like one of a store's entries: a key and a value of its length."""

    def __init__(self, engines: Engines, like: Entry) -> None:
        self._engines: Final = engines
        self._value: Final = like.value
        self._length: Final = len(like.key)
        self._numbers: Final = count(randbits(40))

    def _row(self) -> dict[str, Any]:
        key = f"{next(self._numbers):x}".rjust(self._length, "-")
        return {"key": key, "value": self._value, "version": randbits(63), "expires_at": time() + KEPT}

    async def call(self) -> None:
        """Keep a claim, and its answer: one transaction of two statements."""
        row = self._row()
        async with self._engines.writing.begin() as connection:
            await connection.execute(_INSERT, row)
            await connection.execute(_UPDATE, {"found": row["key"], "new_value": self._value})

    async def look_up(self, key: str) -> None:
        """Read what is kept under a key: one statement."""
        async with self._engines.reading.connect() as connection:
            (await connection.execute(_SELECT, {"found": key})).one()

    async def keep(self) -> str:
        """Keep something new, and give its key: one transaction of one statement."""
        row = self._row()
        async with self._engines.writing.begin() as connection:
            await connection.execute(_INSERT, row)
        return str(row["key"])

    async def approval(self) -> None:
        """Keep what is asked for, decide about it, and use that, which are three moments.

        They are transactions of one statement, two, and two: who decides, and who uses
        it, has to read what it is that was asked for.
        """
        key = await self.keep()
        for _ in ("decided", "used"):
            async with self._engines.writing.begin() as connection:
                (await connection.execute(_SELECT, {"found": key})).one()
                await connection.execute(_UPDATE, {"found": key, "new_value": self._value})


@asynccontextmanager
async def engines_by_hand(database: Database) -> AsyncGenerator[Engines]:
    """Make the table in an empty database, and give the store's own pools of it, out of autocommit."""
    making = database.open()
    async with making.writing.connect() as connection:
        await connection.run_sync(migrate)
    await _dispose(making)
    engines = database.open()
    for engine in {engines.reading, engines.writing}:
        leave = partial(_leave_autocommit, engine.dialect, _TRANSACTIONS[database.kind])
        event.listen(engine.sync_engine, "connect", leave)
    try:
        yield engines
    finally:
        await _dispose(engines)


def _leave_autocommit(dialect: Dialect, level: IsolationLevel, connection: Any, _: object) -> None:
    dialect.set_isolation_level(connection, level)


async def _dispose(engines: Engines) -> None:
    await engines.reading.dispose()
    await engines.writing.dispose()
