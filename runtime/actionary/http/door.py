"""The door to the actions: the innermost middleware, before the router.

It looks the path up in a dictionary, lets the pipeline do its work, and sends the
envelope. Unknown names, private actions and those without HTTP answer alike.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from logging import INFO
from time import monotonic
from typing import TYPE_CHECKING, Final, TypeAlias

from starlette.types import ASGIApp, Receive, Scope, Send

from actionary.caller_deadline import HEADER, within_callers_time
from actionary.context import new_request_id
from actionary.defining import AnyAction
from actionary.envelope import err_envelope, ok_envelope
from actionary.failures import err_of, failure
from actionary.gates import KEY, Gates, gates_of
from actionary.http.body import body_input, query_input
from actionary.http.challenge import challenge_headers
from actionary.http.context import HttpContext
from actionary.http.deprecation import deprecation_headers
from actionary.http.documents import Documents
from actionary.http.events import EVENTS, Events, begins_events, prefers_events
from actionary.http.framing import CLOSE, TWO_ENDS, has_body, refuse_framing
from actionary.http.held import Held
from actionary.http.path import path_in_app
from actionary.http.replies import give_up_late
from actionary.http.revalidation import is_known, is_revalidated, tag_of
from actionary.invoke import Read, perform
from actionary.limits import Limits
from actionary.messages import invalid_input
from actionary.observe import CALLS, Observed, OnInvoke, telemetry_now
from actionary.registry import Registry
from actionary.result import CommonError, Err, unavailable
from actionary.routes import is_for_actions, route_of
from actionary.running import Call, Running, running_here

if TYPE_CHECKING:
    from actionary.telemetry import Telemetry

BODY_SECONDS: Final = 10.0
"""The time for a request body to come, from the start of the call."""

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")
"""What a caller's own id may be: fit for a header and a log line."""

REPLAYED: Final = (b"idempotency-replayed", b"true")
"""That an answer is the one of an earlier call with the same idempotency key (DESIGN §5)."""

Headers: TypeAlias = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An action behind the door, and what its calls need.

    ``seconds`` is the time for all of a call, ``arrival`` that for its input to come.
    ``kept`` are the headers of a result that callers may keep, where they may.
    """

    action: AnyAction
    gates: Gates | None
    hooks: tuple[OnInvoke, ...]
    route: str
    reads_query: bool
    held: Held
    headers: Headers
    seconds: float
    arrival: float
    kept: Headers | None


@dataclass(frozen=True, slots=True)
class Place:
    """What lies at a path: an entry for each method, HEAD too."""

    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])

    @property
    def allow(self) -> bytes:
        """The methods that are answered there, as the header ``Allow`` has them."""
        return ", ".join(sorted({*self.entries, "OPTIONS"})).encode()

    @property
    def name(self) -> str:
        """The name of the action there; the first one's, if there are several."""
        return next(iter(self.entries.values())).action.name


@dataclass(frozen=True, slots=True)
class Unasked:
    """A request that calls no action, though it came to where they are."""

    place: Place | None
    path: str
    method: str
    headers: Mapping[bytes, bytes]
    request_id: bytes
    ends_twice: bool


