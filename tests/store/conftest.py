"""The same tests for every kind of store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from actionary.store import MemoryStore, Store
from actionary.store.sql import SqlStore


class Clock:
    """A clock that stands until it is told."""

    now = 1_795_000_000.125

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database that is empty as yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/state.db"
    server = request.getfixturevalue("postgres")
    return server.url(server.database())


@pytest.fixture
async def open_sql(url: str, clock: Clock) -> AsyncIterator[Callable[..., SqlStore]]:
    """Open a store on the database once more; each is closed in the end."""
    opened: list[SqlStore] = []

    def open_one(**options: Any) -> SqlStore:
        opened.append(SqlStore(url, **{"clock": clock, **options}))
        return opened[-1]

    yield open_one
    for store in opened:
        await store.close()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, clock: Clock, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store of each kind."""
    if request.param == "memory":
        yield MemoryStore(clock=clock)
        return
    if request.param == "sqlite":
        store = SqlStore(f"sqlite:///{tmp_path}/state.db", clock=clock)
    else:
        server = request.getfixturevalue("postgres")
        store = SqlStore(server.url(server.database()), clock=clock)
    yield store
    await store.close()
