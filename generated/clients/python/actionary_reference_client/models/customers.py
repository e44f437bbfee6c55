"""Types of the API's inputs and outputs.

A field that may be left out is `UNSET` until it is given. A field whose name on
the wire is no name in Python has that one as its alias.
"""

from __future__ import annotations

import typing as _typing

import pydantic as _pydantic

from .._runtime.model import Model as _Model


class Customer(_Model):
    """Who a customer is."""

    customer_id: _typing.Annotated[str, _pydantic.Field(max_length=64, min_length=1)]
    """The customer's id, such as cus_123."""
    name: str


class Deleted(_Model):
    """The account that is gone."""

    customer_id: _typing.Annotated[str, _pydantic.Field(max_length=64, min_length=1)]
    """The customer's id, such as cus_123."""


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


class OpenInvoice(_Model):
    """The invoice that has to be settled first."""

    customer_id: _typing.Annotated[str, _pydantic.Field(max_length=64, min_length=1)]
    """The customer's id, such as cus_123."""
    invoice_id: str


class WhichCustomer(_Model):
    """The customer that a call was about."""

    customer_id: _typing.Annotated[str, _pydantic.Field(max_length=64, min_length=1)]
    """The customer's id, such as cus_123."""


class WhichEmail(_Model):
    """The address that a call was about."""

    email: _typing.Annotated[str, _pydantic.Field(max_length=254, pattern="^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$")]
    """One address, such as jane@example.com."""
