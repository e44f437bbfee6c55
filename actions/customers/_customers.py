"""What the actions about customers share."""

from __future__ import annotations

from typing import Annotated, NoReturn

from actionary import ActionError
from pydantic import BaseModel, Field

CustomerId = Annotated[
    str, Field(description="The customer's id, such as cus_123.", min_length=1, max_length=64)
]


class WhichCustomer(BaseModel):
    """The customer that a call was about."""

    customer_id: CustomerId


class CustomerNotFound(ActionError[WhichCustomer], code="customer_not_found", status=404):
    """There is no customer of that id."""


def no_such_customer(customer_id: str) -> NoReturn:
    """Refuse a call.

    Raises:
        CustomerNotFound: Always.
    """
    raise CustomerNotFound("There is no such customer.", details=WhichCustomer(customer_id=customer_id))
