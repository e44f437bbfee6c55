"""What a user may not write: each line with a mark is an error under mypy and pyright, and no other."""

from typing import assert_never

from my_shop_client import Client, Ok, models, progress
from my_shop_client.actions.shop import SearchProductsResult


async def token() -> str:
    return "t"


def wrong(client: Client, result: SearchProductsResult) -> None:
    client.search_products()  # wrong: query is missing
    client.search_products(query=3)  # wrong: no text
    client.search_products(query="x", limit=None)  # wrong: never null
    client.search_products(query="x", colour="red")  # wrong: no such input
    client.search_products("x")  # wrong: only by name
    client.search_products(query="x", options={"timeout": 3})  # wrong: no options
    client.internal_report()  # wrong: not public
    client.delete(**{"class": 3})  # wrong: no text
    progress(client.search_products, quer="x")  # wrong: no such input
    Client("http://x", auth={"token": "t"})  # wrong: no such scheme
    Client("http://x", auth={"key": 3})  # wrong: no text
    Client("http://x", auth={"key": token})  # wrong: only for AsyncClient
    models.Line()  # wrong: product_id is missing
    models.Line(product_id="p", amount=1)  # wrong: no such field
    models.Card(kind="invoice", number="1")  # wrong: another kind
    print(result.data)  # wrong: it may have failed
    match result:
        case Ok():
            return
        case _:
            assert_never(result)  # wrong: errors are left
