"""What callers get who repeat a call with an idempotency key: one effect, and its answer."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections import Counter
from typing import Any

import httpx2
import pytest
from actionary import (
    ActionError,
    Context,
    Hooks,
    Http,
    Principal,
    Registry,
    action,
    define_actions,
    running,
    threads,
)
from actionary.auth import BearerAuth
from actionary.gates import idempotency
from actionary.http import create_app
from actionary.store import MemoryStore, StoreUnavailableError
from actionary.threads import ThreadsExhausted
from pydantic import BaseModel, SecretStr

KEY = "Idempotency-Key"


class Full(ActionError[None], code="full", status=409):
    """There is no room."""


class Busy(ActionError[None], code="busy", status=503, retryable=True):
    """Somebody else is at it."""


class Clock:
    """The time of a store, which passes when a test says so."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class AwayStore(MemoryStore):
    """A store that is away while a test wants it."""

    away = False

    async def add(self, *given: Any, **named: Any) -> Any:
        if self.away:
            raise StoreUnavailableError("it is away")
        return await super().add(*given, **named)

    async def replace(self, *given: Any, **named: Any) -> Any:
        if self.away:
            raise StoreUnavailableError("it is away")
        return await super().replace(*given, **named)


class Shop:
    """Actions that count what they did, and a store for their answers."""

    def __init__(self) -> None:
        self.effects: Counter[str] = Counter()
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.clock = Clock()
        self.store = AwayStore(clock=self.clock)
        self.registry = Registry(store=self.store)
        effects = self.effects

        class Item(BaseModel):
            name: str
            count: float = 1
            token: SecretStr = SecretStr("none")

        async def order(item: Item) -> dict[str, Any]:
            """Order something."""
            effects["order"] += 1
            return {"number": effects["order"], "of": item.name}

        async def fails(how: str) -> None:
            """Fail as it is told."""
            effects[how] += 1
            match how:
                case "full":
                    raise Full("no room")
                case "busy":
                    raise Busy("not now")
                case _:
                    raise RuntimeError("not declared")

        async def slow() -> int:
            """Wait until the test goes on."""
            effects["slow"] += 1
            self.begun.set()
            while not self.go_on.is_set():  # noqa: ASYNC110 - the test lives in another thread
                await asyncio.sleep(0.005)
            return effects["slow"]

        async def mine(ctx: Context) -> str:
            """Say who it was done for."""
            effects["mine"] += 1
            return ctx.principal.id if ctx.principal else ""

        async def read() -> int:
            """Read something."""
            effects["read"] += 1
            return effects["read"]

        def who(request: Any) -> Principal:
            return Principal(
                id=request.headers.get("who", ""), organisation=request.headers.get("organisation", "acme")
            )

        define_actions(
            [
                action(public=True)(order),
                action(public=True, errors=[Full, Busy])(fails),
                action(public=True, timeout=20)(slow),
                action(public=True, timeout=0.2, name="short")(slow),
                action(public=True, auth=who)(mine),
                action(public=True, http=Http("GET"))(read),
                action(public=True, http=Http("PUT"), name="put")(read),
            ],
            self.registry,
        )


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def api(shop, serve) -> httpx2.Client:
    return serve(create_app(shop.registry))


def call(
    api: httpx2.Client, name: str, given: Any, key: str | None = "k1", **headers: str
) -> httpx2.Response:
    if key is not None:
        headers[KEY] = key
    return api.post(f"/api/actions/{name}", json=given, headers=headers)


def test_a_repeated_call_gets_the_first_answer_and_does_nothing(shop, api):
    first = call(api, "order", {"name": "shoe"})
    again = call(api, "order", {"name": "shoe"})
    assert first.json()["data"] == again.json()["data"] == {"number": 1, "of": "shoe"}
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert shop.effects["order"] == 1


def test_without_a_key_each_call_does_its_work(shop, api):
    assert [call(api, "order", {"name": "shoe"}, None).json()["data"]["number"] for _ in "ab"] == [1, 2]


