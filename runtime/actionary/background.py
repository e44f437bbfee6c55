"""What runs on when its call is over, such as keeping its answer; an event loop holds tasks only weakly."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

LIMIT: Final = 10.0
"""Seconds that a server which ends waits for all of it."""

T = TypeVar("T")

_running: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, set[asyncio.Task[Any]]]] = WeakKeyDictionary()


def in_background(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Begin something that goes on when whoever waits for it is cancelled, as long as that is shielded."""
    task = asyncio.create_task(work)
    tasks = _running.setdefault(asyncio.get_running_loop(), set())
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task


async def all_ended() -> None:
    """Wait until nothing runs in the background of this event loop; what takes too long is cut off."""
    tasks = _running.get(asyncio.get_running_loop())
    if not tasks:
        return
    _, late = await asyncio.wait(set(tasks), timeout=LIMIT)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late)
