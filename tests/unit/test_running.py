"""Calls that are stopped at their deadline, or when the caller hangs up, and what is seen of it."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import logging
import math
import time
from collections.abc import Coroutine
from time import monotonic
from typing import Any

import pytest
from actionary import Context, action, invoke_action, running
from actionary.result import CommonError
from actionary.running import Call, running_here


async def within(seconds: float, coroutine: Coroutine[Any, Any, Any], *, receive: Any = None) -> Any:
    """Await a coroutine as a call of so many seconds."""
    call = Call(running_here(), "tested", monotonic(), seconds)
    call.receive = receive
    with call:
        return await coroutine


def timed_out() -> Any:
    return pytest.raises(CommonError, check=lambda error: error.code == "timeout")


def forever() -> asyncio.Future[None]:
    return asyncio.get_running_loop().create_future()


async def give(value: int, *, waits: int = 0) -> int:
    for _ in range(waits):
        await asyncio.sleep(0)
    return value


@pytest.mark.parametrize("seconds", [math.inf, 30.0])
@pytest.mark.parametrize("waits", [0, 1, 3])
async def test_what_ends_in_time_gives_its_value(seconds, waits):
    assert await within(seconds, give(5, waits=waits)) == 5


@pytest.mark.parametrize("waits", [0, 1])
async def test_what_it_raises_is_raised(waits):
    async def fail() -> None:
        await give(0, waits=waits)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await within(30, fail())


async def test_a_timeout_error_of_its_own_is_no_deadline():
    async def fail() -> None:
        async with asyncio.timeout(0):
            await forever()

    with pytest.raises(TimeoutError):
        await within(30, fail())


@pytest.mark.parametrize("seconds", [0, -1, 0.01])
async def test_at_the_deadline_it_is_cancelled_and_the_task_is_left_as_it_was(seconds):
    seen: list[str] = []

    async def wait() -> None:
        try:
            await forever()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    with timed_out():
        await within(seconds, wait())
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    assert seen == ["cancelled"]
    await asyncio.sleep(0)


async def test_what_it_makes_of_the_cancellation_changes_nothing():
    async def swallow() -> int:
        try:
            await forever()
        except asyncio.CancelledError:
            return 1
        return 2

    async def replace() -> None:
        try:
            await forever()
        except asyncio.CancelledError:
            raise KeyError("other") from None

    for wait in (swallow, replace):
        with timed_out():
            await within(0.01, wait())


async def test_it_may_clean_up_after_the_deadline():
    cleaned: list[int] = []

    async def wait() -> None:
        try:
            await forever()
        finally:
            cleaned.append(await give(1, waits=3))

    with timed_out():
        await within(0.01, wait())
    assert cleaned == [1]


async def test_a_cancellation_from_outside_passes_through():
    began = asyncio.Event()

    async def wait() -> None:
        began.set()
        await forever()

    task = asyncio.create_task(within(30, wait()))
    await began.wait()
    task.cancel("from outside")
    with pytest.raises(asyncio.CancelledError, match="from outside"):
        await task
    assert task.cancelled()


async def test_inner_deadlines_and_task_groups_work_inside():
    async def inner() -> list[int]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(give(number, waits=number)) for number in range(3)]
        with timed_out():
            await within(0.01, forever_coroutine())
        return [task.result() for task in tasks]

    async def forever_coroutine() -> None:
        await forever()

    assert await within(30, inner()) == [0, 1, 2]


async def test_it_runs_in_the_task_of_the_caller():
    variable = contextvars.ContextVar("variable", default=0)

    async def look() -> asyncio.Task[object] | None:
        await give(0, waits=1)
        variable.set(variable.get() + 1)
        return asyncio.current_task()

    variable.set(1)
    assert await within(30, look()) is asyncio.current_task()
    assert variable.get() == 2


async def test_work_that_is_late_already_is_not_begun():
    @action(name="late")
    async def never() -> None:
        """Never run."""
        raise AssertionError

    ended = await invoke_action(never, None, Context(deadline=monotonic() - 1))
    assert not ended.ok
    assert ended.code == "timeout"


async def test_a_step_may_have_less_time_than_the_call_and_the_call_goes_on_after_it():
    call = Call(running_here(), "tested", monotonic(), 30)
    with call:
        call.limit(0.01)
        with pytest.raises(asyncio.CancelledError):
            await forever()
        assert call.stop == "late"
        call.take_back()
        assert await give(1, waits=2) == 1


async def test_many_calls_end_each_at_its_own_deadline():
    ended: list[float] = []

    async def one(seconds: float) -> None:
        with timed_out():
            await within(seconds, forever_coroutine())
        ended.append(seconds)

    async def forever_coroutine() -> None:
        await forever()

    short = asyncio.gather(*map(one, (0.03, 0.02)))
    long = asyncio.create_task(one(600))
    await short
    assert sorted(ended) == [0.02, 0.03]
    long.cancel()
    with pytest.raises(asyncio.CancelledError):
        await long


async def test_a_caller_who_hangs_up_cancels_what_waits(monkeypatch):
    monkeypatch.setattr(running, "LOOK", 0.01)
    messages = iter([{"type": "http.request", "body": b"more"}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(messages)

    async def wait() -> None:
        await forever()

    with pytest.raises(CommonError) as refused:
        await within(30, wait(), receive=receive)
    assert refused.value.code == "cancelled"
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_nobody_listens_for_a_caller_whose_call_is_over(monkeypatch):
    monkeypatch.setattr(running, "LOOK", 0.01)
    listening = asyncio.Event()
    released: list[str] = []

    async def receive() -> Any:
        listening.set()
        try:
            await forever()
        finally:
            released.append("released")

    async def wait() -> int:
        await listening.wait()
        return 1

    assert await within(30, wait(), receive=receive) == 1
    await asyncio.sleep(0)
    assert released == ["released"]


async def test_a_broken_connection_is_told_and_the_call_goes_on(monkeypatch, caplog):
    monkeypatch.setattr(running, "LOOK", 0.01)
    failed = asyncio.Event()

    async def receive() -> Any:
        failed.set()
        raise OSError("broken")

    async def wait() -> int:
        await failed.wait()
        return await give(1, waits=3)

    assert await within(30, wait(), receive=receive) == 1
    assert "action tested: its caller cannot be listened for" in caplog.text


@pytest.mark.parametrize("waits_first", [False, True])
async def test_code_that_blocks_the_loop_is_warned_of_by_name(monkeypatch, caplog, waits_first):
    monkeypatch.setattr(running, "LOOK", 0.01)
    monkeypatch.setattr(running, "BLOCKED", 0.02)

    async def block() -> None:
        time.sleep(0.1)  # noqa: ASYNC251 - the mistake that is warned of
        if waits_first:
            await asyncio.sleep(0.01)

    with caplog.at_level(logging.WARNING, "actionary"):
        await within(30, block())
    assert "the event loop was blocked for 0." in caplog.text
    assert "by action tested; await what takes long, or write a plain `def`" in caplog.text


def test_nothing_is_kept_of_loops_that_are_over():
    async def use() -> None:
        await within(30, give(1, waits=1))

    gc.collect()
    before = len(running._running)
    for _ in range(3):
        asyncio.run(use())
    gc.collect()
    assert len(running._running) == before
