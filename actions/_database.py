"""The database behind the reference actions: SQLite, created and filled when it is first opened."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from weakref import WeakSet

from sqlalchemy import URL, Connection, insert, inspect, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from actions._first_rows import FIRST_ROWS
from actions._tables import metadata

FOLDER: Final = Path(__file__).parents[1]
"""Where all is kept that no variable puts elsewhere: beside `pyproject.toml`, where git ignores ``*.db``."""

DEFAULT_FILE: Final = FOLDER / "reference.db"
"""Where the data is when `DATABASE_URL` does not say."""

STATE_FILE: Final = FOLDER / "state.db"
"""Where the registry's store is when `ACTIONARY_STORE` does not say."""

LOCK_SECONDS: Final = 10
"""How long a transaction waits for one of another process to end."""


class _Connection(sqlite3.Connection):
    """A connection that ends its statements before it is closed.

    A call that is cancelled leaves its statement behind, and SQLAlchemy closes the
    connection under it. SQLite then keeps both, and the locks of the transaction,
    until the statement is collected as garbage (`sqlite3_close_v2`).
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, factory: Any = sqlite3.Cursor) -> Any:
        cursor = super().cursor(factory)
        self._cursors.add(cursor)
        return cursor

    def close(self) -> None:
        for cursor in tuple(self._cursors):
            cursor.close()
        super().close()


@dataclass(frozen=True, slots=True)
class Resources:
    """What the handlers see as ``ctx.resources``."""

    database: AsyncEngine


@asynccontextmanager
async def open_resources(url: str | None = None) -> AsyncGenerator[Resources]:
    """Open the database at ``url``, without it at `DATABASE_URL`, without that in `DEFAULT_FILE`.

    Raises:
        ValueError: The address is not that of an SQLite file.
    """
    address = database_url(url or os.environ.get("DATABASE_URL"))
    Path(address.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(address, connect_args={"timeout": LOCK_SECONDS, "factory": _Connection})
    try:
        await _create_and_fill(engine)
        yield Resources(engine)
    finally:
        await engine.dispose()


def database_url(given: str | None) -> URL:
    """Give the address of an SQLite file with its async driver; ``None`` stands for `DEFAULT_FILE`.

    Raises:
        ValueError: It is another address. What it may hold of a password is not shown.
    """
    if not given:
        return URL.create("sqlite+aiosqlite", database=str(DEFAULT_FILE))
    mend = "write DATABASE_URL=sqlite:////folder/shop.db"
    try:
        url = make_url(given)
    except ArgumentError:
        raise ValueError(f"DATABASE_URL is no database address; {mend}") from None
    if url.get_backend_name() != "sqlite":
        shown = url.render_as_string(hide_password=True)
        raise ValueError(f"DATABASE_URL is {shown}, but the reference actions run on SQLite; {mend}")
    if url.database in {None, "", ":memory:"}:
        raise ValueError(f"DATABASE_URL names no file, and calls would not share a database; {mend}")
    return url.set(drivername="sqlite+aiosqlite")


async def _create_and_fill(engine: AsyncEngine) -> None:
    """Make the tables that are missing, and their first rows, in one transaction.

    Whoever sees a table sees its rows; a table that is there, as in a file of an older
    version, keeps what it has.
    """
    async with engine.connect() as connection:
        if not await connection.run_sync(_missing_tables):
            return
    async with engine.begin() as connection:
        # Takes the one write lock at once: a second process that starts now waits, and then finds the tables.
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
        missing = await connection.run_sync(_missing_tables)
        await connection.run_sync(metadata.create_all)
        for table, rows in FIRST_ROWS:
            if table.name in missing:
                await connection.execute(insert(table), rows)


def _missing_tables(connection: Connection) -> set[str]:
    return set(metadata.tables) - set(inspect(connection).get_table_names())
