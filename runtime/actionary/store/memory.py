"""A store in the memory of one process, which forgets all when that ends."""

from __future__ import annotations

import math
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final

from actionary.store.keys import check_key
from actionary.store.protocol import Entry, Event, StoreUnavailableError

MOST: Final = 100_000
"""So many values, and so many events, are kept at once."""

MOST_BYTES: Final = 256 * 1024 * 1024
"""So many bytes the values may take with their keys, and so many the events of a stream."""

SWEEP: Final = 1.0
"""Seconds at least from one look for expired values to the next, when all places are taken."""

PORTION: Final = 256
"""So many events of a stream are looked at together, and forgotten where they have expired."""


class MemoryStore:
    """A store in memory, for one process (`actionary.store.Store`).

    It keeps at most ``most`` values, which take ``most_bytes`` with their keys, and as many
    events of each stream: a value more is refused until others expire, an event more takes
    the place of the oldest ones. ``clock`` gives the seconds since the epoch.
    """

    def __init__(
        self, *, most: int = MOST, most_bytes: int = MOST_BYTES, clock: Callable[[], float] = time.time
    ) -> None:
        self._most: Final = most
        self._most_bytes: Final = most_bytes
        self._clock: Final = clock
        self._lock: Final = Lock()  # the event loops of several threads may share a store
        self._entries: Final[dict[str, Entry]] = {}
        self._bytes = 0
        self._streams: Final[dict[str, list[tuple[Event, float]]]] = {}
        self._stream_bytes: Final[dict[str, int]] = {}
        self._cursor = 0
        self._last: Final[dict[str, int]] = {}
        self._version = 0
        self._swept_at = -math.inf

    @property
    def is_shared(self) -> bool:
        """It is not: each process has its own."""
        return False

    def now(self) -> float:
        """Do what `Store.now` says."""
        return self._clock()

    async def add(self, key: str, value: bytes, *, seconds: float) -> tuple[Entry, bool]:
        """Do what `Store.add` says."""
        check_key(key)
        with self._lock:
            now = self._clock()
            found = self._found(key, now)
            if found is not None:
                return found, False
            self._make_room(1, _size(key, value), now)
            return self._put(key, value, now + seconds), True

    async def get(self, key: str) -> Entry | None:
        """Do what `Store.get` says."""
        with self._lock:
            return self._found(key, self._clock())

    async def replace(self, entry: Entry, value: bytes, *, seconds: float | None = None) -> Entry | None:
        """Do what `Store.replace` says."""
        with self._lock:
            now = self._clock()
            if not self._is_still(entry, now):
                return None
            self._make_room(0, len(value) - len(self._entries[entry.key].value), now)
            return self._put(entry.key, value, entry.expires_at if seconds is None else now + seconds)

    async def delete(self, entry: Entry) -> bool:
        """Do what `Store.delete` says."""
        with self._lock:
            is_still = self._is_still(entry, self._clock())
            if is_still:
                self._forget(entry.key)
            return is_still

    async def list(self, prefix: str, *, after: str = "", limit: int = 100) -> Sequence[Entry]:
        """Do what `Store.list` says."""
        with self._lock:
            now = self._clock()
            keys = sorted(key for key in self._entries if key.startswith(prefix) and key > after)
            found = (self._found(key, now) for key in keys)
            return [entry for entry in found if entry is not None][:limit]

    async def append(self, stream: str, value: bytes, *, seconds: float) -> int:
        """Do what `Store.append` says."""
        check_key(stream)
        with self._lock:
            if len(value) > self._most_bytes:
                raise StoreUnavailableError(f"the store in memory keeps {self._most_bytes} bytes at most")
            now = self._clock()
            self._cursor += 1
            self._last[stream] = self._cursor
            kept = self._streams.setdefault(stream, [])
            size = self._stream_bytes.get(stream, 0) + len(value)
            if len(kept) >= PORTION and now >= kept[PORTION - 1][1]:
                size -= _size_of([each for each in kept[:PORTION] if now >= each[1]])
                kept[:PORTION] = [each for each in kept[:PORTION] if now < each[1]]
            kept.append((Event(self._cursor, value), now + seconds))
            # Many small ones may have to go for one that is big; each goes once.
            gone = max(len(kept) - self._most, 0)
            size -= _size_of(kept[:gone])
            while size > self._most_bytes:
                size -= len(kept[gone][0].value)
                gone += 1
            del kept[:gone]
            self._stream_bytes[stream] = size
            return self._cursor

    async def read(self, stream: str, after: int, *, limit: int = 100) -> Sequence[Event]:
        """Do what `Store.read` says."""
        with self._lock:
            now = self._clock()
            kept = self._streams.get(stream, [])
            start = bisect_right(kept, after, key=lambda each: each[0].cursor)
            return [event for event, expires_at in kept[start:] if now < expires_at][:limit]

    async def last(self, stream: str) -> int:
        """Do what `Store.last` says."""
        with self._lock:
            return self._last.get(stream, 0)

    async def close(self) -> None:
        """Do nothing: memory needs no closing."""

    def _found(self, key: str, now: float) -> Entry | None:
        entry = self._entries.get(key)
        if entry is not None and now >= entry.expires_at:
            self._forget(key)
            return None
        return entry

    def _is_still(self, entry: Entry, now: float) -> bool:
        found = self._found(entry.key, now)
        return found is not None and found.version == entry.version

    def _put(self, key: str, value: bytes, expires_at: float) -> Entry:
        self._forget(key)
        self._version += 1
        entry = self._entries[key] = Entry(key, value, self._version, expires_at)
        self._bytes += _size(key, value)
        return entry

    def _forget(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= _size(key, entry.value)

    def _make_room(self, values: int, size: int, now: float) -> None:
        """See to it that so many values and bytes more can be kept; forget what has expired for that.

        Raises:
            StoreUnavailableError: There is no room.
        """
        if self._why_full(values, size) is not None and now - self._swept_at >= SWEEP:
            self._swept_at = now  # which looks at all of them
            for key in [key for key, entry in self._entries.items() if now >= entry.expires_at]:
                self._forget(key)
        why = self._why_full(values, size)
        if why is not None:
            raise StoreUnavailableError(why)

    def _why_full(self, values: int, size: int) -> str | None:
        if values and len(self._entries) + values > self._most:
            return f"the store in memory keeps {self._most} values already"
        if size > 0 and self._bytes + size > self._most_bytes:
            return f"the store in memory keeps {self._most_bytes} bytes at most"
        return None


def _size(key: str, value: bytes) -> int:
    """Give the bytes that a value is counted with; a letter of a key, which is short, counts as one."""
    return len(key) + len(value)


def _size_of(events: Sequence[tuple[Event, float]]) -> int:
    return sum(len(event.value) for event, _ in events)