def test_another_key_is_another_call(shop, api):
    assert [call(api, "order", {"name": "a"}, key).json()["data"]["number"] for key in "ab"] == [1, 2]


@pytest.mark.parametrize(
    "same",
    [
        '{"count": 1, "name": "shoe"}',
        '{"name": "shoe", "count": 1.0, "token": "none"}',
        '{"name": "sh\\u006fe"}',
    ],
)
def test_how_an_input_is_written_makes_no_difference(shop, api, same):
    call(api, "order", {"name": "shoe"})
    headers = {KEY: "k1", "content-type": "application/json"}
    again = api.post("/api/actions/order", content=same, headers=headers)
    assert (again.status_code, shop.effects["order"]) == (200, 1)


@pytest.mark.parametrize(
    "other", [{"name": "boot"}, {"name": "shoe", "count": 2}, {"name": "shoe", "token": "x"}]
)
def test_another_input_under_the_same_key_is_refused(shop, api, other):
    call(api, "order", {"name": "shoe"})
    refused = call(api, "order", other)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert refused.json()["details"] == {"reason": "idempotency_key_reused"}
    assert shop.effects["order"] == 1


def test_each_action_and_each_principal_has_keys_of_its_own(shop, api):
    answers = [call(api, "mine", {}, who=who).json()["data"] for who in ("ann", "bob", "ann")]
    assert (answers, shop.effects["mine"]) == (["ann", "bob", "ann"], 2)
    call(api, "mine", {}, who="ann", organisation="other")
    assert shop.effects["mine"] == 3, "another ann got the answer"
    assert call(api, "order", {"name": "shoe"}).status_code == 200


@pytest.mark.parametrize(
    ("how", "status", "runs"),
    [("full", 409, 1), ("other", 500, 1), ("busy", 503, 2)],
    ids=["full", "other", "busy"],
)
def test_a_failure_is_answered_again_unless_it_says_that_the_call_may_be_retried(
    shop, api, how, status, runs
):
    first, again = (call(api, "fails", {"how": how}) for _ in "ab")
    assert (first.status_code, again.status_code, shop.effects[how]) == (status, status, runs)
    assert {**first.json(), "latencyMs": 0, "requestId": ""} == {
        **again.json(),
        "latencyMs": 0,
        "requestId": "",
    }
    assert again.headers.get("idempotency-replayed") == ("true" if runs == 1 else None)


def test_a_refused_input_claims_no_key(shop, api):
    assert call(api, "order", {}).status_code == 400
    assert call(api, "order", {"name": "shoe"}).status_code == 200


def test_a_twin_that_still_runs_is_a_conflict(shop, api):
    with_answer: list[httpx2.Response] = []
    first = threading.Thread(target=lambda: with_answer.append(call(api, "slow", {})))
    first.start()
    assert shop.begun.wait(10)
    twin = call(api, "slow", {})
    shop.go_on.set()
    first.join(10)
    assert (twin.status_code, twin.json()["details"]) == (409, {"reason": "in_progress"})
    assert with_answer[0].json()["data"] == call(api, "slow", {}).json()["data"] == 1


def test_a_call_that_was_cut_off_has_an_unknown_effect(shop, api):
    late = call(api, "short", {})
    again = call(api, "short", {})
    assert (late.json()["code"], again.status_code) == ("timeout", 409)
    assert (again.json()["details"], shop.effects["slow"]) == ({"reason": "unknown_effect"}, 1)


