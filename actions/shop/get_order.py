from __future__ import annotations

from actionary import Context, Example, Http, action

from actions._database import Resources
from actions.shop._orders import Order, OrderId, OrderNotFound, no_such_order, read_order


@action(
    public=True,
    http=Http("GET"),
    when_to_use="The user asks about an order and has its id.",
    when_not_to_use="The user has no order id: ask for it.",
    tags=["orders", "shop"],
    open_world=False,
    parallel_safe=True,
    errors=[OrderNotFound],
    examples=[
        Example(
            {"order_id": "o-1002"},
            {
                "id": "o-1002",
                "status": "placed",
                "lines": [
                    {"product_id": "p-300", "title": "Tent for two", "price_cents": 24900, "quantity": 1}
                ],
                "delivery": {"method": "pickup", "shop": "harbour"},
                "shipping_cents": 0,
                "total_cents": 24900,
                "note": "I come on Saturday.",
                "placed_at": "2026-03-02T16:05:00Z",
            },
        )
    ],
)
async def get_order(order_id: OrderId, *, ctx: Context[Resources]) -> Order:
    """Give an order with its lines and its state."""
    async with ctx.resources.database.connect() as connection:
        order = await read_order(connection, order_id)
    if order is None:
        no_such_order(order_id)
    return order
