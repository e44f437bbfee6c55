"""The order quote of `workload` in Litestar, with msgspec's structs for the models.

Annotations are not postponed here: Litestar reads them from functions made in a function.
"""

from typing import Annotated, Any, Literal

from litestar import Litestar, post
from msgspec import Meta, Struct


class Customer(Struct):
    """Who orders."""

    id: str
    country: Literal["AT", "DE", "FR"]


class Line(Struct):
    """How many of which product."""

    product_id: Annotated[str, Meta(min_length=1)]
    quantity: Annotated[int, Meta(ge=1, le=99)]
    gift: bool = False


class Order(Struct):
    """What a customer wants."""

    customer: Customer
    lines: Annotated[list[Line], Meta(min_length=1, max_length=50)]
    delivery: Literal["parcel", "express"] = "parcel"


class Quote(Struct):
    """What it would cost."""

    total_cents: int
    items: int
    delivery: Literal["parcel", "express"]


def litestar(count: int) -> Any:
    """Serve so many routes, each with a handler of its own."""

    def route(number: int) -> Any:
        @post(f"/api/actions/quote_{number}", status_code=200, name=f"quote_{number}")
        async def quote(data: Order) -> Quote:
            """Say what an order would cost."""
            items = sum(line.quantity for line in data.lines)
            return Quote(total_cents=items * 2100, items=items, delivery=data.delivery)

        return quote

    return Litestar([route(number) for number in range(1, count + 1)], openapi_config=None)
