"""When a call is repeated, and after how long."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from .errors import (
    Aborted,
    ClientTimeout,
    Conflict,
    Failure,
    InvalidResponse,
    NetworkError,
    RateLimited,
    Timeout,
    Unavailable,
    UnknownError,
)

LONGEST_RETRY_AFTER: Final = 60.0
"""Seconds. A server that asks for more is not waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often a call is made at most, and how long to wait in between, in seconds.

    Before the second attempt passes a random time up to ``base``, before each later
    one up to twice as much as before, but at most ``maximum``. Where the server says
    when to come again (``Retry-After``), that is waited for instead. ``random`` gives
    numbers from 0 to 1, and can be replaced in tests.

    Raises:
        ValueError: There is less than one attempt, or a time is negative or not finite.
    """

    attempts: int = 3
    base: float = 0.25
    maximum: float = 8.0
    random: Callable[[], float] = random.random

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError(f"attempts is {self.attempts}, but a call is made at least once; give 1 or more")
        for name, value in (("base", self.base), ("maximum", self.maximum)):
            if not 0 <= value < math.inf:
                raise ValueError(f"{name} is {value}, but must be seconds from 0 on")

    def wait(self, attempt: int) -> float:
        """Give how long to wait after an attempt that failed, the first being 1."""
        return min(self.base * 2.0 ** min(attempt - 1, 64), self.maximum) * self.random()


NO_RETRY: Final = Retry(attempts=1)


def may_repeat(failure: Failure, *, safe: bool, key: str | None, attempt: int) -> bool:
    """Say whether a call that failed may be made again.

    ``safe`` calls may be repeated by the action's definition, and others under a ``key``.
    Without either only a refusal may be: the server says that it has not begun.
    """
    if isinstance(failure, ClientTimeout):
        return False
    if key is not None and isinstance(failure, Conflict):  # our own earlier attempt may still run
        return attempt > 1 and failure.details.reason == "in_progress"
    if safe or key is not None:
        return failure.retryable
    return failure.retryable and isinstance(failure, RateLimited | Unavailable)


_OPEN: Final = (NetworkError, ClientTimeout, Aborted, InvalidResponse, UnknownError, Timeout)


def leaves_open(failure: Failure) -> bool:
    """Say whether nobody knows after a failure what became of the call."""
    if isinstance(failure, Conflict):
        return failure.details.reason != "idempotency_key_reused"
    return isinstance(failure, _OPEN)


def retry_after(headers: Mapping[str, Any]) -> float | None:
    """Read when to come again, in seconds from now: given as such, or as a date (RFC 9110 §10.2.3).

    A date is measured against the answer's own ``Date``, so that clocks may differ.
    """
    given = str(headers.get("Retry-After", "")).strip()
    if given.isascii() and given.isdigit():
        return float(given[:9])
    moment = _date(given)
    if moment is None:
        return None
    now = _date(str(headers.get("Date", ""))) or datetime.now(UTC)
    return max(0.0, (moment - now).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
