"""``compensate`` (R002.12): what undoes a run that failed."""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import pytest
from actionary import (
    ActionError,
    Context,
    Hooks,
    Ok,
    Registry,
    action,
    background,
    compensation,
    define_action,
    invoke_action,
    invoke_action_sync,
    running,
    unwrap,
)
from actionary.invoke import perform
from actionary.running import Call
from actionary.testing import ContractBroken, FakeClock, TestClient, assert_contract, refused
from pydantic import BaseModel


class BusyError(ActionError, code="busy", retryable=True):
    """Later, perhaps."""


class Order(BaseModel):
    product: str
    count: int = 1


class Undone:
    """Notes what is undone."""

    def __init__(self) -> None:
        self.told = list[Any]()

    async def __call__(self, order: Order, ctx: Context, error: ActionError[Any]) -> None:
        self.told.append((order.product, ctx.action, error.code))

    def plainly(self, order: Order, ctx: Context, error: ActionError[Any]) -> None:
        self.told.append((order.product, ctx.action, error.code))


@pytest.fixture
def undone() -> Undone:
    return Undone()


def failing(*errors: BaseException | None, **fields: Any) -> Any:
    left = list(errors)

    async def place(order: Order) -> str:
        """Place an order."""
        error = left.pop(0) if left else None
        if error is not None:
            raise error
        return "placed"

    return define_action(handler=place, public=True, errors=[BusyError], **fields)


GIVEN = {"product": "shoe"}


async def code_of(asked: Any, ctx: Context | None = None) -> str:
    result = await invoke_action(asked, GIVEN, ctx)
    return "ok" if isinstance(result, Ok) else result.code


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize(("error", "code"), [(BusyError("Busy."), "busy"), (KeyError("x"), "handler_error")])
async def test_a_failure_is_undone_and_stays_the_result(undone, plain, error, code, caplog):
    made = failing(error, compensate=undone.plainly if plain else undone)
    with caplog.at_level(logging.INFO, "actionary"):
        assert await code_of(made) == code
    assert undone.told == [("shoe", "place", code)]
    assert f"action place: compensated for {code} (request" in caplog.text


async def test_its_error_tells_the_cause():
    causes = list[Any]()
    cause = KeyError("x")
    made = failing(cause, compensate=lambda _order, _ctx, error: causes.append(error.__cause__))
    assert await code_of(made) == "handler_error"
    assert causes == [cause]


async def test_a_success_is_not_undone(undone):
    assert await code_of(failing(compensate=undone)) == "ok"
    assert undone.told == []


async def test_a_call_that_did_not_run_is_not_undone(undone):
    async def no(*_: Any) -> bool:
        return False

    assert await code_of(failing(authorize=no, compensate=undone)) == "forbidden"
    wrong = await invoke_action(failing(compensate=undone), {"product": 3})
    assert (wrong.ok, undone.told) == (False, [])


async def test_it_is_undone_once_after_the_last_attempt(undone):
    fields: Any = {"retries": 2, "backoff": 0, "compensate": undone}
    assert await code_of(failing(BusyError("1"), BusyError("2"), **fields)) == "ok"
    assert undone.told == []
    assert await code_of(failing(BusyError("1"), BusyError("2"), BusyError("3"), **fields)) == "busy"
    assert undone.told == [("shoe", "place", "busy")]


async def test_a_result_that_does_not_fit_is_undone(undone):
    async def place(order: Order) -> str:
        """Place an order."""
        return 3  # type: ignore[return-value]  # on purpose

    assert await code_of(define_action(handler=place, compensate=undone)) == "invalid_output"
    assert undone.told == [("shoe", "place", "invalid_output")]


async def test_after_run_sees_the_result_when_it_is_undone(undone):
    seen = list[Any]()
    hooks = Hooks(after_run=lambda result, _ctx: seen.append((result.code, len(undone.told))))
    assert await code_of(failing(BusyError("x"), compensate=undone, hooks=hooks)) == "busy"
    assert seen == [("busy", 1)]


@pytest.mark.parametrize("error", [KeyError("secret"), SystemExit(3), asyncio.CancelledError()])
async def test_if_it_fails_the_log_says_so_and_the_caller_gets_the_first_error(error, caplog):
    async def fail(*_: Any) -> None:
        raise error

    assert await code_of(failing(BusyError("x"), compensate=fail)) == "busy"
    assert "action place: compensating failed (request" in caplog.text


