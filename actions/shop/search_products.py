from __future__ import annotations

from typing import Annotated

from actionary import Context, Example, Http, action
from pydantic import BaseModel, Field
from sqlalchemy import func, select

from actions._database import Resources
from actions._tables import products
from actions.shop._products import Category, Product


class SearchResult(BaseModel):
    """The products that were found."""

    items: list[Product]
    total: int = Field(description="How many products match; items holds at most limit of them.")


@action(
    public=True,
    http=Http("GET"),
    when_to_use="The user wants to find products, or asks what the shop sells.",
    when_not_to_use="The user has an order id: that is get_order.",
    tags=["shop"],
    open_world=False,
    parallel_safe=True,
    examples=[
        Example(
            {"query": "tent"},
            {
                "items": [
                    {
                        "id": "p-300",
                        "title": "Tent for two",
                        "category": "outdoor",
                        "price_cents": 24900,
                        "stock": 2,
                    }
                ],
                "total": 1,
            },
        ),
        Example({"query": "shoes", "category": "bags"}, {"items": [], "total": 0}),
    ],
)
async def search_products(
    query: Annotated[str, Field(description="Part of the title, in any case.", min_length=1, max_length=100)],
    limit: Annotated[int, Field(description="How many products to give.", ge=1, le=50)] = 10,
    category: Annotated[Category | None, Field(description="Only this category.")] = None,
    max_price_cents: Annotated[
        int | None, Field(description="Only what costs no more.", ge=0, le=10_000_000)
    ] = None,
    *,
    ctx: Context[Resources],
) -> SearchResult:
    """Search the product catalogue.

    The cheapest come first. What is out of stock is found too: look at stock
    before you order.
    """
    # LIKE would take a NUL in the query for its end.
    at = func.instr(func.lower(products.c.title), func.lower(query))
    found = select(products).where(at > 0)
    if category is not None:
        found = found.where(products.c.category == category)
    if max_price_cents is not None:
        found = found.where(products.c.price_cents <= max_price_cents)
    async with ctx.resources.database.connect() as connection:
        total = await connection.scalar(select(func.count()).select_from(found.subquery()))
        rows = await connection.execute(found.order_by(products.c.price_cents, products.c.id).limit(limit))
        items = [Product.model_validate(row, from_attributes=True) for row in rows]
    return SearchResult(items=items, total=total or 0)
