from typing import Annotated

from actionary import ActionError, action
from pydantic import BaseModel, Field

from actions._types import Order as PublicOrder


class Order(BaseModel):
    """A private type that is called like the public one."""

    secret: Annotated[str, Field(description="hush")]
    of: PublicOrder


class Forbidden(ActionError, code="purging_forbidden"):
    """hush"""


@action(errors=[Forbidden], tags=["hush"])
async def purge_orders(orders: list[Order]) -> list[Order]:
    """hush: throw orders away."""
    return orders
