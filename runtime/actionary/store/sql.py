"""A store on SQL: a file of SQLite for one machine, or a PostgreSQL for many (the extra ``store``)."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from functools import partial
from secrets import randbits
from threading import Lock
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from actionary.store import statements
from actionary.store.causes import failure_of
from actionary.store.engines import Connections, Database
from actionary.store.keys import check_key, is_key, key_before
from actionary.store.migrations import is_migrated, migrate
from actionary.store.opening import StoreError
from actionary.store.postgres import PostgresDatabase
from actionary.store.protocol import Entry, Event, StoreUnavailableError
from actionary.store.sqlite import SqliteDatabase

SWEEP: Final = 60.0
"""Seconds from one removal of what has expired to the next; the first comes within as many."""

_MOST: Final = 2**63 - 1
"""The greatest number that the databases know."""

_LAST_WORD: Final = 0.1
"""Seconds in which the thread of a connection that failed may say so, before its event loop is closed."""

_log: Final = logging.getLogger("actionary")


class SqlStore:
    """A store on SQL (`actionary.store.Store`), which all processes share that name the same one.

    ``url`` is one such as ``sqlite:///state.db``, relative to the folder that the process
    is in now, or ``postgresql://user:password@host/database``. The tables are made when
    they are first needed. ``clock`` gives the seconds since the epoch; it decides when
    something has expired, so the clocks of all processes should agree.

    Raises:
        StoreError: The URL cannot be read; the message does not quote it.
        ImportError: A package is missing; `open_store` says what to install.
    """

    def __init__(self, url: str, *, clock: Callable[[], float] = time.time) -> None:
        self._database: Final = _database_of(url)
        self._clock: Final = clock
        self._add: Final = statements.adding(self._database.kind)
        self._append: Final = statements.appending(self._database.kind)
        self._sweeps: Final = statements.sweeping(self._database.kind)
        self._sweeps_at = clock() + SWEEP * random.random()  # noqa: S311 - so that not all processes do it at once
        self._lock: Final = Lock()  # the event loops of several threads may share a store
        self._here: Final[
            WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Connections, AsyncGenerator[None]]]
        ] = WeakKeyDictionary()

    @property
    def is_shared(self) -> bool:
        """It is."""
        return True

    def now(self) -> float:
        """Do what `Store.now` says."""
        return self._clock()

    async def add(self, key: str, value: bytes, *, seconds: float) -> tuple[Entry, bool]:
        """Do what `Store.add` says."""
        check_key(key)
        connections = await self._connections()
        while True:
            now = self._clock()
            entry = Entry(key, value, randbits(63), now + seconds)
            there = await connections.write(partial(self._add_or_find, entry, now))
            if there is not None:  # else it went meanwhile, and its place is free
                self._sweep_now_and_then(connections)
                return there, there is entry

    def _add_or_find(self, entry: Entry, now: float, connection: Connection) -> Entry | None:
        """Keep an entry, or find what is there already; both on one connection."""
        row = {"key": entry.key, "value": entry.value, "version": entry.version}
        if _count(self._add, {**row, "expires_at": entry.expires_at, "now": now}, connection) == 1:
            return entry
        found = connection.execute(statements.GET, {"key": entry.key, "now": self._clock()}).first()
        return None if found is None else Entry(*found)

    async def get(self, key: str) -> Entry | None:
        """Do what `Store.get` says."""
        if not is_key(key):
            return None
        rows = await self._rows(statements.GET, {"key": key, "now": self._clock()})
        return Entry(*rows[0]) if rows else None

    async def replace(self, entry: Entry, value: bytes, *, seconds: float | None = None) -> Entry | None:
        """Do what `Store.replace` says."""
        now = self._clock()
        expires_at = entry.expires_at if seconds is None else now + seconds
        new = Entry(entry.key, value, randbits(63), expires_at)
        row = {"new_value": value, "new_version": new.version, "new_expires_at": expires_at}
        return new if await self._changed(statements.REPLACE, {**_found(entry, now), **row}) else None

    async def delete(self, entry: Entry) -> bool:
        """Do what `Store.delete` says."""
        return await self._changed(statements.DELETE, _found(entry, self._clock()))

    async def list(self, prefix: str, *, after: str = "", limit: int = 100) -> Sequence[Entry]:
        """Do what `Store.list` says."""
        asked = {"prefix": prefix, "after": key_before(after), "limit": limit, "now": self._clock()}
        if not prefix:
            return [Entry(*row) for row in await self._rows(statements.LIST, asked)]
        if not is_key(prefix):
            return []
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return [Entry(*row) for row in await self._rows(statements.LIST_UP_TO, {**asked, "end": end})]

    async def append(self, stream: str, value: bytes, *, seconds: float) -> int:
        """Do what `Store.append` says."""
        check_key(stream)
        event = {"stream": stream, "value": value, "expires_at": self._clock() + seconds}
        connections = await self._connections()
        cursor = await connections.write(lambda connection: self._append(connection, event))
        self._sweep_now_and_then(connections)
        return cursor

    async def read(self, stream: str, after: int, *, limit: int = 100) -> Sequence[Event]:
        """Do what `Store.read` says."""
        if not is_key(stream):
            return []
        asked = {"stream": stream, "after": min(max(after, 0), _MOST), "limit": limit, "now": self._clock()}
        return [Event(*row) for row in await self._rows(statements.READ, asked)]

    async def last(self, stream: str) -> int:
        """Do what `Store.last` says."""
        if not is_key(stream):
            return 0
        rows = await self._rows(statements.LAST, {"stream": stream})
        return int(rows[0][0]) if rows else 0

    async def look(self) -> None:
        """See once whether the store can be used, and make its tables; on a connection of its own.

        Raises:
            UselessStoreError: Something has to be mended first, such as the URL.
            NewerSchemaError: A newer Actionary made the tables.
            StoreUnavailableError: It is away, and may come back.
        """
        engines = self._database.open()
        try:
            async with engines.writing.connect() as connection:
                await connection.run_sync(_with_tables)
        except (SQLAlchemyError, OSError, UnicodeError) as error:
            await asyncio.sleep(_LAST_WORD)
            raise failure_of(error) from None
        finally:
            await engines.writing.dispose()
            await engines.reading.dispose()

    async def close(self) -> None:
        """Close the connections of this event loop; it opens others when it needs them."""
        here = self._here.get(asyncio.get_running_loop())
        if here is not None:
            await here[1].aclose()

    async def _rows(self, statement: Any, values: dict[str, Any]) -> Sequence[Any]:
        connections = await self._connections()
        return await connections.read(lambda connection: connection.execute(statement, values).all())

    async def _changed(self, statement: Any, values: dict[str, Any]) -> bool:
        """Change a row, and say whether it was there to be changed."""
        connections = await self._connections()
        rows = await connections.write(partial(_count, statement, values))
        self._sweep_now_and_then(connections)
        return rows == 1

    def _sweep_now_and_then(self, connections: Connections) -> None:
        """Begin to remove what has expired, if it is time; nobody waits for that."""
        now = self._clock()
        if now < self._sweeps_at:
            return
        with self._lock:
            is_mine, self._sweeps_at = now >= self._sweeps_at, now + SWEEP
        if is_mine:
            _ = connections.begin(self._sweep(connections, now))

    async def _sweep(self, connections: Connections, now: float) -> None:
        """Remove what has expired, in portions, between which others have their turn."""
        try:
            for statement in self._sweeps:
                rows = statements.PORTION
                while rows >= statements.PORTION:
                    rows = await connections.write(partial(_count, statement, {"now": now}))
        except StoreUnavailableError as error:
            _log.warning("what has expired in the store could not be removed (%s); it is tried again", error)

    async def _connections(self) -> Connections:
        """Give the connections of this event loop, which are closed when it ends."""
        loop = asyncio.get_running_loop()
        here = self._here.get(loop)
        if here is None:
            connections = Connections(self._database.open())
            closing = self._closing(connections, loop)
            with self._lock:
                here = self._here[loop] = connections, closing
            await anext(closing)
        return here[0]

    async def _closing(
        self, connections: Connections, loop: asyncio.AbstractEventLoop
    ) -> AsyncGenerator[None]:
        """Close the connections when this generator is closed, as a loop does with all before it ends."""
        try:
            yield
        finally:
            with self._lock:
                self._here.pop(loop, None)
            await connections.close()


def _with_tables(connection: Connection) -> None:
    if is_migrated(connection):
        return
    try:
        migrate(connection)
    except BaseException:
        connection.invalidate()  # a transaction may be open on it
        raise


def _count(statement: Any, values: dict[str, Any], connection: Connection) -> int:
    return connection.execute(statement, values).rowcount


def _found(entry: Entry, now: float) -> dict[str, Any]:
    return {"found": entry.key, "found_version": entry.version, "now": now}


def _database_of(text: str) -> Database:
    """Read a URL.

    Raises:
        StoreError: It cannot be read.
        ImportError: A package is missing.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise _unreadable() from None
    kind = url.get_backend_name()
    if kind == "postgresql":
        return PostgresDatabase(url)
    if kind == "sqlite" and _is_file(url):
        return SqliteDatabase(str(url.database))
    raise _unreadable()


def _is_file(url: URL) -> bool:
    return not (url.host or url.query) and url.database not in {None, "", ":memory:"}


def _unreadable() -> StoreError:
    return StoreError(
        "the URL of the store cannot be read",
        "write it like sqlite:///state.db, sqlite:////var/lib/shop/state.db or "
        "postgresql://user:password@host/database, with percent-encoding in the password",
    )
