"""Orders: what they look like, and how they are read and written."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, NoReturn

from actionary import ActionError
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from actions._tables import order_lines, orders
from actions.shop._products import Cents, ProductId
from actions.shop._shipping import Delivery

OrderId = Annotated[str, Field(description="The order's id, such as o-1001.", min_length=1)]


class OrderStatus(StrEnum):
    """How far an order has come."""

    PLACED = "placed"
    SHIPPED = "shipped"


class OrderLine(BaseModel):
    """One product of an order, at the price it had."""

    product_id: ProductId
    title: str
    price_cents: Cents
    quantity: int


class Order(BaseModel):
    """An order with all its lines."""

    id: OrderId
    status: OrderStatus
    lines: list[OrderLine]
    delivery: Delivery
    shipping_cents: Cents
    total_cents: int = Field(description="All lines and the shipping, in euro cents.")
    note: str | None
    placed_at: AwareDatetime


class WhichOrder(BaseModel):
    """The order that a call was about."""

    order_id: OrderId


class OrderNotFound(ActionError[WhichOrder], code="order_not_found", status=404):
    """There is no order of that id."""


def no_such_order(order_id: str) -> NoReturn:
    """Refuse a call.

    Raises:
        OrderNotFound: Always.
    """
    raise OrderNotFound("There is no such order.", details=WhichOrder(order_id=order_id))


def total_cents(lines: Iterable[OrderLine], shipping: int) -> int:
    """Add up what an order costs."""
    return shipping + sum(line.price_cents * line.quantity for line in lines)


async def read_order(connection: AsyncConnection, order_id: str) -> Order | None:
    """Read an order, ``None`` where there is none."""
    found = await connection.execute(select(orders).where(orders.c.id == order_id))
    order = found.mappings().one_or_none()
    if order is None:
        return None
    rows = await connection.execute(
        select(order_lines).where(order_lines.c.order_id == order_id).order_by(order_lines.c.position)
    )
    lines = [OrderLine.model_validate(row, from_attributes=True) for row in rows]
    total = total_cents(lines, order["shipping_cents"])
    return Order.model_validate({**order, "lines": lines, "total_cents": total})


async def write_order(connection: AsyncConnection, order: Order) -> None:
    """Write a new order, in the transaction of the connection."""
    columns = order.model_dump(exclude={"lines", "total_cents"})
    await connection.execute(insert(orders).values(columns))
    lines = [
        {"order_id": order.id, "position": position, **line.model_dump()}
        for position, line in enumerate(order.lines)
    ]
    await connection.execute(insert(order_lines), lines)
