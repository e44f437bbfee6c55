from actionary import action

from actions._types import Order


@action(public=True, when_to_use="The user asks for an order.")
async def get_order(id: str) -> Order:
    """Get an order."""
    return Order(id=id)
