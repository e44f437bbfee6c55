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

from actionary.changes import SECONDS, STREAM, Change, wakers
from actionary.context import new_request_id
from actionary.envelope import err_envelope
from actionary.failures import err_of
from actionary.fields import Auth
from actionary.gates import Gates
from actionary.gates.auth import authenticate
from actionary.http.challenge import challenge_headers
from actionary.http.context import HttpContext
from actionary.messages import invalid_input
from actionary.result import CommonError, unavailable
from actionary.running import Call, running_here
from actionary.store import Event, Store, StorePlace, StoreUnavailableError

LOOK: Final = 0.5
"""Seconds from one look for changes of other processes to the next."""

HEARTBEAT: Final = 15.0
"""Seconds after which a stream without events says that it is still there."""

MOST_WAITING: Final = 200
"""So many events may wait for one listener."""

_PAGE: Final = 500
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
        """Let a message wait; one too many means that it hears of a gap instead."""
        if len(self.waiting) >= MOST_WAITING:
            self.waiting.clear()
            self.has_missed = True
        self.waiting.append((cursor, message))
        self.woken.set()

    def taken(self) -> bytes:
        """Give what waits, but for what was told already."""
        messages = b"".join(message for cursor, message in self.waiting if cursor > self.told_up_to)
        self.waiting.clear()
        return messages

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
        if self._looking is None:
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
                    message
                    for event in events
                    if event.cursor <= last and (message := _message(event, store, listener)) is not None
                ]
        return last, missed

    def leave(self, listener: Listener) -> None:
        """Let somebody go; without any nobody looks."""
        self.listeners.discard(listener)
        if not self.listeners and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def _look(self, store: Store, cursor: int) -> None:
        woken = asyncio.Event()
        wakers().add(woken)
        is_away = False
        while True:
            try:
                async with asyncio.timeout(LOOK):
                    await woken.wait()
            except TimeoutError:
                pass
            woken.clear()
            try:
                events = await store.read(STREAM, cursor, limit=_PAGE)
            except StoreUnavailableError as error:
                if not is_away:
                    _log.error("nobody hears of changes, for the store is away: %s", error)
                is_away = True
                continue
            if is_away:
                is_away = False
                _log.warning("changes are heard of again")
            for event in events:
                self._tell(event, store)
                cursor = event.cursor
            if len(events) == _PAGE:
                woken.set()

    def _tell(self, event: Event, store: Store) -> None:
        for listener in self.listeners:
            message = _message(event, store, listener)
            if message is not None:
                listener.take(event.cursor, message)


def _message(event: Event, store: Store, listener: Listener) -> bytes | None:
    change = Change.load(event.value)
    if not change.is_for(listener.organisation):
        return None
    data = {
        "type": "change",
        "source": change.source,
        "action": change.action,
        "scope": change.scope,
        "requestSource": change.request_source,
    }
    text = json.dumps(data, separators=(",", ":"))
    return b"id: %b\nevent: change\ndata: %b\n\n" % (_id(event.cursor, store), text.encode())


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
        try:
            with call:
                if self._gates.auth is not None:
                    await authenticate(self._gates.auth, ctx, call)
                resumed = _resumed(request)
                if request.method == "HEAD":
                    return Response(headers=headers, media_type="text/event-stream")
                return await self._stream(ctx, resumed, headers)
        except CommonError as error:
            err = err_of(error, "changes", (monotonic() - started) * 1000, request_id.decode())
            more = challenge_headers(err, self._gates, ctx)
            headers |= {name.decode(): value.decode() for name, value in more}
            if err.retry_after is not None:
                headers["retry-after"] = str(err.retry_after)
            return Response(err_envelope(err), err.status, headers, "application/json")

    async def _stream(
        self, ctx: HttpContext, resumed: tuple[int, int] | None, headers: dict[str, str]
    ) -> Response:
        hub = self._hub_here()
        if len(hub.listeners) >= self._most:
            raise unavailable()
        organisation = None if ctx.principal is None else ctx.principal.organisation
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
        first = b"retry: 2000\nid: %b\n\n" % _id(cursor, store)
        headers |= {"x-accel-buffering": "no"}  # or nginx would keep events to itself
        return StreamingResponse(
            _told(hub, listener, [*missed, first]), headers=headers, media_type="text/event-stream"
        )

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


async def _told(hub: Hub, listener: Listener, first: list[bytes]) -> AsyncGenerator[bytes]:
    """Give the bytes of a stream until its listener is gone or the server ends."""
    try:
        if listener.has_missed:
            listener.has_missed = False
            yield _RESET
        yield b"".join(first)
        while not listener.is_over:
            if not listener.waiting:
                listener.woken.clear()
                try:
                    async with asyncio.timeout(HEARTBEAT):
                        await listener.woken.wait()
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
            if listener.has_missed:
                listener.has_missed = False
                yield _RESET
            messages = listener.taken()
            if messages:
                yield messages
    finally:
        hub.leave(listener)


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