def test_a_caller_who_hung_up_finds_the_answer_when_it_comes_again(shop, api, monkeypatch):
    looks: list[float] = []
    look = running.Running._look
    monkeypatch.setattr(running.Running, "_look", lambda self, at: (looks.append(at), look(self, at)))
    port = api.base_url.port
    with socket.create_connection(("127.0.0.1", port)) as caller:
        caller.sendall(
            b"POST /api/actions/slow HTTP/1.1\r\nhost: x\r\nidempotency-key: k1\r\n"
            b"content-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
        )
        assert shop.begun.wait(10)
    before = len(looks)
    wait_until(lambda: len(looks) > before + 2)  # the first would listen, and the second have stopped it
    shop.go_on.set()
    wait_until(lambda: call(api, "slow", {}).status_code == 200)
    assert shop.effects["slow"] == 1


def test_a_key_is_free_again_when_its_answer_is_not_kept_any_more(shop, api):
    call(api, "order", {"name": "shoe"})
    shop.clock.ahead = idempotency.KEPT + 1
    assert call(api, "order", {"name": "boot"}).json()["data"]["number"] == 2


def test_a_call_whose_process_died_has_an_unknown_effect_when_its_lease_is_over(shop, api):
    first = threading.Thread(target=call, args=(api, "slow", {}))
    first.start()
    assert shop.begun.wait(10)
    copied = {entry.key: entry for entry in asyncio.run(shop.store.list("idempotency/"))}
    shop.go_on.set()
    first.join(10)
    (entry,) = copied.values()
    now = asyncio.run(shop.store.get(entry.key))
    asyncio.run(shop.store.replace(now, entry.value))  # as the process that died left it
    assert call(api, "slow", {}).json()["details"] == {"reason": "in_progress"}
    shop.clock.ahead = 60
    assert call(api, "slow", {}).json()["details"] == {"reason": "unknown_effect"}
    assert shop.effects["slow"] == 1


@pytest.mark.parametrize("key", ["", "a b", "\u00e9", "x" * 256])
def test_what_is_no_key_is_refused(shop, api, key):
    refused = api.post(
        "/api/actions/order", json={"name": "a"}, headers=[(b"idempotency-key", key.encode("latin-1"))]
    )
    assert (refused.status_code, refused.json()["details"][0]["type"]) == (400, "idempotency_key")
    assert "1 to 255 visible ASCII characters in Idempotency-Key" in refused.json()["message"]
    assert shop.effects["order"] == 0


def test_two_keys_are_none(shop, api):
    headers = [(KEY, "a"), (KEY, "b")]
    assert api.post("/api/actions/order", json={"name": "a"}, headers=headers).status_code == 400


@pytest.mark.parametrize("name", ["read", "put"])
def test_calls_that_may_be_repeated_anyway_need_no_key(shop, api, name):
    method = {"read": "GET", "put": "PUT"}[name]
    answers = [api.request(method, f"/api/actions/{name}", headers={KEY: "k1"}).json()["data"] for _ in "ab"]
    assert answers == [1, 2]


def test_while_the_store_is_away_calls_with_a_key_are_not_begun(shop, api):
    shop.store.away = True
    refused = call(api, "order", {"name": "a"})
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert call(api, "order", {"name": "a"}, None).status_code == 200
    shop.store.away = False
    assert call(api, "order", {"name": "a"}).status_code == 200
    assert shop.effects["order"] == 2


def test_an_answer_that_cannot_be_kept_is_given_and_later_unknown(shop, api, caplog):
    first: list[httpx2.Response] = []
    calling = threading.Thread(target=lambda: first.append(call(api, "slow", {})))
    calling.start()
    assert shop.begun.wait(10)
    shop.store.away = True
    shop.go_on.set()
    calling.join(10)
    shop.clock.ahead = 60  # its lease is over before the store is back
    shop.store.away = False
    assert first[0].status_code == 200
    assert call(api, "slow", {}).json()["details"] == {"reason": "unknown_effect"}
    assert "an answer cannot be kept now for its idempotency key" in caplog.text


def test_neither_inputs_nor_keys_stand_in_the_store(shop, api):
    call(api, "order", {"name": "a", "token": "s3cret"}, "the-key")
    kept = asyncio.run(shop.store.list(""))
    assert b"s3cret" not in b"".join(entry.value for entry in kept)
    assert "the-key" not in "".join(entry.key for entry in kept)


