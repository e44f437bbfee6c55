"""What a store on SQL asks of its database, as SQLAlchemy statements that are made once.

Each is atomic by itself, in autocommit: what decides is the row that the database changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection, Integer, bindparam, delete, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from actionary.store.tables import ENTRIES, EVENTS, STREAMS

PORTION: Final = 500
"""So many rows at most one statement deletes that have expired."""

_NOW: Final = bindparam("now", type_=ENTRIES.c.expires_at.type)
_LIMIT: Final = bindparam("limit", type_=Integer)
_IS_ENTRY: Final = (
    ENTRIES.c.key == bindparam("found"),
    ENTRIES.c.version == bindparam("found_version"),
    ENTRIES.c.expires_at > _NOW,
)
_CHANGED: Final = ("value", "version", "expires_at")

GET: Final = select(ENTRIES).where(ENTRIES.c.key == bindparam("key"), ENTRIES.c.expires_at > _NOW)

REPLACE: Final = (
    update(ENTRIES).where(*_IS_ENTRY).values({name: bindparam(f"new_{name}") for name in _CHANGED})
)

DELETE: Final = delete(ENTRIES).where(*_IS_ENTRY)

LIST: Final = (
    select(ENTRIES)
    .where(ENTRIES.c.key >= bindparam("prefix"), ENTRIES.c.key > bindparam("after"))
    .where(ENTRIES.c.expires_at > _NOW)
    .order_by(ENTRIES.c.key)
    .limit(_LIMIT)
)

LIST_UP_TO: Final = LIST.where(ENTRIES.c.key < bindparam("end"))

READ: Final = (
    select(EVENTS.c.cursor, EVENTS.c.value)
    .where(EVENTS.c.stream == bindparam("stream"), EVENTS.c.cursor > bindparam("after"))
    .where(EVENTS.c.expires_at > _NOW)
    .order_by(EVENTS.c.cursor)
    .limit(_LIMIT)
)

LAST: Final = select(STREAMS.c.last).where(STREAMS.c.stream == bindparam("stream"))


def adding(kind: str) -> Any:
    """Insert an entry where there is none, or one that has expired; else no row is changed."""
    statement = _INSERTS[kind](ENTRIES)
    return statement.on_conflict_do_update(
        index_elements=[ENTRIES.c.key],
        set_={name: statement.excluded[name] for name in _CHANGED},
        where=ENTRIES.c.expires_at <= _NOW,
    ).execution_options(preserve_rowcount=True)


def appending(kind: str) -> Callable[[Connection, dict[str, Any]], int]:
    """Append an event and give its cursor.

    Whoever takes a cursor has the row of its stream until the event is committed, so the
    events of a stream are seen in their order.
    """
    taking = _INSERTS[kind](STREAMS).values(stream=bindparam("stream"), last=1)
    taking = taking.on_conflict_do_update(
        index_elements=[STREAMS.c.stream], set_={"last": STREAMS.c.last + 1}
    ).returning(STREAMS.c.last)
    return _append_in_one(taking) if kind == "postgresql" else _append_in_two(taking)


def _append_in_one(taking: Any) -> Callable[[Connection, dict[str, Any]], int]:
    taken = taking.cte("taken")
    given = [bindparam(column.name, type_=column.type) for column in EVENTS.c if column.name != "cursor"]
    statement = (
        insert(EVENTS)
        .from_select([*(each.key for each in given), "cursor"], select(*given, taken.c.last))
        .returning(EVENTS.c.cursor)
    )

    def append(connection: Connection, event: dict[str, Any]) -> int:
        return int(connection.execute(statement, event).scalar_one())

    return append


def _append_in_two(taking: Any) -> Callable[[Connection, dict[str, Any]], int]:
    inserting = insert(EVENTS)

    def append(connection: Connection, event: dict[str, Any]) -> int:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        cursor = int(connection.execute(taking, {"stream": event["stream"]}).scalar_one())
        connection.execute(inserting, {**event, "cursor": cursor})
        connection.exec_driver_sql("COMMIT")
        return cursor

    return append


def sweeping(kind: str) -> tuple[Any, ...]:
    """Delete a portion of the entries, and of the events, that have expired."""
    statements: list[Any] = []
    for table in (ENTRIES, EVENTS):
        expired = table.c.expires_at <= _NOW
        keys = list(table.primary_key.columns)
        portion = select(*keys).where(expired).order_by(table.c.expires_at).limit(PORTION)
        if kind == "postgresql":
            portion = portion.with_for_update(skip_locked=True)  # another process deletes those
        place = keys[0] if len(keys) == 1 else tuple_(*keys)
        statements.append(delete(table).where(place.in_(portion), expired))
    return tuple(statements)


_INSERTS: Final[dict[str, Callable[..., Any]]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
