from __future__ import annotations

import json
import socket
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
import pytest

Answer = Callable[[Any, socket.socket], object]
Call = Callable[..., Any]


def ok(data: Any, action: str = "search_products") -> dict[str, Any]:
    return {"ok": True, "data": data, "action": action, "latencyMs": 1.25, "new": "ignored"}


def err(code: str, status: int, details: Any = None, **more: Any) -> dict[str, Any]:
    error = {"ok": False, "code": code, "message": "Why.", "status": status, "retryable": False}
    return {**error, "details": details, "action": "create_order", "latencyMs": 1, "requestId": "r1", **more}


FOUND = {"items": [{"id": "p1", "title": "Shoe", "price_cents": 1, "new": "ignored"}]}
ORDER = {
    "id": "o1",
    "note": None,
    "placed": "2026-01-02T03:04:05Z",
    "price": "2.00",
    "status": "open",
    "total_cents": 200,
}


def order(shop: Any, **more: Any) -> dict[str, Any]:
    return {
        "customer_id": UUID(int=1),
        "lines": [shop.models.Line(product_id="p1", quantity=2)],
        "payment": shop.models.Card(kind="card", number="4111"),
        **more,
    }


def test_a_good_answer_is_typed_data(shop: Any, call: Call, serve: Any, says: Any) -> None:
    server = serve(says(200, ok(ORDER, "create_order")))
    result = call(server.url, "create_order", **order(shop, note=None))
    assert isinstance(result, shop.Ok)
    assert result.ok is True
    assert (result.action, result.latency_ms) == ("create_order", 1.25)
    assert result.data.price == Decimal("2.00")
    assert result.data.placed == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert shop.unwrap(result) is result.data
    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/api/actions/create_order")
    assert request.headers["content-type"] == "application/json"
    assert request.json == {
        "customer_id": str(UUID(int=1)),
        "lines": [{"product_id": "p1", "quantity": 2}],
        "payment": {"kind": "card", "number": "4111"},
        "note": None,
    }


def test_a_get_travels_as_a_query(shop: Any, call: Call, serve: Any, says: Any) -> None:
    server = serve(says(200, ok([], "list_events")))
    window = shop.models.Window(min=1, max=2)
    call(server.url + "/", "list_events", from_=date(2026, 1, 2), hours=window, tag=[], to=None)
    call(server.url, "list_events", from_=date(2026, 1, 2), tag=["[]"], kind="a&b=c ü")
    assert [str(httpx2.QueryParams(request.target.partition("?")[2])) for request in server.requests] == [
        str(httpx2.QueryParams([("from", "2026-01-02"), ("hours", '{"max":2,"min":1}'), ("tag", "[]")])),
        str(httpx2.QueryParams([("from", "2026-01-02"), ("kind", "a&b=c ü"), ("tag[]", "[]")])),
    ]
    assert server.requests[0].target.startswith("/api/actions/list_events?")


@pytest.mark.filterwarnings("ignore:Deprecated since:DeprecationWarning")
def test_a_query_without_arguments_is_only_the_path(call: Call, serve: Any, says: Any) -> None:
    server = serve(says(200, ok({"any": ["thing"]}, "old_ping")))
    assert call(server.url, "old_ping").data == {"any": ["thing"]}
    assert server.requests[0].target == "/api/actions/old_ping"


@pytest.mark.parametrize(
    ("code", "status", "details", "expected"),
    [
        ("out_of_stock", 409, {"product_id": "p1", "available": 2, "new": 1}, "OutOfStock"),
        ("shop_closed", 409, None, "ShopClosed"),
        ("invalid_input", 400, [{"path": ["a", 0], "type": "t", "message": "m"}], "InvalidInput"),
        ("payload_too_large", 413, None, "PayloadTooLarge"),
        ("unsupported_media_type", 415, None, "UnsupportedMediaType"),
        ("timeout", 504, None, "Timeout"),
        ("handler_error", 500, None, "HandlerError"),
        ("invalid_output", 500, None, "InvalidOutput"),
        ("unavailable", 503, None, "Unavailable"),
    ],
)
def test_each_error_of_the_server_is_its_class(
    *, shop: Any, call: Call, serve: Any, says: Any, code: str, status: int, details: Any, expected: str
) -> None:
    result = call(serve(says(status, err(code, status, details))).url, "create_order", **order(shop))
    assert type(result) is getattr(shop, expected)
    assert (result.ok, result.code, result.status, result.message) == (False, code, status, "Why.")
    assert (result.request_id, result.latency_ms) == ("r1", 1.0)
    if code == "out_of_stock":
        assert result.details == shop.models.StockDetails(product_id="p1", available=2)
    with pytest.raises(shop.ActionError, match="create_order: ") as raised:
        shop.unwrap(result)
    assert raised.value.error is result


