"""Time in users' tests: deadlines that come when the test says so."""

from __future__ import annotations

import asyncio
import math
import threading
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from actionary import Context, Invocation, Registry, action, prompting_agent, unwrap
from actionary.testing import FakeClock, TestClient, refused
from pydantic import AfterValidator


@dataclass
class Slow:
    """A service that takes its time on a clock."""

    clock: FakeClock

    async def answer(self, seconds: float) -> str:
        await self.clock.sleep(seconds)
        return "answer"

    def block(self, seconds: float) -> None:
        self.clock.advance(seconds)


@action(public=True, timeout=30)
async def ask(seconds: float, ctx: Context[Slow]) -> tuple[str, float]:
    """Ask the slow service."""
    return await ctx.resources.answer(seconds), ctx.remaining


@action(public=True, timeout=30)
def work(steps: int, ctx: Context[Slow]) -> int:
    """Work until nobody waits."""
    done = 0
    while done < steps and not ctx.cancelled:
        ctx.resources.block(10)
        done += 1
    return done


@action(public=True, timeout=None)
async def for_ever() -> None:
    """Wait for ever."""
    await asyncio.Event().wait()


@action(public=True, timeout=30)
async def for_long() -> None:
    """Wait for ever, but for the deadline."""
    await asyncio.Event().wait()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def client(clock: FakeClock) -> TestClient[Slow]:
    return TestClient(registry_of(ask, work, for_ever, for_long), resources=Slow(clock), clock=clock)


def test_the_time_that_a_fake_takes_is_the_time_of_the_call(client):
    sent = client.call_sync(ask, {"seconds": 12.5})
    assert unwrap(sent) == ("answer", 17.5)
    assert sent.latency_ms == 12_500


@pytest.mark.parametrize("seconds", [30, 31, 10**9])
def test_at_its_deadline_a_call_is_over(client, seconds):
    failed = refused(client.call_sync(ask, {"seconds": seconds}), "timeout")
    assert failed.latency_ms == seconds * 1000


def test_a_caller_may_wait_for_less(client):
    assert client.call_sync(ask, {"seconds": 4}, timeout=5).ok
    assert refused(client.call_sync(ask, {"seconds": 5}, timeout=5)).code == "timeout"


def test_a_plain_function_sees_that_nobody_waits(client):
    assert unwrap(client.call_sync(work, {"steps": 2})) == 2
    refused(client.call_sync(work, {"steps": 9}), "timeout")


async def test_a_test_that_moves_the_clock_ends_what_waits(client, clock):
    calls = [asyncio.create_task(client.call(each)) for each in (for_long, for_ever)]
    for _ in range(5):
        await asyncio.sleep(0)
    clock.advance(29)
    await asyncio.sleep(0)
    assert not any(call.done() for call in calls)
    clock.advance(1)
    refused(await calls[0], "timeout")
    assert not calls[1].done()
    calls[1].cancel()


def test_a_gate_that_takes_too_long_refuses(clock):
    async def slow(_: object) -> bool:
        await clock.sleep(11)
        return True

    guarded = action(public=True, auth=slow, name="guarded")(for_long.handler)
    client = TestClient(registry_of(guarded), clock=clock)
    assert refused(client.call_sync(guarded)).code == "unauthorized"
    refused(client.call_sync(guarded, timeout=10.5), "timeout")


async def test_a_handler_can_be_called_with_a_context_on_the_clock(clock):
    ctx = clock.context(seconds=20, resources=Slow(clock))
    assert await ask(5, ctx) == ("answer", 15)
    assert (ctx.deadline, ctx.cancelled) == (clock() + 15, False)
    clock.advance(15)
    assert (ctx.remaining, ctx.cancelled) == (0, True)
    assert clock.context().remaining == math.inf
    with pytest.raises(TypeError, match="call ask through `TestClient"):
        await ask.run({"seconds": 1}, ctx)


@pytest.mark.parametrize("seconds", [-1, math.nan])
def test_time_does_not_go_back(clock, seconds):
    before = clock()
    with pytest.raises(ValueError, match="time does not go back"):
        clock.advance(seconds)
    assert clock() == before


