"""What it costs to send an order: plain functions, so that two actions can share them."""

from __future__ import annotations

from math import ceil
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

PARCEL_GRAMS: Final = 20_000
"""What one parcel may weigh; more goes into several parcels."""

EXPRESS_CENTS: Final = 900
PARCEL_CENTS: Final = {"DE": 490, "AT": 890, "FR": 990}


class Parcel(BaseModel):
    """Send it to the customer."""

    method: Literal["parcel"]
    country: Literal["DE", "AT", "FR"]
    express: bool = False


class Pickup(BaseModel):
    """The customer comes to a shop for it."""

    method: Literal["pickup"]
    shop: Literal["harbour", "station"]


Delivery = Annotated[
    Parcel | Pickup, Field(description="How it gets to the customer.", discriminator="method")
]


def shipping_cents(delivery: Parcel | Pickup, weight_grams: int) -> int:
    """Give the price of a delivery in cents."""
    if isinstance(delivery, Pickup):
        return 0
    each = PARCEL_CENTS[delivery.country] + (EXPRESS_CENTS if delivery.express else 0)
    return each * ceil(weight_grams / PARCEL_GRAMS)
