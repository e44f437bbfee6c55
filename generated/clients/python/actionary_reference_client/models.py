"""The types of the API's inputs and outputs.

A field that may be left out is `UNSET` until it is given. A field whose name on
the wire is no name in Python has that one as its alias.
"""

from __future__ import annotations

import datetime as _datetime
import typing as _typing

import pydantic as _pydantic

from ._runtime.model import Maybe as _Maybe
from ._runtime.model import Model as _Model
from ._runtime.unset import UNSET as _UNSET


class Customer(_Model):
    """Who a customer is."""

    customer_id: _typing.Annotated[str, _pydantic.Field(max_length=64, min_length=1)]
    """The customer's id, such as cus_123."""
    name: str


class Diary(_Model):
    """The meals of a day."""

    day: _datetime.date
    meals: list[Meal]
    total_kcal: int
    """Of the meals that are listed, in kilocalories."""


class Discount(_Model):
    """What is taken off a price."""

    discount: _typing.Annotated[float, _pydantic.Field(ge=0.0, le=1.0)]
    """As a share of the price: 0.1 is ten per cent."""


class Event(_Model):
    """An entry of the calendar."""

    end: _datetime.datetime
    id: str
    start: _datetime.datetime
    title: str


class Invoice(_Model):
    """An invoice that is open."""

    currency: str
    invoice_id: str
    """The invoice's id, such as inv_cus_123."""
    total_cents: int
    """All line items, in cents of the currency."""


class LineItem(_Model):
    """What is charged for, and how much."""

    amount_cents: _typing.Annotated[int, _pydantic.Field(ge=0, le=100000000)]
    """In cents of the invoice's currency."""
    description: _typing.Annotated[str, _pydantic.Field(max_length=200, min_length=1)]


class Meal(_Model):
    """A meal of the diary."""

    eaten_at: _datetime.datetime
    id: int
    kcal: _typing.Annotated[int, _pydantic.Field(ge=0, le=20000)]
    """In kilocalories."""
    kind: _typing.Literal['breakfast', 'lunch', 'dinner', 'snack']
    name: str
    tags: list[_typing.Annotated[str, _pydantic.Field(max_length=30, pattern='^[a-z]+$')]]


class NewLine(_Model):
    """How many of which product."""

    product_id: _typing.Annotated[str, _pydantic.Field(min_length=1)]
    """The product's id, such as p-100."""
    quantity: _Maybe[_typing.Annotated[int, _pydantic.Field(ge=1, le=99)]] = _UNSET
    """Default: 1."""


class Order(_Model):
    """An order with all its lines."""

    delivery: _typing.Annotated[ParcelOutput | Pickup, _pydantic.Field(discriminator='method')]
    """How it gets to the customer."""
    id: _typing.Annotated[str, _pydantic.Field(min_length=1)]
    """The order's id, such as o-1001."""
    lines: list[OrderLine]
    note: str | None
    placed_at: _datetime.datetime
    shipping_cents: _typing.Annotated[int, _pydantic.Field(ge=0)]
    """In euro cents."""
    status: OrderStatus
    total_cents: int
    """All lines and the shipping, in euro cents."""


class OrderLine(_Model):
    """One product of an order, at the price it had."""

    price_cents: _typing.Annotated[int, _pydantic.Field(ge=0)]
    """In euro cents."""
    product_id: _typing.Annotated[str, _pydantic.Field(min_length=1)]
    """The product's id, such as p-100."""
    quantity: int
    title: str


class ParcelInput(_Model):
    """Send it to the customer."""

    country: _typing.Literal['DE', 'AT', 'FR']
    method: _typing.Literal['parcel']
    express: _Maybe[bool] = _UNSET
    """Default: false."""


class ParcelOutput(_Model):
    """Send it to the customer."""

    country: _typing.Literal['DE', 'AT', 'FR']
    express: bool
    """Default: false."""
    method: _typing.Literal['parcel']


class Period(_Model):
    """The days that a call was about."""

    from_: _typing.Annotated[_datetime.date, _pydantic.Field(alias='from')]
    """The first day, from midnight in UTC."""
    to: _datetime.date
    """The last day, to midnight in UTC."""


class Pickup(_Model):
    """The customer comes to a shop for it."""

    method: _typing.Literal['pickup']
    shop: _typing.Literal['harbour', 'station']


class Product(_Model):
    """A product as the shop sells it."""

    category: _typing.Literal['shoes', 'bags', 'outdoor']
    id: _typing.Annotated[str, _pydantic.Field(min_length=1)]
    """The product's id, such as p-100."""
    price_cents: _typing.Annotated[int, _pydantic.Field(ge=0)]
    """In euro cents."""
    stock: int
    """How many can be ordered now."""
    title: str


class SearchResult(_Model):
    """The products that were found."""

    items: list[Product]
    total: int
    """How many products match; items holds at most limit of them."""


class Shipping(_Model):
    """What a delivery costs."""

    price_cents: _typing.Annotated[int, _pydantic.Field(ge=0)]
    """In euro cents."""


class Stock(_Model):
    """How many of a product are left."""

    available: int
    product_id: _typing.Annotated[str, _pydantic.Field(min_length=1)]
    """The product's id, such as p-100."""


class ThreadSummary(_Model):
    """What a thread is about."""

    message_count: _typing.Annotated[int, _pydantic.Field(ge=0)]
    summary: str


class Triaged(_Model):
    """What was found out about a message."""

    priority: Priority


class ValidatedOrder(_Model):
    """Whether an order may still be changed."""

    order_id: _typing.Annotated[str, _pydantic.Field(min_length=1)]
    """The order's id, such as o-1001."""
    validated: bool
    """False once the order is shipped."""


class WhichCustomer(_Model):
    """The customer that a call was about."""

    customer_id: _typing.Annotated[str, _pydantic.Field(max_length=64, min_length=1)]
    """The customer's id, such as cus_123."""


class WhichEmail(_Model):
    """The address that a call was about."""

    email: _typing.Annotated[str, _pydantic.Field(max_length=254, pattern="^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$")]
    """One address, such as jane@example.com."""


class WhichMeal(_Model):
    """The meal that a call was about."""

    meal_id: _typing.Annotated[int, _pydantic.Field(ge=1, le=9007199254740991)]
    """The meal's id, as list_meals gives it."""


class WhichOrder(_Model):
    """The order that a call was about."""

    order_id: _typing.Annotated[str, _pydantic.Field(min_length=1)]
    """The order's id, such as o-1001."""


class WhichProduct(_Model):
    """The product that a call was about."""

    product_id: _typing.Annotated[str, _pydantic.Field(min_length=1)]
    """The product's id, such as p-100."""


class WhichThread(_Model):
    """The thread that a call was about."""

    thread_id: _typing.Annotated[str, _pydantic.Field(max_length=64, min_length=1)]
    """The thread's id, such as t-1."""


class WhichTime(_Model):
    """The time that a call was about."""

    eaten_at: _datetime.datetime


OrderStatus: _typing.TypeAlias = _typing.Literal['placed', 'shipped']
"""How far an order has come."""


Priority: _typing.TypeAlias = _typing.Literal['low', 'normal', 'high', 'urgent']
"""How soon somebody should read a message."""
