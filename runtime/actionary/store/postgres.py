"""A store in a PostgreSQL, for processes on many machines."""

from __future__ import annotations

from time import monotonic
from typing import Any, Final

from sqlalchemy import URL, event
from sqlalchemy.exc import InvalidatePoolError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from actionary.store.engines import LIMIT, Engines
from actionary.store.opening import StoreError

CONNECTIONS: Final = 10
"""So many connections an event loop opens; what needs more waits for one."""

IDLE: Final = 1.0
"""Seconds after which a connection is asked whether it still stands, before it is used again."""


class PostgresDatabase:
    """A database of PostgreSQL.

    Raises:
        StoreError: The URL cannot be read; the message does not quote it.
        ImportError: A package is missing.
    """

    kind = "postgresql"

    def __init__(self, url: URL) -> None:
        from psycopg import Error  # noqa: PLC0415 - an extra, missed here and not later
        from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - likewise

        self._url: Final = url.set(drivername="postgresql+psycopg")
        self._options: Final = {} if "connect_timeout" in url.query else {"connect_timeout": round(LIMIT)}
        try:
            _, given = self._engine().dialect.create_connect_args(self._url)
            given.pop("context", None)
            make_conninfo(**given)
        except (SQLAlchemyError, Error, ValueError):
            raise StoreError(
                "the URL of the PostgreSQL of the store has an option that there is not",
                "keep to those of libpq's connection strings, such as ?sslmode=require",
            ) from None

    def open(self) -> Engines:
        """Make the pool of an event loop; it connects when it is needed."""
        engine = self._engine()
        event.listen(engine.sync_engine, "checkout", _Stands(engine))
        event.listen(engine.sync_engine, "checkin", _note_use)
        return Engines(reading=engine, writing=engine)

    def _engine(self) -> AsyncEngine:
        return create_async_engine(
            self._url,
            connect_args=self._options,
            hide_parameters=True,
            isolation_level="AUTOCOMMIT",
            max_overflow=0,
            pool_size=CONNECTIONS,
            pool_timeout=LIMIT,
            pool_use_lifo=True,
            skip_autocommit_rollback=True,
            use_native_hstore=False,
        )


def _note_use(_: object, record: Any) -> None:
    record.info["used_at"] = monotonic()


class _Stands:
    """Asks a connection that was idle whether it still stands; if not, all are opened anew."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._dialect = engine.dialect

    def __call__(self, connection: Any, record: Any, _: object) -> None:
        if monotonic() - record.info.get("used_at", monotonic()) <= IDLE:
            return
        try:
            self._dialect.do_ping(connection)
        except self._dialect.loaded_dbapi.Error:
            raise InvalidatePoolError from None
