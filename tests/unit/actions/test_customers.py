"""Customers: finding one, charging one, deleting one."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from actionary import Err

Call = Callable[..., Coroutine[Any, Any, Any]]
Refused = Callable[..., Coroutine[Any, Any, Err]]
Rows = Callable[[str], list[Any]]


async def test_a_customer_is_found_by_email_in_any_case(call: Call) -> None:
    for email in ("jane@example.com", "JANE@Example.com"):
        customer = await call("lookup_customer", email=email)
        assert (customer.customer_id, customer.name) == ("cus_123", "Jane Doe")


async def test_an_email_that_no_customer_has_is_an_error_of_its_own(refused: Refused) -> None:
    failure = await refused("lookup_customer", email="Nobody@example.com")
    assert (failure.code, failure.status) == ("email_unknown", 404)
    assert failure.details == {"email": "Nobody@example.com"}


@pytest.mark.parametrize(
    "email",
    [
        "",
        "jane",
        "@example.com",
        "jane@",
        "jane@example",
        "jane@example.",
        "a b@example.com",
        "jane@example.com\n",
        "Jane <jane@example.com>",
        "a@b.de,c@d.de",
        "jänē@example.com",
        "j@" + "e." * 130 + "de",
    ],
)
async def test_what_is_no_address_is_refused(refused: Refused, email: str) -> None:
    assert (await refused("lookup_customer", email=email)).code == "invalid_input"
    failure = await refused("send_email", to=email, subject="Hello", body="Hello.")
    assert [line["path"] for line in failure.details] == [["to"]]


async def test_an_invoice_takes_its_id_from_the_customer_and_adds_up_its_lines(
    call: Call, rows: Rows
) -> None:
    lines = [{"description": "Repair", "amount_cents": 4550}, {"description": "Pegs", "amount_cents": 799}]
    invoice = await call("create_invoice", customer_id="cus_123", line_items=lines, currency="EUR")
    assert invoice.model_dump() == {
        "invoice_id": "inv_cus_123",
        "total_cents": 5349,
        "currency": "EUR",
    }
    assert rows("SELECT customer_id, currency FROM invoices") == [("cus_123", "EUR")]
    written = rows("SELECT description, amount_cents FROM invoice_lines ORDER BY position")
    assert written == [("Repair", 4550), ("Pegs", 799)]


async def test_an_invoice_without_lines_comes_to_nothing_and_is_in_dollars(call: Call, rows: Rows) -> None:
    invoice = await call("create_invoice", customer_id="cus_123", line_items=[])
    assert (invoice.total_cents, invoice.currency) == (0, "USD")
    assert rows("SELECT count(*) FROM invoices") == [(1,)]


async def test_a_customer_has_one_open_invoice_and_is_told_which(
    call: Call, refused: Refused, rows: Rows
) -> None:
    first = await call(
        "create_invoice",
        customer_id="cus_123",
        line_items=[{"description": "Repair", "amount_cents": 4550}],
        currency="GBP",
    )
    failure = await refused(
        "create_invoice", customer_id="cus_123", line_items=[{"description": "Pegs", "amount_cents": 1}]
    )
    assert (failure.code, failure.status) == ("invoice_exists", 409)
    assert failure.details == first.model_dump()
    assert rows("SELECT amount_cents FROM invoice_lines") == [(4550,)]
    await call("create_invoice", customer_id="cus_124", line_items=[])


async def test_an_invoice_for_nobody_writes_nothing(refused: Refused, rows: Rows) -> None:
    line = {"description": "Repair", "amount_cents": 1}
    failure = await refused("create_invoice", customer_id="cus_0", line_items=[line])
    assert (failure.code, failure.status) == ("customer_not_found", 404)
    assert failure.details == {"customer_id": "cus_0"}
    assert rows("SELECT count(*) FROM invoices") == rows("SELECT count(*) FROM invoice_lines") == [(0,)]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (
            {"line_items": [{"description": "Repair", "amount_cents": 45.5}]},
            ["line_items", 0, "amount_cents"],
        ),
        ({"line_items": [{"description": "Repair", "amount_cents": -1}]}, ["line_items", 0, "amount_cents"]),
        ({"line_items": [{"amount_cents": 1}]}, ["line_items", 0, "description"]),
        ({"line_items": [{"description": "x", "amount_cents": 1}] * 101}, ["line_items"]),
        ({"currency": "JPY"}, ["currency"]),
        ({"customer_id": ""}, ["customer_id"]),
    ],
)
async def test_an_invoice_refuses_what_the_schema_refuses(
    refused: Refused, wrong: dict[str, Any], path: list[str | int]
) -> None:
    failure = await refused("create_invoice", **{"customer_id": "cus_123", "line_items": []} | wrong)
    assert failure.code == "invalid_input"
    assert [line["path"] for line in failure.details] == [path]


async def test_a_deleted_account_is_gone(call: Call, refused: Refused, rows: Rows) -> None:
    assert (await call("delete_account", customer_id="cus_123")).customer_id == "cus_123"
    assert rows("SELECT id FROM customers") == [("cus_124",)]
    for name in ("delete_account", "create_invoice"):
        more = {"line_items": []} if name == "create_invoice" else {}
        assert (await refused(name, customer_id="cus_123", **more)).code == "customer_not_found"
    assert (await refused("lookup_customer", email="jane@example.com")).code == "email_unknown"


async def test_an_account_with_an_open_invoice_stays(call: Call, refused: Refused, rows: Rows) -> None:
    await call("create_invoice", customer_id="cus_123", line_items=[])
    failure = await refused("delete_account", customer_id="cus_123")
    assert (failure.code, failure.status) == ("account_in_use", 409)
    assert failure.details == {"customer_id": "cus_123", "invoice_id": "inv_cus_123"}
    assert rows("SELECT count(*) FROM customers") == [(2,)]