def test_unauthorized_is_known_where_there_is_auth(shop: Any, call: Call, serve: Any, says: Any) -> None:
    server = serve(says(401, err("unauthorized", 401, action="delete")))
    assert type(call(server.url, "delete", class_="x")) is shop.Unauthorized
    assert server.requests[0].json == {"class": "x"}


def test_rate_limited_is_known_where_there_is_a_rate(shop: Any, call: Call, serve: Any, says: Any) -> None:
    server = serve(says(429, err("rate_limited", 429, action="delete", retryable=True)))
    result = call(server.url, "delete", class_="x")
    assert type(result) is shop.RateLimited
    assert result.retryable


def test_a_code_newer_than_the_client_is_kept(shop: Any, call: Call, serve: Any, says: Any) -> None:
    server = serve(says(418, err("teapot", 418, {"a": 1}, retryable=True)))
    result = call(server.url, "create_order", **order(shop))
    assert type(result) is shop.UnknownError
    assert result.details == shop.UnknownCode("teapot", {"a": 1})
    assert (result.code, result.status, result.retryable) == ("unknown_error", 418, True)


@pytest.mark.parametrize(
    ("status", "body", "where", "retryable"),
    [
        (502, b"<html>Bad gateway</html>", "status 502 and no JSON", True),
        (404, b"<html>", "status 404 and no JSON", False),
        (302, b"", "status 302 and no JSON", False),
        (200, b'{"ok": true, "data": ', "no JSON", False),
        (200, b"[]", "no JSON object", False),
        (503, b"{}", "`ok` is missing", True),
        (200, ok({"items": [{"id": 3, "title": "", "price_cents": 1}]}), "`data.items.0.id`", False),
        (200, ok({}), "`data.items`: Field required", False),
        (200, ok(None), "`data`", False),
        (200, {**ok({}), "ok": "yes"}, "`ok` is not of the right type", False),
    ],
)
def test_what_is_no_answer_of_this_api_is_kept(
    *, shop: Any, call: Call, serve: Any, says: Any, status: int, body: Any, where: str, retryable: bool
) -> None:
    headers = {"Location": "http://127.0.0.1:1/"} if status == 302 else None
    result = call(serve(says(status, body, headers)).url, "search_products", query="x")
    assert type(result) is shop.InvalidResponse
    assert where in result.message
    assert result.retryable is retryable
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert result.details == shop.RawReply(status, raw.decode())


def test_a_wrong_address_is_named_without_the_query(shop: Any, call: Call, serve: Any, says: Any) -> None:
    wrong = serve(says(404, b"Not Found", {"Content-Type": "text/plain"}))
    result = call(f"{wrong.url}/v1/", "list_events", from_=date(2026, 1, 2), kind="secret")
    assert type(result) is shop.InvalidResponse
    assert "secret" in wrong.requests[0].target
    assert result.message == (
        f"The reply to GET {wrong.url}/v1/api/actions/list_events is not an answer of this API: "
        "status 404 and no JSON, where an envelope of Actionary was expected: check `base_url`."
    )


def test_a_body_that_cannot_be_decoded_is_no_answer(shop: Any, call: Call, serve: Any, says: Any) -> None:
    server = serve(says(200, b"not gzip", {"Content-Encoding": "gzip"}))
    result = call(server.url, "search_products", query="x")
    assert type(result) is shop.InvalidResponse
    assert "cannot be decoded" in result.message


def test_details_that_do_not_fit_are_no_answer(shop: Any, call: Call, serve: Any, says: Any) -> None:
    server = serve(says(409, err("out_of_stock", 409, {"product_id": "p1"})))
    result = call(server.url, "create_order", **order(shop))
    assert type(result) is shop.InvalidResponse
    assert "`details.available`: Field required" in result.message
