from __future__ import annotations

from typing import Annotated, Final

from actionary import Example, action
from pydantic import BaseModel, Field

DISCOUNT: Final = 0.1


class Discount(BaseModel):
    """What is taken off a price."""

    discount: Annotated[float, Field(description="As a share of the price: 0.1 is ten per cent.", ge=0, le=1)]


@action(
    public=True,
    read_only=True,
    when_to_use="An order was checked by validate_order, and the user asks for a discount.",
    when_not_to_use="The order was not checked yet.",
    tags=["orders", "shop"],
    open_world=False,
    parallel_safe=True,
    unknown_keys="ignore",
    examples=[
        Example({"validated": True}, {"discount": 0.1}),
        Example({"validated": False}, {"discount": 0.0}),
    ],
)
def apply_discount(
    validated: Annotated[bool, Field(description="Whether the order may still be changed.")],
) -> Discount:
    """Say which discount an order gets.

    Ten per cent while it may still be changed, and none after that. It takes what
    validate_order gives, and ignores what else is in there.
    """
    return Discount(discount=DISCOUNT if validated else 0.0)
