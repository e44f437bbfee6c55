"""Why a database did not do what it was asked for, in words that hold nothing of its URL.

What drivers say may quote a host, a user, a path or a value, so only the names of their
errors are told, with what these mean.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

_OF_SQLITE: Final = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "the file of the store, or its folder, may not be written",
    "SQLITE_CANTOPEN": "the file of the store cannot be opened: is its folder there, and may it be written",
    "SQLITE_BUSY": "something else holds the lock of the file of the store",
    "SQLITE_LOCKED": "something else holds the lock of the file of the store",
    "SQLITE_IOERR": "the disk of the store fails",
    "SQLITE_CORRUPT": "the file of the store is damaged",
    "SQLITE_NOTADB": "the file of the store is none of SQLite",
    "SQLITE_PERM": "the file of the store may not be used",
}


def cause_of(error: BaseException) -> str:
    """Say why, for the log."""
    if isinstance(error, PoolTimeoutError):
        return "all connections to the database are in use"
    original = error.orig if isinstance(error, DBAPIError) else None
    if original is None:
        return f"the database could not be used ({type(error).__name__})"
    if isinstance(original, sqlite3.Error):
        return _of_sqlite(original)
    return _of_postgres(original)


def _of_sqlite(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    [meaning] = [text for start, text in _OF_SQLITE.items() if name.startswith(start)] or ["SQLite failed"]
    return f"{meaning} ({name})"


def _of_postgres(error: Any) -> str:
    name = type(error).__name__
    if error.sqlstate is not None:
        return f"PostgreSQL refused ({name})"
    if error.pgconn is not None and error.pgconn.used_password:
        return f"PostgreSQL let nobody in with that user, password and database, or was lost ({name})"
    return f"PostgreSQL cannot be reached ({name})"
