"""What holds for every reference action."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from actionary import Caller, Context, Err, Registry, invoke_action
from actionary.catalog import Catalog
from actionary.testing import TestClient, assert_contract

Load = Callable[[str], ModuleType]
Rows = Callable[[str], list[Any]]


def test_every_action_keeps_its_contract(client: TestClient) -> None:
    """Its examples too: those of actions that only read give what they say, all others succeed."""
    with client:
        assert_contract(client, run="all", examples=25)


def test_every_action_keeps_its_contract_over_http(registry: Registry) -> None:
    with TestClient(registry) as client:
        assert_contract(client, run="all", examples=25)


def test_every_public_action_has_examples_and_says_when_to_use_it(catalog: Catalog) -> None:
    for spec in catalog:
        if spec.public and "approvals" not in spec.tags:
            assert spec.examples
            assert spec.when_to_use
            assert spec.when_not_to_use
            assert spec.tags


def test_some_actions_are_private_and_some_are_for_agents_only(catalog: Catalog) -> None:
    private = [spec.name for spec in catalog if not spec.public]
    assert private == ["restock"]
    for_agents = [spec.name for spec in catalog if spec.public and spec.http is None]
    assert for_agents == ["estimate_calories", "navigate"]


@pytest.mark.parametrize("caller", ["http", "mcp", "tool", "app"])
@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("delete_account", {"customer_id": "cus_123"}),
        ("send_email", {"to": "jane@example.com", "subject": "Hello", "body": "Hello."}),
    ],
)
async def test_nobody_from_outside_sends_or_deletes_before_a_human_said_yes(
    registry: Registry, rows: Rows, name: str, given: dict[str, Any], caller: Caller
) -> None:
    refused = await invoke_action(name, given, Context(caller=caller), registry=registry)
    assert isinstance(refused, Err)
    assert (refused.code, refused.status) == ("approval_required", 428)
    assert rows("SELECT count(*) FROM outbox") == [(0,)]
    assert rows("SELECT count(*) FROM customers") == [(2,)]


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
