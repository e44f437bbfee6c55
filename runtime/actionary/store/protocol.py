"""What a store can do: keep values for a time, each changed by one at a time, and streams of events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class StoreUnavailableError(Exception):
    """The store cannot be reached, or takes no more; the text is for the log, and names no secret."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A value as somebody found it.

    ``version`` is another one after each change, ``expires_at`` the moment from which it
    is gone, in seconds since the epoch.
    """

    key: str
    value: bytes
    version: int
    expires_at: float


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a stream; those that come later have a greater ``cursor``."""

    cursor: int
    value: bytes


class Store(Protocol):
    """Where approvals, idempotency keys and changes are kept; each is records over it (DESIGN §2).

    Each method is one atomic step: of all who add a key, or change or delete the same
    entry, in whatever process, one succeeds. Keys, and names of streams, have 1 to 255
    printable ASCII characters; any other is a ``ValueError`` where it is to be kept. Every
    method raises `StoreUnavailableError` while the store is away, and works again when it
    is back.
    """

    @property
    def is_shared(self) -> bool:
        """Whether other processes find here what this one keeps."""
        ...

    def now(self) -> float:
        """Give the time that expiry is told by, in seconds since the epoch."""
        ...

    async def add(self, key: str, value: bytes, *, seconds: float) -> tuple[Entry, bool]:
        """Keep a value for so many seconds where there is none; give what is there, and if it is that."""
        ...

    async def get(self, key: str) -> Entry | None:
        """Give what is kept, unless it has expired."""
        ...

    async def replace(self, entry: Entry, value: bytes, *, seconds: float | None = None) -> Entry | None:
        """Change what was found, if it is still that; give the new entry, or ``None``.

        It lives for so many seconds from now, or as long as it would have.
        """
        ...

    async def delete(self, entry: Entry) -> bool:
        """Delete what was found, if it is still that; say whether it was."""
        ...

    async def list(self, prefix: str, *, after: str = "", limit: int = 100) -> Sequence[Entry]:
        """Give what is kept under keys that begin so, sorted by key, from after ``after`` on."""
        ...

    async def append(self, stream: str, value: bytes, *, seconds: float) -> int:
        """Append an event that lives so many seconds; give its cursor.

        Whoever has read up to a cursor never misses an event that is appended later.
        """
        ...

    async def read(self, stream: str, after: int, *, limit: int = 100) -> Sequence[Event]:
        """Give the events after a cursor that are still kept, the oldest first."""
        ...

    async def last(self, stream: str) -> int:
        """Give the cursor of the last event that was ever appended, 0 without one."""
        ...

    async def close(self) -> None:
        """Give back what the store holds in this event loop; it may be used again."""
        ...
