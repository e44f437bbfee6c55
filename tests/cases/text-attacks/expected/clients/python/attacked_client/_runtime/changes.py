"""Hearing of changes: a stream that is taken up again wherever it broke off."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, Final, Literal

import httpx2

from .attempts import TROUBLE, Calls, Planned, has_events
from .auth import Scheme
from .call import Call
from .deadline import Deadline, DeadlineError
from .errors import (
    Failure,
    Forbidden,
    HandlerError,
    InvalidInput,
    InvalidResponse,
    RateLimited,
    RawReply,
    Timeout,
    Unauthorized,
    Unavailable,
)
from .events import Event, EventReader
from .options import CallOptions
from .reply import Reply, read_reply
from .result import ActionError
from .retry import retry_after
from .steps import Close, Give, Open, Opened, Read, Steps, Wait
from .values import ANYTHING

HEARTBEAT: Final = 45.0
"""Seconds without a byte after which a stream counts as broken; a server writes every 15."""


SHORTEST_PAUSE: Final = 0.25
"""Seconds between two streams at least, so that a server which ends each one is not asked without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something changed, so what was read before may be out of date.

    ``source`` is ``action`` where a call of ``action`` did it, which is ``None`` for one
    that nobody is told of, and ``manual`` where a handler told of it, with a ``scope``.
    ``request_source`` is what whoever made the call sent as ``Actionary-Source``. ``id``
    is where the stream was, for `subscribe_changes` to go on behind it.
    """

    source: Literal["action", "manual"]
    action: str | None
    scope: str | None
    request_source: str | None
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """Changes were missed: everything has to be read anew."""

    id: str


class HearsChanges(Calls):
    """A client that can listen to changes."""

    def _hearing(self, after: str | None) -> Steps[None]:
        """Give the changes for as long as the client is open.

        Raises:
            ActionError: The server refuses to tell of them.
            ValueError: The API tells of none.
        """
        call = self._changes
        if call is None:
            raise ValueError("this API tells of no changes: its registry is one without `changes`")
        reader = EventReader(after or "")
        lost = 0
        while not self._closed:
            reader.begin()
            asked, heard = yield from self._one_stream(call, reader)
            lost = 1 if heard else lost + 1
            yield Wait(self._pause(reader, asked, lost))

    def _pause(self, reader: EventReader, asked: float | None, lost: int) -> float:
        """Give how long to wait for another stream: never less than the server asks for.

        What is random comes on top, so that those who lost a server do not all come back at once.
        """
        if asked is None:
            asked = (reader.retry_ms or 0) / 1000 + self._retry.wait(lost)
        return max(asked, SHORTEST_PAUSE)

    def _one_stream(self, call: Call[Any, Any], reader: EventReader) -> Steps[tuple[float | None, bool]]:
        """Listen until the stream breaks; give when the server wants to be asked again, and if it spoke."""
        planned = self._planned(call, {}, CallOptions(), "text/event-stream")
        if reader.last_id:
            planned.headers["Last-Event-ID"] = reader.last_id
        opened: Opened | None = None
        heard = False
        opening = Deadline(planned.timeout)
        try:
            request = yield from self._request(planned, opening, 1, tells_limit=False)
            sent = time.perf_counter()
            try:
                opened = yield Open(request, opening)
            except TROUBLE as error:
                self._unless_mistaken(error)
                return None, False
            assert opened is not None  # noqa: S101 - tells the type checkers
            yield from self._told(planned, opened.response, opening, sent, 1)
            try:
                if not has_events(opened.response):
                    return (yield from self._refused(planned, opened)), False
                while (piece := (yield Read(opened, Deadline(HEARTBEAT)))) is not None:
                    for event in reader.feed(piece):
                        heard = True
                        told = _told(event)
                        if told is not None:
                            yield Give(told)
            except TROUBLE as error:
                self._unless_mistaken(error)
        except DeadlineError:  # while a function of the user's was asked
            return None, False
        finally:
            if opened is not None:
                yield Close(opened)
        return None, heard

    def _unless_mistaken(self, error: Exception) -> None:
        """Let a stream be broken, which is taken up again; a program's mistake is raised."""
        if not self._closed and isinstance(error, RuntimeError) and not isinstance(error, httpx2.StreamError):
            raise error

    def _refused(self, planned: Planned, opened: Opened) -> Steps[float | None]:
        """Read why nothing is told, and give after how many seconds to ask again.

        Raises:
            ActionError: Asking again would not help.
        """
        reply = yield from self._reply(opened, Deadline(planned.timeout))
        result = read_reply(planned.call, reply, 0.0)
        failure = result if isinstance(result, Failure) else _no_stream(reply)
        if not failure.retryable:
            raise ActionError(failure)
        return retry_after(opened.response.headers)


_REFUSALS: Final[dict[str, type[Failure]]] = {
    "invalid_input": InvalidInput,
    "unauthorized": Unauthorized,
    "forbidden": Forbidden,
    "rate_limited": RateLimited,
    "timeout": Timeout,
    "unavailable": Unavailable,
    "handler_error": HandlerError,
}


def changes_call(path: str, scheme: Scheme | None = None) -> Call[Any, Any]:
    """Describe where changes are told."""
    return Call(
        action="changes",
        method="GET",
        path=path,
        data=lambda: ANYTHING,
        errors=lambda: _REFUSALS,
        repeatable=True,
        scheme=scheme,
    )


def _no_stream(reply: Reply) -> Failure:
    return InvalidResponse(
        message="The reply is not an answer of this API: it is no stream of events.",
        status=reply.status,
        retryable=False,
        details=RawReply(reply.status, reply.body.decode("utf-8", "replace")),
        action="changes",
        latency_ms=0.0,
    )


def _told(event: Event) -> Change | Reset | None:
    """Read an event; a change that cannot be read may have been any."""
    if event.type == "reset":
        return Reset(id=event.id)
    if event.type != "change":
        return None
    try:
        return _change(json.loads(event.data), event.id)
    except (KeyError, TypeError, ValueError, RecursionError):
        return Reset(id=event.id)


def _change(data: Any, place: str) -> Change:
    texts = (data["action"], data["scope"], data["requestSource"])
    if data["source"] not in {"action", "manual"} or not all(isinstance(each, str | None) for each in texts):
        raise ValueError("it is of another form")
    action, scope, request_source = texts
    return Change(source=data["source"], action=action, scope=scope, request_source=request_source, id=place)