class Door:
    """ASGI middleware that answers ``{prefix}/actions/{name}`` and passes on the rest.

    Of ``documents``, the paths of built files, it answers those that are there ``at_once``.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        actions: Iterable[AnyAction],
        prefix: str,
        catalog: str,
        documents: Container[str],
        at_once: Documents,
        registry: Registry,
        helds: Mapping[Registry, Held],
        limits: Limits,
    ) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: Running
        self._replying: set[Call]
        self._telemetry: Telemetry | None = None
        self._app = at_once.before(app)
        self._documents = documents
        self._limits = limits
        self._prefix = prefix
        self._headers: Headers = [
            (b"content-type", b"application/json"),
            (b"cache-control", b"no-store"),
            (b"actionary-catalog", catalog.encode()),
            (b"x-content-type-options", b"nosniff"),
        ]
        self._eventful: dict[AnyAction, Entry] = {}
        self._places: dict[str, Place] = {}
        for action in actions:
            self._place(action, prefix, registry, helds[registry.home_of(action)])

    def _place(self, action: AnyAction, prefix: str, registry: Registry, held: Held) -> None:
        route = route_of(action.definition, prefix)
        assert route is not None, "only actions with HTTP come here"  # noqa: S101 - tells the type checkers
        seconds = action.definition.timeout
        gates = gates_of(action, registry)
        headers = [*self._headers, *deprecation_headers(action.definition.deprecated)]
        entries = self._places.setdefault(route.path, Place()).entries
        entries[route.method] = Entry(
            action=action,
            gates=gates,
            hooks=registry.hooks_of(action),
            route=route.path,
            reads_query=route.reads_query,
            held=held,
            headers=headers,
            kept=_kept(headers) if is_revalidated(action.definition, gates) else None,
            seconds=seconds,
            arrival=min(seconds, BODY_SECONDS),
        )
        if route.method == "GET":
            entries["HEAD"] = entries["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: C901, PLR0912, PLR0915 - each call pays for each function
        """Answer a call of an action, or pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = monotonic()
        path = path_in_app(scope)
        place = self._places.get(path)
        headers = dict(scope["headers"])
        ends_twice = b"transfer-encoding" in headers and b"content-length" in headers
        if place is None and not self._may_be_asked_for(path):
            await (refuse_framing(send) if ends_twice else self._app(scope, receive, send))
            return
        request_id = headers.get(b"x-request-id")
        if request_id is None or not _REQUEST_ID.fullmatch(request_id):
            request_id = new_request_id()
        method = scope["method"]
        entry = None if place is None or ends_twice else place.entries.get(method)
        if entry is None:
            asked = Unasked(place, path, method, headers, request_id, ends_twice)
            await self._answer_unasked(asked, send)
            return
        accept, events = headers.get(b"accept"), None
        if accept is not None and b"event-stream" in accept.lower() and method != "HEAD":
            events = scope.get(EVENTS)
            if events is None and prefers_events(accept):
                async with Events(send) as events:
                    await self({**scope, EVENTS: events}, receive, events.send)
                return
            if events is not None:
                entry = self._with_events(entry)
                events.expect([*entry.headers, (b"x-request-id", request_id)])
        running = self._running_here()
        replying = self._replying
        action, held = entry.action, entry.held
        call = Call(running, action.name, started, entry.seconds)
        call.until = started + entry.arrival
        context = HttpContext(scope, call, request_id, held.resources)
        if events is not None:
            context.on_progress = events.tell
        read = self._reader(entry, scope, headers, call, receive)
        resources = held.open_late if held.shares and not held.is_here else None
        if entry.hooks or self._telemetry is not None or CALLS.isEnabledFor(INFO):
            call.observed = Observed(context, entry.hooks, self._telemetry, method, entry.route)
        gates = entry.gates
        if gates is not None and KEY not in headers:
            gates = gates.keyless
        try:
            if len(running.calls) + len(replying) >= self._limits.calls:
                give_up_late(replying, started)
                raise _full(call)  # noqa: TRY301 - refused as all the others are
            _, json = await perform(action, gates, read, context, call, resources=resources)
            body = ok_envelope(json, action.name, (monotonic() - started) * 1000)
        except Exception as error:  # noqa: BLE001 - every outcome is a reply here
            err = failure(error, action, context, started)
            if err.code != "cancelled":  # then the caller is gone
                more = challenge_headers(err, entry.gates, context)
                if (call.receive is None or entry.reads_query) and has_body(headers):
                    more = [*more, CLOSE]  # nobody reads the rest of the body
                if context.replayed:
                    more = [*more, REPLAYED]
                await _fail(err, [*entry.headers, (b"x-request-id", request_id), *more], method, send)
            return
        replying.add(call)
        try:
            if entry.kept is not None:
                kept = [*entry.kept, (b"x-request-id", request_id)]
                await _send_kept(kept, tag_of(json), body, scope, send)
                return
            own = [(b"content-length", b"%d" % len(body)), (b"x-request-id", request_id)]
            if context.replayed:
                own.append(REPLAYED)
            await send({"type": "http.response.start", "status": 200, "headers": entry.headers + own})
            await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
        except asyncio.CancelledError:
            if call.stop is None:
                raise
            call.take_back()  # the reply was given up
        finally:
            replying.discard(call)

    def _reader(
        self, entry: Entry, scope: Scope, headers: Mapping[bytes, bytes], call: Call, receive: Receive
    ) -> Read:
        """Give what reads the input, in the time that the caller gives too."""
        if entry.reads_query:
            read: Read = partial(query_input, scope, call, receive, self._limits)
        else:
            read = partial(body_input, headers, call, receive, self._limits)
        asked = headers.get(HEADER)
        return read if asked is None else within_callers_time(call, asked, read)

    def _with_events(self, entry: Entry) -> Entry:
        """Give an entry as it answers with events; made at the first call that asks for them."""
        made = self._eventful.get(entry.action)
        if made is None:
            made = replace(entry, action=begins_events(entry.action), kept=None)
            self._eventful[entry.action] = made
        return made

    def _running_here(self) -> Running:
        """Give what looks after the calls of this event loop, which is nearly always the same one."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._running, self._telemetry = loop, running_here(), telemetry_now()
            self._replying = set()
        return self._running

    async def _answer_unasked(self, asked: Unasked, send: Send) -> None:
        """Answer where no action is called: say which methods there are, or refuse.

        No work was done; that it took no time tells nothing about the name.
        """
        place, method = asked.place, asked.method
        name = asked.path.rpartition("/")[2] if place is None else place.name
        headers = [*self._headers, (b"x-request-id", asked.request_id)]
        if has_body(asked.headers):
            headers.append(CLOSE)
        if asked.ends_twice:
            error = invalid_input(([], "two_ends", TWO_ENDS))
        elif place is None:
            error = CommonError("not_found", "There is no such action.")
        elif method == "OPTIONS":
            headers = [*_without_content(headers), (b"allow", place.allow)]
            await _send(204, headers, b"", send)
            return
        else:
            headers.append((b"allow", place.allow))
            methods = " or ".join(each for each in sorted(place.entries) if each != "HEAD")
            error = CommonError("method_not_allowed", f"The action is called with {methods}.")
        await _fail(err_of(error, name, 0, asked.request_id.decode()), headers, method, send)

    def _may_be_asked_for(self, path: str) -> bool:
        """Say whether a path would be an action's if there were one of that name."""
        return is_for_actions(path, self._prefix) and path not in self._documents


