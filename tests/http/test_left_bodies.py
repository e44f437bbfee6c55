"""What is refused before its body was read ends its connection: the rest could take any time to come."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from actionary import Http, Registry, action, define_actions
from actionary.http import Limits, create_app

JSON = {"content-type": "application/json"}

REFUSED: dict[str, tuple[int, str, str, dict[str, str]]] = {
    "an unknown name": (404, "POST", "/api/actions/nobody", JSON),
    "another method": (405, "PUT", "/api/actions/echo", JSON),
    "a caller who is not let in": (401, "POST", "/api/actions/guarded", JSON),
    "a caller who calls too often": (429, "POST", "/api/actions/rare", JSON),
    "a time that is none": (400, "POST", "/api/actions/echo", {**JSON, "actionary-timeout-ms": "soon"}),
    "a GET with a wrong query": (400, "GET", "/api/actions/ask?text=a&text=b", {}),
    "the methods of an action": (204, "OPTIONS", "/api/actions/echo", {}),
}

BODIES = {"by its length": {"content-length": "100000"}, "in chunks": {"transfer-encoding": "chunked"}}


@pytest.fixture
def registry() -> Registry:
    async def echo(text: str = "") -> str:
        """Give a text back."""
        return text

    registry = Registry()
    define_actions(
        [
            action(public=True)(echo),
            action(public=True, name="ask", http=Http("GET"))(echo),
            action(public=True, name="guarded", auth=lambda _: False)(echo),
            action(public=True, name="rare", rate_limit="1/year")(echo),
        ],
        registry,
    )
    return registry


@pytest.fixture(params=["h11", "httptools"])
def connection(request, serve, registry) -> Iterator[http.client.HTTPConnection]:
    """A connection to a server, with either of uvicorn's readers of HTTP."""
    client = serve(create_app(registry, limits=Limits(body=200_000)), http=request.param)
    assert client.post("/api/actions/rare", json={}).status_code == 200
    connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port, timeout=20)
    yield connection
    connection.close()


def ask(connection: http.client.HTTPConnection, method: str, path: str, headers: Any) -> tuple[int, bool]:
    """Send the headers of a request; gives the status, and whether the reply is the connection's last."""
    connection.putrequest(method, path)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    reply = connection.getresponse()
    body = reply.read()
    assert not body or json.loads(body)["status"] == reply.status
    return reply.status, reply.will_close


NO_JSON = (415, "POST", "/api/actions/echo", {"content-type": "text/plain"})


@pytest.mark.parametrize(
    ("refused", "body"),
    [
        *(
            pytest.param(case, headers, id=f"{name}, {way}")
            for name, case in REFUSED.items()
            for way, headers in BODIES.items()
        ),
        pytest.param(NO_JSON, BODIES["by its length"], id="a body that is no JSON"),
    ],
)
def test_a_refusal_of_a_request_whose_body_nobody_reads_closes_the_connection(connection, refused, body):
    status, method, path, headers = refused
    lines = [f"{method} {path} HTTP/1.1", "host: x"]
    lines += [f"{name}: {value}" for name, value in {**headers, **body}.items()]
    connection.connect()
    connection.sock.sendall("\r\n".join([*lines, "", ""]).encode())
    with connection.sock.makefile("rb") as stream:
        came = stream.read()  # ends when the server closes
    assert came.startswith(b"HTTP/1.1 %d " % status)
    assert b"\r\nconnection: close\r\n" in came.lower()


@pytest.mark.parametrize("refused", [pytest.param(case, id=name) for name, case in REFUSED.items()])
def test_a_refusal_of_a_request_without_a_body_keeps_the_connection(connection, refused):
    status, method, path, headers = refused
    for nothing in ({}, {"content-length": "0"}):
        assert ask(connection, method, path, {**headers, **nothing}) == (status, False)


def test_a_refusal_of_a_body_that_was_read_keeps_the_connection(connection):
    connection.request("POST", "/api/actions/echo", b'{"text": 1}', JSON)
    reply = connection.getresponse()
    assert (reply.status, reply.will_close) == (400, False)
