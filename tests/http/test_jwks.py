"""Keys that are fetched from a host: one that rotates them, fails, hangs, drips, lies, and comes back.

No clock decides: the tests set the time that the keys are kept by.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import jwt
import pytest
from actionary import Context, Registry, action, define_actions
from actionary.auth import AuthUnavailable, JWTAuth, jwks
from actionary.gates import auth as gate
from actionary.http import create_app
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

KEYS = {kid: ec.generate_private_key(ec.SECP256R1()) for kid in ("one", "two", "three")}
Answer = Callable[[BaseHTTPRequestHandler], None]


def key_set(*kids: str) -> dict[str, Any]:
    return {"keys": [json.loads(ECAlgorithm.to_jwk(KEYS[kid].public_key())) | {"kid": kid} for kid in kids]}


def token(kid: str, named: str | None = None) -> str:
    claims = {"iss": "idp", "aud": "shop", "sub": kid, "exp": time.time() + 600}
    return jwt.encode(claims, KEYS[kid], "ES256", headers={"kid": named or kid})


class Host:
    """A host of keys on a real port, which does what a test says; it counts how often it is asked."""

    def __init__(self) -> None:
        self.answer: Answer = gives(key_set("one"))
        self.asked = 0
        self.reached = threading.Event()
        self.go_on = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked += 1
                outer.reached.set()
                outer.answer(self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                """Say nothing of clients that left."""

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/jwks.json?secret=s3cret"

    def hangs(self, _: BaseHTTPRequestHandler) -> None:
        self.go_on.wait(60)

    def drips(self, handler: BaseHTTPRequestHandler) -> None:
        """Send a byte of an endless header now and then."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
        while not self.go_on.wait(0.02):
            handler.wfile.write(b"x")
            handler.wfile.flush()


