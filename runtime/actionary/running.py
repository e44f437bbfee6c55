"""The calls that run in one event loop, and when each has to stop: at its deadline, or when its caller left.

A call that ends at once pays for an entry in a set. One timer of the loop looks after
all of them: it stops those that are late, and listens for the callers of those that
wait.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, MutableMapping
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from weakref import WeakKeyDictionary

from actionary.result import CommonError

if TYPE_CHECKING:
    from actionary.observe import Observed

Stop: TypeAlias = Literal["late", "gone"]
"""Why a call is stopped: its time is over, or its caller hung up."""

Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
"""What ASGI gives of a request: its parts, and at last that the caller hung up."""

PASSED_ON: Final = (KeyboardInterrupt, GeneratorExit)
"""What whoever runs this process or a coroutine says; all else that code of users raises is a failure."""

LOOK: Final = 0.25
"""Seconds from one look at the running calls to the next."""

BLOCKED: Final = 0.5
"""Seconds after which code that kept the loop to itself is warned of."""

_log: Final = logging.getLogger("actionary")


class Call:
    """The time of one call, in seconds of `time.monotonic`.

    It ``started``, has to be over by its ``deadline`` and done with what it is doing
    now by ``until``. ``stop`` says why it was stopped, and ``had_time`` then, whether only
    ``until`` was over. ``receive`` is there once the input was read and nothing more
    comes from it but that the caller hangs up, which ends the call while it ``listens``.
    ``observed`` is told how the call ends.
    """

    __slots__ = (
        "_before",
        "_listener",
        "_running",
        "_task",
        "deadline",
        "had_time",
        "listens",
        "name",
        "observed",
        "receive",
        "started",
        "stop",
        "until",
    )

    _before: int
    _task: asyncio.Task[Any]
    had_time: bool

    def __init__(self, running: Running, name: str, started: float, seconds: float) -> None:
        self._running = running
        self._listener: asyncio.Task[None] | None = None
        self.name = name
        self.started = started
        self.deadline = self.until = started + seconds
        self.receive: Receive | None = None
        self.listens = True
        self.observed: Observed | None = None
        self.stop: Stop | None = None

    def __enter__(self) -> None:
        """Begin: the current task is stopped when this call has to be."""
        task = asyncio.current_task()
        assert task is not None, "asyncio runs coroutines in tasks"  # noqa: S101 - tells the type checkers
        self._task = task
        running = self._running
        running.calls.add(self)
        if self.until < running.looks_at:
            running.expect(self)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """End. A call that was stopped has failed, whatever was made of that.

        Raises:
            CommonError: ``timeout`` or ``cancelled``, by what stopped the call.
            CancelledError: Somebody else has cancelled the task too.
        """
        running, now = self._running, monotonic()
        running.calls.discard(self)
        if now - running.looks_at > BLOCKED and now - self.started > BLOCKED:
            running.warn(self, now)
        if self._listener is not None:
            self._listener.cancel()
        if self.stop is None:
            self.tell(error)
            return
        refused = late() if self.stop == "late" else CommonError("cancelled", "The caller hung up.")
        self.tell(refused)
        self._uncancel()
        raise refused from error

    def tell(self, error: BaseException | None) -> None:
        """Tell whoever watches the call how it ended."""
        if self.observed is not None:
            self.observed.end(error, self.taken())

    @property
    def is_over(self) -> bool:
        """Whether it runs no more."""
        return self not in self._running.calls

    def taken(self) -> float:
        """Give the seconds since the start."""
        return monotonic() - self.started

    def left(self) -> float:
        """Give the seconds until the deadline, which are below 0 after it."""
        return self.deadline - monotonic()

    async def pause(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    def listen_no_more(self) -> None:
        """Let the call go on when its caller hangs up: what comes of it is kept for when that comes again."""
        self.listens = False
        if self._listener is not None:
            self._listener.cancel()

    def limit(self, seconds: float) -> None:
        """Give what comes next so many seconds, but no more than the call has."""
        self.until = min(self.deadline, monotonic() + seconds)
        self._running.expect(self)

    def end(self, why: Stop, *, had_time: bool = False) -> None:
        """Cancel the task, once."""
        if self.stop is None:
            self.stop, self.had_time = why, had_time
            self._before = self._task.cancelling()
            self._task.cancel()

    def take_back(self) -> None:
        """Take the cancellation back, after which the call may go on.

        Raises:
            CancelledError: Somebody else has cancelled the task too.
        """
        self.stop = None
        self._uncancel()

    def _uncancel(self) -> None:
        if self._task.uncancel() > self._before:
            raise asyncio.CancelledError

    def look(self, now: float) -> None:
        """Stop the call if it is late, and listen for its caller, since it waits."""
        if now >= self.until:
            self.end("late", had_time=now < self.deadline)
        elif self.listens and self.receive is not None and self._listener is None:
            self._listener = asyncio.create_task(_hung_up(self.receive))
            self._listener.add_done_callback(self._heard)

    def _heard(self, listener: asyncio.Task[None]) -> None:
        if listener.cancelled() or not self.listens:
            return
        error = listener.exception()
        if error is None:
            self.end("gone")
        else:
            _log.warning("action %s: its caller cannot be listened for", self.name, exc_info=error)


class Running:
    """The calls that run in an event loop; made and used in that loop only."""

    def __init__(self) -> None:
        self.calls: Final[set[Call]] = set()
        self.looks_at = math.inf

    def warn(self, call: Call, now: float) -> None:
        """Warn of a call that let nobody else run."""
        _warn_of_blocking([call.name], now - self.looks_at)
        self._look_at(now, now)

    def expect(self, call: Call) -> None:
        """See to it that a call is looked at when it is late."""
        now = monotonic()
        at = min(call.until, now + LOOK)
        if at < self.looks_at:
            self._look_at(at, now)

    def _look_at(self, at: float, now: float) -> None:
        # The handle is not kept: it would hold the loop, and with it this, for good.
        self.looks_at = at
        asyncio.get_running_loop().call_later(max(at - now, 0), self._look, at)

    def _look(self, at: float) -> None:
        if at != self.looks_at:  # another look was needed earlier
            return
        now = monotonic()
        if now - at > BLOCKED and self.calls:
            _warn_of_blocking(sorted({call.name for call in self.calls}), now - at)
        self.looks_at = math.inf
        for call in tuple(self.calls):
            call.look(now)
        if self.calls:
            untils = [call.until for call in self.calls if call.stop is None]
            self._look_at(min([now + LOOK, *untils]), now)


def is_cancelled() -> bool:
    """Say whether somebody has cancelled the current task; code may raise the same error by itself."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def late() -> CommonError:
    """Make the error of a call whose time is over."""
    return CommonError("timeout", "The action did not end in time.")


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _warn_of_blocking(names: list[str], seconds: float) -> None:
    _log.warning(
        "the event loop was blocked for %.1f s by %s %s; await what takes long, or write a plain `def`",
        seconds,
        "action" if len(names) == 1 else "one of the actions",
        ", ".join(names),
    )


_running: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, Running]] = WeakKeyDictionary()
"""By event loop; there are many where `asyncio.run` is called often."""


def running_here() -> Running:
    """Give what looks after the calls of the running event loop."""
    loop = asyncio.get_running_loop()
    running = _running.get(loop)
    if running is None:
        running = _running[loop] = Running()
    return running
