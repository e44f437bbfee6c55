"""Run a coroutine until a deadline, at no cost for one that never waits."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

T = TypeVar("T")


class DeadlineExceeded(Exception):  # noqa: N818 - it says what happened, like asyncio's own
    """The coroutine did not end in time; it was cancelled."""


async def within(seconds: float | None, coroutine: Coroutine[Any, Any, T]) -> T:
    """Await a coroutine in this task for at most ``seconds``; ``None`` is no limit.

    The first step runs at once, and only a coroutine that then waits gets a timer.
    At the deadline it is cancelled. Whatever it makes of that, even when it goes on
    to return a value, the outcome is `DeadlineExceeded`. A cancellation from outside
    passes through.
    """
    if seconds is None:
        return await coroutine
    try:
        pending = coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    return await go_on_within(seconds, coroutine, pending)


async def go_on_within(seconds: float | None, coroutine: Coroutine[Any, Any, T], pending: Any) -> T:
    """Do what `within` does after a coroutine's first step, which gave ``pending`` to wait for."""
    if seconds is None:
        return await _resume(coroutine, pending)
    task = asyncio.current_task()
    assert task is not None, "asyncio runs coroutines in tasks"  # noqa: S101 - tells the type checkers
    before = task.cancelling()
    fired = False

    def fire() -> None:
        nonlocal fired
        fired = True
        task.cancel()

    timer = asyncio.get_running_loop().call_later(max(seconds, 0), fire)
    try:
        result = await _resume(coroutine, pending)
    except BaseException as error:
        if fired and task.uncancel() <= before:
            raise DeadlineExceeded from error
        raise
    finally:
        timer.cancel()
    if fired:
        task.uncancel()
        raise DeadlineExceeded
    return result


@types.coroutine
def _resume(coroutine: Coroutine[Any, Any, T], pending: Any) -> Generator[Any, Any, T]:
    """Go on with a coroutine that was started by hand and waits for ``pending``."""
    while True:
        try:
            try:
                answer = yield pending
            except BaseException as error:  # noqa: BLE001 - all of it belongs to the coroutine
                pending = coroutine.throw(error)
            else:
                pending = coroutine.send(answer)
        except StopIteration as stop:
            result: T = stop.value
            return result
