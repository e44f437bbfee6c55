"""Hearing of changes: a stream that is taken up again wherever it broke off."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal

import httpx2

from .attempts import TROUBLE, Calls, Planned, has_events, since
from .auth import Scheme
from .call import Call
from .deadline import Deadline, DeadlineError
from .errors import (
    Failure,
    Forbidden,
    HandlerError,
    InvalidInput,
    NetworkError,
    RateLimited,
    Timeout,
    Unauthorized,
    Unavailable,
)
from .events import Event, EventReader
from .hooks import RetryInfo
from .options import CallOptions
from .reply import no_answer, read_reply
from .result import ActionError
from .retry import retry_after
from .steps import Ask, Close, Give, Open, Opened, Read, Steps, Wait
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


@dataclass(frozen=True, slots=True)
class _Lost:
    """Why a stream is no more, after how many seconds the server wants to be asked again, and if it spoke."""

    failure: Failure
    asked: float | None = None
    heard: bool = False


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
        attempt = 1
        while not self._closed:
            reader.begin()
            lost = yield from self._one_stream(call, reader, attempt)
            if self._closed:
                return
            attempt = 1 if lost.heard else attempt
            wait = self._pause(reader, lost.asked, attempt)
            if self._hooks.on_retry is not None:
                told = RetryInfo(action=call.action, attempt=attempt, wait=wait, failure=lost.failure)
                with suppress(DeadlineError):  # its time is over, and the listening goes on
                    yield Ask(self._hooks.on_retry, Deadline(self._timeout), (told,))
            yield Wait(wait)
            attempt += 1

    def _pause(self, reader: EventReader, asked: float | None, attempt: int) -> float:
        """Give how long to wait for another stream: never less than the server asks for.

        What is random comes on top, so that those who lost a server do not all come back at once.
        """
        if asked is None:
            asked = (reader.retry_ms or 0) / 1000 + self._retry.wait(attempt)
        return max(asked, SHORTEST_PAUSE)

    def _one_stream(self, call: Call[Any, Any], reader: EventReader, attempt: int) -> Steps[_Lost]:
        """Listen until the stream breaks, and give why it did.

        Raises:
            ActionError: The server refuses, and asking again would not help.
        """
        planned = self._planned(call, {}, CallOptions(), "text/event-stream")
        if reader.last_id:
            planned.headers["Last-Event-ID"] = reader.last_id
        opened: Opened | None = None
        heard = False
        opening = Deadline(planned.timeout)
        started = time.perf_counter()
        try:
            request = yield from self._request(planned, opening, attempt, tells_limit=False)
            sent = time.perf_counter()
            try:
                opened = yield Open(request, opening)
            except TROUBLE as error:
                return _Lost(self._failure(planned, error, started))
            assert opened is not None  # noqa: S101 - tells the type checkers
            yield from self._told(planned, opened.response, opening, sent, attempt)
            if not has_events(opened.response):
                return (yield from self._refused(planned, opened, started))
            try:
                while (piece := (yield Read(opened, Deadline(HEARTBEAT)))) is not None:
                    for event in reader.feed(piece):
                        heard = True
                        told = _told(event)
                        if told is not None:
                            yield Give(told)
            except TROUBLE as error:
                return _Lost(self._broken(planned, error, started), heard=heard)
        except DeadlineError as error:  # while a function of the user's was asked
            return _Lost(self._failure(planned, error, started))
        finally:
            if opened is not None:
                yield Close(opened)
        return _Lost(_no_more("The server ended the stream.", since(started)), heard=heard)

    def _broken(self, planned: Planned, error: Exception, started: float) -> Failure:
        """Give why a stream that stood is no more.

        Raises:
            RuntimeError: The error, when it is a program's mistake.
        """
        silent = isinstance(error, DeadlineError | httpx2.TimeoutException)
        if silent and not self._closed:
            return _no_more(f"The server said nothing for {HEARTBEAT:g} seconds.", since(started))
        return self._failure(planned, error, started)

    def _refused(self, planned: Planned, opened: Opened, started: float) -> Steps[_Lost]:
        """Read why nothing is told, and after how many seconds to ask again.

        Raises:
            ActionError: Asking again would not help.
        """
        try:
            reply = yield from self._reply(opened, Deadline(planned.timeout))
        except TROUBLE as error:
            return _Lost(self._failure(planned, error, started))
        call, address, latency_ms = planned.call, self._address(planned.call), since(started)
        failure = read_reply(call, address, reply, latency_ms)
        if not isinstance(failure, Failure):
            failure = no_answer(call, address, reply, latency_ms, "it is no stream of events")
        if not failure.retryable:
            raise ActionError(failure)
        return _Lost(failure, asked=retry_after(opened.response.headers))


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


def _no_more(message: str, latency_ms: float) -> Failure:
    return NetworkError(message=message, status=0, retryable=True, action="changes", latency_ms=latency_ms)


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
