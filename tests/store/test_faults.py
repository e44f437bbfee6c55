"""What a store on SQL does when its database fails: it says so, keeps nothing by half, and recovers."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing

import pytest
from actionary.store import StoreError, StoreUnavailableError, engines
from actionary.store.causes import UselessStoreError
from actionary.store.sql import SqlStore
from postgres_server import PASSWORD, QUOTED, USER
from sqlalchemy import event


@pytest.fixture
async def sqlite_store(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path}/place/state.db")
    (tmp_path / "place").mkdir()
    yield store
    await store.close()


@pytest.fixture
def locked(tmp_path):
    """Another program that holds the lock of the file."""
    with closing(sqlite3.connect(tmp_path / "place" / "state.db", isolation_level=None)) as other:
        yield other


async def every_step_fails(store, entry, match):
    steps = (
        lambda: store.add("new", b"", seconds=9),
        lambda: store.replace(entry, b"other"),
        lambda: store.delete(entry),
        lambda: store.append("s", b"", seconds=9),
    )
    for step in steps:
        with pytest.raises(StoreUnavailableError, match=match):
            await step()


async def test_while_something_holds_the_lock_nothing_is_written(sqlite_store, locked, monkeypatch):
    monkeypatch.setattr(engines, "LIMIT", 60)  # a busy machine may take longer than it usually is
    entry, _ = await sqlite_store.add("a", b"1", seconds=600)
    locked.execute("BEGIN IMMEDIATE")
    await every_step_fails(sqlite_store, entry, r"something else holds the lock .*\(SQLITE_BUSY\)")
    assert await sqlite_store.get("a") == entry, "reading needs no lock"
    locked.execute("ROLLBACK")
    assert await sqlite_store.replace(entry, b"2") is not None
    assert await sqlite_store.last("s") == 0


async def test_many_who_wait_for_the_lock_are_told_in_time(sqlite_store, locked):
    await sqlite_store.get("a")
    locked.execute("BEGIN IMMEDIATE")
    waiting = [sqlite_store.add(f"k{number}", b"", seconds=600) for number in range(30)]
    async with asyncio.timeout(20):  # one after the other they would take longer
        told = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(each) for each in told} == {StoreUnavailableError}
    locked.execute("ROLLBACK")
    assert (await sqlite_store.add("k0", b"", seconds=600))[1]


async def test_a_full_disk_is_told_and_what_was_there_stays(sqlite_store):
    entry, _ = await sqlite_store.add("a", b"1", seconds=600)
    pages = [5]
    engine = (await sqlite_store._connections())._engines.writing

    @event.listens_for(engine.sync_engine, "checkout")
    def be_full(connection, *_):
        connection.cursor().execute(f"PRAGMA max_page_count={pages[0]}")

    with pytest.raises(StoreUnavailableError, match=r"the disk is full \(SQLITE_FULL\)"):
        await sqlite_store.add("big", b"x" * 10**6, seconds=600)
    with pytest.raises(StoreUnavailableError, match=r"the disk is full \(SQLITE_FULL\)"):
        await sqlite_store.append("s", b"x" * 10**6, seconds=600)
    assert await sqlite_store.get("a") == entry
    assert await sqlite_store.get("big") is None
    assert await sqlite_store.last("s") == 0
    pages[0] = 10**6
    assert (await sqlite_store.add("big", b"x" * 10**6, seconds=600))[1]
    assert await sqlite_store.append("s", b"x" * 10**6, seconds=600) == 1


async def test_a_file_that_may_not_be_written_is_told(sqlite_store):
    entry, _ = await sqlite_store.add("a", b"1", seconds=600)
    engine = (await sqlite_store._connections())._engines.writing
    is_closed = True

    # The tests may run as root, whom no permission keeps out.
    @event.listens_for(engine.sync_engine, "checkout")
    def be_closed(connection, *_):
        connection.cursor().execute(f"PRAGMA query_only={int(is_closed)}")

    await every_step_fails(sqlite_store, entry, r"may not be written \(SQLITE_READONLY\)")
    is_closed = False
    assert await sqlite_store.get("a") == entry
    assert await sqlite_store.replace(entry, b"2") is not None


async def test_a_folder_that_is_missing_is_told_until_it_is_there(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path}/not-yet/state.db")
    with pytest.raises(StoreUnavailableError, match=r"is its folder there.*\(SQLITE_CANTOPEN") as told:
        await store.add("a", b"1", seconds=600)
    assert "not-yet" not in str(told.value)
    (tmp_path / "not-yet").mkdir()
    assert (await store.add("a", b"1", seconds=600))[1]
    await store.close()


async def test_a_file_of_something_else_is_told_and_left_alone(tmp_path):
    (tmp_path / "state.db").write_text("The diary of a shop.\n" * 100)
    store = SqlStore(f"sqlite:///{tmp_path}/state.db")
    with pytest.raises(StoreUnavailableError, match=r"none of SQLite \(SQLITE_NOTADB\)"):
        await store.get("a")
    assert (tmp_path / "state.db").read_text() == "The diary of a shop.\n" * 100
    await store.close()


async def test_a_database_that_was_emptied_gets_its_tables_again(tmp_path):
    store = SqlStore(f"sqlite:///{tmp_path}/state.db")
    await store.add("a", b"1", seconds=600)
    with closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as other:
        for table in ("entries", "events", "streams", "schema"):
            other.execute(f"DROP TABLE actionary_{table}")
    with pytest.raises(StoreUnavailableError):
        await store.get("a")
    assert await store.get("a") is None
    assert (await store.add("a", b"2", seconds=600))[1]
    await store.close()


def without_secrets(text):
    return not any(part in text for part in (PASSWORD, QUOTED, USER, "127.0.0.1", "postgresql://", "s3cret"))


async def test_a_database_that_went_and_is_back_is_used_at_once(own_postgres, caplog):
    caplog.set_level(logging.INFO)
    store = SqlStore(own_postgres.url(own_postgres.database()))
    entry, _ = await store.add("a", b"1", seconds=600)
    await asyncio.gather(*(store.get("a") for _ in range(10)))  # so that all connections are open
    for _ in range(2):
        own_postgres.stop()
        for step in (store.get("a"), store.add("b", b"", seconds=9), store.append("s", b"", seconds=9)):
            with pytest.raises(StoreUnavailableError, match="PostgreSQL") as told:
                await step
            assert without_secrets(str(told.value))
        own_postgres.start()
        found = await asyncio.gather(*(store.get("a") for _ in range(20)))
        assert set(found) == {entry}
        assert (await store.add("c", b"", seconds=0))[1]
    assert without_secrets(caplog.text)
    await store.close()


async def test_a_restart_between_two_calls_is_not_noticed(own_postgres, monkeypatch):
    monkeypatch.setattr("actionary.store.postgres.IDLE", -1)
    store = SqlStore(own_postgres.url(own_postgres.database()))
    entry, _ = await store.add("a", b"1", seconds=600)
    await asyncio.gather(*(store.get("a") for _ in range(10)))
    own_postgres.stop()
    own_postgres.start()
    assert await asyncio.gather(*(store.get("a") for _ in range(20))) == [entry] * 20
    await store.close()


async def test_a_database_that_answers_nothing_is_away_after_two_seconds(own_postgres, caplog):
    store = SqlStore(own_postgres.url(own_postgres.database()))
    entry, _ = await store.add("a", b"1", seconds=600)
    own_postgres.freeze()
    try:
        async with asyncio.timeout(20):
            told = await asyncio.gather(*(store.get("a") for _ in range(30)), return_exceptions=True)
        assert {type(each) for each in told} == {StoreUnavailableError}
    finally:
        own_postgres.thaw()
    for _ in range(100):  # those that were given up need a moment to end
        try:
            assert await store.get("a") == entry
            break
        except StoreUnavailableError:
            await asyncio.sleep(0)
    assert await store.get("a") == entry
    assert without_secrets(caplog.text)
    await store.close()


async def test_a_lock_in_postgresql_is_waited_for_a_while_and_the_step_is_not_done_later(postgres):
    import psycopg

    url = postgres.url(postgres.database())
    store = SqlStore(url)
    entry, _ = await store.add("a", b"1", seconds=600)
    with psycopg.connect(url) as other:
        other.execute("SELECT * FROM actionary_entries FOR UPDATE")
        with pytest.raises(StoreUnavailableError, match="did not answer within 2 seconds"):
            await store.replace(entry, b"2")
        await store.close()  # which waits until the step was called off
    assert await store.get("a") == entry
    await store.close()


async def test_a_step_whose_caller_is_gone_has_its_limit_nevertheless(postgres):
    import psycopg

    url = postgres.url(postgres.database())
    store = SqlStore(url)
    entry, _ = await store.add("a", b"1", seconds=600)
    with psycopg.connect(url) as other:
        other.execute("SELECT * FROM actionary_entries FOR UPDATE")
        caller = asyncio.create_task(store.replace(entry, b"2"))
        running = (await store._connections())._running
        for _ in range(3):  # it begins, and so does its step
            await asyncio.sleep(0)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        [step] = running
        async with asyncio.timeout(20):
            await asyncio.wait([step])
        assert step.cancelled(), "it waited for the lock as long as that was held"
    assert await store.get("a") == entry
    await store.close()


LET_IN = "does not let that user in with that password .*; check the user and the password in the URL"
NO_DATABASE = "has no database of that name .*; check the database in the URL of the store, or create it"


@pytest.mark.parametrize(
    ("change", "said", "is_for_good"),
    [
        ((QUOTED, "wrong-p4ss"), LET_IN, True),
        ((f":{QUOTED}", ""), "asks for a password, and the URL of the store has none", True),
        ((USER, "nobody-we-know"), LET_IN, True),
        (("/shop", "/no-shop"), NO_DATABASE, True),
        (("127.0.0.1", "127.0.0.2"), "no PostgreSQL listens at that host and port", False),
        (("127.0.0.1", "no-such-host.invalid"), "the host of PostgreSQL has no address", False),
    ],
    ids=["password", "no password", "user", "database", "address", "host"],
)
async def test_who_is_not_let_in_is_told_why_without_a_secret(postgres, caplog, change, said, is_for_good):
    old, new = change
    caplog.set_level(logging.DEBUG, logger="actionary")
    url = postgres.url(postgres.database())
    store = SqlStore(new.join(url.rsplit(old, 1)))
    with pytest.raises(StoreUnavailableError, match=said) as told:
        await store.get("a")
    with pytest.raises(StoreUnavailableError, match=said) as looked:
        await store.look()
    assert isinstance(looked.value, StoreError) == is_for_good
    for text in (str(told.value), str(looked.value), caplog.text):
        assert without_secrets(text)
        assert not new or new not in text
    await store.close()


async def test_a_user_who_may_make_no_tables_is_told_what_to_grant(postgres):
    name = postgres.database()
    postgres.run(
        name, f"REVOKE CREATE ON SCHEMA public FROM public; CREATE ROLE {name} LOGIN PASSWORD '{name}'"
    )
    store = SqlStore(postgres.url(name).replace(f"{USER}:{QUOTED}", f"{name}:{name}"))
    with pytest.raises(UselessStoreError, match=r"does not let that user make .* grant CREATE on the schema"):
        await store.look()
    owner = SqlStore(postgres.url(name))
    await owner.look()
    postgres.run(name, f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
    await store.look()
    assert (await store.add("a", b"1", seconds=600))[1], "the tables are there now"
    await store.close()
    await owner.close()


async def test_a_database_that_runs_out_of_connections_may_have_some_later(postgres):
    name = postgres.database()
    user = f"only_one_{name}"
    postgres.run(name, f"CREATE ROLE {user} LOGIN PASSWORD '{name}' CONNECTION LIMIT 0")
    store = SqlStore(postgres.url(name).replace(f"{USER}:{QUOTED}", f"{user}:{name}"))
    with pytest.raises(StoreUnavailableError, match="has no connection left") as told:
        await store.look()
    assert not isinstance(told.value, StoreError)


async def test_a_look_finds_what_is_wrong_with_a_file_for_good_and_makes_the_tables(tmp_path):
    (tmp_path / "diary").write_text("The diary of a shop.\n" * 100)
    for path, said in (
        ("no-folder/state.db", "make the folder, let the server write there, or name another one"),
        ("diary", "none of SQLite .*; name another file in the URL of the store"),
    ):
        with pytest.raises(UselessStoreError, match=said) as told:
            await SqlStore(f"sqlite:///{tmp_path}/{path}").look()
        assert str(tmp_path) not in str(told.value)
    store = SqlStore(f"sqlite:///{tmp_path}/state.db")
    await store.look()
    await store.look()
    with closing(sqlite3.connect(tmp_path / "state.db")) as other:
        [(tables,)] = other.execute(
            "SELECT count(*) FROM sqlite_master WHERE name LIKE 'actionary!_%' ESCAPE '!'"
        )
    assert tables >= 4


async def test_who_may_not_write_is_told_by_the_name_of_the_error(postgres):
    name = postgres.database()
    store = SqlStore(postgres.url(name))
    entry, _ = await store.add("a", b"1", seconds=600)
    await store.close()
    postgres.run("postgres", f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    await every_step_fails(store, entry, r"PostgreSQL refused \(ReadOnlySqlTransaction\)")
    assert await store.get("a") == entry
    await store.close()
    postgres.run("postgres", f"ALTER DATABASE {name} SET default_transaction_read_only = off")
    assert await store.replace(entry, b"2") is not None
    await store.close()


async def test_what_is_cut_off_by_the_server_is_told_once(postgres):
    name = postgres.database()
    store = SqlStore(postgres.url(name))
    entry, _ = await store.add("a", b"1", seconds=600)
    await asyncio.gather(*(store.get("a") for _ in range(10)))
    ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    postgres.run("postgres", ended)
    told = [await asyncio.gather(store.get("a"), return_exceptions=True) for _ in range(5)]
    assert sum(isinstance(each, StoreUnavailableError) for [each] in told) <= 1
    assert told[-1] == [entry]
    await store.close()
