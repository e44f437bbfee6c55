from __future__ import annotations

from typing import Annotated

from actionary import ActionError, Context, Example, action
from pydantic import BaseModel, Field
from sqlalchemy import select

from actions._database import Resources
from actions._email import EmailAddress
from actions._tables import customers
from actions.customers._customers import CustomerId


class Customer(BaseModel):
    """Who a customer is."""

    customer_id: CustomerId
    name: str


class WhichEmail(BaseModel):
    """The address that a call was about."""

    email: EmailAddress


class EmailUnknown(ActionError[WhichEmail], code="email_unknown", status=404):
    """No customer has that address."""


@action(
    public=True,
    read_only=True,
    when_to_use="The user names a customer by email address, and another action asks for the customer's id.",
    when_not_to_use="The customer's id is known already.",
    tags=["customers"],
    open_world=False,
    parallel_safe=True,
    rate_limit="30/minute",
    errors=[EmailUnknown],
    examples=[Example({"email": "Jane@example.com"}, {"customer_id": "cus_123", "name": "Jane Doe"})],
)
async def lookup_customer(
    email: Annotated[EmailAddress, Field(description="The customer's email address, in any case.")],
    *,
    ctx: Context[Resources],
) -> Customer:
    """Find a customer by email address.

    It only reads, and is called by POST all the same: what stands in an address line
    ends up in the logs of servers and proxies, and there no one's email should be. Nobody
    may try a list of addresses, so one caller gets few answers a minute.
    """
    of_the_address = select(customers.c.id, customers.c.name).where(customers.c.email == email.lower())
    async with ctx.resources.database.connect() as connection:
        row = (await connection.execute(of_the_address)).one_or_none()
    if row is None:
        raise EmailUnknown("No customer has that address.", details=WhichEmail(email=email))
    return Customer(customer_id=row.id, name=row.name)