def test_without_a_store_a_key_means_nothing_and_nobody_says_otherwise(serve):
    runs: list[int] = []

    async def order() -> int:
        """Order."""
        runs.append(1)
        return len(runs)

    registry = Registry()
    define_actions([action(public=True)(order)], registry)
    api = serve(create_app(registry))
    assert [call(api, "order", {}).json()["data"] for _ in "ab"] == [1, 2]


def test_the_answer_of_a_long_call_is_not_taken_for_lost_while_it_runs(shop, api, monkeypatch):
    monkeypatch.setattr(idempotency, "LEASE", 0.05)
    monkeypatch.setattr(idempotency, "MARGIN", 0.5)
    first = threading.Thread(target=call, args=(api, "slow", {}))
    first.start()
    assert shop.begun.wait(10)
    (entry,) = asyncio.run(shop.store.list("idempotency/"))
    wait_until(lambda: asyncio.run(shop.store.list("idempotency/"))[0].version > entry.version + 2)
    assert call(api, "slow", {}).json()["details"] == {"reason": "in_progress"}
    shop.go_on.set()
    first.join(10)
    assert call(api, "slow", {}).json()["data"] == 1


def test_a_store_of_the_handlers_own_that_is_away_frees_no_key(shop, serve):
    charged: list[int] = []

    async def charge() -> int:
        """Charge, and then fail."""
        charged.append(1)
        raise StoreUnavailableError("the handler's own")

    define_actions([action(public=True)(charge)], shop.registry)
    api = serve(create_app(shop.registry))
    codes = [call(api, "charge", {}).json()["code"] for _ in "ab"]
    assert (codes, charged) == (["handler_error"] * 2, [1])


def test_a_hook_that_gets_no_thread_after_the_run_frees_no_key(shop, serve):
    charged: list[int] = []

    async def charge() -> int:
        """Charge."""
        charged.append(1)
        return 1

    async def exhausted(_value: Any, _ctx: Context) -> None:
        raise ThreadsExhausted

    hooks = Hooks(after_output=exhausted)
    define_actions([action(public=True, retries=2, backoff=0.01, hooks=hooks)(charge)], shop.registry)
    api = serve(create_app(shop.registry))
    assert [call(api, "charge", {}).status_code for _ in "ab"] == [500, 500]
    assert charged == [1]


def test_where_there_is_no_thread_for_the_handler_the_key_is_free_again(shop, serve, monkeypatch):
    ran: list[int] = []

    def charge() -> int:
        """Charge."""
        ran.append(1)
        return 1

    define_actions([action(public=True)(charge)], shop.registry)
    api = serve(create_app(shop.registry))
    with monkeypatch.context() as patched:
        patched.setattr(threads, "MOST_ABANDONED", 0)
        assert call(api, "charge", {}).status_code == 503
    assert (call(api, "charge", {}).status_code, ran) == (200, [1])


class LateStore(MemoryStore):
    """A store that does as it is told, and says that it is away."""

    late = ""

    async def add(self, *given: Any, **named: Any) -> Any:
        return await self._told("add", super().add(*given, **named))

    async def replace(self, *given: Any, **named: Any) -> Any:
        return await self._told("replace", super().replace(*given, **named))

    async def _told(self, what: str, doing: Any) -> Any:
        done = await doing
        if what == self.late:
            raise StoreUnavailableError("no answer in time")
        return done


