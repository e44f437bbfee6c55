"""Which store a registry has."""

from __future__ import annotations

import subprocess
import sys

import pytest
from actionary import ActionDefinitionError, Registry
from actionary.store import MemoryStore, StoreError, StorePlace, StoreUnavailableError, open_store
from actionary.store.sql import SqlStore


def test_memory_is_a_store():
    assert isinstance(open_store("memory://"), MemoryStore)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///state.db",
        "sqlite+aiosqlite:///state.db",
        "postgresql://user:pass%40word@host:5432/shop",
        "postgresql+psycopg://user@host/shop",
        "postgresql:///shop?host=/run/postgresql",
        "postgresql://host/shop?sslmode=require&connect_timeout=9",
    ],
)
def test_a_url_names_a_store_that_processes_share_and_connects_to_nothing(url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = open_store(url)
    assert isinstance(store, SqlStore)
    assert store.is_shared
    assert not any(tmp_path.iterdir())


async def test_a_relative_file_is_in_the_folder_where_the_process_started(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    store = open_store("sqlite:///state of 100%.db")
    monkeypatch.chdir(tmp_path / "elsewhere")
    await store.add("a", b"", seconds=9)
    await store.close()
    assert (tmp_path / "state of 100%.db").is_file()
    assert not any((tmp_path / "elsewhere").iterdir())


NONE = "the URL of the store names none that there is"
OTHER_NAME = "the URL of the store begins with postgres://, which is no name that drivers agree on"
NO_FILE = "the URL of the store on SQLite names no file"


@pytest.mark.parametrize(
    ("url", "what", "mend"),
    [
        ("", NONE, "sqlite:///state.db"),
        ("state.db", NONE, "sqlite:///state.db"),
        ("memory://s3cret", NONE, "memory://"),
        ("mysql://s3cret@host/db", NONE, "postgresql://"),
        ("postgres://s3cret@host/db", OTHER_NAME, "write postgresql:// in its place"),
        ("postgres://", NONE, "postgresql://"),
        ("postgresql+asyncpg://s3cret@host/db", NONE, "postgresql://"),
        ("postgresql://", NONE, "postgresql://"),
        ("sqlite://", NO_FILE, "memory://"),
        ("sqlite:///", NO_FILE, "sqlite:///state.db"),
        ("sqlite:///:memory:", NO_FILE, "memory://"),
        ("sqlite://s3cret.db", NO_FILE, "sqlite:///state.db"),
        ("sqlite:///s3cret.db?mode=ro", NO_FILE, "sqlite:///state.db"),
    ],
)
def test_a_url_that_names_no_store_is_refused_without_quoting_it(url, what, mend):
    with pytest.raises(StoreError) as told:
        open_store(url)
    assert told.value.what == what
    assert mend in told.value.mend
    assert "s3cret" not in str(told.value)
    with pytest.raises(ActionDefinitionError, match=what):
        Registry(store=url)


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("postgresql://user:s3cret@host:port/db", "cannot be read; write it like"),
        ("postgresql://user:s3cret@[::1/db", "cannot be read; write it like"),
        ("postgresql://user:s3cret@127.0.0.1:99999999999/db", "cannot be reached"),
        ("postgresql://user:s3cret@s3cret..host/db", "could not be used"),
        ("postgresql://user:s3cret@host/db?s3cret=1", "has an option that there is not; keep to"),
        ("postgresql://user:s3cret@127.0.0.1/db?sslmode=s3cret", "cannot be reached"),
    ],
)
async def test_a_url_of_postgresql_that_is_wrong_is_never_quoted(url, what):
    with pytest.raises((StoreError, StoreUnavailableError), match=what) as told:
        await open_store(url).get("a")
    assert "s3cret" not in str(told.value)


def test_the_environment_names_another_store(monkeypatch, tmp_path):
    place = StorePlace("memory://")
    monkeypatch.setenv("ACTIONARY_STORE", f"sqlite:///{tmp_path}/state.db")
    assert isinstance(place.ready(), SqlStore)
    assert place.ready() is place.ready()


def test_a_wrong_environment_is_told_by_its_name(monkeypatch):
    monkeypatch.setenv("ACTIONARY_STORE", "mysql://s3cret@host")
    with pytest.raises(StoreError, match=f"ACTIONARY_STORE: {NONE}") as told:
        StorePlace("memory://").ready()
    assert "s3cret" not in str(told.value)


_WITHOUT = """
import sys
sys.modules[sys.argv[1]] = None
from actionary.store import MemoryStore, StoreError, open_store
assert isinstance(open_store("memory://"), MemoryStore)
try:
    open_store(sys.argv[2])
    print("it is there")
except StoreError as told:
    print(told)
"""


@pytest.mark.parametrize(
    ("package", "url", "is_needed"),
    [
        ("sqlalchemy", "sqlite:///state.db", True),
        ("sqlalchemy", "postgresql://host/db", True),
        ("aiosqlite", "sqlite:///state.db", True),
        ("psycopg", "postgresql://host/db", True),
        ("aiosqlite", "postgresql://host/db", False),
        ("psycopg", "sqlite:///state.db", False),
    ],
)
def test_a_package_that_is_missing_is_told_with_how_to_install_it(package, url, is_needed):
    command = [sys.executable, "-c", _WITHOUT, package, url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    missing = f"a store on SQL needs {package}, which is not installed; pip install 'actionary[store]'"
    assert done.stdout.strip() == (missing if is_needed else "it is there")


def test_a_store_is_imported_only_when_it_is_asked_for():
    code = "import sys, actionary.store; print({'sqlalchemy', 'sqlite3', 'psycopg'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
