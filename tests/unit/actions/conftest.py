"""The reference actions on a database of their own."""

from __future__ import annotations

import importlib
import sqlite3
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from actionary import Err, Registry, unwrap
from actionary.catalog import Catalog
from actionary.describe import describe_all
from actionary.loading import load_registry
from actionary.settings import read_settings
from actionary.testing import TestClient
from actionary.testing import refused as refusal

ROOT = Path(__file__).parents[3]


def _forget() -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "actions"]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def committed() -> Iterator[Registry]:
    """The project's registry; its modules are there for one file's tests only."""
    before = list(sys.path)
    _forget()
    yield load_registry(read_settings(ROOT))
    sys.path[:] = before
    _forget()


@pytest.fixture
def load(committed: Registry) -> Callable[[str], ModuleType]:
    """Give a module of the reference actions."""
    return importlib.import_module


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the database will be; its folder is not there yet."""
    return tmp_path / "folder" / "shop.db"


@pytest.fixture
def registry(committed: Registry, load: Callable[[str], ModuleType], database: Path) -> Registry:
    """The reference actions on a new database."""
    opened = partial(load("actions._database").open_resources, f"sqlite:///{database}")
    registry = Registry(lifespan=opened, store="memory://")
    registry.register(committed)
    return registry


@pytest.fixture
def catalog(committed: Registry) -> Catalog:
    return describe_all(committed, read_settings(ROOT))


@pytest.fixture
def rows(database: Path) -> Callable[[str], list[Any]]:
    """Ask the database, past the actions."""

    def ask(query: str) -> list[Any]:
        with closing(sqlite3.connect(database)) as connection, connection:
            return connection.execute(query).fetchall()

    return ask


@pytest.fixture
def client(registry: Registry) -> TestClient:
    """The project's own code as the caller, which reaches private actions too."""
    return TestClient(registry, caller="code")


@pytest.fixture
def call(client: TestClient) -> Callable[..., Coroutine[Any, Any, Any]]:
    """Call an action that is to succeed, and give its data."""

    async def call(name: str, /, **given: Any) -> Any:
        return unwrap(await client.call(name, given))

    return call


@pytest.fixture
def refused(client: TestClient) -> Callable[..., Coroutine[Any, Any, Err]]:
    """Call an action that is to fail, and give the failure."""

    async def call(name: str, /, **given: Any) -> Err:
        return refusal(await client.call(name, given))

    return call
