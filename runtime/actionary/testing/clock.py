"""A clock that stands still until a test moves it, and calls whose time it tells."""

from __future__ import annotations

import asyncio
import math
from threading import get_ident
from typing import Any

from typing_extensions import TypeVar

from actionary.context import Caller, Context, Request
from actionary.principal import Principal
from actionary.result import CommonError
from actionary.running import Call, Running

S = TypeVar("S", default=Any)


class FakeClock:
    """A clock that only a test moves. Give it to a `TestClient`: deadlines are told in its time then.

    Calling it gives its time, in seconds. It may be moved from any thread; calls that are
    late then are stopped as they would be on a server.
    """

    def __init__(self, now: float = 1000.0) -> None:
        self._now = now
        self._watching: set[ClockRunning] = set()

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
        self._now += seconds
        for running in tuple(self._watching):
            running.look()

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
        made = ClockContext(
            caller=caller,
            request=request,
            resources=resources,
            action=action,
            request_id="test",
            principal=principal,
            deadline=self._now + seconds,
        )
        made.clock = self
        return made

    def watch(self, running: ClockRunning) -> None:
        """Let calls be looked at whenever the clock is moved."""
        self._watching.add(running)

    def forget(self, running: ClockRunning) -> None:
        """Look at these calls no more."""
        self._watching.discard(running)


class ClockContext(Context[S]):
    """A context whose deadline is told in the time of a `FakeClock`."""

    clock: FakeClock

    def _now(self) -> float:
        return self.clock()

    def of_call(self, call: Call, action: str) -> Context[S]:  # noqa: ARG002 - the signature of what it replaces
        """Refuse: the calls of `invoke_action` and `Action.run` go by the real clock.

        Raises:
            TypeError: Always.
        """
        raise TypeError(
            f"a context of a FakeClock is for calling the handler itself; call {action} through"
            " `TestClient(..., clock=clock)` to have the whole pipeline on that clock"
        )


class ClockCall(Call):
    """A call whose time a `FakeClock` tells."""

    __slots__ = ("clock",)

    def __init__(self, clock: FakeClock, name: str, seconds: float) -> None:
        super().__init__(ClockRunning(clock), name, clock(), seconds)
        self.clock = clock

    def check_time(self) -> None:
        """Refuse to begin what is late already.

        Raises:
            CommonError: ``timeout``.
        """
        if self.clock() >= self.deadline:
            raise CommonError("timeout", "The action did not end in time.")

    def limit(self, seconds: float) -> None:
        """Give what comes next so many seconds, but no more than the call has."""
        self.until = min(self.deadline, self.clock() + seconds)


class ClockRunning(Running):
    """Looks after one call whenever its clock is moved."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._thread = get_ident()

    def add(self, call: Call) -> None:
        """Look after a call from now on; one that is late already is stopped where it first waits."""
        self.calls.add(call)
        self._clock.watch(self)
        self._loop.call_soon(self._look_here)

    def discard(self, call: Call) -> None:
        """Look after a call no more."""
        self.calls.discard(call)
        self._clock.forget(self)

    def expect(self, call: Call) -> None:
        """Do nothing: calls are looked at when the clock is moved, and not before."""

    def look(self) -> None:
        """Stop the call if it is late; in its own thread at once."""
        if get_ident() == self._thread:
            self._look_here()
        else:
            self._loop.call_soon_threadsafe(self._look_here)

    def _look_here(self) -> None:
        for call in tuple(self.calls):
            call.look(self._clock())
