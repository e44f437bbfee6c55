"""Why a database did not do what it was asked for, in words that hold nothing of its URL.

What drivers say may quote a host, a user, a path or a value, so it is compared, and never
told; only the names of their errors are, with what these mean. PostgreSQL gives no SQLSTATE
to whom it does not let in, so its words are all there is to know that by.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from actionary.store.opening import StoreError
from actionary.store.protocol import StoreUnavailableError


@dataclass(frozen=True, slots=True)
class _Cause:
    """Why it failed; ``mend`` is what somebody has to do, empty where it may pass by itself."""

    what: str
    mend: str = ""


class UselessStoreError(StoreError, StoreUnavailableError):
    """The store cannot be used until somebody mends something; waiting does not help."""


_LET_IN: Final = "check the user and the password in the URL of the store"

_BUSY: Final = _Cause("something else holds the lock of the file of the store")

_OF_SQLITE: Final = {
    "SQLITE_FULL": _Cause("the disk is full"),
    "SQLITE_READONLY": _Cause(
        "the file of the store, or its folder, may not be written", "let the server write there"
    ),
    "SQLITE_CANTOPEN": _Cause(
        "the file of the store cannot be opened: is its folder there, and may it be written",
        "make the folder, let the server write there, or name another one in the URL of the store",
    ),
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_IOERR": _Cause("the disk of the store fails"),
    "SQLITE_CORRUPT": _Cause(
        "the file of the store is damaged", "restore it, or move it away with its -wal and -shm"
    ),
    "SQLITE_NOTADB": _Cause(
        "the file of the store is none of SQLite", "name another file in the URL of the store"
    ),
    "SQLITE_PERM": _Cause("the file of the store may not be used", "let the server read and write it"),
    "NoWalError": _Cause(
        "the folder of the store cannot have a WAL, as on a network disk",
        "name a file on a disk of this machine in the URL of the store, or a PostgreSQL",
    ),
}
"""By how the names of SQLite's errors begin."""

_NO_DATABASE: Final = _Cause(
    "PostgreSQL has no database of that name", "check the database in the URL of the store, or create it"
)
_NOT_LET_IN: Final = _Cause("PostgreSQL does not let that user in with that password", _LET_IN)

_OF_STATES: Final = {
    "3D000": _NO_DATABASE,
    "28000": _NOT_LET_IN,
    "28P01": _NOT_LET_IN,
    "42501": _Cause(
        "PostgreSQL does not let that user make or use the tables of the store",
        "grant CREATE on the schema, or SELECT, INSERT, UPDATE and DELETE on tables that are there",
    ),
    "53300": _Cause("PostgreSQL has no connection left"),
    "57P03": _Cause("PostgreSQL is starting or ending"),
}
"""By SQLSTATE, where PostgreSQL answers with one."""

_OF_WORDS: Final = tuple(
    (re.compile(words), cause)
    for words, cause in (
        (r'FATAL: +database ".*" does not exist', _NO_DATABASE),
        (r'FATAL: +role ".*" does not exist', _NOT_LET_IN),
        (r"FATAL: .*authentication failed for user", _NOT_LET_IN),
        (r"FATAL: .*is not permitted to log in", _NOT_LET_IN),
        (r"FATAL: +permission denied for database", _NOT_LET_IN),
        (
            r"FATAL: +(no pg_hba\.conf entry|pg_hba\.conf rejects)",
            _Cause("PostgreSQL does not let that user in from here (its pg_hba.conf)", _LET_IN),
        ),
        (
            r"no password supplied",
            _Cause("PostgreSQL asks for a password, and the URL of the store has none", _LET_IN),
        ),
        (
            r"does not support SSL, but SSL was required",
            _Cause(
                "PostgreSQL offers no TLS, and the URL of the store asks for it",
                "turn TLS on there, or change sslmode in the URL of the store",
            ),
        ),
        (
            r"FATAL: +(sorry, too many clients|remaining connection slots|too many connections for)",
            _OF_STATES["53300"],
        ),
        (
            r"FATAL: +the database system is (starting|shutting|in recovery|not yet|not accepting)",
            _OF_STATES["57P03"],
        ),
        (
            r"failed to resolve host|could not translate host name",
            _Cause("the host of PostgreSQL has no address: is its name in the URL of the store right"),
        ),
        (
            r"Connection refused|failed: No such file or directory",
            _Cause(
                "no PostgreSQL listens at that host and port: does it run, and is the URL of the store right"
            ),
        ),
        (r"timeout expired|timed out", _Cause("the host of PostgreSQL does not answer in time")),
        (
            r"closed the connection unexpectedly|terminating connection",
            _Cause("the connection to PostgreSQL was lost"),
        ),
    )
)
"""By what is said to whom a connection is refused, in English; what is wrong for good comes first."""


def failure_of(error: BaseException) -> StoreUnavailableError:
    """Give what to raise: a `UselessStoreError` where waiting does not help."""
    cause = _cause(error)
    return UselessStoreError(cause.what, cause.mend) if cause.mend else StoreUnavailableError(cause.what)


def _cause(error: BaseException) -> _Cause:
    if isinstance(error, PoolTimeoutError):
        return _Cause("all connections to the database are in use")
    original = error.orig if isinstance(error, DBAPIError) else None
    if original is None:
        return _Cause(f"the database could not be used ({type(error).__name__})")
    if isinstance(original, sqlite3.Error):
        name = getattr(original, "sqlite_errorname", type(original).__name__)
        found = _of_sqlite(name)
    else:
        name = type(original).__name__
        found = _of_postgres(original)
    return _Cause(f"{found.what} ({name})", found.mend)


def _of_sqlite(name: str) -> _Cause:
    for start, cause in _OF_SQLITE.items():
        if name.startswith(start):
            return cause
    return _Cause("SQLite failed")


def _of_postgres(error: Any) -> _Cause:
    if error.sqlstate is not None:
        return _OF_STATES.get(error.sqlstate, _Cause("PostgreSQL refused"))
    said = str(error)
    for words, cause in _OF_WORDS:
        if words.search(said):
            return cause
    if error.pgconn is not None and error.pgconn.used_password:  # as of a server that speaks another language
        return _Cause("PostgreSQL let nobody in with that user, password and database, or was lost")
    return _Cause("PostgreSQL cannot be reached")
