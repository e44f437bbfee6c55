"""Run a coroutine until a deadline, at no cost for one that never waits."""

from __future__ import annotations

import asyncio
import math
import types
from collections.abc import Coroutine, Generator
from typing import Any, Final, TypeVar

T = TypeVar("T")


class DeadlineExceeded(Exception):  # noqa: N818 - it says what happened, like asyncio's own
    """The coroutine did not end in time; it was cancelled."""


async def within(seconds: float, coroutine: Coroutine[Any, Any, T]) -> T:
    """Await a coroutine in this task for at most ``seconds``, which may be infinite.

    The first step runs at once, and only a coroutine that then waits gets a timer.
    At the deadline it is cancelled. Whatever it makes of that, even when it goes on
    to return a value, the outcome is `DeadlineExceeded`. A cancellation from outside
    passes through.
    """
    value: list[T] = []
    rest = begin(seconds, coroutine, value)
    if rest is not None:
        await rest
    return value[0]


def begin(
    seconds: float, coroutine: Coroutine[Any, Any, T], value: list[T]
) -> Coroutine[Any, Any, None] | None:
    """Do what `within` does as far as the coroutine goes without waiting.

    What it returns is put into ``value``. Only if it waits there is something left,
    which has to be awaited.
    """
    keeping = _keep(coroutine, value)
    # A coroutine says that it has ended by an exception; `next` spares making and catching that.
    pending = next(keeping.__await__(), _ENDED)
    return None if pending is _ENDED else _go_on(seconds, keeping, pending)


_ENDED: Final = object()


async def _keep(coroutine: Coroutine[Any, Any, T], value: list[T]) -> None:
    value.append(await coroutine)


async def _go_on(seconds: float, coroutine: Coroutine[Any, Any, None], pending: Any) -> None:
    """Go on with a coroutine whose first step gave ``pending`` to wait for."""
    if seconds == math.inf:
        await _resume(coroutine, pending)
        return
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
        await _resume(coroutine, pending)
    except BaseException as error:
        if fired and task.uncancel() <= before:
            raise DeadlineExceeded from error
        raise
    finally:
        timer.cancel()
    if fired:
        task.uncancel()
        raise DeadlineExceeded


@types.coroutine
def _resume(coroutine: Coroutine[Any, Any, None], pending: Any) -> Generator[Any, Any, None]:
    """Go on with a coroutine that was started by hand and waits for ``pending``."""
    while True:
        try:
            try:
                answer = yield pending
            except BaseException as error:  # noqa: BLE001 - all of it belongs to the coroutine
                pending = coroutine.throw(error)
            else:
                pending = coroutine.send(answer)
        except StopIteration:
            return
