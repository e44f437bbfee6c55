"""How the tables of a store come to be, change, and are swept; and whose connections those are."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing

import pytest
from actionary.store import StoreError, StoreUnavailableError, migrations
from actionary.store.sql import SWEEP, SqlStore
from sqlalchemy import create_engine, make_url

NEW_STEP = ("CREATE TABLE actionary_more (key {text} PRIMARY KEY)",)
BROKEN_STEP = (*NEW_STEP, "CREATE TABLE actionary_more (key {text} PRIMARY KEY)")


@pytest.fixture
def run(url):
    """Run a statement past the store; gives its rows."""
    made = make_url(url)
    engine = create_engine(
        made.set(drivername="postgresql+psycopg" if made.get_backend_name() == "postgresql" else "sqlite")
    )

    def one(statement):
        with engine.begin() as connection:
            done = connection.exec_driver_sql(statement)
            return [tuple(row) for row in done] if done.returns_rows else []

    yield one
    engine.dispose()


async def test_tables_of_a_newer_version_are_refused_and_left_alone(open_sql, run):
    await open_sql().add("a", b"1", seconds=60)
    run("UPDATE actionary_schema SET steps = 99")
    store = open_sql()
    for step in (store.get("a"), store.add("b", b"", seconds=9)):
        with pytest.raises(StoreError, match=r"of version 99.*install the version of Actionary") as told:
            await step
        assert isinstance(told.value, StoreUnavailableError), "so that callers are answered"
    assert run("SELECT steps FROM actionary_schema") == [(99,)]
    assert run("SELECT key FROM actionary_entries") == [("a",)]
    run(f"UPDATE actionary_schema SET steps = {len(migrations.STEPS)}")
    assert await store.get("a") is not None


async def test_a_new_step_is_taken_and_what_is_kept_stays(open_sql, run, monkeypatch):
    entry, _ = await open_sql().add("a", b"1", seconds=60)
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, NEW_STEP))
    stores = [open_sql() for _ in range(5)]
    assert await asyncio.gather(*(store.get("a") for store in stores)) == [entry] * 5
    assert run("SELECT steps FROM actionary_schema") == [(len(migrations.STEPS),)]
    assert run("SELECT key FROM actionary_more") == []


@pytest.mark.parametrize("before", [0, 1])
async def test_a_step_that_fails_has_not_happened(open_sql, run, monkeypatch, before):
    if before:
        entry, _ = await open_sql().add("a", b"1", seconds=60)
    steps = migrations.STEPS
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", (*steps, BROKEN_STEP))
        for _ in range(2):
            with pytest.raises(StoreUnavailableError):
                await open_sql().get("a")
    if before:
        assert run("SELECT steps FROM actionary_schema") == [(len(steps),)]
        assert await open_sql().get("a") == entry
    else:
        assert await open_sql().get("a") is None
    monkeypatch.setattr(migrations, "STEPS", (*steps, NEW_STEP))
    assert (await open_sql().add("b", b"", seconds=60))[1]


async def test_who_may_make_no_tables_uses_those_that_are_there(postgres):
    name = postgres.database()
    store = SqlStore(postgres.url(name))
    await store.get("a")
    await store.close()
    role = f"guest_{name}"
    postgres.run(name, f"CREATE ROLE {role} LOGIN PASSWORD 'guest'")
    postgres.run(name, f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
    guest = SqlStore(f"postgresql://{role}:guest@127.0.0.1:{postgres.port}/{name}")
    assert (await guest.add("a", b"1", seconds=60))[1]
    assert await guest.append("s", b"1", seconds=60) == 1
    await guest.close()


async def test_what_has_expired_is_removed_now_and_then(open_sql, run, clock):
    store = open_sql()
    for number in range(1200):
        await store.add(f"k{number}", b"", seconds=1 if number < 1100 else 600)
    for number in range(30):
        await store.append("s", b"", seconds=1 if number < 20 else 600)
    clock.now += SWEEP + 1
    [(before,)] = run("SELECT count(*) FROM actionary_entries")
    assert before == 1200
    await store.add("one more", b"", seconds=600)
    await store.close()  # which waits for what runs
    assert run("SELECT count(*) FROM actionary_entries") == [(101,)]
    assert run("SELECT count(*) FROM actionary_events") == [(10,)]
    assert await store.last("s") == 30
    await store.add("another", b"", seconds=0)
    await store.close()
    assert run("SELECT count(*) FROM actionary_entries") == [(102,)], "not at every write"


async def test_what_is_renewed_while_it_is_removed_stays(open_sql, clock):
    store, other = open_sql(), open_sql()
    for number in range(300):
        await store.add(f"k{number}", b"old", seconds=1)
    clock.now += SWEEP + 1
    added = await asyncio.gather(*(other.add(f"k{number}", b"new", seconds=600) for number in range(300)))
    await store.add("x", b"", seconds=1)
    await other.close()
    await store.close()
    assert all(is_new for _, is_new in added)
    assert len(await store.list("k", limit=1000)) == 300


def test_a_store_serves_one_loop_after_the_other_and_leaves_nothing_open(url, clock):
    store = SqlStore(url, clock=clock)

    async def count():
        number = len(await store.list("k"))
        await store.add(f"k{number}", b"", seconds=60)
        return number

    before = threading.enumerate()
    assert [asyncio.run(count()) for _ in range(4)] == [0, 1, 2, 3]
    for thread in set(threading.enumerate()) - set(before):
        thread.join(timeout=10)  # a driver's thread that has said its last word may need a moment to end
        assert not thread.is_alive(), thread
    assert not store._here


def test_a_store_serves_loops_in_many_threads_at_once(url, clock):
    store = SqlStore(url, clock=clock)
    wins = []

    async def race():
        added = await asyncio.gather(*(store.add(f"k{number}", b"", seconds=60) for number in range(20)))
        wins.extend(entry.key for entry, is_new in added if is_new)

    threads = [threading.Thread(target=asyncio.run, args=(race(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(wins) == sorted(f"k{number}" for number in range(20))


async def test_a_file_of_sqlite_has_a_wal_and_waits_for_no_disk(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path}/state.db")
    await store.get("a")
    connections = await store._connections()
    modes = await connections.write(lambda each: each.exec_driver_sql("PRAGMA synchronous").scalar_one())
    assert modes == 1
    await store.close()
    with closing(sqlite3.connect(tmp_path / "state.db")) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
