from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from actionary import ActionError, Context, Example, action
from pydantic import BaseModel, Field
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from actions._database import Resources
from actions._tables import products
from actions.shop._orders import Order, OrderLine, OrderStatus, total_cents, write_order
from actions.shop._products import ProductId, ProductNotFound, WhichProduct
from actions.shop._shipping import Delivery, shipping_cents


class NewLine(BaseModel):
    """How many of which product."""

    product_id: ProductId
    quantity: int = Field(default=1, ge=1, le=99)


class NewOrder(BaseModel):
    """What to order, and how it gets to the customer."""

    lines: Annotated[list[NewLine], Field(min_length=1, max_length=50)]
    delivery: Delivery
    note: Annotated[str | None, Field(description="What the shop should know.", max_length=500)] = None


class Stock(BaseModel):
    """How many of a product are left."""

    product_id: ProductId
    available: int


class OutOfStock(ActionError[Stock], code="out_of_stock", status=409):
    """Fewer items are in stock than were asked for; nothing was ordered."""


@action(
    public=True,
    when_to_use="The user has chosen products and wants to buy them.",
    when_not_to_use="The user only asks for a price: that is calculate_shipping or search_products.",
    tags=["orders", "shop"],
    destructive=False,
    open_world=False,
    errors=[OutOfStock, ProductNotFound],
    examples=[
        Example(
            {
                "lines": [{"product_id": "p-200"}, {"product_id": "p-302", "quantity": 2}],
                "delivery": {"method": "parcel", "country": "AT"},
            },
            {
                "id": "o-5f2c9a1b7d3e",
                "status": "placed",
                "lines": [
                    {
                        "product_id": "p-200",
                        "title": "Day pack, 20 litres",
                        "price_cents": 6900,
                        "quantity": 1,
                    },
                    {"product_id": "p-302", "title": "Water bottle", "price_cents": 1990, "quantity": 2},
                ],
                "delivery": {"method": "parcel", "country": "AT", "express": False},
                "shipping_cents": 890,
                "total_cents": 11770,
                "note": None,
                "placed_at": "2026-03-03T08:00:00Z",
            },
        )
    ],
)
async def create_order(order: NewOrder, *, ctx: Context[Resources]) -> Order:
    """Order products.

    All lines are ordered, or none. Prices are those of the moment; the answer says
    them.
    """
    async with ctx.resources.database.begin() as connection:
        taken = [await _take_from_stock(connection, line) for line in order.lines]
        lines = [each.line for each in taken]
        shipping = shipping_cents(order.delivery, sum(each.weight_grams for each in taken))
        placed = Order(
            id=f"o-{secrets.token_hex(6)}",
            status=OrderStatus.PLACED,
            lines=lines,
            delivery=order.delivery,
            shipping_cents=shipping,
            total_cents=total_cents(lines, shipping),
            note=order.note,
            placed_at=datetime.now(UTC),
        )
        await write_order(connection, placed)
    return placed


@dataclass(frozen=True, slots=True)
class Taken:
    """A line whose items are no longer in stock, and what it weighs."""

    line: OrderLine
    weight_grams: int


async def _take_from_stock(connection: AsyncConnection, line: NewLine) -> Taken:
    """Take a line's items; asking whether they are there and taking them is one statement."""
    here = products.c.id == line.product_id
    take = (
        update(products)
        .where(here, products.c.stock >= line.quantity)
        .values(stock=products.c.stock - line.quantity)
        .returning(products.c.title, products.c.price_cents, products.c.weight_grams)
    )
    row = (await connection.execute(take)).one_or_none()
    if row is not None:
        sold = OrderLine(
            product_id=line.product_id, title=row.title, price_cents=row.price_cents, quantity=line.quantity
        )
        return Taken(sold, row.weight_grams * line.quantity)
    available = await connection.scalar(select(products.c.stock).where(here))
    if available is None:
        raise ProductNotFound("There is no such product.", details=WhichProduct(product_id=line.product_id))
    raise OutOfStock(
        f"Only {available} left.", details=Stock(product_id=line.product_id, available=available)
    )
