from __future__ import annotations

from actionary import ActionError, Context, Example, Http, action
from pydantic import BaseModel
from sqlalchemy import delete, exists, select

from actions._database import Resources
from actions._tables import customers, invoices
from actions.customers._customers import CustomerId, CustomerNotFound, no_such_customer


class Deleted(BaseModel):
    """The account that is gone."""

    customer_id: CustomerId


class OpenInvoice(BaseModel):
    """The invoice that has to be settled first."""

    customer_id: CustomerId
    invoice_id: str


class AccountInUse(ActionError[OpenInvoice], code="account_in_use", status=409):
    """The customer has an open invoice; nothing was deleted."""


@action(
    public=True,
    http=Http("DELETE"),
    needs_approval=True,
    when_to_use="A customer asks for the account to be deleted.",
    when_not_to_use="A customer only wants to change something.",
    tags=["customers"],
    destructive=True,
    open_world=False,
    errors=[AccountInUse, CustomerNotFound],
    examples=[Example({"customer_id": "cus_124"}, {"customer_id": "cus_124"})],
)
async def delete_account(customer_id: CustomerId, *, ctx: Context[Resources]) -> Deleted:
    """Delete a customer's account.

    That cannot be undone, so a call from outside is made only when somebody of the shop
    has said yes to it. The shop's own code and the command line make it at once.
    """
    of_the_customer = invoices.c.customer_id == customer_id
    # Asking whether there is an invoice and deleting is one statement, so that none can come in between.
    unless_in_use = delete(customers).where(
        customers.c.id == customer_id, ~exists(invoices.c.id).where(of_the_customer)
    )
    async with ctx.resources.database.begin() as connection:
        deleted = (await connection.execute(unless_in_use)).rowcount
        invoice_id = await connection.scalar(select(invoices.c.id).where(of_the_customer))
    if invoice_id is not None:
        raise AccountInUse(
            "The customer has an open invoice.",
            details=OpenInvoice(customer_id=customer_id, invoice_id=invoice_id),
        )
    if not deleted:
        no_such_customer(customer_id)
    return Deleted(customer_id=customer_id)
