"""What a user may write, under mypy and pyright strict; each type is the one that is promised."""

import datetime as dt
import uuid
from typing import Any, Literal, assert_never, assert_type

from my_shop_client import (
    UNSET,
    Aborted,
    ActionError,
    AsyncClient,
    CallOptions,
    Change,
    Client,
    ClientTimeout,
    Conflict,
    HandlerError,
    InputProblem,
    InvalidInput,
    InvalidOutput,
    InvalidResponse,
    NetworkError,
    Ok,
    OutOfStock,
    PayloadTooLarge,
    Progress,
    RawReply,
    Reset,
    Retry,
    ShopClosed,
    Timeout,
    Unauthorized,
    Unavailable,
    UnknownCode,
    UnknownError,
    Unset,
    UnsupportedMediaType,
    models,
    progress,
    subscribe_changes,
    unwrap,
)
from my_shop_client.actions.default import DeleteResult
from my_shop_client.actions.shop import (
    CreateOrderError,
    CreateOrderResult,
    SearchProductsError,
    SearchProductsResult,
)


def blocking(client: Client) -> None:
    found = client.search_products(query="shoes")
    assert_type(found, SearchProductsResult)
    if isinstance(found, Ok):
        assert_type(found.data.items, list[models.Product])
    else:
        assert_type(found.ok, Literal[False])
        assert_type(found.retryable, bool)
    assert_type(unwrap(found), models.SearchResult)
    created = client.create_order(
        customer_id=uuid.UUID(int=1),
        lines=[models.Line(product_id="p1"), models.Line(product_id="p2", quantity=2)],
        payment=models.Card(kind="card", number="1"),
        note=None,
        labels={"gift": "yes"},
        options=CallOptions(timeout=5, headers={"X-Request-Id": "1"}),
    )
    if created.ok is True:
        assert_type(created.data.status, Literal["open", "paid", "sent"])
        assert_type(created.data.placed, dt.datetime)
        assert_type(created.data.note, str | None)
    elif created.code == "out_of_stock":
        assert_type(created.details, models.StockDetails)
    elif created.code == "invalid_input":
        assert_type(created.details, tuple[InputProblem, ...])
    elif created.code == "invalid_response":
        assert_type(created.details, RawReply)
    elif created.code == "unknown_error":
        assert_type(created.details, UnknownCode)
    client.list_events(from_=dt.date(2026, 1, 2), kind="party", hours=None, tag=[], to=UNSET)
    client.delete(class_="x", a_b=1, constructor=True)
    client.add_node(value=1, children=[models.Node(value=2, children=[])], options=CallOptions(timeout=None))


async def awaited(client: AsyncClient) -> None:
    async with client:
        assert_type(unwrap(await client.list_events(from_=dt.date(2026, 1, 2))), list[models.Event])
        old = client.old_ping()  # pyright: ignore[reportDeprecated] - it is
        assert_type(unwrap(await old), Any)
        assert_type(unwrap(await client.delete(class_="x")), None)


def iterators(client: Client) -> None:
    for event in progress(client.search_products, query="x", options=CallOptions(retry=None)):
        assert_type(event, Progress | Ok[models.SearchResult] | SearchProductsError)
    for change in subscribe_changes(client, after="1.1"):
        assert_type(change, Change | Reset)


async def token() -> str:
    return "t"


async def awaited_iterators(client: AsyncClient) -> None:
    async for event in progress(client.search_products, query="x"):
        assert_type(event, Progress | Ok[models.SearchResult] | SearchProductsError)
    async for change in subscribe_changes(client):
        assert_type(change, Change | Reset)


def who_calls() -> None:
    Client("http://x", auth={"key": "k", "tokens": lambda: "t"}, retry=Retry(attempts=2))
    AsyncClient("http://x", auth={"tokens": token})


def exhaustive_match(result: CreateOrderResult) -> str:
    match result:
        case Ok(data=data):
            return data.id
        case OutOfStock(details=details):
            return str(details.available)
        case ShopClosed() | PayloadTooLarge() | UnsupportedMediaType() | InvalidInput() | Timeout():
            return result.message
        case Conflict(details=why):
            return why.reason
        case HandlerError() | InvalidOutput() | Unavailable():
            return result.request_id or ""
        case NetworkError() | ClientTimeout() | Aborted() | InvalidResponse() | UnknownError():
            return result.message
        case _:
            assert_never(result)


def exhaustive_codes(error: CreateOrderError) -> bool:
    match error.code:
        case "out_of_stock" | "shop_closed":
            return True
        case "payload_too_large" | "unsupported_media_type" | "invalid_input" | "timeout":
            return False
        case "conflict" | "handler_error" | "invalid_output" | "unavailable":
            return False
        case "network_error" | "client_timeout" | "aborted" | "invalid_response" | "unknown_error":
            return error.retryable
        case _:
            assert_never(error.code)


def only_where_there_is_auth(result: DeleteResult) -> bool:
    return isinstance(result, Unauthorized)


def one_exception(client: Client) -> int | None:
    try:
        unwrap(client.search_products(query="x"))
    except ActionError as failed:
        if isinstance(failed.error, InvalidInput):
            return len(failed.error.details)
    return None


def given(value: int | Unset) -> int:
    return 0 if value is UNSET else value


def of_a_model(line: models.Line) -> int:
    return given(line.quantity)
