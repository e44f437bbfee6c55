from __future__ import annotations

from typing import Annotated

from actionary import Example, action
from pydantic import BaseModel, Field

from actions.shop._products import Cents
from actions.shop._shipping import Delivery, shipping_cents


class Shipping(BaseModel):
    """What a delivery costs."""

    price_cents: Cents


@action(
    public=True,
    read_only=True,
    when_to_use="The user asks what the delivery costs.",
    when_not_to_use="The user wants to order: create_order adds the shipping by itself.",
    tags=["shop"],
    open_world=False,
    parallel_safe=True,
    examples=[
        Example(
            {"delivery": {"method": "parcel", "country": "DE", "express": True}, "weight_grams": 1200},
            {"price_cents": 1390},
        ),
        Example(
            {"delivery": {"method": "pickup", "shop": "station"}, "weight_grams": 1200}, {"price_cents": 0}
        ),
    ],
)
def calculate_shipping(
    delivery: Delivery,
    weight_grams: Annotated[int, Field(description="The weight of all items.", ge=1, le=1_000_000)],
) -> Shipping:
    """Say what it costs to deliver some weight.

    A parcel weighs at most 20 kg; what is heavier goes into several. Picking up
    costs nothing.
    """
    return Shipping(price_cents=shipping_cents(delivery, weight_grams))
