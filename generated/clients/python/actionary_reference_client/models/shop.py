"""Types of the API's inputs and outputs.

A field that may be left out is `UNSET` until it is given. A field whose name on
the wire is no name in Python has that one as its alias.
"""

from __future__ import annotations

import typing as _typing

import pydantic as _pydantic

from .._runtime.model import Model as _Model


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
