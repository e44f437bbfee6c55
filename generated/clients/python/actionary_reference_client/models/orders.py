"""Types of the API's inputs and outputs.

A field that may be left out is `UNSET` until it is given. A field whose name on
the wire is no name in Python has that one as its alias.
"""

from __future__ import annotations

import datetime as _datetime
import typing as _typing

import pydantic as _pydantic

from . import _shared as _shared
from .._runtime.model import Maybe as _Maybe
from .._runtime.model import Model as _Model
from .._runtime.unset import UNSET as _UNSET


class Discount(_Model):
    """What is taken off a price."""

    discount: _typing.Annotated[float, _pydantic.Field(ge=0.0, le=1.0)]
    """As a share of the price: 0.1 is ten per cent."""


class NewLine(_Model):
    """How many of which product."""

    product_id: _typing.Annotated[str, _pydantic.Field(min_length=1)]
    """The product's id, such as p-100."""
    quantity: _Maybe[_typing.Annotated[int, _pydantic.Field(ge=1, le=99)]] = _UNSET
    """Default: 1."""


class Order(_Model):
    """An order with all its lines."""

    delivery: _typing.Annotated[ParcelOutput | _shared.Pickup, _pydantic.Field(discriminator="method")]
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


class ParcelOutput(_Model):
    """Send it to the customer."""

    country: _typing.Literal['DE', 'AT', 'FR']
    express: bool
    """Default: false."""
    method: _typing.Literal['parcel']


class Stock(_Model):
    """How many of a product are left."""

    available: int
    product_id: _typing.Annotated[str, _pydantic.Field(min_length=1)]
    """The product's id, such as p-100."""


class ValidatedOrder(_Model):
    """Whether an order may still be changed."""

    order_id: _typing.Annotated[str, _pydantic.Field(min_length=1)]
    """The order's id, such as o-1001."""
    validated: bool
    """False once the order is shipped."""


class WhichOrder(_Model):
    """The order that a call was about."""

    order_id: _typing.Annotated[str, _pydantic.Field(min_length=1)]
    """The order's id, such as o-1001."""


class WhichProduct(_Model):
    """The product that a call was about."""

    product_id: _typing.Annotated[str, _pydantic.Field(min_length=1)]
    """The product's id, such as p-100."""


OrderStatus: _typing.TypeAlias = _typing.Literal['placed', 'shipped']
"""How far an order has come."""
