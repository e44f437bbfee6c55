from __future__ import annotations

import asyncio
import os
import socket
import threading
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from actionary.catalog import Catalog

FOUND = {"items": [{"id": "p1", "title": "Shoe", "price_cents": 1}]}

Answer = Callable[[Any, socket.socket], object]
Call = Callable[..., Any]


def ok(data: Any, action: str = "search_products") -> dict[str, Any]:
    return {"ok": True, "data": data, "action": action, "latencyMs": 1.25, "new": "ignored"}


def test_a_server_that_is_not_there_is_a_network_error(shop: Any, call: Call) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    result = call(address, "search_products", query="secret")
    assert type(result) is shop.NetworkError
    told = f"The server could not be reached by GET {address}/api/actions/search_products: ConnectError: "
    assert result.message.startswith(told)
    assert "secret" not in result.message
    assert (result.status, result.retryable, result.code) == (0, True, "network_error")


def _reset(_: Any, connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    os.close(connection.detach())


def _cut_off(_: Any, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nx")
    connection.shutdown(socket.SHUT_RDWR)


def _no_http(_: Any, connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-x\r\n\r\n")
    connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("answer", [_reset, _cut_off, _no_http])
def test_a_connection_that_breaks_is_a_network_error(
    shop: Any, call: Call, serve: Any, answer: Answer
) -> None:
    assert type(call(serve(answer).url, "search_products", query="x")) is shop.NetworkError


def _drop_by_drop(server: Callable[[], Any], start: bytes) -> Answer:
    """Give the whole answer in the end, but far too late."""

    def answer(_: Any, connection: socket.socket) -> None:
        connection.sendall(start)
        for _drop in range(400):
            if server().ended.wait(0.01):
                return
            connection.sendall(b"x")
        connection.sendall(b"\r\nContent-Length: 0\r\n\r\n")

    return answer


@pytest.mark.parametrize(
    "start",
    [b"HTTP/1.1 200 X\r\nX-Slow: ", b"HTTP/1.1 200 X\r\nContent-Length: 400\r\n\r\n"],
    ids=["headers", "body"],
)
def test_the_time_limit_covers_an_answer_in_drops(shop: Any, call: Call, serve: Any, start: bytes) -> None:
    server: Any = serve(_drop_by_drop(lambda: server, start))
    result = call(server.url, "search_products", {"timeout": 0.2}, query="x")
    assert type(result) is shop.ClientTimeout
    assert result.message == "No whole answer came within 0.2 seconds."


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 X\r\nContent-Length: 400\r\n\r\nhalf"])
def test_the_time_limit_covers_an_answer_that_never_ends(
    shop: Any, call: Call, serve: Any, start: bytes
) -> None:
    def answer(_: Any, connection: socket.socket) -> None:
        connection.sendall(start)
        server.ended.wait()

    server: Any = serve(answer)
    options = shop.CallOptions(timeout=0.2)
    result = call(server.url, "search_products", {"timeout": None}, query="x", options=options)
    assert type(result) is shop.ClientTimeout
    assert (result.retryable, result.status) == (True, 0)


def test_a_client_goes_on_after_a_call_that_took_too_long(shop: Any, serve: Any, says: Any) -> None:
    quick = says(200, ok(FOUND))

    def answer(request: Any, connection: socket.socket) -> None:
        if "slow" in request.target:
            server.ended.wait()
        else:
            quick(request, connection)

    server: Any = serve(answer)
    with shop.Client(server.url) as client:
        assert client.search_products(query="x").ok is True
        slow = client.search_products(query="slow", options=shop.CallOptions(timeout=0.1))
        assert type(slow) is shop.ClientTimeout
        assert client.search_products(query="x").ok is True


def test_headers_of_the_client_and_of_the_call(shop: Any, call: Call, serve: Any, says: Any) -> None:
    server = serve(says(200, ok(FOUND)))
    options = shop.CallOptions(headers={"X-B": "call"})
    call(
        server.url,
        "search_products",
        {"headers": {"X-A": "client", "X-B": "client"}},
        query="x",
        options=options,
    )
    assert (server.requests[0].headers["x-a"], server.requests[0].headers["x-b"]) == ("client", "call")


@pytest.mark.parametrize("address", ["example.com", "ftp://x", "", "http://"])
def test_an_address_that_is_none_is_refused_at_once(shop: Any, address: str) -> None:
    for client in (shop.Client, shop.AsyncClient):
        with pytest.raises(ValueError, match="must be an address"):
            client(address)


def test_a_closed_client_gives_aborted(shop: Any) -> None:
    client = shop.Client("http://127.0.0.1:1")
    client.close()
    assert type(client.search_products(query="x")) is shop.Aborted

    async def awaited() -> Any:
        client = shop.AsyncClient("http://127.0.0.1:1")
        await client.aclose()
        return await client.search_products(query="x")

    assert type(asyncio.run(awaited())) is shop.Aborted


def test_closing_a_client_ends_the_calls_of_other_threads(shop: Any, serve: Any) -> None:
    server: Any = serve(lambda _request, _connection: server.ended.wait())
    client = shop.Client(server.url, timeout=None)
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(client.search_products(query="x")), daemon=True)
    thread.start()
    server.came.wait()
    client.close()
    thread.join(20)
    assert [type(result) for result in results] == [shop.Aborted]


async def test_closing_a_client_ends_the_calls_of_other_tasks(shop: Any, serve: Any) -> None:
    server: Any = serve(lambda _request, _connection: server.ended.wait())
    client = shop.AsyncClient(server.url, timeout=None)
    task = asyncio.create_task(client.search_products(query="x"))
    await asyncio.to_thread(server.came.wait)
    await client.aclose()
    assert type(await task) is shop.Aborted


async def test_cancelling_a_task_cancels_its_call(shop: Any, serve: Any) -> None:
    server: Any = serve(lambda _request, _connection: server.ended.wait())
    async with shop.AsyncClient(server.url) as client:
        task = asyncio.create_task(client.search_products(query="x"))
        await asyncio.to_thread(server.came.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("ftp://shop.test", "begins with 'ftp', but must be an address"),
        ("shop.test", "must be an address"),
        ("http://", "must be an address"),
        (" http://shop.test", "must be an address"),
        ("http://a b", "must be an address"),
        ("http://shop.test:99999", "must be an address"),
        ("http://shop.test:0", "must be an address"),
        ("http://shop.test:x", "must be an address .*: Invalid port"),
        ("http://shop.test\n", "must be an address"),
        ("http://ann:s3cret@shop.test", "holds a user or a password; give them as auth"),
        ("http://@shop.test", "holds a user or a password"),
        ("http:ann:s3cret@shop.test", "base_url must be"),
        ("http://shop.test/?s3cret", "holds a query, but the paths of actions are added"),
        ("http://shop.test?", "holds a query"),
        ("http://shop.test/#s3cret", "holds a fragment"),
    ],
)
@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
def test_an_address_to_which_no_path_can_be_added_is_refused_at_once(
    shop: Any, kind: str, address: str, says: str
) -> None:
    with pytest.raises(ValueError, match=says) as raised:
        getattr(shop, kind)(address)
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("address", ["{}", "{}/", "{}/shop@home/v1/"])
def test_paths_are_added_to_an_address_as_it_is(
    *, shop: Any, call: Call, serve: Any, says: Any, address: str
) -> None:
    server = serve(says(200, ok(FOUND)))
    assert type(call(address.format(server.url), "search_products", query="x")) is shop.Ok
    prefix = address.format("").rstrip("/")
    assert server.requests[0].target.startswith(f"{prefix}/api/actions/search_products")


def test_threads_share_a_client(shop: Any, serve: Any, says: Any) -> None:
    server = serve(says(200, ok(FOUND)))
    results: list[Any] = []
    with shop.Client(server.url) as client:
        threads = [
            threading.Thread(target=lambda: results.append(client.search_products(query="x")))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [result.data.items[0].id for result in results] == ["p1"] * 8


def test_another_catalog_is_warned_of_once(shop: Any, serve: Any, says: Any, sample: Catalog) -> None:
    server = serve(says(200, ok(FOUND), {"Actionary-Catalog": "0123456789abcdef"}))
    with shop.Client(server.url) as client:
        with pytest.warns(
            shop.CatalogDriftWarning, match=f"0123456789abcdef.*{sample.surface[:16]}"
        ) as warned:
            client.search_products(query="x")
        assert [warning.filename for warning in warned] == [__file__]
        client.search_products(query="x")


async def test_another_catalog_is_warned_of_once_when_awaited(shop: Any, serve: Any, says: Any) -> None:
    server = serve(says(200, ok(FOUND), {"Actionary-Catalog": "0123456789abcdef"}))
    async with shop.AsyncClient(server.url) as client:
        with pytest.warns(shop.CatalogDriftWarning, match="0123456789abcdef"):
            await client.search_products(query="x")
        await client.search_products(query="x")


def test_a_result_is_given_where_warnings_are_errors(
    *, shop: Any, call: Call, serve: Any, says: Any, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(says(200, ok(FOUND), {"Actionary-Catalog": "0123456789abcdef"}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = call(server.url, "search_products", query="x")
    assert type(result) is shop.Ok
    [told] = caplog.records
    assert (told.name, told.levelname) == ("my_shop_client", "WARNING")
    assert "the server's catalog is 0123456789abcdef" in told.getMessage()


def test_a_server_that_does_not_say_its_catalog_is_not_warned_of(
    shop: Any, call: Call, serve: Any, says: Any
) -> None:
    server = serve(says(200, ok(FOUND), {}))
    assert type(call(server.url, "search_products", query="x")) is shop.Ok
