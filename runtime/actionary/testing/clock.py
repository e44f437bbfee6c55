"""A clock that stands still until a test moves it, and calls whose time it tells."""

from __future__ import annotations

import asyncio
import math
from threading import Lock
from time import monotonic
from typing import Any, Final

from typing_extensions import TypeVar

from actionary.context import Caller, Context, Request
from actionary.principal import Principal
from actionary.running import Call, Running

S = TypeVar("S", default=Any)


class FakeClock:
    """A clock that only a test moves. Give it to a `TestClient`: deadlines are told in its time then.

    Calling it gives its time in seconds, at first the last whole one of `time.monotonic`.
    It may be moved from any thread; calls that are late then are stopped where they
    wait, as they would be on a server.
    """

    def __init__(self, now: float | None = None) -> None:
        self._now = float(math.floor(monotonic())) if now is None else now
        self.calls: Final[set[ClockCall]] = set()
        self._moving = Lock()

    def __call__(self) -> float:
        """Give the time."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass.

        Raises:
            ValueError: Time does not go backwards.
        """
        if not seconds >= 0:
            raise ValueError(f"time does not go back: advance by 0 or more seconds, not {seconds}")
        with self._moving:
            self._now += seconds
        for call in tuple(self.calls):
            call.notice_time()

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds pass, as `asyncio.sleep` does in real time."""
        self.advance(seconds)
        await asyncio.sleep(0)

    def context(
        self,
        *,
        seconds: float = math.inf,
        resources: S | None = None,
        caller: Caller = "code",
        request: Request | None = None,
        action: str = "",
        principal: Principal | None = None,
    ) -> Context[S]:
        """Make a context for a handler that is called directly; its deadline is in so many seconds."""
        return ClockContext(
            self,
            caller=caller,
            request=request,
            resources=resources,
            action=action,
            request_id="test",
            principal=principal,
            deadline=self._now + seconds,
        )


class ClockCall(Call):
    """A call whose time a `FakeClock` tells; ``ends`` is its deadline on that clock.

    The pipeline holds ``deadline`` against the real clock. While the call runs it is
    therefore in all eternity, and when the call is late it has always been over.
    """

    __slots__ = ("_clock", "_loop", "ends")

    def __init__(self, clock: FakeClock, name: str, seconds: float) -> None:
        super().__init__(_Unattended(), name, clock(), seconds)
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self.ends = self.deadline

    def __enter__(self) -> None:
        """Begin: from now on the call is stopped when its clock is moved too far."""
        self.ends = self.deadline
        super().__enter__()
        self._clock.calls.add(self)
        self.notice_time()

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """End, as `Call` does.

        Raises:
            CommonError: ``timeout``.
            CancelledError: Somebody else has cancelled the task too.
        """
        self._clock.calls.discard(self)
        super().__exit__(kind, error, trace)

    def taken(self) -> float:
        """Give the seconds since the start, on this clock."""
        return self._clock() - self.started

    def left(self) -> float:
        """Give the seconds until the deadline, on this clock."""
        return self.ends - self._clock()

    async def pause(self, seconds: float) -> None:
        """Move the clock on, so that no test waits."""
        await self._clock.sleep(seconds)

    def limit(self, seconds: float) -> None:
        """Give what comes next so many seconds, but no more than the call has."""
        self.until = min(self.ends, self._clock() + seconds)

    def notice_time(self) -> None:
        """Let the pipeline know whether the call is late; what waits is stopped soon."""
        now = self._clock()
        self.deadline = math.inf if now < self.ends else -math.inf
        if now >= self.until:
            self._loop.call_soon_threadsafe(self._stop)

    def _stop(self) -> None:
        if self in self._clock.calls:  # it may have ended in the meantime
            self.look(self._clock())


class _Unattended(Running):
    """Looks after no call: its clock does."""

    def expect(self, call: Call) -> None:
        """Do nothing."""


class ClockContext(Context[S]):
    """A context whose deadline is told in the time of a `FakeClock`."""

    def __init__(self, clock: FakeClock, **known: Any) -> None:
        super().__init__(**known)
        self._clock = clock

    @property
    def deadline(self) -> float:
        """When the call has to be over, as its clock tells it; infinite without a limit."""
        return self.call.ends if isinstance(self.call, ClockCall) else self._deadline

    @property
    def remaining(self) -> float:
        """The seconds until the deadline, 0 after it."""
        return max(self.deadline - self._clock(), 0)

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits for the result any more."""
        return (self.call is not None and self.call.stop is not None) or self._clock() >= self.deadline

    def with_time(self, seconds: float) -> Context[S]:
        """Give this context for what goes on after its call, with so many seconds of the clock."""
        more = super().with_time(seconds)
        more.__dict__.update(_deadline=self._clock() + seconds)
        return more

    def of_call(self, call: Call, action: str) -> Context[S]:
        """Give this context for a call of an agent that a handler prompts; that goes by the real clock.

        Raises:
            TypeError: The context was made by hand, with a deadline that such a call cannot have.
        """
        if self.call is None:
            raise TypeError(
                f"a context of a FakeClock is for calling the handler itself; call {action} through"
                " `TestClient(..., clock=clock)` to have the whole pipeline on that clock"
            )
        return super().of_call(call, action)
