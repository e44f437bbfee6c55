from __future__ import annotations

from typing import Annotated, Literal

from actionary import ActionError, Context, Example, action
from pydantic import BaseModel, Field
from sqlalchemy import insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or_ignore
from sqlalchemy.ext.asyncio import AsyncConnection

from actions._database import Resources
from actions._tables import customers, invoice_lines, invoices
from actions.customers._customers import CustomerId, CustomerNotFound, no_such_customer

InvoiceId = Annotated[str, Field(description="The invoice's id, such as inv_cus_123.")]
Amount = Annotated[int, Field(description="In cents of the invoice's currency.", ge=0, le=100_000_000)]


class LineItem(BaseModel):
    """What is charged for, and how much."""

    description: Annotated[str, Field(min_length=1, max_length=200)]
    amount_cents: Amount


class Invoice(BaseModel):
    """An invoice that is open."""

    invoice_id: InvoiceId
    total_cents: int = Field(description="All line items, in cents of the currency.")
    currency: str


class InvoiceExists(ActionError[Invoice], code="invoice_exists", status=409):
    """The customer has an open invoice, and can have one only; nothing was written."""


@action(
    public=True,
    when_to_use="The user wants to charge a customer for something.",
    when_not_to_use="The user orders products: create_order says what they cost.",
    tags=["customers"],
    destructive=False,
    open_world=False,
    errors=[CustomerNotFound, InvoiceExists],
    examples=[
        Example(
            {
                "customer_id": "cus_123",
                "line_items": [
                    {"description": "Repair of a tent", "amount_cents": 4550},
                    {"description": "New pegs", "amount_cents": 799},
                ],
            },
            {"invoice_id": "inv_cus_123", "total_cents": 5349, "currency": "USD"},
        )
    ],
)
async def create_invoice(
    customer_id: CustomerId,
    line_items: Annotated[list[LineItem], Field(description="May be empty.", max_length=100)],
    currency: Annotated[
        Literal["USD", "EUR", "GBP"], Field(description="A currency whose unit has a hundred cents.")
    ] = "USD",
    *,
    ctx: Context[Resources],
) -> Invoice:
    """Open an invoice for a customer.

    A customer has one open invoice at a time, which takes its id from the customer's.
    """
    invoice_id = f"inv_{customer_id}"
    new = {"id": invoice_id, "customer_id": customer_id, "currency": currency}
    lines = [
        {"invoice_id": invoice_id, "position": position, **item.model_dump()}
        for position, item in enumerate(line_items)
    ]
    async with ctx.resources.database.begin() as connection:
        # Writing first takes the lock: nobody deletes the customer, or writes the same invoice, from here on.
        written = await connection.execute(insert_or_ignore(invoices).values(new).on_conflict_do_nothing())
        if await connection.scalar(select(customers.c.id).where(customers.c.id == customer_id)) is None:
            no_such_customer(customer_id)
        if written.rowcount == 0:
            open_one = await _read(connection, invoice_id)
            raise InvoiceExists("The customer has an open invoice already.", details=open_one)
        if lines:
            await connection.execute(insert(invoice_lines), lines)
    return Invoice(
        invoice_id=invoice_id, total_cents=sum(item.amount_cents for item in line_items), currency=currency
    )


async def _read(connection: AsyncConnection, invoice_id: str) -> Invoice:
    currency = await connection.scalar(select(invoices.c.currency).where(invoices.c.id == invoice_id))
    amounts = await connection.scalars(
        select(invoice_lines.c.amount_cents).where(invoice_lines.c.invoice_id == invoice_id)
    )
    return Invoice.model_validate(
        {"invoice_id": invoice_id, "total_cents": sum(amounts), "currency": currency}
    )
