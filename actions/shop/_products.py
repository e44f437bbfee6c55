"""What several shop actions say of products."""

from __future__ import annotations

from typing import Annotated, Literal

from actionary import ActionError
from pydantic import BaseModel, Field

Category = Literal["shoes", "bags", "outdoor"]
ProductId = Annotated[str, Field(description="The product's id, such as p-100.", min_length=1)]
Cents = Annotated[int, Field(description="In euro cents.", ge=0)]


class Product(BaseModel):
    """A product as the shop sells it."""

    id: ProductId
    title: str
    category: Category
    price_cents: Cents
    stock: int = Field(description="How many can be ordered now.")


class WhichProduct(BaseModel):
    """The product that a call was about."""

    product_id: ProductId


class ProductNotFound(ActionError[WhichProduct], code="product_not_found", status=404):
    """The shop has no product of that id."""