def gives(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        handler.send_response(status)
        for name, value in {"content-length": str(len(body)), **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture
def host() -> Iterator[Host]:
    host = Host()
    yield host
    host.go_on.set()
    host.server.shutdown()
    host.server.server_close()


class Clock:
    """The time that the keys are kept by: it stands still, but when a test sets it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(jwks, "monotonic", clock)
    return clock


async def who(ctx: Context) -> str | None:
    """Say who calls."""
    return None if ctx.principal is None else ctx.principal.id


@pytest.fixture
def client(serve, host, clock) -> httpx2.Client:
    registry = Registry(auth=JWTAuth(issuer="idp", audience="shop", jwks_url=host.url, algorithms=["ES256"]))
    define_actions([action(public=True)(who), action(public=True, name="free", auth=False)(who)], registry)
    return serve(create_app(registry))


def ask(client: httpx2.Client, kid: str, named: str | None = None) -> tuple[int, Any]:
    headers = {"authorization": f"Bearer {token(kid, named)}"}
    answer = client.post("/api/actions/who", headers=headers)
    said = answer.json()
    return answer.status_code, said.get("data", said.get("code"))


LETS_IN, REFUSES, AWAY = (200, "one"), (401, "unauthorized"), (503, "unavailable")


def test_keys_are_fetched_with_the_first_token_and_kept(client, host, clock):
    assert client.post("/api/actions/who").status_code == 401
    assert client.post("/api/actions/who", headers={"authorization": "Bearer a.b.c"}).status_code == 401
    assert host.asked == 0
    for _ in range(5):
        assert ask(client, "one") == LETS_IN
    assert host.asked == 1
    clock.now += 599
    assert ask(client, "one") == LETS_IN
    assert host.asked == 1
    clock.now += 1
    assert ask(client, "one") == LETS_IN
    assert host.asked == 2


def test_many_first_tokens_lead_to_one_fetch(host, clock):
    auth = JWTAuth(issuer="idp", audience="shop", jwks_url=host.url, algorithms=["ES256"])

    async def all_at_once() -> list[Any]:
        return await asyncio.gather(*(auth.who(token("one")) for _ in range(50)))

    assert [who.id for who in asyncio.run(all_at_once())] == ["one"] * 50
    assert host.asked == 1


def test_keys_are_there_for_other_event_loops_too(host, clock):
    auth = JWTAuth(issuer="idp", audience="shop", jwks_url=host.url, algorithms=["ES256"])
    for _ in range(3):
        assert asyncio.run(auth.who(token("one"))).id == "one"
    assert host.asked == 1


def test_another_event_loop_need_not_wait_for_the_fetch_of_the_first(host, clock):
    host.answer = host.hangs
    auth = JWTAuth(issuer="idp", audience="shop", jwks_url=host.url, algorithms=["ES256"])
    outcomes: list[Any] = []

    async def ask_away() -> None:
        try:
            await auth.who(token("one"))
        except AuthUnavailable as away:
            outcomes.append(away)

    first = threading.Thread(target=asyncio.run, args=(ask_away(),))
    first.start()
    assert host.reached.wait(20)
    host.answer = gives(key_set("one"))
    assert asyncio.run(auth.who(token("one"))).id == "one"
    assert (host.asked, outcomes) == (2, [])
    host.go_on.set()
    first.join(20)


def test_a_fetch_that_its_event_loop_did_not_see_through_is_made_again(host, clock):
    host.answer = host.hangs
    auth = JWTAuth(issuer="idp", audience="shop", jwks_url=host.url, algorithms=["ES256"])

    async def give_up() -> None:
        asking = asyncio.create_task(auth.who(token("one")))
        await asyncio.to_thread(host.reached.wait, 20)
        asking.cancel()

    asyncio.run(give_up())
    host.answer = gives(key_set("one"))
    assert asyncio.run(auth.who(token("one"))).id == "one"


def test_a_new_key_is_found_once_the_pause_is_over(client, host, clock):
    assert ask(client, "one") == LETS_IN
    host.answer = gives(key_set("two"))
    assert ask(client, "two") == REFUSES
    assert host.asked == 1
    clock.now += jwks.PAUSE
    assert ask(client, "two") == (200, "two")
    assert ask(client, "one") == REFUSES, "the key is gone"
    assert host.asked == 2


def test_strangers_cannot_make_the_host_be_asked_often(client, host, clock):
    assert ask(client, "one") == LETS_IN
    for pause in range(3):
        clock.now += jwks.PAUSE
        for number in range(10):
            assert ask(client, "three", named=f"made-up-{pause}-{number}") == REFUSES
    assert host.asked == 4
    assert ask(client, "one") == LETS_IN


BROKEN: dict[str, Answer] = {
    "fails": gives({}, 500),
    "sends elsewhere": gives(key_set("one"), 302, {"location": "/elsewhere"}),
    "gives no JSON": gives(b"<html>"),
    "gives no JWK Set": gives([1]),
    "gives no keys": gives({"keys": []}),
    "gives other keys": gives({"keys": [{"kty": "oct", "k": "YQ", "kid": "one"}]}),
    "gives half": gives(b"{}", 200, {"content-length": "100"}),
    "gives too much": gives(b" " * (jwks.MOST_BYTES + 1)),
    "speaks something else": lambda handler: print("SSH-2.0", file=handler.connection.makefile("w")),
    "hangs up": lambda handler: handler.connection.close(),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
def test_without_keys_callers_may_come_again_and_the_host_is_asked_again_then(
    client, host, clock, answer, caplog
):
    host.answer = answer
    reply = client.post("/api/actions/who", headers={"authorization": f"Bearer {token('one')}"})
    assert (reply.status_code, reply.json()["code"]) == AWAY
    assert reply.headers["retry-after"] == "5"
    assert ask(client, "one") == AWAY
    assert host.asked == 1, "not at every call"
    assert "/jwks.json cannot be fetched: " in caplog.text
    assert "s3cret" not in caplog.text, "a query may hold a secret"
    host.answer = gives(key_set("one"))
    assert ask(client, "one") == AWAY
    clock.now += jwks.RETRY
    assert ask(client, "one") == LETS_IN


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
def test_while_the_host_is_away_the_keys_that_are_there_are_used(client, host, clock, answer):
    assert ask(client, "one") == LETS_IN
    host.answer = answer
    clock.now += 600
    assert ask(client, "one") == LETS_IN
    assert ask(client, "two") == AWAY, "it may be a new key"
    assert host.asked == 2
    clock.now += jwks.RETRY
    host.answer = gives(key_set("one", "two"))
    assert ask(client, "two") == (200, "two")
    assert ask(client, "three") == REFUSES


def test_but_not_for_ever(client, host, clock):
    assert ask(client, "one") == LETS_IN
    host.answer = gives({}, 500)
    clock.now += jwks.MOST_AGE - 1
    assert ask(client, "one") == LETS_IN
    clock.now += 1
    assert ask(client, "one") == AWAY


def test_a_key_that_cannot_be_used_is_left_out_and_named(client, host, caplog):
    private = json.loads(ECAlgorithm.to_jwk(KEYS["two"])) | {"kid": "two"}
    host.answer = gives({"keys": [private, *key_set("one")["keys"]]})
    assert ask(client, "one") == LETS_IN
    assert ask(client, "two") == REFUSES
    assert "key number 1 is private" in caplog.text
    assert private["d"] not in caplog.text


@pytest.mark.parametrize("way", ["hangs", "drips"])
def test_a_host_that_hangs_is_given_up_and_asked_again_later(client, host, clock, way, monkeypatch):
    monkeypatch.setattr(jwks, "FETCH_SECONDS", 0.1)
    host.answer = getattr(host, way)
    assert ask(client, "one") == AWAY
    monkeypatch.setattr(jwks, "FETCH_SECONDS", 5.0)
    host.answer = gives(key_set("one"))
    clock.now += jwks.RETRY
    assert ask(client, "one") == LETS_IN


def test_while_a_host_hangs_other_actions_are_answered(client, host, clock):
    host.answer = host.hangs
    outcomes: list[Any] = []
    asking = threading.Thread(target=lambda: outcomes.append(ask(client, "one")))
    asking.start()
    assert host.reached.wait(20)
    assert client.post("/api/actions/free").status_code == 200
    assert outcomes == [], "the other call came through while this one waits"
    host.go_on.set()
    asking.join(20)
    assert outcomes == [AWAY]


def test_a_host_that_hangs_keeps_nobody_waiting_whose_key_is_there(client, host, clock, monkeypatch):
    """The fetch hangs for longer than the calls wait for it."""
    monkeypatch.setattr(jwks, "PATIENCE", 0.05)
    assert ask(client, "one") == LETS_IN
    host.answer = host.hangs
    clock.now += 600
    for _ in range(3):
        assert ask(client, "one") == LETS_IN
    assert host.asked == 2


def test_the_gate_waits_no_longer_than_for_every_other_auth(client, host, monkeypatch):
    monkeypatch.setattr(gate, "MOST_SECONDS", 0.05)
    host.answer = host.hangs
    assert ask(client, "one") == REFUSES


def test_a_caller_in_a_hurry_is_answered_in_time_and_the_fetch_goes_on(client, host):
    def late(handler: BaseHTTPRequestHandler) -> None:
        host.go_on.wait(20)
        gives(key_set("one"))(handler)

    host.answer = late
    headers = {"authorization": f"Bearer {token('one')}", "actionary-timeout-ms": "50"}
    assert client.post("/api/actions/who", headers=headers).status_code == 504
    host.go_on.set()
    assert ask(client, "one") == LETS_IN
    assert host.asked == 1


def test_a_fetch_is_over_before_the_gate_gives_up():
    assert jwks.FETCH_SECONDS < gate.MOST_SECONDS
