"""One time limit for a whole call, from connecting to the last byte."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

_SHORTEST = 0.001
"""Seconds. A limit of zero would mean to a socket that it must not wait at all."""


class DeadlineError(Exception):
    """The call's time is over."""


class Deadline:
    """The moment at which a call has to be over; no seconds mean never."""

    def __init__(self, seconds: float | None) -> None:
        self._moment = None if seconds is None else time.monotonic() + seconds

    @property
    def seconds(self) -> float | None:
        """The time that is left, in seconds."""
        return None if self._moment is None else self._moment - time.monotonic()

    def check(self) -> None:
        """Raise `DeadlineError` when the time is over."""
        left = self.seconds
        if left is not None and left <= 0:
            raise DeadlineError


class PhaseLimits(Mapping[str, float | None]):
    """The time limits of a request's phases: each may use what is left when it begins."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def __getitem__(self, phase: str) -> float | None:
        left = self._deadline.seconds
        return None if left is None else max(left, _SHORTEST)

    def __iter__(self) -> Iterator[str]:
        return iter(("connect", "read", "write", "pool"))

    def __len__(self) -> int:
        return 4
