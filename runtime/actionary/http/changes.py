"""Changes as server-sent events: ``GET {prefix}/changes`` (DESIGN §5, WHATWG HTML §9.2).

One look into the store serves all who listen here. Each of them has a queue of its
own: whoever does not keep up loses events and is told so, and costs no more than that.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections import deque
from collections.abc import AsyncGenerator
from time import monotonic
from typing import Any, Final
from weakref import WeakKeyDictionary, WeakSet

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from actionary.changes import SECONDS, STREAM, Change, Gap, Waker, is_for, load, wakers
from actionary.context import new_request_id
from actionary.envelope import err_envelope
from actionary.failures import err_of
from actionary.fields import Auth
from actionary.gates import Gates
from actionary.gates.auth import authenticate
from actionary.http.challenge import challenge_headers
from actionary.http.context import HttpContext
from actionary.messages import invalid_input
from actionary.principal import organisation_of
from actionary.result import CommonError, unavailable
from actionary.running import Call, is_cancelled, running_here
from actionary.store import Event, Store, StorePlace, StoreUnavailableError

LOOK: Final = 0.5
"""Seconds from one look for changes of other processes to the next."""

HEARTBEAT: Final = 15.0
"""Seconds after which a stream without events says that it is still there."""

MOST_WAITING: Final = 200
"""So many events may wait for one listener."""

LISTENER: Final = "actionary.listener"
"""Under which an ASGI scope has the `Listener` of its stream."""

_PAGE: Final = MOST_WAITING // 2
"""So many events are told at once: whoever keeps up loses none, however many there are."""

_GATE_SECONDS: Final = 30.0
_ID: Final = re.compile(r"([0-9]{1,18})\.([0-9]{1,12})")
_RESET: Final = b"event: reset\ndata: {}\n\n"

_log: Final = logging.getLogger("actionary")


class Listener:
    """Somebody who listens: of which organisation, and what waits for it."""

    def __init__(self, organisation: str | None) -> None:
        self.organisation: Final = organisation
        self.waiting: Final[deque[tuple[int, bytes]]] = deque()
        self.told_up_to = 0
        self.woken: Final = asyncio.Event()
        self.has_missed = False
        self.is_over = False

    def take(self, cursor: int, message: bytes) -> None:
        """Let a message wait that was not told yet; one too many means that it hears of a gap instead."""
        if cursor <= self.told_up_to:
            return
        if len(self.waiting) >= MOST_WAITING:
            self.waiting.clear()
            self.has_missed = True
        self.waiting.append((cursor, message))
        self.woken.set()

    def miss(self) -> None:
        """Let it hear that it has missed something."""
        self.has_missed = True
        self.woken.set()

    def taken(self) -> bytes:
        """Give what is to be told: of a gap first, then what waits, but for what was told already."""
        messages = [message for cursor, message in self.waiting if cursor > self.told_up_to]
        if self.has_missed:
            messages.insert(0, _RESET)
        self.waiting.clear()
        self.has_missed = False
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
        return b"id: %b\n%b" % (_id(cursor, store), _RESET)
    data = {
        "type": "change",
        "source": change.source,
        "action": change.action,
        "scope": change.scope,
        "requestSource": change.request_source,
    }
    text = json.dumps(data, separators=(",", ":"))
    return b"id: %b\nevent: change\ndata: %b\n\n" % (_id(cursor, store), text.encode())


def _id(cursor: int, store: Store) -> bytes:
    """Write where a listener is: a cursor, and when that was, since events are not kept for good."""
    return b"%d.%d" % (cursor, store.now())


class Endpoint:
    """Answers those who want to listen: ``auth`` is asked who they are, and ``most`` listen at once."""

    def __init__(self, place: StorePlace, auth: Auth | None, *, most: int) -> None:
        self._place: Final = place
        self._gates: Final = Gates(
            auth=auth,
            rate_limit=None,
            scopes=frozenset(),
            authorize=None,
            keys=None,
            approval=None,
            credentials=None,
            changes=None,
        )
        self._most: Final = most
        self._hubs: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]] = WeakKeyDictionary()

    async def answer(self, request: Request) -> Response:
        """Answer with a stream of events, or refuse with an envelope."""
        started = monotonic()
        request_id = new_request_id()
        call = Call(running_here(), "changes", started, _GATE_SECONDS)
        ctx = HttpContext(request.scope, call, request_id, None)
        headers = {"x-request-id": request_id.decode(), "x-content-type-options": "nosniff"}
        headers["cache-control"] = "no-store"
        stream: _Stream | None = None
        try:
            with call:
                if self._gates.auth is not None:
                    await authenticate(self._gates.auth, ctx, call)
                resumed = _resumed(request)
                if request.method == "HEAD":
                    return Response(headers=headers, media_type="text/event-stream")
                stream = await self._stream(ctx, resumed, headers)
        except BaseException as error:
            if stream is not None:  # the call was over, and the store did not heed it
                stream.leave()
            if not isinstance(error, CommonError):
                raise
            return self._refused(error, ctx, started, headers)
        return stream

    def _refused(
        self, error: CommonError, ctx: HttpContext, started: float, headers: dict[str, str]
    ) -> Response:
        err = err_of(error, "changes", (monotonic() - started) * 1000, ctx.request_id)
        more = challenge_headers(err, self._gates, ctx)
        headers |= {name.decode(): value.decode() for name, value in more}
        if err.retry_after is not None:
            headers["retry-after"] = str(err.retry_after)
        return Response(err_envelope(err), err.status, headers, "application/json")

    async def _stream(
        self, ctx: HttpContext, resumed: tuple[int, int] | None, headers: dict[str, str]
    ) -> _Stream:
        hub = self._hub_here()
        if len(hub.listeners) >= self._most:
            raise unavailable()
        organisation = organisation_of(ctx.principal)
        listener = Listener(organisation)
        try:
            store = self._place.ready()
            after = None
            if resumed is not None:
                after = resumed[0]
                # What has expired meanwhile is not there to be told of.
                listener.has_missed = store.now() - resumed[1] >= SECONDS
            cursor, missed = await hub.join(listener, after)
        except StoreUnavailableError as error:
            hub.leave(listener)
            _log.error("nobody can listen for changes, for the store is away: %s", error)
            raise unavailable() from error
        except BaseException:
            hub.leave(listener)
            raise
        ctx.request.scope[LISTENER] = listener
        first = b"retry: 2000\nid: %b\n\n" % _id(cursor, store)
        headers |= {"x-accel-buffering": "no"}  # or nginx would keep events to itself
        return _Stream(hub, listener, [*missed, first], headers)

    def _hub_here(self) -> Hub:
        loop = asyncio.get_running_loop()
        hub = self._hubs.get(loop)
        if hub is None:
            hub = self._hubs[loop] = Hub(self._place)
            _hubs.setdefault(loop, WeakSet()).add(hub)
        return hub


_hubs: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, WeakSet[Hub]]] = WeakKeyDictionary()
"""The hubs of each event loop, for a server that ends."""


def end_streams() -> None:
    """End the streams of this event loop after what waits in them; those who listen come again."""
    for hub in tuple(_hubs.get(asyncio.get_running_loop(), ())):
        for listener in tuple(hub.listeners):
            listener.end()


class _Stream(StreamingResponse):
    """What somebody hears who has joined, and leaves when it ends, even if it cannot begin."""

    def __init__(self, hub: Hub, listener: Listener, first: list[bytes], headers: dict[str, str]) -> None:
        super().__init__(_told(listener, first), headers=headers, media_type="text/event-stream")
        self._hub: Final = hub
        self._listener: Final = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.leave()

    def leave(self) -> None:
        """Hear no more."""
        self._hub.leave(self._listener)


async def _told(listener: Listener, first: list[bytes]) -> AsyncGenerator[bytes]:
    """Give the bytes of a stream until its listener is gone or the server ends."""
    if listener.has_missed:
        listener.has_missed = False
        yield _RESET
    yield b"".join(first)
    while not listener.is_over:
        if not (listener.waiting or listener.has_missed):
            listener.woken.clear()
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await listener.woken.wait()
            except TimeoutError:
                yield b": still here\n\n"
                continue
        messages = listener.taken()
        if messages:
            yield messages


def _resumed(request: Request) -> tuple[int, int] | None:
    """Read where a listener was, which comes again (``Last-Event-ID``): its cursor, and when that was.

    Raises:
        CommonError: ``invalid_input``: that is no id of ours.
    """
    given: Any = request.headers.get("last-event-id")
    if not given:
        return None
    found = _ID.fullmatch(given)
    if found is None:
        raise invalid_input(([], "last_event_id", "must have the id of an event in Last-Event-ID"))
    return int(found[1]), int(found[2])
