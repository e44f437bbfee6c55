"""The reference actions, as their callers see them, on a database of their own."""

from __future__ import annotations

import asyncio
import importlib
import sqlite3
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Barrier, local
from types import ModuleType
from typing import Any

import pytest
from actionary import Caller, Context, Err, Ok, Registry, invoke_action, unwrap
from actionary.catalog import Catalog
from actionary.describe import describe_all
from actionary.loading import load_registry
from actionary.settings import read_settings

ROOT = Path(__file__).parents[2]

Load = Callable[[str], ModuleType]


def _forget() -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "actions"]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def committed() -> Iterator[Registry]:
    """The project's registry; its modules are there for this file's tests only."""
    before = list(sys.path)
    _forget()
    yield load_registry(read_settings(ROOT))
    sys.path[:] = before
    _forget()


@pytest.fixture
def load(committed: Registry) -> Load:
    """Give a module of the reference actions."""
    return importlib.import_module


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "shop.db"


@pytest.fixture
def registry(committed: Registry, load: Load, database: Path) -> Registry:
    """The reference actions on a new database."""
    registry = Registry(lifespan=partial(load("actions._database").open_resources, f"sqlite:///{database}"))
    registry.register(committed)
    return registry


@pytest.fixture
def catalog(committed: Registry) -> Catalog:
    return describe_all(committed, read_settings(ROOT))


