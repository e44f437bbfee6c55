"""One time limit for all that a call does, with what it asks of others; by one table for both clients."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import anyio
import httpx2
import pytest
from actionary.catalog import Catalog, ChangesSpec

LIMIT = "Actionary-Timeout-Ms"
SHORT = 0.05
"""Seconds, which a test is over that waits longer."""


@pytest.fixture(scope="module")
def shop(
    sample: Catalog, emit: Any, importable: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    nothing: dict[str, Any] = {"type": "object", "properties": {}}
    ping = replace(sample.get("add_node"), name="ping", input=nothing, output={"type": "null"}, examples=())
    catalog = replace(sample, title="Slow shop", actions=(replace(ping, read_only=True),))
    project = emit(replace(catalog, changes=ChangesSpec(auth=False)), tmp_path_factory.mktemp("slow"))
    with importable(project, "slow_shop_client") as package:
        yield package


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def called(shop: Any, kind: str, sent: list[httpx2.Request], **options: Any) -> Any:
    """Make a call on a network that keeps what is sent and answers that it is unavailable."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        envelope = {"ok": False, "action": "ping", "code": "unavailable", "message": "No.", "latencyMs": 1}
        return httpx2.Response(503, json={**envelope, "status": 503, "retryable": True, "details": None})

    given: dict[str, Any] = {"transport": httpx2.MockTransport(answer), "retry": None, **options}
    if kind == "sync":
        with shop.Client("http://shop.test", **given) as client:
            return client.ping()

    async def awaited() -> Any:
        with anyio.fail_after(20):
            async with shop.AsyncClient("http://shop.test", **given) as client:
                return await client.ping()

    return asyncio.run(awaited())


def slow(seconds: float, answer: Any = None) -> Callable[..., Any]:
    def blocking(*_: Any) -> Any:
        time.sleep(seconds)
        return answer

    return blocking


def test_the_limit_that_is_sent_is_what_auth_and_hooks_leave_of_it(shop: Any, kind: str) -> None:
    sent: list[httpx2.Request] = []
    called(shop, kind, sent, timeout=50, auth={"tokens": slow(0.2, "t")}, on_request=slow(0.2))
    assert 0 < int(sent[0].headers[LIMIT]) <= 49_600


def test_a_hook_may_tell_another_limit(shop: Any, kind: str) -> None:
    def shorter(info: Any) -> None:
        assert int(info.headers[LIMIT]) <= 50_000
        info.headers[LIMIT] = "7"

    sent: list[httpx2.Request] = []
    called(shop, kind, sent, timeout=50, on_request=shorter)
    assert sent[0].headers[LIMIT] == "7"


@pytest.mark.parametrize("asked", ["auth", "on_request"])
def test_nothing_is_sent_once_the_time_is_over(shop: Any, kind: str, asked: str) -> None:
    function = slow(2 * SHORT, "t")
    sent: list[httpx2.Request] = []
    given = {"auth": {"tokens": function}} if asked == "auth" else {asked: function}
    result = called(shop, kind, sent, timeout=SHORT, **given)
    assert type(result) is shop.ClientTimeout
    assert sent == []


async def hang(*_: Any) -> Any:
    await anyio.sleep_forever()


@pytest.mark.parametrize(
    ("asked", "sends", "ends"),
    [
        ("auth", 0, "ClientTimeout"),
        ("on_request", 0, "ClientTimeout"),
        ("on_response", 1, "ClientTimeout"),
        ("on_retry", 1, "Unavailable"),
    ],
)
def test_what_never_answers_is_left_when_the_time_is_over(
    shop: Any, asked: str, sends: int, ends: str
) -> None:
    sent: list[httpx2.Request] = []
    given: dict[str, Any] = {"auth": {"tokens": hang}} if asked == "auth" else {asked: hang}
    retry = shop.Retry(base=0)
    result = called(shop, "async", sent, timeout=SHORT, retry=retry, **given)
    assert type(result).__name__ == ends
    assert len(sent) == sends


async def test_a_stream_of_changes_is_asked_for_again_when_auth_never_answered(shop: Any) -> None:
    waits: list[float] = []

    class Enough(Exception):  # noqa: N818 - it is no error
        pass

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            raise Enough

    transport = httpx2.MockTransport(lambda _: httpx2.Response(500))
    given: dict[str, Any] = {"transport": transport, "timeout": SHORT, "sleep": wait}
    with anyio.fail_after(20):
        async with shop.AsyncClient("http://shop.test", on_request=hang, **given) as client:
            with pytest.raises(Enough):
                await anext(shop.subscribe_changes(client))
