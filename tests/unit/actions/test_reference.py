"""What holds for every reference action."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from actionary import Caller, Context, Err, Ok, Registry, invoke_action, unwrap
from actionary.catalog import Catalog

Load = Callable[[str], ModuleType]


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


def test_some_actions_are_private_and_some_are_for_agents_only(catalog: Catalog) -> None:
    private = [spec.name for spec in catalog if not spec.public]
    assert private == ["delete_account", "restock", "send_email"]
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
async def test_nobody_from_outside_reaches_what_will_need_approval(
    registry: Registry, name: str, given: dict[str, Any], caller: Caller
) -> None:
    refused = await invoke_action(name, given, Context(caller=caller), registry=registry)
    assert isinstance(refused, Err)
    assert (refused.code, refused.status) == ("not_public", 404)


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
