"""The database behind the reference actions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, local
from time import monotonic
from types import ModuleType
from typing import Any

import pytest
from actionary import Context, Ok, Registry, Result, invoke_action

ROOT = Path(__file__).parents[3]

Load = Callable[[str], ModuleType]
Rows = Callable[[str], list[Any]]


async def test_the_database_is_filled_once(registry: Registry, rows: Rows) -> None:
    for _ in range(2):
        given = {"product_id": "p-302", "quantity": 1}
        assert isinstance(await invoke_action("restock", given, registry=registry), Ok)
    assert rows("SELECT stock FROM products WHERE id = 'p-302'") == [(122,)]


async def test_a_database_of_an_older_version_gets_what_it_lacks_and_keeps_what_it_has(
    registry: Registry, rows: Rows
) -> None:
    given = {"product_id": "p-302", "quantity": 1}
    assert isinstance(await invoke_action("restock", given, registry=registry), Ok)
    rows("DROP TABLE meals")
    diary = await invoke_action("list_meals", {"day": "2026-03-01"}, registry=registry)
    assert isinstance(diary, Ok)
    assert len(diary.data.meals) == 3
    assert rows("SELECT stock FROM products WHERE id = 'p-302'") == [(121,)]


async def test_calls_that_are_cut_off_leave_no_lock_behind(registry: Registry) -> None:
    given = {"name": "Pasta", "kind": "lunch", "kcal": 640, "eaten_at": "2026-03-02T19:00:00Z"}

    async def log(seconds: float) -> Result[Any]:
        return await invoke_action(
            "log_meal", given, Context(deadline=monotonic() + seconds), registry=registry
        )

    cut_off = 0
    async with registry.open():
        for _ in range(30):
            results = await asyncio.gather(*(log(number * 0.0025) for number in range(8)))
            cut_off += sum(not result.ok for result in results)
            assert (await log(60)).ok
    assert cut_off


async def test_database_url_says_where_the_data_is(
    committed: Registry, database: Path, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{database}")
    assert isinstance(await invoke_action("get_order", {"order_id": "o-1001"}, registry=committed), Ok)
    assert rows("SELECT count(*) FROM products") == [(8,)]


def test_without_database_url_the_data_is_where_git_does_not_look(load: Load) -> None:
    database = load("actions._database")
    assert Path(database.database_url(None).database) == ROOT / "reference.db"
    assert database.STATE_FILE == ROOT / "state.db"
    assert {"*.db", "*.db-*"} <= set((ROOT / ".gitignore").read_text().splitlines())


@pytest.mark.parametrize(
    "url",
    ["postgresql://shop:secret@db/shop", "sqlite://", "sqlite:///:memory:", "nonsense", "nonsense://x/y"],
)
def test_a_database_url_that_cannot_be_used_is_refused_with_the_mend(load: Load, url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL=sqlite:////") as refused:
        load("actions._database").database_url(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["sqlite:////data/x.db", "sqlite+pysqlite:////data/x.db"])
def test_a_database_url_needs_no_driver(load: Load, url: str) -> None:
    given = load("actions._database").database_url(url)
    assert given.render_as_string() == "sqlite+aiosqlite:////data/x.db"


def test_of_many_that_start_at_once_one_fills_the_database(
    load: Load, database: Path, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = load("actions._database")
    missing_tables = module._missing_tables
    all_have_looked = Barrier(6)
    looked = local()

    def look(connection: Any) -> set[str]:
        found: set[str] = missing_tables(connection)
        if not hasattr(looked, "once"):
            looked.once = True
            all_have_looked.wait(timeout=60)
        return found

    def start(_: int) -> bool:
        async def call() -> bool:
            async with module.open_resources(f"sqlite:///{database}") as resources, asyncio.timeout(60):
                get_order = load("actions.shop.get_order").get_order
                return (await get_order("o-1001", ctx=Context.for_test(resources=resources))).total_cents > 0

        return asyncio.run(call())

    monkeypatch.setattr(module, "_missing_tables", look)
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(start, range(6))) == [True] * 6
    assert rows("SELECT count(*) FROM products") == [(8,)]
