"""A store in a file of SQLite, for the processes of one machine.

The file is in WAL mode, where readers and the writer do not wait for each other, with
``synchronous=NORMAL``: what is committed survives whatever befalls the processes, and no
commit waits for the disk. When the machine itself loses its power, the last moments may be
forgotten, and never a part of a change. Who cannot bear that keeps a PostgreSQL.
"""

from __future__ import annotations

import os
import sqlite3
from importlib import import_module
from typing import Any, Final

from sqlalchemy import URL, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from actionary.store.engines import LIMIT, Engines
from actionary.store.opening import StoreError

READERS: Final = 4
"""So many connections of an event loop read; one more writes, since SQLite has one writer at a time."""

_BUSY: Final = 0.75 * LIMIT
"""Seconds to wait for the lock that another process has; less than all may take, so that it is told."""

_OLDEST: Final = (3, 35)  # the first with RETURNING


class NoWalError(sqlite3.OperationalError):
    """The place of the file cannot have a WAL, which needs memory that processes share."""


class SqliteDatabase:
    """A file of SQLite; a relative path is one of the folder that the process is in now.

    Raises:
        StoreError: The SQLite of this Python is too old.
        ImportError: A package is missing.
    """

    kind = "sqlite"

    def __init__(self, path: str) -> None:
        import_module("aiosqlite")  # it is an extra, and is missed here and not later

        if sqlite3.sqlite_version_info < _OLDEST:
            raise StoreError(
                f"the SQLite of this Python is {sqlite3.sqlite_version}, which is too old for a store",
                "take a Python with SQLite 3.35 or newer, or a PostgreSQL",
            )
        self._url: Final = URL.create("sqlite+aiosqlite", database=os.path.abspath(path))  # noqa: PTH100 - a text is needed

    def open(self) -> Engines:
        """Make the pools of an event loop; they connect when they are needed."""
        return Engines(reading=self._engine(READERS), writing=self._engine(1))

    def _engine(self, connections: int) -> AsyncEngine:
        engine = create_async_engine(
            self._url,
            connect_args={"timeout": _BUSY},
            hide_parameters=True,
            isolation_level="AUTOCOMMIT",
            max_overflow=0,
            pool_size=connections,
            pool_timeout=LIMIT,
            pool_use_lifo=True,
            skip_autocommit_rollback=True,
        )
        event.listen(engine.sync_engine, "connect", _prepare)
        return engine


def _prepare(connection: Any, _: object) -> None:
    """Set up a new connection; the mode is a property of the file, and set once."""
    if _pragma(connection, "journal_mode") != "wal" and _pragma(connection, "journal_mode=WAL") != "wal":
        raise NoWalError
    _pragma(connection, "synchronous=NORMAL")


def _pragma(connection: Any, text: str) -> Any:
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA {text}")
        row = cursor.fetchone()
    finally:
        cursor.close()
    return None if row is None else row[0]
