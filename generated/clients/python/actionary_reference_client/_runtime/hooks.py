"""What a client tells of each attempt to functions that it was given.

What such a function raises goes on to whoever made the call: it is a mistake of the program.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

import httpx2

from .errors import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestInfo:
    """A request that is about to be sent. ``headers`` may be changed; attempts count from 1."""

    action: str
    method: str
    url: str
    attempt: int
    headers: httpx2.Headers


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseInfo:
    """An answer that has begun: its body is still to come. ``latency_ms`` is how long that took."""

    action: str
    url: str
    attempt: int
    status: int
    headers: httpx2.Headers
    latency_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryInfo:
    """A call that is made again after ``wait`` seconds: ``attempt`` is the one that failed.

    The stream of changes, whose ``action`` is ``changes``, is taken up again so, too.
    """

    action: str
    attempt: int
    wait: float
    failure: Failure


OnRequest: TypeAlias = Callable[[RequestInfo], None]
OnResponse: TypeAlias = Callable[[ResponseInfo], None]
OnRetry: TypeAlias = Callable[[RetryInfo], None]
AsyncOnRequest: TypeAlias = Callable[[RequestInfo], Awaitable[None] | None]
AsyncOnResponse: TypeAlias = Callable[[ResponseInfo], Awaitable[None] | None]
AsyncOnRetry: TypeAlias = Callable[[RetryInfo], Awaitable[None] | None]
