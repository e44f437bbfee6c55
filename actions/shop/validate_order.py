from __future__ import annotations

from actionary import Context, Example, Http, action
from pydantic import BaseModel, Field

from actions._database import Resources
from actions.shop._orders import OrderId, OrderNotFound, OrderStatus, no_such_order, read_order


class ValidatedOrder(BaseModel):
    """Whether an order may still be changed."""

    order_id: OrderId
    validated: bool = Field(description="False once the order is shipped.")


@action(
    public=True,
    http=Http("GET"),
    when_to_use="Before an order is changed, such as by a discount.",
    when_not_to_use="The user asks what is in an order: that is get_order.",
    tags=["orders", "shop"],
    open_world=False,
    parallel_safe=True,
    errors=[OrderNotFound],
    examples=[
        Example({"order_id": "o-1002"}, {"order_id": "o-1002", "validated": True}),
        Example({"order_id": "o-1001"}, {"order_id": "o-1001", "validated": False}),
    ],
)
async def validate_order(order_id: OrderId, *, ctx: Context[Resources]) -> ValidatedOrder:
    """Check whether an order may still be changed.

    What it gives is what apply_discount takes.
    """
    async with ctx.resources.database.connect() as connection:
        order = await read_order(connection, order_id)
    if order is None:
        no_such_order(order_id)
    return ValidatedOrder(order_id=order_id, validated=order.status is OrderStatus.PLACED)
