from __future__ import annotations

from typing import Annotated

from actionary import Context, action
from pydantic import Field
from sqlalchemy import update

from actions._database import Resources
from actions._tables import products
from actions.shop._products import Product, ProductId, ProductNotFound, WhichProduct


@action(
    when_to_use="New items of a product have arrived in the store room.",
    tags=["shop"],
    destructive=False,
    open_world=False,
    errors=[ProductNotFound],
)
async def restock(
    product_id: ProductId,
    quantity: Annotated[int, Field(description="How many have arrived.", ge=1, le=10_000)],
    *,
    ctx: Context[Resources],
) -> Product:
    """Add items to a product's stock.

    The action is private: the shop's own code and the command line call it, nobody
    from outside can, and nothing that is generated speaks of it.
    """
    add = (
        update(products)
        .where(products.c.id == product_id)
        .values(stock=products.c.stock + quantity)
        .returning(products)
    )
    async with ctx.resources.database.begin() as connection:
        row = (await connection.execute(add)).one_or_none()
    if row is None:
        raise ProductNotFound("There is no such product.", details=WhichProduct(product_id=product_id))
    return Product.model_validate(row, from_attributes=True)
