"""How often somebody may call: counted by principal or address, in memory or in a real Redis."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx2
import pytest
from actionary import (
    ActionDefinitionError,
    Context,
    Principal,
    Registry,
    Request,
    action,
    define_actions,
    invoke_action,
)
from actionary.gates import counters
from actionary.http import CannotServe, Limits, create_app


async def people(request: Request) -> Principal | None:
    name = request.headers.get("x-name", "")
    return Principal(id=name) if name else None


async def ping() -> str:
    """Answer."""
    return "here"


def registry_of(*, rate: str = "2/hour", url: str | None = None, **fields: Any) -> Registry:
    registry = Registry(rate_limits=url)
    define_actions([action(public=True, rate_limit=rate, **fields)(ping)], registry)
    return registry


def call(client: httpx2.Client, name: str = "ping", **headers: str) -> httpx2.Response:
    return client.post(f"/api/actions/{name}", json={}, headers=headers)


def statuses(client: httpx2.Client, times: int, name: str = "ping", **headers: str) -> list[int]:
    return [call(client, name, **headers).status_code for _ in range(times)]


@pytest.fixture
def place(request: pytest.FixtureRequest) -> str:
    """Where calls are counted; what the tests below say holds in both places."""
    return "memory://" if request.param == "memory" else request.getfixturevalue("redis").url


BOTH = pytest.mark.parametrize("place", ["memory", "redis"], indirect=True)


@BOTH
def test_one_call_too_many_is_refused_and_told_when_to_come_again(serve, place):
    client = serve(create_app(registry_of(url=place)))
    assert statuses(client, 2) == [200, 200]
    refused = call(client)
    assert refused.status_code == 429
    assert refused.json() == refused.json() | {
        "code": "rate_limited",
        "message": "At most 2 calls per hour may be made.",
        "retryable": True,
        "details": None,
    }
    assert 3590 <= int(refused.headers["retry-after"]) <= 3600


@BOTH
def test_each_principal_has_its_own_count(serve, place):
    client = serve(create_app(registry_of(url=place, auth=people)))
    assert statuses(client, 3, **{"x-name": "ann"}) == [200, 200, 429]
    assert statuses(client, 3, **{"x-name": "bob/ann"}) == [200, 200, 429]
    assert statuses(client, 1) == [401]


@BOTH
def test_each_action_has_its_own_count(serve, place):
    registry = registry_of(url=place)
    define_actions([action(public=True, name="pong", rate_limit="1/hour")(ping)], registry)
    client = serve(create_app(registry))
    assert statuses(client, 2, "pong") == [200, 429]
    assert statuses(client, 3) == [200, 200, 429]


@BOTH
def test_of_several_rates_each_holds_and_a_refused_call_does_not_count_for_longer_ones(serve, place):
    client = serve(create_app(registry_of(url=place, rate="3/day;2/hour", auth=people)))
    assert statuses(client, 4, **{"x-name": "ann"}) == [200, 200, 429, 429]
    assert 3590 <= int(call(client, **{"x-name": "ann"}).headers["retry-after"]) <= 3600


@BOTH
def test_when_the_time_is_over_calls_are_taken_again(serve, place):
    client = serve(create_app(registry_of(url=place, rate="1/second")))
    assert statuses(client, 1) == [200]
    seen = 200
    while seen == 200:  # until two calls fall into one second
        seen = call(client).status_code
    while seen == 429:
        answer = call(client)
        seen = answer.status_code
        assert seen == 200 or answer.headers["retry-after"] == "1"
    assert seen == 200


def test_redis_is_shared_by_all_servers(serve, redis):
    one, other = (serve(create_app(registry_of(url=redis.url))) for _ in range(2))
    assert statuses(one, 1) + statuses(other, 2) + statuses(one, 1) == [200, 200, 429, 429]


def test_redis_is_reached_by_a_unix_socket_too(serve, redis):
    client = serve(create_app(registry_of(url=f"redis+unix://:{redis.password}@{redis.socket}")))
    assert statuses(client, 3) == [200, 200, 429]


def test_memory_is_each_registrys_own(serve):
    one, other = (serve(create_app(registry_of())) for _ in range(2))
    assert statuses(one, 3) == [200, 200, 429]
    assert statuses(other, 3) == [200, 200, 429]


def test_the_environment_says_where_calls_are_counted_where_no_registry_does(serve, redis, monkeypatch):
    monkeypatch.setenv("ACTIONARY_RATE_LIMITS", redis.url)
    one, other = (serve(create_app(registry_of())) for _ in range(2))
    own = serve(create_app(registry_of(url="memory://")))
    assert statuses(one, 2) + statuses(other, 1) == [200, 200, 429]
    assert statuses(own, 3) == [200, 200, 429]


def test_an_included_registry_keeps_its_place_or_takes_that_of_the_one_it_is_in(serve, redis):
    with_its_own, without = registry_of(url=redis.url), registry_of()
    app, other = Registry(), Registry()
    app.include(with_its_own, prefix="shared_")
    app.include(without, prefix="plain_")
    other.include(with_its_own, prefix="shared_")
    other.include(without, prefix="plain_")
    one, two = serve(create_app(app)), serve(create_app(other))
    assert statuses(one, 2, "shared_ping") + statuses(two, 1, "shared_ping") == [200, 200, 429]
    assert statuses(one, 2, "plain_ping") + statuses(two, 1, "plain_ping") == [200, 200, 200]


class TestAddresses:
    """Without a principal the address counts: what the server says it is."""

    @staticmethod
    def told(app: Any, addresses: list[Any]) -> Any:
        """Let each call come from the next of some addresses."""
        left = iter(addresses)

        async def asgi(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                host = next(left)
                scope = {**scope, "client": None if host is None else (host, 1)}
            await app(scope, receive, send)

        return asgi

    @pytest.mark.parametrize(
        ("first", "second", "same"),
        [
            ("192.0.2.1", "192.0.2.1", True),
            ("192.0.2.1", "192.0.2.2", False),
            ("2001:db8::1", "2001:db8::ffff:1", True),
            ("2001:db8::1", "2001:db8:0:1::1", False),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
            ("::ffff:192.0.2.1", "192.0.2.1", True),
            ("fe80::1%eth0", "fe80::2%eth0", True),
            ("no:address", "no:address", True),
            ("\udcff", "", False),
            (None, None, True),
        ],
    )
    def test_who_counts_as_one(self, serve, first, second, same):
        app = create_app(registry_of(rate="1/hour"))
        client = serve(self.told(app, [first, second]))
        assert statuses(client, 2) == [200, 429 if same else 200]

    def test_behind_a_proxy_the_address_that_it_names_counts(self, serve):
        app = create_app(registry_of(rate="1/hour"))
        client = serve(app, proxy_headers=True, forwarded_allow_ips="127.0.0.1")
        assert statuses(client, 2, **{"x-forwarded-for": "192.0.2.1"}) == [200, 429]
        assert statuses(client, 2, **{"x-forwarded-for": "192.0.2.2"}) == [200, 429]

    def test_whom_nobody_trusts_cannot_name_another(self, serve):
        client = serve(create_app(registry_of(rate="1/hour")), proxy_headers=False)
        assert statuses(client, 1, **{"x-forwarded-for": "192.0.2.1"}) == [200]
        assert statuses(client, 1, **{"x-forwarded-for": "192.0.2.2"}) == [429]


class TestOrder:
    def test_a_refused_call_is_not_read(self, serve):
        client = serve(create_app(registry_of(rate="1/hour"), limits=Limits(body=10)))
        assert statuses(client, 1) == [200]
        large = client.post("/api/actions/ping", content=b"x" * 100, headers={"content-type": "text/plain"})
        assert large.status_code == 429

    def test_a_call_that_is_wrong_counts(self, serve):
        client = serve(create_app(registry_of(rate="1/hour")))
        assert client.post("/api/actions/ping", json={"no": 1}).status_code == 400
        assert statuses(client, 1) == [429]

    async def test_callers_inside_are_not_counted(self):
        registry = registry_of(rate="1/hour")
        for _ in range(3):
            assert (await invoke_action("ping", registry=registry)).ok
        for code in ("", "rate_limited"):
            result = await invoke_action("ping", None, Context(caller="mcp"), registry=registry)
            assert getattr(result, "code", "") == code

    async def test_outside_of_any_registry_calls_are_counted_too(self):
        alone = action(public=True, rate_limit="1/hour", name="alone_in_no_registry")(ping)
        assert (await invoke_action(alone, None, Context(caller="app"))).ok
        refused = await invoke_action(alone, None, Context(caller="app"))
        assert not refused.ok
        assert (refused.code, refused.retry_after) == ("rate_limited", 3600)


def is_secret_kept(text: str, redis: Any) -> bool:
    return redis.password not in text and str(redis.port) not in text


class TestRedisGone:
    def test_nobody_is_let_in_while_it_is_away_and_all_goes_on_when_it_is_back(
        self, serve, redis, caplog, monkeypatch
    ):
        monkeypatch.setattr(counters, "REST", 0.05)
        registry = registry_of(url=redis.url, rate="1000/hour")
        define_actions([action(public=True, name="free")(ping)], registry)
        client = serve(create_app(registry))
        assert statuses(client, 2) == [200, 200]
        redis.stop()
        answer = call(client)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert statuses(client, 5) == [503] * 5
        assert statuses(client, 1, "free") == [200]
        redis.start()
        seen = 503
        while seen == 503:
            seen = call(client).status_code
        assert seen == 200
        lines = [record for record in caplog.records if "counted" in record.message]
        assert [(line.levelno, line.exc_info) for line in lines] == [
            (logging.ERROR, None),
            (logging.WARNING, None),
        ]
        assert is_secret_kept(caplog.text, redis)
        assert is_secret_kept(answer.text, redis)

    def test_one_that_was_never_there_lets_the_server_start(self, serve, redis):
        redis.stop()
        client = serve(create_app(registry_of(url=redis.url)))
        assert statuses(client, 1) == [503]

    @pytest.mark.parametrize("wrong", ["wrong", ""])
    def test_one_that_refuses_the_password_is_as_one_that_is_away(self, serve, redis, caplog, wrong):
        url = redis.url.replace(f":{redis.password}@", f":{wrong}@" if wrong else "")
        client = serve(create_app(registry_of(url=url)))
        assert statuses(client, 1) == [503]
        assert "AuthenticationError" in caplog.text
        assert "wrong" not in caplog.text

    def test_one_that_hangs_keeps_nobody_waiting(self, serve, monkeypatch, caplog):
        monkeypatch.setattr(counters, "MOST_SECONDS", 0.05)
        with hanging() as (port, connected):
            client = serve(create_app(registry_of(url=f"redis://127.0.0.1:{port}")))
            assert statuses(client, 3) == [503] * 3
            assert connected.is_set()
        assert caplog.text.count("calls cannot be counted") == 1

    def test_a_caller_who_gives_up_first_is_no_loss_of_redis(self, serve, caplog):
        with hanging() as (port, _):
            client = serve(create_app(registry_of(url=f"redis://127.0.0.1:{port}")))
            answer = call(client, **{"actionary-timeout-ms": "20"})
            assert (answer.status_code, answer.json()["code"]) == (504, "timeout")
        assert "counted" not in caplog.text


@contextmanager
def hanging() -> Iterator[tuple[int, threading.Event]]:
    """Listen, take connections, and say nothing."""
    connected = threading.Event()
    with ExitStack() as held, socket.create_server(("127.0.0.1", 0)) as listener:

        def take() -> None:
            try:
                while True:
                    held.enter_context(listener.accept()[0])
                    connected.set()
            except OSError:  # the listener was shut down
                return

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield listener.getsockname()[1], connected
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(20)


class TestPlaces:
    """Where calls are counted, and what is said of what is no such place; never the URL itself."""

    @pytest.mark.parametrize("url", ["", "redis", "http://h", "memory://x", "redis://", 3, "postgresql://h"])
    def test_what_is_no_place_is_a_mistake_of_the_registry(self, url):
        with pytest.raises(ActionDefinitionError, match=r"mend: give \"memory://\"") as caught:
            Registry(rate_limits=url)
        assert caught.value.field == "rate_limits"

    def test_a_url_that_cannot_be_read_is_not_quoted(self):
        for url in (
            "redis://:s3cret@h:port",
            "redis://h/0?s3cret=1",
            "redis://[s3cret",
            "redis://:p#s3cret@h:1",
        ):
            with pytest.raises(CannotServe, match="cannot be read") as caught:
                create_app(registry_of(url=url))
            assert "s3cret" not in f"{caught.value}{caught.value.__cause__}"

    def test_the_environment_may_be_wrong_too(self, monkeypatch):
        monkeypatch.setenv("ACTIONARY_RATE_LIMITS", "ftp://s3cret")
        with pytest.raises(CannotServe, match=r"ACTIONARY_RATE_LIMITS.*\n.*memory://") as caught:
            create_app(registry_of())
        assert "s3cret" not in str(caught.value)

    def test_nobody_is_asked_where_no_action_has_a_rate(self, monkeypatch):
        monkeypatch.setenv("ACTIONARY_RATE_LIMITS", "ftp://s3cret")
        registry = Registry()
        define_actions([action(public=True)(ping)], registry)
        create_app(registry)

    def test_without_the_extra_the_server_says_what_to_install(self, monkeypatch):
        import sys

        monkeypatch.delitem(sys.modules, "actionary.gates.redis_counts", raising=False)
        monkeypatch.setitem(sys.modules, "limits", None)
        with pytest.raises(CannotServe, match=r"needs limits.*\n.*pip install 'actionary\[limits\]'"):
            create_app(registry_of(url="redis://h:1"))
        create_app(registry_of())