async def test_it_has_a_time_limit_of_its_own(monkeypatch, caplog):
    monkeypatch.setattr(compensation, "SECONDS", 0.01)

    async def forever(*_: Any) -> None:
        await asyncio.Event().wait()

    assert await code_of(failing(BusyError("x"), compensate=forever)) == "busy"
    assert "action place: compensating did not end in 0.01 s" in caplog.text


async def test_its_context_has_that_time_and_not_what_is_left_of_the_call():
    seen = list[Any]()

    def look(_order: Order, ctx: Context, _error: Any) -> None:
        seen.append((0 < ctx.remaining <= compensation.SECONDS, ctx.cancelled, ctx.caller, ctx.request_id))

    made = waiting(compensate=look)
    ctx = Context(deadline=monotonic() + 0.01, caller="cli", request_id="mine")
    assert await code_of(made, ctx) == "timeout"
    assert seen == [(True, False, "cli", "mine")]


def waiting(**fields: Any) -> Any:
    async def place(order: Order) -> str:
        """Wait for ever."""
        await asyncio.Event().wait()
        return "placed"

    return define_action(handler=place, public=True, **fields)


async def test_a_timeout_is_undone(undone):
    assert await code_of(waiting(timeout=0.5, compensate=undone)) == "timeout"
    assert undone.told == [("shoe", "place", "timeout")]


async def test_a_timeout_that_the_handler_swallows_is_undone_too(undone):
    async def place(order: Order) -> str:
        """Wait for ever, and take no notice."""
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "placed"
        return "never"

    assert await code_of(define_action(handler=place, timeout=0.5, compensate=undone)) == "timeout"
    assert undone.told == [("shoe", "place", "timeout")]


def test_the_loop_of_a_sync_call_stays_until_it_is_undone(undone):
    begun = list[str]()

    async def slowly(*given: Any) -> None:
        begun.append("begun")
        for _ in range(20):
            await asyncio.sleep(0)
        await undone(*given)

    result = invoke_action_sync(waiting(timeout=0.5, compensate=slowly), GIVEN)
    assert (result.ok, begun, undone.told) == (False, ["begun"], [("shoe", "place", "timeout")])


async def test_a_cancelled_call_is_undone_before_the_cancellation_goes_on(undone):
    begun = asyncio.Event()

    async def place(order: Order) -> str:
        """Wait for ever."""
        begun.set()
        await asyncio.Event().wait()
        return "placed"

    task = asyncio.create_task(code_of(define_action(handler=place, compensate=undone)))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert undone.told == [("shoe", "place", "cancelled")]


async def test_resources_stay_open_for_it():
    seen = list[str]()

    @asynccontextmanager
    async def lifespan() -> Any:
        yield seen
        seen.append("closed")

    async def note(_order: Order, ctx: Context[list[str]], _error: Any) -> None:
        await asyncio.sleep(0)
        ctx.resources.append("undone")

    registry = Registry(lifespan=lifespan)
    registry.register([waiting(timeout=0.5, compensate=note)])
    assert not (await invoke_action("place", GIVEN, registry=registry)).ok
    assert seen == ["undone", "closed"]


async def test_a_caller_is_answered_in_time_with_the_first_error_while_it_goes_on():
    go_on = asyncio.Event()
    undone = list[str]()

    async def slowly(*_: Any) -> None:
        await go_on.wait()
        undone.append("undone")

    made = failing(BusyError("x"), timeout=0.02, compensate=slowly)
    registry = Registry()
    registry.register([made])
    async with web_client(registry) as post:
        answer = await post("/api/actions/place", GIVEN)
        assert (answer.status_code, answer.json()["code"], undone) == (409, "busy", [])
        go_on.set()
        await background.all_ended()
    assert undone == ["undone"]


async def test_after_a_timeout_over_http_the_answer_does_not_wait_for_it():
    go_on = asyncio.Event()
    undone = list[str]()

    async def slowly(*_: Any) -> None:
        await go_on.wait()
        undone.append("undone")

    registry = Registry()
    registry.register([waiting(timeout=0.5, compensate=slowly)])
    async with web_client(registry) as post:
        assert (await post("/api/actions/place", GIVEN)).status_code == 504
        assert undone == []
        go_on.set()
        await background.all_ended()
    assert undone == ["undone"]


@asynccontextmanager
async def web_client(registry: Registry) -> Any:
    import httpx2
    from actionary.http import create_app

    transport = httpx2.ASGITransport(app=create_app(registry))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield lambda path, given: client.post(path, json=given)


