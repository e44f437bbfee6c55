"""How the tables of a store on SQL come to be, step by step.

A database says in ``actionary_schema`` how many steps it has taken. All that are missing
are taken in one transaction, under a lock, so of many processes that start at once one
does it, and a step that is interrupted has not happened. A step that was released is never
edited: what has to change becomes a step of its own.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, inspect

from actionary.store.opening import StoreError
from actionary.store.protocol import StoreUnavailableError

STEPS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """
        CREATE TABLE actionary_entries (
            key {text} PRIMARY KEY,
            value {bytes} NOT NULL,
            version BIGINT NOT NULL,
            expires_at DOUBLE PRECISION NOT NULL
        )
        """,
        "CREATE INDEX actionary_entries_expiry ON actionary_entries (expires_at)",
        "CREATE TABLE actionary_streams (stream {text} PRIMARY KEY, last BIGINT NOT NULL)",
        """
        CREATE TABLE actionary_events (
            stream {text} NOT NULL,
            cursor BIGINT NOT NULL,
            value {bytes} NOT NULL,
            expires_at DOUBLE PRECISION NOT NULL,
            PRIMARY KEY (stream, cursor)
        )
        """,
        "CREATE INDEX actionary_events_expiry ON actionary_events (expires_at)",
    ),
)

# Keys are sorted by their letters' numbers, whatever the language of the database.
_TYPES: Final = {
    "sqlite": {"text": "TEXT", "bytes": "BLOB"},
    "postgresql": {"text": 'TEXT COLLATE "C"', "bytes": "BYTEA"},
}

# On SQLite one transaction at a time may write; on PostgreSQL they wait for each other here.
_BEGIN: Final = {
    "sqlite": ("BEGIN IMMEDIATE",),
    "postgresql": ("BEGIN", "SELECT pg_advisory_xact_lock(7165040719226118511)"),
}


class NewerSchemaError(StoreError, StoreUnavailableError):
    """A newer version of Actionary has changed the tables; this one does not know them."""


def is_migrated(connection: Connection) -> bool:
    """Say whether all steps are taken; that needs no lock, and no right to make tables.

    Raises:
        NewerSchemaError: The database has taken steps that are not known here.
        SQLAlchemyError: The database does not let us.
    """
    return _steps_taken(connection) == len(STEPS)


def migrate(connection: Connection) -> None:
    """Take the steps that a database has not taken yet, on a connection in autocommit.

    Whoever calls this must not use the connection again if it fails.

    Raises:
        NewerSchemaError: The database has taken steps that are not known here.
        SQLAlchemyError: The database does not let us.
    """
    kind = connection.dialect.name
    for statement in _BEGIN[kind]:
        connection.exec_driver_sql(statement)
    taken = _steps_taken(connection)
    if taken == 0:
        connection.exec_driver_sql("CREATE TABLE actionary_schema (steps INTEGER NOT NULL)")
        connection.exec_driver_sql("INSERT INTO actionary_schema (steps) VALUES (0)")
    for step in STEPS[taken:]:
        for statement in step:
            connection.exec_driver_sql(statement.format_map(_TYPES[kind]))
    connection.exec_driver_sql(f"UPDATE actionary_schema SET steps = {len(STEPS)}")  # noqa: S608 - a number of ours
    connection.exec_driver_sql("COMMIT")


def _steps_taken(connection: Connection) -> int:
    if not inspect(connection).has_table("actionary_schema"):
        return 0
    taken: int = connection.exec_driver_sql("SELECT steps FROM actionary_schema").scalar_one()
    if taken > len(STEPS):
        raise NewerSchemaError(
            f"the store's tables are of version {taken}, and this Actionary knows them up to {len(STEPS)}",
            "install the version of Actionary that made them, or a newer one",
        )
    return taken
