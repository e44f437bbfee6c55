"""Run plain functions of users in worker threads, of which there are only so many.

A thread cannot be stopped. One whose caller no longer waits is abandoned: it runs on,
another may take its place, and when too many are abandoned no more are begun. Gates
have threads of their own: handlers that keep theirs busy keep nobody out.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
import weakref
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final, Literal, TypeAlias
from weakref import WeakKeyDictionary

MOST_THREADS: Final = 40
"""So many plain functions of handlers, and of gates, run at once in one event loop; others wait."""

MOST_ABANDONED: Final = 40
"""So many threads of either may run on for nobody; beyond, `ThreadsExhausted` is raised."""

_log: Final = logging.getLogger("actionary")

Function: TypeAlias = Callable[[], Any]
Outcome: TypeAlias = tuple[Any, BaseException | None]


class ThreadsExhausted(Exception):  # noqa: N818 - it says what happened
    """There is no thread: too many run on for callers that gave up, or none can be started."""


class Turn:
    """Whether anybody had to wait for a thread."""

    waited = False


@contextmanager
def watched_turn() -> Generator[Turn]:
    """Watch whether what is called here has to wait for a thread."""
    turn = Turn()
    token = _turn.set(turn)
    try:
        yield turn
    finally:
        _turn.reset(token)


async def in_thread(function: Callable[..., Any], *arguments: Any, pools: Pools | None = None) -> Any:
    """Call a plain function in a worker thread, with this task's context variables.

    What it gives is awaited if it can be. What it raises is raised here; what would
    mean something else in a coroutine is the cause of a `RuntimeError`: a thread gets
    no signals, and nobody but the function itself ends or cancels it. When this is
    cancelled the function runs on, abandoned. The thread is one of the handlers'
    without ``pools``.

    Raises:
        ThreadsExhausted: `MOST_ABANDONED` functions run on already, or no thread can be started.
    """
    variables = contextvars.copy_context()
    workers = _workers_here(_handlers if pools is None else pools)
    value, error = await workers.run(lambda: variables.run(function, *arguments))
    match error:
        case None:
            return await value if inspect.isawaitable(value) else value
        case StopIteration() | asyncio.CancelledError() | KeyboardInterrupt() | GeneratorExit():
            raise RuntimeError(f"the function raised {type(error).__name__}") from error
        case _:
            raise error


async def called(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a gate's function: one that is async here, a plain one in a thread of the gates' own."""
    if is_async(function):
        return await function(*arguments)
    return await in_thread(function, *arguments, pools=_gates)


def is_async(function: Callable[..., Any]) -> bool:
    """Say whether a function, or an object that can be called, is awaited where it is called."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)


class Job:
    """A function to run, where its outcome goes, and how far it has come."""

    __slots__ = ("function", "outcome", "state")

    def __init__(self, function: Function, outcome: asyncio.Future[Outcome]) -> None:
        self.function = function
        self.outcome = outcome
        self.state: Literal["waits", "runs", "abandoned", "over"] = "waits"


Inbox: TypeAlias = "SimpleQueue[Job | None]"
"""What a thread takes its jobs from; ``None`` ends it."""


class Workers:
    """The threads of one event loop; used in that loop only."""

    def __init__(self) -> None:
        self.free: Final[list[Inbox]] = []
        self._waiting: Final[deque[Job]] = deque()
        self._busy = 0
        self._abandoned = 0

    async def run(self, function: Function) -> Outcome:
        """Run a function as soon as a thread is free for it, and give its outcome."""
        if self._abandoned >= MOST_ABANDONED:
            raise self._too_many()
        job = Job(function, asyncio.get_running_loop().create_future())
        if self._busy < MOST_THREADS:
            self._begin(job)
        else:
            self._waiting.append(job)
            turn = _turn.get()
            if turn is not None:
                turn.waited = True
        try:
            return await job.outcome
        except asyncio.CancelledError:
            if job.state == "runs":
                self._abandon(job)
            raise

    def _begin(self, job: Job, inbox: Inbox | None = None) -> bool:
        """Begin a job in a thread; where there can be none that is its outcome."""
        if inbox is None:
            try:
                inbox = self.free.pop() if self.free else self._thread()
            except ThreadsExhausted as error:
                job.outcome.set_result((None, error))
                return False
        self._busy += 1
        job.state = "runs"
        inbox.put(job)
        return True

    def _thread(self) -> Inbox:
        if self._abandoned >= MOST_ABANDONED:
            raise self._too_many()
        inbox: Inbox = SimpleQueue()
        # A daemon: a function that hangs must not keep the process from ending.
        thread = Thread(target=_work, args=(inbox, self._done), name="actionary", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the operating system gives no more
            _log.error("a plain function is refused, for no thread can be started: %s", error)
            raise ThreadsExhausted(f"no thread can be started: {error}") from error
        return inbox

    def _too_many(self) -> ThreadsExhausted:
        return ThreadsExhausted(f"{self._abandoned} threads run on for callers that gave up")

    def _done(self, job: Job, outcome: Outcome, inbox: Inbox) -> None:
        """Take the outcome of a job from its thread, which is free then."""
        if job.state == "abandoned":
            self._abandoned -= 1
        else:
            self._busy -= 1
            if not job.outcome.done():
                job.outcome.set_result(outcome)
        job.state = "over"
        if not self._begin_next(inbox):
            self.free.append(inbox)
        if len(self.free) > MOST_THREADS:
            self.free.pop(0).put(None)

    def _begin_next(self, inbox: Inbox | None = None) -> bool:
        while self._waiting and self._busy < MOST_THREADS:
            job = self._waiting.popleft()
            if job.outcome.done():
                continue
            if self._begin(job, inbox) or self._busy:  # the threads that run will take the others
                return True
        return False

    def _abandon(self, job: Job) -> None:
        job.state = "abandoned"
        self._abandoned += 1
        self._busy -= 1
        _log.warning(
            "a plain function runs on in its thread although nobody waits for it (%d of at most %d)",
            self._abandoned,
            MOST_ABANDONED,
        )
        self._begin_next()


def _work(inbox: Inbox, done: Callable[[Job, Outcome, Inbox], None]) -> None:
    """Do one job after the other; what a thread is for."""
    while (job := inbox.get()) is not None:
        try:
            outcome: Outcome = job.function(), None
        except BaseException as error:  # noqa: BLE001 - all of it is for the caller
            outcome = None, error
        try:
            job.outcome.get_loop().call_soon_threadsafe(done, job, outcome, inbox)
        except RuntimeError:  # the loop is closed, and whoever waited is gone
            return
        del job, outcome  # an idle thread holds neither a loop nor anybody's data


Pools: TypeAlias = WeakKeyDictionary[asyncio.AbstractEventLoop, Workers]
"""By event loop; there are many where `asyncio.run` is called often."""

_handlers: Final[Pools] = WeakKeyDictionary()
_gates: Final[Pools] = WeakKeyDictionary()
_turn: Final[ContextVar[Turn | None]] = ContextVar("_turn", default=None)


def _workers_here(pools: Pools) -> Workers:
    loop = asyncio.get_running_loop()
    workers = pools.get(loop)
    if workers is None:
        workers = pools[loop] = Workers()
        weakref.finalize(loop, _end, workers.free)
    return workers


def _end(free: list[Inbox]) -> None:
    """End the threads of a loop that is no more; those that run end with what they do."""
    for inbox in free:
        inbox.put(None)
    free.clear()