def test_a_server_that_ends_waits_for_it_before_it_closes_the_resources(monkeypatch):
    from actionary.http import create_app
    from starlette.testclient import TestClient as WebClient

    seen = list[str]()

    @asynccontextmanager
    async def lifespan() -> Any:
        yield "db"
        seen.append("closed")

    ending = asyncio.Event()
    all_ended = background.all_ended

    async def end() -> None:
        ending.set()
        await all_ended()

    async def slowly(*_: Any) -> None:
        await ending.wait()
        seen.append("undone")

    monkeypatch.setattr(background, "all_ended", end)

    registry = Registry(lifespan=lifespan)
    registry.register([waiting(timeout=0.5, compensate=slowly)])
    with WebClient(create_app(registry)) as web:
        assert web.post("/api/actions/place", json=GIVEN).status_code == 504
    assert seen == ["undone", "closed"]


async def test_without_anything_to_undo_nothing_is_waited_for():
    await background.all_ended()


def test_the_test_kit_waits_for_it_and_raises_what_it_raised(undone):
    registry = Registry()
    registry.register([failing(BusyError("x"), BusyError("x"), compensate=undone)])
    refused(TestClient(registry).call_sync("place", GIVEN), "busy")
    assert undone.told == [("shoe", "place", "busy")]

    async def fail(*_: Any) -> None:
        raise KeyError("undo")

    registry = Registry()
    registry.register([failing(BusyError("x"), compensate=fail)])
    with pytest.raises(KeyError, match="undo"):
        TestClient(registry).call_sync("place", GIVEN)


def test_on_a_fake_clock_a_late_call_is_undone(undone):
    clock = FakeClock()
    left = list[float]()

    async def look(order: Order, ctx: Context, error: ActionError[Any]) -> None:
        left.append(ctx.remaining)
        await undone(order, ctx, error)

    @action(public=True, timeout=10, compensate=look)
    async def place(order: Order) -> str:
        """Take too long."""
        await clock.sleep(11)
        await asyncio.Event().wait()
        return "placed"

    registry = Registry()
    registry.register([place])
    refused(TestClient(registry, clock=clock).call_sync(place, GIVEN), "timeout")
    assert (undone.told, left) == ([("shoe", "place", "timeout")], [compensation.SECONDS])


def test_assert_contract_finds_what_cannot_be_undone():
    @action(
        public=True, read_only=True, errors=[BusyError], compensate=lambda order, _ctx, _error: order.nothing
    )
    async def place(order: Order) -> str:
        """Fail."""
        raise BusyError("x")

    registry = Registry()
    registry.register([place])
    with pytest.raises(
        ContractBroken, match=r"(?s)its `compensate` raised AttributeError.*undo what there is"
    ):
        assert_contract(registry, examples=5)


async def test_a_plain_function_that_runs_on_is_undone_without_waiting_for_it(undone):
    go_on = threading.Event()

    def place(order: Order) -> str:
        """Work for long."""
        go_on.wait(20)
        return "placed"

    made = define_action(handler=place, timeout=0.5, compensate=undone)
    assert await code_of(made) == "timeout"
    assert undone.told == [("shoe", "place", "timeout")]
    go_on.set()


async def test_it_may_be_what_is_given_to_an_included_action(undone):
    main, shop = Registry(), Registry()
    shop.register([failing(BusyError("x"), compensate=undone)])
    main.include(shop, prefix="shop_")
    result = await invoke_action("shop_place", GIVEN, registry=main)
    assert (result.ok, undone.told) == (False, [("shoe", "shop_place", "busy")])
    assert unwrap(await invoke_action("shop_place", GIVEN, registry=main)) == "placed"


async def test_a_caller_who_hangs_up_has_its_call_undone(undone, monkeypatch):
    monkeypatch.setattr(running, "LOOK", 0.01)
    made = waiting(compensate=undone)
    call = Call(running.running_here(), made.name, monotonic(), 30)
    ctx = Context(caller="http").of_call(call, made.name)

    async def read(_: Any) -> Order:
        async def hang_up() -> Any:
            return {"type": "http.disconnect"}

        call.receive = hang_up
        return Order(product="shoe")

    with pytest.raises(ActionError, check=lambda error: error.code == "cancelled"):
        await perform(made, None, read, ctx, call)
    await compensation.ended(ctx)
    assert undone.told == [("shoe", "place", "cancelled")]