def rows(database: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


def an_order(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"lines": list(lines), "delivery": {"method": "pickup", "shop": "harbour"}, **fields}


async def test_every_example_of_an_action_that_only_reads_gives_what_it_says(
    registry: Registry, catalog: Catalog
) -> None:
    tried = []
    for spec in catalog:
        for example in spec.examples if spec.read_only else ():
            action = registry.get(spec.name)
            assert action is not None
            data = unwrap(await invoke_action(action, example.input, registry=registry))
            written = action.prepared.write_output(data)[1]
            assert written == action.prepared.write_output(example.output)[1]
            tried.append(spec.name)
    assert set(tried) == {spec.name for spec in catalog if spec.read_only}


async def test_every_example_of_an_action_that_writes_succeeds(registry: Registry, catalog: Catalog) -> None:
    for spec in catalog:
        for example in spec.examples:
            assert isinstance(await invoke_action(spec.name, example.input, registry=registry), Ok)


def test_every_public_action_has_examples_and_says_when_to_use_it(catalog: Catalog) -> None:
    for spec in catalog:
        if spec.public:
            assert spec.examples
            assert spec.when_to_use
            assert spec.when_not_to_use
            assert spec.tags


def test_one_action_is_private_and_one_is_for_agents_only(catalog: Catalog) -> None:
    assert [spec.name for spec in catalog if not spec.public] == ["restock"]
    assert [spec.name for spec in catalog if spec.public and spec.http is None] == ["estimate_calories"]


async def test_a_search_ignores_case_and_counts_what_the_limit_cuts_off(registry: Registry) -> None:
    found = unwrap(await invoke_action("search_products", {"query": "SHOES", "limit": 1}, registry=registry))
    assert [item.id for item in found.items] == ["p-101"]
    assert found.total == 2


@pytest.mark.parametrize(("query", "total"), [("%", 0), ("_", 0), ("l", 4), ("'", 0)])
async def test_a_search_takes_every_character_as_itself(registry: Registry, query: str, total: int) -> None:
    found = unwrap(await invoke_action("search_products", {"query": query}, registry=registry))
    assert found.total == total


async def test_a_search_can_be_narrowed_by_category_and_price(registry: Registry) -> None:
    given = {"query": "o", "category": "shoes", "max_price_cents": 12000}
    found = unwrap(await invoke_action("search_products", given, registry=registry))
    assert [item.id for item in found.items] == ["p-101", "p-100"]


async def test_a_search_refuses_what_the_schema_refuses(registry: Registry) -> None:
    given = {"query": "", "limit": 51, "category": "cars", "max_price_cents": 2**70}
    refused = await invoke_action("search_products", given, registry=registry)
    assert isinstance(refused, Err)
    assert refused.code == "invalid_input"
    assert {line["path"][0] for line in refused.details} == set(given)


async def test_an_unknown_order_is_an_error_of_its_own(registry: Registry) -> None:
    refused = await invoke_action("get_order", {"order_id": "o-0"}, registry=registry)
    assert isinstance(refused, Err)
    assert (refused.code, refused.status) == ("order_not_found", 404)
    assert refused.details == {"order_id": "o-0"}


async def test_an_order_can_be_read_as_it_was_given_back(registry: Registry) -> None:
    given = an_order(
        {"product_id": "p-200"},
        {"product_id": "p-302", "quantity": 2},
        {"product_id": "p-302", "quantity": 1},
        delivery={"method": "parcel", "country": "FR", "express": True},
        note="Ring twice.",
    )
    placed = unwrap(await invoke_action("create_order", given, registry=registry))
    assert placed.status == "placed"
    assert placed.shipping_cents == 990 + 900
    assert placed.total_cents == 6900 + 3 * 1990 + placed.shipping_cents
    assert unwrap(await invoke_action("get_order", {"order_id": placed.id}, registry=registry)) == placed


async def test_an_order_takes_its_items_from_the_stock(registry: Registry, database: Path) -> None:
    await invoke_action("create_order", an_order({"product_id": "p-102", "quantity": 2}), registry=registry)
    assert rows(database, "SELECT stock FROM products WHERE id = 'p-102'") == [(1,)]


@pytest.mark.parametrize(
    ("last_line", "error"),
    [
        ({"product_id": "p-301"}, ("out_of_stock", 409, {"product_id": "p-301", "available": 0})),
        ({"product_id": "p-0"}, ("product_not_found", 404, {"product_id": "p-0"})),
    ],
)
async def test_an_order_of_which_one_line_fails_changes_nothing(
    registry: Registry, database: Path, last_line: dict[str, Any], error: Any
) -> None:
    given = an_order({"product_id": "p-302", "quantity": 3}, last_line)
    refused = await invoke_action("create_order", given, registry=registry)
    assert isinstance(refused, Err)
    assert (refused.code, refused.status, refused.details) == error
    assert rows(database, "SELECT stock FROM products WHERE id = 'p-302'") == [(120,)]
    assert rows(database, "SELECT count(*) FROM orders") == [(2,)]


async def test_lines_of_one_product_cannot_take_more_than_there_is(registry: Registry) -> None:
    given = an_order({"product_id": "p-300", "quantity": 1}, {"product_id": "p-300", "quantity": 2})
    refused = await invoke_action("create_order", given, registry=registry)
    assert isinstance(refused, Err)
    assert refused.details == {"product_id": "p-300", "available": 1}


async def test_of_many_who_want_the_last_items_as_many_get_one_as_there_are(
    registry: Registry, database: Path
) -> None:
    async with registry.open():
        orders = [
            invoke_action("create_order", an_order({"product_id": "p-300"}), registry=registry)
            for _ in range(8)
        ]
        results = await asyncio.gather(*orders)
    assert sum(result.ok for result in results) == 2
    assert {result.code for result in results if isinstance(result, Err)} == {"out_of_stock"}
    assert rows(database, "SELECT stock FROM products WHERE id = 'p-300'") == [(0,)]


@pytest.mark.parametrize(
    ("delivery", "weight", "cents"),
    [
        ({"method": "parcel", "country": "DE"}, 20_000, 490),
        ({"method": "parcel", "country": "DE"}, 20_001, 980),
        ({"method": "parcel", "country": "AT", "express": True}, 1, 1790),
        ({"method": "pickup", "shop": "station"}, 1_000_000, 0),
    ],
)
async def test_shipping_is_charged_by_the_parcel(
    registry: Registry, delivery: dict[str, Any], weight: int, cents: int
) -> None:
    given = {"delivery": delivery, "weight_grams": weight}
    quote = unwrap(await invoke_action("calculate_shipping", given, registry=registry))
    assert quote.price_cents == cents


@pytest.mark.parametrize(
    "delivery",
    [{"method": "pigeon"}, {"country": "DE"}, {"method": "parcel", "shop": "harbour"}, {"method": "parcel"}],
)
async def test_shipping_refuses_a_delivery_that_is_none_of_its_kinds(
    registry: Registry, delivery: dict[str, Any]
) -> None:
    given = {"delivery": delivery, "weight_grams": 1}
    refused = await invoke_action("calculate_shipping", given, registry=registry)
    assert isinstance(refused, Err)
    assert refused.code == "invalid_input"


async def test_a_meal_is_listed_on_its_day_in_utc(registry: Registry) -> None:
    given = {"name": "Toast", "kind": "snack", "kcal": 210, "eaten_at": "2026-05-02T01:00:00+02:00"}
    meal = unwrap(await invoke_action("log_meal", given, registry=registry))
    assert meal.eaten_at.isoformat() == "2026-05-01T23:00:00+00:00"
    for day, listed in {"2026-05-01": [meal], "2026-05-02": []}.items():
        diary = unwrap(await invoke_action("list_meals", {"day": day}, registry=registry))
        assert diary.meals == listed


async def test_meals_are_listed_by_time_and_by_all_of_the_tags(registry: Registry) -> None:
    names = {}
    for tags in ([], ["vegan"], ["vegan", "warm"]):
        given = {"day": "2026-03-01", "tags": tags}
        diary = unwrap(await invoke_action("list_meals", given, registry=registry))
        names[len(tags)] = [meal.name for meal in diary.meals]
    assert names == {
        0: ["Porridge", "Lentil soup", "Fish and rice"],
        1: ["Porridge", "Lentil soup"],
        2: ["Lentil soup"],
    }


@pytest.mark.parametrize("eaten_at", ["2026-05-02T01:00:00", "2026-05-02", "noon"])
async def test_a_meal_needs_a_time_with_its_offset(registry: Registry, eaten_at: str) -> None:
    given = {"name": "Toast", "kind": "snack", "kcal": 210, "eaten_at": eaten_at}
    refused = await invoke_action("log_meal", given, registry=registry)
    assert isinstance(refused, Err)
    assert [line["path"] for line in refused.details] == [["eaten_at"]]


async def test_the_shops_own_code_restocks_and_nobody_else(registry: Registry) -> None:
    given = {"product_id": "p-301", "quantity": 5}
    assert unwrap(await invoke_action("restock", given, registry=registry)).stock == 5
    refused = await invoke_action("restock", given, Context(caller="tool"), registry=registry)
    assert isinstance(refused, Err)
    assert refused.code == "not_public"
    unknown = await invoke_action("restock", {**given, "product_id": "p-0"}, registry=registry)
    assert isinstance(unknown, Err)
    assert unknown.code == "product_not_found"


async def test_agents_estimate_calories_and_http_callers_do_not(registry: Registry) -> None:
    async def by(caller: Caller) -> bool:
        given = {"food": "rice", "grams": 200}
        return (await invoke_action("estimate_calories", given, Context(caller=caller), registry=registry)).ok

    assert (await by("tool"), await by("mcp"), await by("http")) == (True, True, False)


async def test_an_action_is_a_function_that_can_be_called(load: Load, registry: Registry) -> None:
    async with registry.open() as resources:
        search = load("actions.shop.search_products").search_products
        found = await search("tent", ctx=Context.for_test(resources=resources))
        assert [item.id for item in found.items] == ["p-300"]
    shipping = load("actions.shop._shipping")
    quote = load("actions.shop.calculate_shipping").calculate_shipping(
        shipping.Pickup(method="pickup", shop="station"), 5
    )
    assert quote.price_cents == 0


async def test_the_database_is_filled_once(registry: Registry, database: Path) -> None:
    for _ in range(2):
        await invoke_action("create_order", an_order({"product_id": "p-302"}), registry=registry)
    assert rows(database, "SELECT count(*) FROM orders") == [(4,)]


async def test_database_url_says_where_the_data_is(
    committed: Registry, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{database}")
    assert isinstance(await invoke_action("get_order", {"order_id": "o-1001"}, registry=committed), Ok)
    assert rows(database, "SELECT count(*) FROM products") == [(8,)]


def test_without_database_url_the_data_is_where_git_does_not_look(load: Load) -> None:
    database = load("actions._database")
    assert Path(database.database_url(None).database) == ROOT / ".actionary" / "reference.db"
    assert ".actionary/" in (ROOT / ".gitignore").read_text().splitlines()


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
    load: Load, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = load("actions._database")
    has_tables = module._has_tables
    all_have_looked = Barrier(6)
    looked = local()

    def look(connection: Any) -> bool:
        found: bool = has_tables(connection)
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

    monkeypatch.setattr(module, "_has_tables", look)
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(start, range(6))) == [True] * 6
    assert rows(database, "SELECT count(*) FROM products") == [(8,)]
