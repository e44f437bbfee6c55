"""Counts in a Redis, through the package `limits` (the extra ``limits``)."""

from __future__ import annotations

from collections.abc import Callable
from time import time
from typing import Any, Final

from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from actionary.gates.counters import MOST_SECONDS, CountersError
from actionary.rates import Rate

MOST_CONNECTIONS: Final = 20
"""So many connections an event loop opens; what needs more waits for one."""

_PREFIX: Final = "actionary"
"""What all keys in Redis begin with."""


def opener(url: str) -> Callable[[], RedisCounts]:
    """Make the function that opens connections; they connect when they are needed.

    Raises:
        CountersError: The URL cannot be read; the message does not quote it.
    """
    for_redis = url.removeprefix("redis+") if url.startswith("redis+unix://") else url
    try:
        _pool(for_redis).make_connection()
    except Exception:  # noqa: BLE001 - an option that there is not is a TypeError, others are of any kind
        raise CountersError(
            "the URL of the Redis that counts calls cannot be read",
            'write it like "redis://user:password@host:6379/0", with percent-encoding in the password',
        ) from None
    return lambda: RedisCounts(_pool(for_redis))


def _pool(url: str) -> Any:
    # A connection that Redis has closed meanwhile fails once; more tries would keep the caller waiting.
    return BlockingConnectionPool.from_url(
        url,
        max_connections=MOST_CONNECTIONS,
        timeout=MOST_SECONDS,
        socket_timeout=MOST_SECONDS,
        socket_connect_timeout=MOST_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )


class RedisCounts:
    """The connections of one event loop."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._storage: Any = RedisStorage(
            "redis://", implementation="redispy", key_prefix=_PREFIX, connection_pool=pool
        )

    async def count(self, rate: Rate, key: str) -> float | None:
        """Count a call; if it is one too many, give the seconds until the window is over."""
        place = RateLimitItemPerSecond(rate.calls, rate.seconds).key_for(key)
        if await self._storage.incr(place, rate.seconds) <= rate.calls:
            return None
        end: float = await self._storage.get_expiry(place)
        return end - time()

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.disconnect()
