from actionary import ActionError, Example, Http, action
from pydantic import BaseModel


class Product(BaseModel):
    id: str
    price_cents: int


class NoSuchProduct(ActionError, code="no_such_product", status=404):
    """There is no product of that id."""


@action(
    public=True,
    http=Http("GET"),
    when_to_use="The user asks for one product.",
    tags=["shop"],
    errors=[NoSuchProduct],
    examples=[Example({"id": "p1"}, {"id": "p1", "price_cents": 990})],
)
async def get_product(id: str) -> Product:
    """Get one product.

    Prices are in cents.
    """
    return Product(id=id, price_cents=990)
