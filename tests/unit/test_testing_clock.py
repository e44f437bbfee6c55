"""Time in users' tests: deadlines that come when the test says so."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass

import pytest
from actionary import Context, Registry, action, unwrap
from actionary.testing import FakeClock, TestClient, refused


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
    registry = Registry()
    registry.register([ask, work, for_ever, for_long])
    return TestClient(registry, resources=Slow(clock), clock=clock)


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
    registry = Registry()
    registry.register([guarded])
    client = TestClient(registry, clock=clock)
    assert refused(client.call_sync(guarded)).code == "unauthorized"


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
    with pytest.raises(ValueError, match="time does not go back"):
        clock.advance(seconds)
    assert clock() == 1000
