"""What callers over HTTP see of time: deadlines, their own hurry, hanging up, slow bodies, a full server."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest
from actionary import Context, Http, Registry, action, define_actions
from actionary import threads as threads_module
from actionary.http import Limits, create_app, door

LINE = b"POST /api/actions/%b HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"


class Seen:
    """What the handlers below saw, told to the thread of the test."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.cancelled = threading.Event()
        self.go_on = threading.Event()
        self.told: list[Any] = []


@pytest.fixture
def seen() -> Iterator[Seen]:
    seen = Seen()
    yield seen
    seen.go_on.set()


@pytest.fixture
def registry(seen: Seen) -> Registry:
    async def forever() -> None:
        """Wait for ever."""
        seen.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            seen.cancelled.set()

    def work(ctx: Context) -> None:
        """Work in a thread until somebody says that it is enough."""
        seen.begun.set()
        while not ctx.cancelled:
            seen.go_on.wait(0.01)
        seen.cancelled.set()

    def stubborn() -> None:
        """Work in a thread, and look at nothing."""
        seen.begun.set()
        seen.go_on.wait(20)

    async def tell(ctx: Context) -> float:
        """Tell how much time is left."""
        return ctx.remaining

    async def quick() -> str:
        """Answer at once."""
        return "here"

    def action_of(handler: Any, **fields: Any) -> Any:
        return action(public=True, **fields)(handler)

    registry = Registry()
    define_actions(
        [
            action_of(forever),
            action_of(forever, name="forever_get", http=Http("GET")),
            action_of(forever, name="forever_short", timeout=0.05),
            action_of(work),
            action_of(work, name="work_short", timeout=0.05),
            action_of(stubborn, timeout=0.05),
            action_of(tell),
            action_of(quick),
        ],
        registry,
    )
    return registry


def connect(client: httpx2.Client, request: bytes) -> socket.socket:
    address = client.base_url
    connection = socket.create_connection((address.host, address.port or 0), timeout=20)
    connection.sendall(request)
    return connection


def call(name: str, body: bytes = b"{}") -> bytes:
    return LINE % name.encode() + b"content-length: %d\r\n\r\n" % len(body) + body


def send_slowly(connection: socket.socket, body: bytes) -> None:
    for byte in body:
        connection.sendall(bytes([byte]))


def answer_of(connection: socket.socket) -> tuple[bytes, dict[str, Any]]:
    """Read until the server closes."""
    with connection, connection.makefile("rb") as stream:
        head, _, body = stream.read().partition(b"\r\n\r\n")
    return head.lower(), json.loads(body)


@pytest.mark.parametrize(
    "request_", [call("forever"), b"GET /api/actions/forever_get HTTP/1.1\r\nhost: x\r\n\r\n"]
)
def test_a_caller_who_hangs_up_cancels_the_handler(serve, registry, seen, request_):
    with connect(serve(create_app(registry)), request_):
        assert seen.begun.wait(20)
        assert not seen.cancelled.is_set()
    assert seen.cancelled.wait(20)


def test_a_plain_function_can_ask_whether_anybody_waits(serve, registry, seen):
    with connect(serve(create_app(registry)), call("work")):
        assert seen.begun.wait(20)
    assert seen.cancelled.wait(20)


@pytest.mark.parametrize("name", ["forever_short", "work_short", "stubborn"])
def test_the_caller_is_answered_at_the_deadline_whatever_runs_on(serve, registry, name):
    answer = serve(create_app(registry)).post(f"/api/actions/{name}", json={})
    assert (answer.status_code, answer.json()["code"]) == (504, "timeout")


def test_a_caller_may_wait_for_less_time_than_the_action_has(serve, registry):
    client = serve(create_app(registry))
    answer = client.post("/api/actions/forever", json={}, headers={"Actionary-Timeout-Ms": "50"})
    assert (answer.status_code, answer.json()["code"]) == (504, "timeout")
    left = client.post("/api/actions/tell", json={}, headers={"Actionary-Timeout-Ms": "20000"}).json()["data"]
    assert 0 < left < 20
    longer = client.post("/api/actions/tell", json={}, headers={"Actionary-Timeout-Ms": "9999999999"})
    assert 20 < longer.json()["data"] < 30


@pytest.mark.parametrize("given", ["0", "-1", "1.5", "soon", "", "٣", "99999999999"])
def test_a_time_that_is_none_is_refused(serve, registry, given):
    headers = {b"actionary-timeout-ms": given.encode()}
    answer = serve(create_app(registry)).post("/api/actions/quick", json={}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    said = "the input must have a whole number from 1 to 9,999,999,999 in Actionary-Timeout-Ms"
    assert answer.json()["message"] == said


@pytest.mark.parametrize("sent", [b"", b"{"])
def test_a_body_that_does_not_come_in_time_is_given_up_and_the_connection_closed(
    serve, registry, monkeypatch, sent
):
    monkeypatch.setattr(door, "BODY_SECONDS", 0.05)
    request = LINE % b"quick" + b"content-length: 2\r\n\r\n" + sent
    head, body = answer_of(connect(serve(create_app(registry)), request))
    assert head.startswith(b"http/1.1 504")
    assert b"connection: close" in head
    assert body["code"] == "timeout"


def test_a_body_that_drips_is_given_up_too(serve, registry, monkeypatch):
    monkeypatch.setattr(door, "BODY_SECONDS", 0.1)
    client = serve(create_app(registry))
    connection = connect(client, LINE % b"quick" + b"content-length: 100000\r\n\r\n")
    with connection, pytest.raises(OSError):  # noqa: PT011 - broken pipe or reset: the server has closed
        send_slowly(connection, b" " * 100_000)
    assert client.post("/api/actions/quick", json={}).json()["data"] == "here"


def test_a_full_server_refuses_and_says_when_to_come_again_and_health_still_answers(serve, registry, seen):
    client = serve(create_app(registry, limits=Limits(calls=1)))
    with connect(client, call("forever")):
        assert seen.begun.wait(20)
        answer = client.post("/api/actions/quick", json={})
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.json()["retryable"] is True
        assert int(answer.headers["retry-after"]) > 0
        assert client.get("/healthz").status_code == 200
    assert seen.cancelled.wait(20)
    assert client.post("/api/actions/quick", json={}).json()["data"] == "here"


def test_abandoned_threads_are_counted_and_bounded(serve, registry, seen, monkeypatch, caplog):
    monkeypatch.setattr(threads_module, "MOST_ABANDONED", 2)
    client = serve(create_app(registry))
    codes = [client.post("/api/actions/stubborn", json={}).json()["code"] for _ in range(3)]
    assert codes == ["timeout", "timeout", "unavailable"]
    assert "nobody waits for it (2 of at most 2)" in caplog.text
    assert client.post("/api/actions/quick", json={}).json()["data"] == "here"


def test_many_waiting_calls_each_end_in_time_and_leave_nothing(serve, registry):
    client = serve(create_app(registry))
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(client, call("forever_short"))) for _ in range(50)]
        for connection in connections:
            assert connection.recv(12) == b"HTTP/1.1 504"
    assert client.post("/api/actions/quick", json={}).json()["data"] == "here"
