"""Run plain functions of users in worker threads."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from collections.abc import Callable
from typing import Any


async def in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a plain function in a worker thread, with this task's context variables.

    What it gives is awaited if it can be. What it raises is raised here, even what a
    future cannot carry: ``StopIteration`` and ``CancelledError``, which would mean
    something else in a coroutine, are causes of a `RuntimeError`.
    """
    variables = contextvars.copy_context()

    def run() -> tuple[Any, BaseException | None]:
        try:
            return variables.run(function, *arguments), None
        except BaseException as error:  # noqa: BLE001 - all of it is for the caller
            return None, error

    value, error = await asyncio.get_running_loop().run_in_executor(None, run)
    match error:
        case None:
            return await value if inspect.isawaitable(value) else value
        case StopIteration() | asyncio.CancelledError():
            raise RuntimeError(f"the function raised {type(error).__name__}") from error
        case _:
            raise error