@pytest.mark.parametrize("needs", [None, "approval"])
@pytest.mark.parametrize("late", ["add", "replace"])
def test_a_key_is_free_again_after_a_store_that_did_not_say_that_it_has_it(serve, late, needs):
    store, ran = LateStore(), list[int]()

    async def pay() -> int:
        """Pay."""
        ran.append(1)
        return len(ran)

    async def free(*_: Any) -> bool:
        return False

    registry = Registry(store=store, approver=BearerAuth({"eve": Principal(id="eve")}))
    define_actions([action(public=True, needs_approval=free if needs else False)(pay)], registry)
    api = serve(create_app(registry))
    store.late = late
    first = call(api, "pay", {})
    store.late = ""
    if late == "replace" and needs is None:  # the claim says from the first that the handler begins
        assert first.status_code == 200
    else:
        assert (first.status_code, ran) == (503, [])
        wait_until(lambda: not asyncio.run(store.list("idempotency/")))
    wait_until(lambda: call(api, "pay", {}).status_code == 200)
    assert ran == [1]


def test_an_answer_that_a_store_could_not_take_is_kept_when_it_is_back(shop, api):
    answered: list[httpx2.Response] = []
    first = threading.Thread(target=lambda: answered.append(call(api, "slow", {})))
    first.start()
    assert shop.begun.wait(10)
    shop.store.away = True
    shop.go_on.set()
    first.join(10)
    shop.store.away = False
    assert answered[0].json()["data"] == 1
    wait_until(lambda: call(api, "slow", {}).status_code == 200)
    assert shop.effects["slow"] == 1


async def test_a_caller_who_hangs_up_while_the_call_begins_leaves_no_claim():
    store = SlowlyToldStore()
    record = idempotency.Record("claimed", "d", store.now() + 30, "owner", "r-1")
    entry, _ = await store.add("idempotency/x", record.dump(), seconds=60)
    claim = idempotency.Claim(store, entry, record)
    call = running.Call(running.running_here(), "order", time.monotonic(), 30)
    beginning = asyncio.create_task(claim.begin(call))
    await store.replaced.wait()
    beginning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await beginning
    releasing = asyncio.create_task(claim.release())
    await asyncio.sleep(0)
    store.go_on.set()
    await releasing
    assert await store.get("idempotency/x") is None


def test_what_another_version_wrote_is_told_as_unknown(shop, api):
    call(api, "order", {"name": "shoe"})
    (entry,) = asyncio.run(shop.store.list("idempotency/"))
    asyncio.run(shop.store.replace(entry, b'{"state": "answered"}\n1'))
    assert call(api, "order", {"name": "shoe"}).json()["details"] == {"reason": "unknown_effect"}
    assert shop.effects["order"] == 1


class SlowlyToldStore(MemoryStore):
    """A store that replaces at once, and tells so when a test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.replaced = asyncio.Event()
        self.go_on = asyncio.Event()

    async def replace(self, *given: Any, **named: Any) -> Any:
        entry = await super().replace(*given, **named)
        self.replaced.set()
        await self.go_on.wait()
        return entry


async def test_an_answer_is_kept_while_its_lease_is_being_renewed(monkeypatch):
    monkeypatch.setattr(idempotency, "LEASE", 0.02)
    store = SlowlyToldStore()
    record = idempotency.Record("begun", "d", store.now() + 30, "owner", "r-1")
    entry, _ = await store.add("idempotency/x", record.dump(), seconds=60)
    claim = idempotency.Claim(store, entry, record)
    await claim.begin(running.Call(running.running_here(), "order", time.monotonic(), 30))
    await store.replaced.wait()
    keeping = asyncio.create_task(claim.keep(data=b"1"))
    await asyncio.sleep(0)
    store.go_on.set()
    await keeping
    kept = await store.get("idempotency/x")
    assert kept is not None
    answered = idempotency.Record.load(kept.value)
    assert answered is not None
    assert answered.data == b"1"


def wait_until(is_so: Any) -> None:
    until = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.01)


def test_the_record_reads_back_what_it_wrote():
    record = idempotency.Record("answered", "d", 1.5, "owner", "r-1", data=b'{"a":\n1}')
    assert idempotency.Record.load(record.dump()) == record
    assert json.loads(record.dump().partition(b"\n")[0])["state"] == "answered"
