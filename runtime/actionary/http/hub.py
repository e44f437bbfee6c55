"""Who listens to changes in an event loop, and the one look into the store that serves all of them.

Each of them has a queue of its own: whoever does not keep up loses events and is told so, and
costs no more than that.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from typing import Final

from actionary.changes import STREAM, Change, Gap, Waker, is_for, load, wakers
from actionary.running import is_cancelled
from actionary.store import Event, Store, StorePlace, StoreUnavailableError

LOOK: Final = 0.5
"""Seconds from one look for changes of other processes to the next."""

MOST_WAITING: Final = 200
"""So many events may wait for one listener."""

RESET: Final = b"event: reset\ndata: {}\n\n"
"""Says that something was missed."""

_PAGE: Final = MOST_WAITING // 2
"""So many events are told at once: whoever keeps up loses none, however many there are."""

_log: Final = logging.getLogger("actionary")


class Listener:
    """Somebody who listens: of which organisation, and what waits for it."""

    def __init__(self, organisation: str | None) -> None:
        self.organisation: Final = organisation
        self.waiting: Final[deque[tuple[int, bytes]]] = deque()
        self.told_up_to = 0
        self._dropped_up_to = 0
        self.woken: Final = asyncio.Event()
        self.has_missed = False
        self.is_over = False

    def take(self, cursor: int, message: bytes) -> None:
        """Let a message wait that was not told yet; one too many means that it hears of a gap instead."""
        if cursor <= self.told_up_to:
            return
        if len(self.waiting) >= MOST_WAITING:
            self._dropped_up_to = self.waiting[-1][0]
            self.waiting.clear()
        self.waiting.append((cursor, message))
        self.woken.set()

    def miss(self) -> None:
        """Let it hear that it has missed something."""
        self.has_missed = True
        self.woken.set()

    def taken(self) -> bytes:
        """Give what is to be told: of a gap first, then what waits, but for what was told already."""
        messages = [message for cursor, message in self.waiting if cursor > self.told_up_to]
        if self.has_missed or self._dropped_up_to > self.told_up_to:  # where it began was not known at first
            messages.insert(0, RESET)
        self.waiting.clear()
        self.has_missed = False
        self._dropped_up_to = 0
        return b"".join(messages)

    def end(self) -> None:
        """End the stream after what waits."""
        self.is_over = True
        self.woken.set()


class Hub:
    """Those who listen in one event loop, and the one look into the store for all of them."""

    def __init__(self, place: StorePlace) -> None:
        self._place: Final = place
        self._looking: asyncio.Task[None] | None = None
        self.listeners: Final[set[Listener]] = set()

    async def join(self, listener: Listener, after: int | None) -> tuple[int, list[bytes]]:
        """Let somebody listen; give the cursor it begins at, and what it missed since ``after``.

        Raises:
            StoreUnavailableError: The store is away.
        """
        store = self._place.ready()
        self.listeners.add(listener)  # first, so that nothing is lost; what it hears twice is told once
        last = listener.told_up_to = await store.last(STREAM)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(store, last))
        missed: list[bytes] = []
        if after is not None and after > last:  # the store is another one, or an older copy of itself
            listener.has_missed = True
        if after is not None and after < last:
            events = await store.read(STREAM, after, limit=MOST_WAITING + 1)
            if len(events) > MOST_WAITING:
                listener.has_missed = True
            else:
                missed = [
                    _message(event.cursor, told, store)
                    for event, told in ((event, load(event)) for event in events if event.cursor <= last)
                    if is_for(told, listener.organisation)
                ]
        return last, missed

    def leave(self, listener: Listener) -> None:
        """Let somebody go; without any nobody looks."""
        self.listeners.discard(listener)
        if not self.listeners and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def _look(self, store: Store, cursor: int) -> None:
        """Tell of what comes after a cursor as long as anybody listens, whatever goes wrong meanwhile."""
        waker = Waker()
        wakers().add(waker)
        failed: BaseException | None = None
        while True:
            await _wakes(waker)
            try:
                if failed is not None:
                    cursor, failed = await self._begin_anew(store, cursor, failed), None
                cursor = await self._tell_after(store, cursor, waker)
            except (Exception, asyncio.CancelledError) as error:
                if is_cancelled():
                    raise
                if failed is None:
                    _log_failure(error)
                failed = error

    async def _tell_after(self, store: Store, cursor: int, waker: Waker) -> int:
        """Tell of a page of events, and give the cursor of the last one."""
        if waker.lost:  # it was away for a call, if not for who looks
            cursor = await self._where(store, cursor)
        events = await store.read(STREAM, cursor, limit=_PAGE)
        self._tell_of_gaps(waker.lost)
        for event in events:
            self._tell(event, store)
            cursor = event.cursor
        if len(events) == _PAGE:
            waker.set()
            await asyncio.sleep(0)  # so that whoever keeps up takes these before the next
        return cursor

    async def _begin_anew(self, store: Store, cursor: int, failed: BaseException) -> int:
        """Tell all that they may have missed something since looking failed; give where to go on.

        Raises:
            StoreUnavailableError: It is still away.
        """
        goes_on = await self._where(store, cursor)
        if not isinstance(failed, StoreUnavailableError):  # what nobody could look at is passed over
            goes_on = await store.last(STREAM)
        await store.read(STREAM, goes_on, limit=1)  # before anybody is told that it works again
        _log.warning("changes are heard of again")
        self._tell_of_gaps({Gap(None)})
        return goes_on

    async def _where(self, store: Store, cursor: int) -> int:
        """Give where to go on: before a cursor, where what came back is an older copy of the store."""
        last = await store.last(STREAM)
        if last < cursor:
            for listener in self.listeners:
                listener.told_up_to = last
                listener.miss()
        return min(cursor, last)

    def _tell_of_gaps(self, lost: set[Gap]) -> None:
        """Tell those whose changes could not be kept, given whose these were, and forget that."""
        for listener in self.listeners:
            if any(is_for(gap, listener.organisation) for gap in lost):
                listener.miss()
        lost.clear()

    def _tell(self, event: Event, store: Store) -> None:
        told = load(event)
        message = _message(event.cursor, told, store)
        for listener in self.listeners:
            if is_for(told, listener.organisation):
                listener.take(event.cursor, message)


async def _wakes(waker: Waker) -> None:
    """Wait until this process has told of a change, or another one may have."""
    try:
        async with asyncio.timeout(LOOK):
            await waker.wait()
    except TimeoutError:
        pass
    waker.clear()


def _log_failure(error: BaseException) -> None:
    if isinstance(error, StoreUnavailableError):
        _log.error("nobody hears of changes, for the store is away: %s", error)
    else:
        _log.error("looking for changes failed, and nobody hears of them; it is tried again", exc_info=error)


def _message(cursor: int, change: Change | Gap, store: Store) -> bytes:
    if isinstance(change, Gap):
        return b"id: %b\n%b" % (id_of(cursor, store), RESET)
    data = {
        "type": "change",
        "source": change.source,
        "action": change.action,
        "scope": change.scope,
        "requestSource": change.request_source,
    }
    text = json.dumps(data, separators=(",", ":"))
    return b"id: %b\nevent: change\ndata: %b\n\n" % (id_of(cursor, store), text.encode())


def id_of(cursor: int, store: Store) -> bytes:
    """Write where a listener is: a cursor, and when that was, since events are not kept for good."""
    return b"%d.%d" % (cursor, store.now())