@pytest.mark.parametrize("now", [0.0, 1e9])
def test_it_says_nothing_what_time_it_is_elsewhere(now):
    clock = FakeClock(now)
    client = TestClient(registry_of(ask), resources=Slow(clock), clock=clock)
    assert unwrap(client.call_sync(ask, {"seconds": 29})) == ("answer", 1)
    refused(client.call_sync(ask, {"seconds": 30}), "timeout")
    assert clock() == now + 59


def registry_of(*actions: Any, **fields: Any) -> Registry:
    registry = Registry(**fields)
    registry.register(actions)
    return registry


def test_what_is_late_before_it_began_is_not_begun(clock):
    begun = list[str]()

    def later(number: int) -> int:
        clock.advance(number)
        return number

    @action(public=True, timeout=30)
    async def begin(seconds: Annotated[int, AfterValidator(later)]) -> None:
        """Begin."""
        begun.append("begin")

    client = TestClient(registry_of(begin), clock=clock)
    assert client.call_sync(begin, {"seconds": 29}).ok
    refused(client.call_sync(begin, {"seconds": 30}), "timeout")
    assert begun == ["begin"]


async def test_who_never_waits_cannot_be_stopped_as_on_a_server(clock):
    @action(public=True, timeout=30)
    async def compute(ctx: Context) -> bool:
        """Compute."""
        clock.advance(31)
        return ctx.cancelled

    assert unwrap(await TestClient(registry_of(compute), clock=clock).call(compute)) is True
    await asyncio.sleep(0)


def test_the_time_that_a_caller_sends_is_told_by_the_clock(client):
    headers = {"Actionary-Timeout-Ms": "5000"}
    assert unwrap(client.call_sync(ask, {"seconds": 4}, headers=headers)) == ("answer", 1)
    refused(client.call_sync(ask, {"seconds": 5}, headers=headers), "timeout")
    longer = {"Actionary-Timeout-Ms": "60000"}
    refused(client.call_sync(ask, {"seconds": 30}, headers=longer), "timeout")


def test_a_hook_is_told_the_time_of_the_clock(clock):
    told = list[Invocation]()
    client = TestClient(registry_of(ask, on_invoke=told.append), resources=Slow(clock), clock=clock)
    client.call_sync(ask, {"seconds": 3})
    client.call_sync(ask, {"seconds": 40})
    assert [(each.code, each.latency_ms) for each in told] == [("ok", 3000), ("timeout", 40_000)]


def test_the_windows_of_rate_limits_pass_on_the_clock(clock):
    @action(public=True, rate_limit="1/minute")
    async def knock() -> None:
        """Knock."""

    client = TestClient(registry_of(knock), clock=clock)
    assert client.call_sync(knock).ok
    assert refused(client.call_sync(knock), "rate_limited").retry_after == 60
    clock.advance(59)
    assert refused(client.call_sync(knock), "rate_limited").retry_after == 1
    clock.advance(1)
    assert client.call_sync(knock).ok


def test_a_call_of_an_agent_that_a_handler_prompts_ends_with_its_own(clock):
    @action(public=True, timeout=20)
    async def ask_another(seconds: float, ctx: Context[Slow]) -> str:
        """Prompt an agent."""
        with prompting_agent():
            return (await ask.run({"seconds": seconds}, ctx))[0]

    client = TestClient(registry_of(ask_another, ask), resources=Slow(clock), clock=clock)
    assert unwrap(client.call_sync(ask_another, {"seconds": 19})) == "answer"
    refused(client.call_sync(ask_another, {"seconds": 20}), "timeout")


def test_a_plain_function_that_a_prompted_agent_calls_sees_that_nobody_waits_any_more(clock):
    over, steps = threading.Event(), list[int]()

    @action(public=True)
    def count(ctx: Context) -> None:
        """Count until nobody waits."""
        while not ctx.cancelled and len(steps) < 9:
            clock.advance(10)
            steps.append(10)
        over.set()

    @action(public=True, timeout=20)
    async def call_another(ctx: Context) -> None:
        """Prompt an agent."""
        with prompting_agent():
            await count.run(None, ctx)

    refused(TestClient(registry_of(count, call_another), clock=clock).call_sync(call_another), "timeout")
    assert over.wait(20)
    assert len(steps) == 2
