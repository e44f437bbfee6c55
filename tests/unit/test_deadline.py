"""Awaiting until a deadline: what the coroutine, its task and its caller see of it."""

from __future__ import annotations

import asyncio
import contextvars
import math

import pytest
from actionary.deadline import DeadlineExceeded, within


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

    with pytest.raises(DeadlineExceeded):
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
        with pytest.raises(DeadlineExceeded):
            await within(0.01, wait())


async def test_it_may_clean_up_after_the_deadline():
    cleaned: list[int] = []

    async def wait() -> None:
        try:
            await forever()
        finally:
            cleaned.append(await give(1, waits=3))

    with pytest.raises(DeadlineExceeded):
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
        with pytest.raises(DeadlineExceeded):
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
