"""Plain functions in worker threads."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Iterator

import pytest
from actionary import threads
from actionary.threads import ThreadsExhausted, in_thread


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


class Hanging:
    """A function that runs until a test lets it go, and tells that it has begun."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def __call__(self) -> str:
        self.begun.set()
        self.go_on.wait(20)
        return "done"

    async def started(self) -> asyncio.Task[str]:
        task = asyncio.create_task(in_thread(self))
        assert await asyncio.to_thread(self.begun.wait, 20)
        return task


@pytest.fixture
def hanging() -> Iterator[list[Hanging]]:
    all_of_them = [Hanging(), Hanging()]
    yield all_of_them
    for each in all_of_them:
        each.go_on.set()


async def in_line(number: int) -> asyncio.Task[int]:
    """Let a function wait for a thread."""
    task = asyncio.create_task(in_thread(lambda: number))
    await asyncio.sleep(0)
    return task


async def cancelled(task: asyncio.Task[str]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


class Unable(threading.Thread):
    """A thread where the operating system gives none."""

    def start(self) -> None:
        raise RuntimeError("can't start new thread")


async def test_a_thread_that_cannot_be_started_takes_the_place_of_none(monkeypatch, caplog):
    monkeypatch.setattr(threads, "MOST_THREADS", 1)
    with monkeypatch.context() as patched:
        patched.setattr(threads, "Thread", Unable)
        for _ in range(3):
            with pytest.raises(ThreadsExhausted, match="no thread can be started: can't start new thread"):
                await in_thread(lambda: 1)
    assert "no thread can be started: can't start new thread" in caplog.text
    assert await in_thread(lambda: 1) == 1


async def test_who_waits_is_told_when_no_thread_can_be_started_and_the_others_get_those_that_run(
    monkeypatch, hanging
):
    monkeypatch.setattr(threads, "MOST_THREADS", 2)
    given_up, kept = [await each.started() for each in hanging]
    first, second = await in_line(1), await in_line(2)
    monkeypatch.setattr(threads, "Thread", Unable)
    await cancelled(given_up)
    with pytest.raises(ThreadsExhausted):
        await first
    hanging[1].go_on.set()
    assert (await kept, await second) == ("done", 2)


async def test_nobody_waits_for_threads_of_which_none_is_left(monkeypatch, hanging):
    monkeypatch.setattr(threads, "MOST_THREADS", 1)
    given_up = await hanging[0].started()
    waiting = [await in_line(number) for number in range(3)]
    monkeypatch.setattr(threads, "Thread", Unable)
    await cancelled(given_up)
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ThreadsExhausted] * 3


async def test_no_more_threads_are_abandoned_than_may_be_whoever_waits(monkeypatch, hanging):
    monkeypatch.setattr(threads, "MOST_THREADS", 1)
    monkeypatch.setattr(threads, "MOST_ABANDONED", 1)
    given_up = await hanging[0].started()
    waiting = await in_line(1)
    await cancelled(given_up)
    with pytest.raises(ThreadsExhausted, match="1 threads run on for callers that gave up"):
        await waiting
