"""Where calls are counted for rate limits: in this process, or in a Redis that many processes share.

Time is cut into windows: the first call begins one, and when it is over the next call
begins another. Of a window only its count and its end are kept.

A URL may hold a password, so no part of one reaches a message or the log, and neither
does the text of what the client of Redis raises, which may quote one.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
from collections.abc import AsyncGenerator, Callable
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Final, Protocol
from weakref import WeakKeyDictionary

from actionary.definition_error import ActionDefinitionError, place_of_caller
from actionary.rates import Rate
from actionary.result import unavailable

if TYPE_CHECKING:
    from actionary.gates.redis_counts import RedisCounts

VARIABLE: Final = "ACTIONARY_RATE_LIMITS"
"""The environment variable that says where calls are counted, where no registry says it."""

IN_MEMORY: Final = "memory://"
SCHEMES: Final = ("memory", "redis", "rediss", "redis+unix")

MOST_SECONDS: Final = 1.0
"""How long a shared count may take; without it no call is let in."""

REST: Final = 1.0
"""Seconds after which a count that failed is tried again, by one call; all others are refused at once."""

_SWEPT_FROM: Final = 1024

_log: Final = logging.getLogger("actionary")


class CountersError(Exception):
    """Calls cannot be counted as it was asked for: ``what`` says why, ``mend`` what would be right."""

    def __init__(self, what: str, mend: str) -> None:
        self.what = what
        self.mend = mend
        super().__init__(f"{what}; {mend}")


class Counts(Protocol):
    """A place where calls are counted."""

    async def count(self, rate: Rate, key: str) -> float | None:
        """Count a call; if it is one too many, give the seconds until the window is over."""
        ...


class Counters:
    """Where a registry's calls are counted, as a URL says.

    Without one the environment says it, and else they are counted in this process.

    Raises:
        ActionDefinitionError: There is no such place.
    """

    def __init__(self, url: str | None = None) -> None:
        wrong = None if url is None else _why_no_place(url)
        if wrong is not None:
            raise ActionDefinitionError(
                wrong.what, mend=wrong.mend, where=place_of_caller(), field="rate_limits"
            )
        self.is_given: Final = url is not None
        self._url = url
        self._counts: Counts | None = None
        self._lock = Lock()

    def ready(self) -> Counts:
        """Give the place; nothing is connected yet.

        Raises:
            CountersError: The environment names none, or a package is missing.
        """
        with self._lock:
            if self._counts is None:
                self._counts = self._made()
            return self._counts

    def _made(self) -> Counts:
        url = self._url or os.environ.get(VARIABLE) or IN_MEMORY
        wrong = _why_no_place(url)
        if wrong is not None:
            raise CountersError(f"{VARIABLE}: {wrong.what}", wrong.mend)
        return MemoryCounts() if url == IN_MEMORY else SharedCounts(url)


def _why_no_place(url: object) -> CountersError | None:
    mend = f'give "{IN_MEMORY}" or a URL such as "redis://localhost:6379/0"'
    if not isinstance(url, str):
        return CountersError("it is no text", mend)
    scheme, _, rest = url.partition("://")
    if scheme not in SCHEMES or (scheme == "memory") is bool(rest):
        return CountersError("it is no URL of a place where calls are counted", mend)
    return None


class MemoryCounts:
    """Counts in this process, for all its event loops and threads; ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._windows: dict[str, tuple[int, float]] = {}
        self._sweeps_at = _SWEPT_FROM
        self._lock = Lock()

    async def count(self, rate: Rate, key: str) -> float | None:
        """Count a call; if it is one too many, give the seconds until the window is over."""
        now = self._clock()
        place = f"{key}/{rate.seconds}"
        with self._lock:
            calls, end = self._windows.get(place, (0, 0.0))
            if end <= now:
                calls, end = 0, now + rate.seconds
            if calls >= rate.calls:
                return end - now
            self._windows[place] = calls + 1, end
            if len(self._windows) >= self._sweeps_at:
                self._sweep(now)
        return None

    def _sweep(self, now: float) -> None:
        """Forget the windows that are over; seldom enough that a call pays for a few of them only."""
        self._windows = {key: window for key, window in self._windows.items() if window[1] > now}
        self._sweeps_at = max(_SWEPT_FROM, 2 * len(self._windows))


class SharedCounts:
    """Counts in a Redis. While it cannot be asked no call is let in, and one call a second tries it.

    Raises:
        CountersError: A package is missing, or the URL cannot be read.
    """

    def __init__(self, url: str) -> None:
        try:
            from actionary.gates.redis_counts import opener  # noqa: PLC0415 - an extra
        except ImportError as missing:
            raise CountersError(
                f"counting calls in Redis needs {missing.name}, which is not installed",
                "pip install 'actionary[limits]'",
            ) from None
        self._open = opener(url)
        self._here: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[RedisCounts, AsyncGenerator[None]]] = (
            WeakKeyDictionary()
        )
        self._is_lost = False
        self._tries_at = -math.inf

    async def count(self, rate: Rate, key: str) -> float | None:
        """Count a call; if it is one too many, give the seconds until the window is over.

        Raises:
            CommonError: ``unavailable``: it cannot be counted.
        """
        if self._is_lost and monotonic() < self._tries_at:
            raise unavailable(math.ceil(REST))
        self._tries_at = monotonic() + REST  # which holds for the others while this call tries
        try:
            async with asyncio.timeout(MOST_SECONDS):
                wait = await (await self._counts_here()).count(rate, key)
        except Exception as error:  # noqa: BLE001 - whatever it is, the call is not counted
            self._lose(error)
            raise unavailable(math.ceil(REST)) from None
        if self._is_lost:
            self._is_lost = False
            _log.warning("calls can be counted for rate limits again")
        return wait

    def _lose(self, error: Exception) -> None:
        self._tries_at = monotonic() + REST
        if not self._is_lost:
            self._is_lost = True
            _log.error(
                "calls cannot be counted for rate limits (%s); those of actions that have one are refused",
                type(error).__name__,
            )

    async def _counts_here(self) -> RedisCounts:
        """Give the connections of this event loop, which are closed when it ends."""
        loop = asyncio.get_running_loop()
        here = self._here.get(loop)
        if here is None:
            counts = self._open()
            closing = self._closing(counts, loop)
            here = self._here[loop] = counts, closing
            await anext(closing)
        return here[0]

    async def _closing(self, counts: RedisCounts, loop: asyncio.AbstractEventLoop) -> AsyncGenerator[None]:
        """Close the connections when this generator is closed, as a loop does with all before it ends."""
        try:
            yield
        finally:
            self._here.pop(loop, None)
            await counts.close()
