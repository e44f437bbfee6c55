"""The work that is measured: the price of an order, a nested model with a list of lines.

Annotations are not postponed here: FastAPI could not find models made in a function.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field

BODY: Final = (
    b'{"customer":{"id":"c-77","country":"AT"},"lines":[{"product_id":"p-100","quantity":2},'
    b'{"product_id":"p-302","quantity":1,"gift":true}],"delivery":"express"}'
)
REPLY: Final = b'{"total_cents":6300,"items":3,"delivery":"express"}'


class Customer(BaseModel):
    """Who orders."""

    id: str
    country: Literal["AT", "DE", "FR"]


class Line(BaseModel):
    """How many of which product."""

    product_id: Annotated[str, Field(min_length=1)]
    quantity: Annotated[int, Field(ge=1, le=99)]
    gift: bool = False


class Order(BaseModel):
    """What a customer wants."""

    customer: Customer
    lines: Annotated[list[Line], Field(min_length=1, max_length=50)]
    delivery: Literal["parcel", "express"] = "parcel"


class Quote(BaseModel):
    """What it would cost."""

    total_cents: int
    items: int
    delivery: Literal["parcel", "express"]


Handler = Callable[[Any], Awaitable[Quote]]


@dataclass(frozen=True, slots=True)
class Work:
    """A quote with models of its own."""

    name: str
    order: type[Order]
    quote: type[Quote]
    handler: Handler


def work(number: int) -> Work:
    """Make the work that every application does, with models that no other number has."""

    class OwnOrder(Order):
        pass

    class OwnQuote(Quote):
        pass

    async def handler(order: OwnOrder) -> OwnQuote:
        """Say what an order would cost."""
        items = sum(line.quantity for line in order.lines)
        return OwnQuote(total_cents=items * 2100, items=items, delivery=order.delivery)

    OwnOrder.__name__ = f"Order{number}"
    OwnQuote.__name__ = f"Quote{number}"
    handler.__name__ = f"quote_{number}"
    return Work(handler.__name__, OwnOrder, OwnQuote, handler)


def works(count: int) -> Iterator[Work]:
    """Make so many works, numbered from 1."""
    return map(work, range(1, count + 1))


def path_of(count: int) -> str:
    """Give the path of the last of so many works, at every application."""
    return f"/api/actions/quote_{count}"
