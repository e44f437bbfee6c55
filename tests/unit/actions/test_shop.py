"""The shop: products, orders, shipping."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from actionary import Context, Err, Registry, invoke_action, unwrap

Call = Callable[..., Coroutine[Any, Any, Any]]
Refused = Callable[..., Coroutine[Any, Any, Err]]
Rows = Callable[[str], list[Any]]


def an_order(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"lines": list(lines), "delivery": {"method": "pickup", "shop": "harbour"}, **fields}


async def test_a_search_ignores_case_and_counts_what_the_limit_cuts_off(registry: Registry) -> None:
    found = unwrap(await invoke_action("search_products", {"query": "SHOES", "limit": 1}, registry=registry))
    assert [item.id for item in found.items] == ["p-101"]
    assert found.total == 2


@pytest.mark.parametrize(
    ("query", "total"), [("%", 0), ("_", 0), ("l", 4), ("'", 0), ("\\", 0), ("\0", 0), ("ten\0", 0)]
)
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


async def test_an_order_takes_its_items_from_the_stock(registry: Registry, rows: Rows) -> None:
    await invoke_action("create_order", an_order({"product_id": "p-102", "quantity": 2}), registry=registry)
    assert rows("SELECT stock FROM products WHERE id = 'p-102'") == [(1,)]


@pytest.mark.parametrize(
    ("last_line", "error"),
    [
        ({"product_id": "p-301"}, ("out_of_stock", 409, {"product_id": "p-301", "available": 0})),
        ({"product_id": "p-0"}, ("product_not_found", 404, {"product_id": "p-0"})),
    ],
)
async def test_an_order_of_which_one_line_fails_changes_nothing(
    registry: Registry, rows: Rows, last_line: dict[str, Any], error: Any
) -> None:
    given = an_order({"product_id": "p-302", "quantity": 3}, last_line)
    refused = await invoke_action("create_order", given, registry=registry)
    assert isinstance(refused, Err)
    assert (refused.code, refused.status, refused.details) == error
    assert rows("SELECT stock FROM products WHERE id = 'p-302'") == [(120,)]
    assert rows("SELECT count(*) FROM orders") == [(2,)]


async def test_lines_of_one_product_cannot_take_more_than_there_is(registry: Registry) -> None:
    given = an_order({"product_id": "p-300", "quantity": 1}, {"product_id": "p-300", "quantity": 2})
    refused = await invoke_action("create_order", given, registry=registry)
    assert isinstance(refused, Err)
    assert refused.details == {"product_id": "p-300", "available": 1}


async def test_of_many_who_want_the_last_items_as_many_get_one_as_there_are(
    registry: Registry, rows: Rows
) -> None:
    async with registry.open():
        orders = [
            invoke_action("create_order", an_order({"product_id": "p-300"}), registry=registry)
            for _ in range(8)
        ]
        results = await asyncio.gather(*orders)
    assert sum(result.ok for result in results) == 2
    assert {result.code for result in results if isinstance(result, Err)} == {"out_of_stock"}
    assert rows("SELECT stock FROM products WHERE id = 'p-300'") == [(0,)]


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


async def test_the_shops_own_code_restocks_and_nobody_else(registry: Registry) -> None:
    given = {"product_id": "p-301", "quantity": 5}
    assert unwrap(await invoke_action("restock", given, registry=registry)).stock == 5
    refused = await invoke_action("restock", given, Context(caller="tool"), registry=registry)
    assert isinstance(refused, Err)
    assert refused.code == "not_public"
    unknown = await invoke_action("restock", {**given, "product_id": "p-0"}, registry=registry)
    assert isinstance(unknown, Err)
    assert unknown.code == "product_not_found"


async def test_an_order_that_is_shipped_gets_no_discount(call: Call, rows: Rows) -> None:
    discounts = []
    for _ in range(2):
        checked = await call("validate_order", order_id="o-1002")
        discounts.append((await call("apply_discount", **checked.model_dump())).discount)
        rows("UPDATE orders SET status = 'shipped' WHERE id = 'o-1002'")
    assert discounts == [0.1, 0.0]


async def test_an_order_that_is_not_there_cannot_be_checked(refused: Refused) -> None:
    failure = await refused("validate_order", order_id="ord_99")
    assert (failure.code, failure.details) == ("order_not_found", {"order_id": "ord_99"})


@pytest.mark.parametrize("given", [{}, {"validated": "true"}, {"validated": 1}, {"validated": None}])
async def test_a_discount_needs_to_know_whether_the_order_was_checked(
    refused: Refused, given: dict[str, Any]
) -> None:
    failure = await refused("apply_discount", **given)
    assert [line["path"] for line in failure.details] == [["validated"]]