def _full(call: Call) -> CommonError:
    error = unavailable()
    call.tell(error)
    return error


async def _fail(err: Err, headers: Headers, method: str, send: Send) -> None:
    """Send the envelope of a failure, with the headers that only some have."""
    body = err_envelope(err)
    own = [*headers, (b"content-length", b"%d" % len(body))]
    if err.retry_after is not None:
        own.append((b"retry-after", b"%d" % err.retry_after))
    await _send(err.status, own, b"" if method == "HEAD" else body, send)


async def _send(status: int, headers: Headers, body: bytes, send: Send) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _send_kept(headers: Headers, tag: bytes, body: bytes, scope: Scope, send: Send) -> None:
    """Send a result that its caller may keep, or say that the one it has is still so."""
    own = [*headers, (b"etag", tag)]
    if is_known(scope["headers"], tag):
        await _send(304, _without_content(own), b"", send)
        return
    own.append((b"content-length", b"%d" % len(body)))
    await _send(200, own, b"" if scope["method"] == "HEAD" else body, send)


def _kept(headers: Headers) -> Headers:
    """Let a result be kept, and asked for again each time."""
    return [(name, b"no-cache" if name == b"cache-control" else value) for name, value in headers]


def _without_content(headers: Headers) -> Headers:
    """Leave out what describes a body, for a reply that has none."""
    return [header for header in headers if header[0] != b"content-type"]
