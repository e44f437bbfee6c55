"""Changes as server-sent events: ``GET {prefix}/changes`` (DESIGN §5, WHATWG HTML §9.2).

How those who listen are told is in `actionary.http.hub`.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator
from time import monotonic
from typing import Any, Final
from weakref import WeakKeyDictionary, WeakSet

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from actionary.changes import SECONDS
from actionary.context import new_request_id
from actionary.envelope import err_envelope
from actionary.failures import err_of
from actionary.fields import Auth
from actionary.gates import Gates
from actionary.gates.auth import authenticate
from actionary.http.challenge import challenge_headers
from actionary.http.context import HttpContext
from actionary.http.hub import RESET, Hub, Listener, id_of
from actionary.messages import invalid_input
from actionary.principal import organisation_of
from actionary.result import CommonError, unavailable
from actionary.running import Call, running_here
from actionary.store import StorePlace, StoreUnavailableError

HEARTBEAT: Final = 15.0
"""Seconds after which a stream without events says that it is still there."""

LISTENER: Final = "actionary.listener"
"""Under which an ASGI scope has the `Listener` of its stream."""

_GATE_SECONDS: Final = 30.0
_ID: Final = re.compile(r"([0-9]{1,18})\.([0-9]{1,12})")

_log: Final = logging.getLogger("actionary")


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
        first = b"retry: 2000\nid: %b\n\n" % id_of(cursor, store)
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
        yield RESET
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
