"""The connections of one event loop to a database, and what is done on them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from actionary.store.causes import failure_of
from actionary.store.migrations import is_migrated, migrate
from actionary.store.protocol import StoreUnavailableError

LIMIT: Final = 2.0
"""Seconds that anything may take, the wait for a connection and for a lock among them."""

MIGRATION_LIMIT: Final = 60.0
"""Seconds that the tables may take to be made; who asks meanwhile is told that the store is away."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Engines:
    """The pools of one event loop, all in autocommit; both may be the same one."""

    reading: AsyncEngine
    writing: AsyncEngine


class Database(Protocol):
    """A database that connections can be made to; ``kind`` is SQLAlchemy's name of its dialect."""

    kind: str

    def open(self) -> Engines:
        """Make the pools of an event loop; they connect when they are needed."""
        ...


class Connections:
    """The connections of one event loop to a database.

    All that is done runs in a task of its own: whoever asked for it may be cancelled, and
    the step is done nevertheless, and its connection stays whole.
    """

    def __init__(self, engines: Engines) -> None:
        self._engines: Final = engines
        self._running: Final[set[asyncio.Task[Any]]] = set()
        self._migrating: asyncio.Task[None] | None = None
        self._is_migrated = False

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Do something that changes nothing.

        Raises:
            StoreUnavailableError: It could not be done in time.
        """
        return await self._done(self._engines.reading, work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Do something that changes the database.

        Raises:
            StoreUnavailableError: It could not be done in time, or nobody knows if it was.
        """
        return await self._done(self._engines.writing, work)

    def begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin something that runs on by itself; `close` waits for it a while, and ends it."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def close(self) -> None:
        """Close all; what runs has a moment to come to its end."""
        running = {*self._running}
        if running:
            _, late = await asyncio.wait(running, timeout=LIMIT)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=LIMIT)
        await self._engines.reading.dispose()
        await self._engines.writing.dispose()

    async def _done(self, engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
        task = self.begin(self._answered(engine, work))
        task.add_done_callback(_seen)
        # The step has its limit of its own: its caller may be gone by then.
        limit = asyncio.get_running_loop().call_later(LIMIT, task.cancel)  # of which PostgreSQL is told
        task.add_done_callback(lambda _: limit.cancel())
        done, _ = await asyncio.wait((task,), timeout=LIMIT)  # what it leaves behind takes longer to clear
        if not done or task.cancelled():
            raise StoreUnavailableError(f"the database did not answer within {LIMIT:g} seconds")
        return task.result()

    async def _answered(self, engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
        if not self._is_migrated:
            await self._migrated()
        try:
            return await _run(engine, work)
        except StoreUnavailableError:
            self._is_migrated = False  # what comes back may be another database, or a newer one
            raise

    async def _migrated(self) -> None:
        """Wait until the tables are as they must be; one task sees to it for all who wait."""
        if self._migrating is None or self._migrating.done():
            self._migrating = self.begin(self._migrate())
            self._migrating.add_done_callback(_seen)
        await asyncio.shield(self._migrating)

    async def _migrate(self) -> None:
        try:
            async with asyncio.timeout(LIMIT):
                is_needed = not await _run(self._engines.reading, is_migrated)
            if is_needed:
                async with asyncio.timeout(MIGRATION_LIMIT):
                    await _run(self._engines.writing, migrate)
        except TimeoutError:
            raise StoreUnavailableError("the tables of the store could not be seen to in time") from None
        self._is_migrated = True


def _seen(task: asyncio.Task[Any]) -> None:
    """Take note of what a task failed with, for which its caller may not have waited."""
    if not task.cancelled():
        task.exception()


async def _run(engine: AsyncEngine, work: Callable[[Connection], T]) -> T:
    try:
        async with engine.connect() as connection:
            try:
                return await connection.run_sync(work)
            except BaseException:
                # A transaction may be open on it, and the error may be the connection's own.
                await connection.invalidate()
                raise
    except (SQLAlchemyError, OSError, UnicodeError) as error:  # the last is of a host that is no name
        raise failure_of(error) from None
