"""Plain functions in worker threads."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest
from actionary.threads import in_thread


async def test_it_runs_elsewhere_with_the_context_variables_of_the_task():
    variable = contextvars.ContextVar("variable", default="")
    variable.set("here")

    def look(more: str) -> tuple[str, bool]:
        variable.set("there")
        return variable.name + more, threading.current_thread() is threading.main_thread()

    assert await in_thread(variable.get) == "here"
    assert await in_thread(look, "!") == ("variable!", False)
    assert variable.get() == "here"


async def test_what_can_be_awaited_is():
    async def later() -> int:
        return 5

    assert await in_thread(later) == 5


@pytest.mark.parametrize("error", [ValueError("a"), SystemExit(1)])
async def test_what_it_raises_is_raised(error):
    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        await in_thread(fail)
    assert caught.value is error


@pytest.mark.parametrize(
    "error", [StopIteration(), asyncio.CancelledError(), KeyboardInterrupt(), GeneratorExit()]
)
async def test_what_means_something_else_in_a_coroutine_is_a_runtime_error(error):
    def fail() -> None:
        raise error

    with pytest.raises(RuntimeError, match=type(error).__name__) as caught:
        await in_thread(fail)
    assert caught.value.__cause__ is error
