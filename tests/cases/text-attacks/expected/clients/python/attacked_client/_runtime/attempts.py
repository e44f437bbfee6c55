"""What both clients share, which is all but how they wait: a call and its attempts."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, TypeVar, cast

import anyio
import httpx2

from .address import checked_address
from .auth import check_auth, credential
from .call import Call
from .deadline import Deadline, DeadlineError
from .drift import warn_of_drift
from .encode import to_body, to_query
from .errors import Aborted, ClientError, ClientTimeout, Failure, NetworkError
from .events import Event, EventReader
from .hooks import RequestInfo, ResponseInfo, RetryInfo
from .options import CallOptions, check_options, check_retry, check_timeout
from .progress import read_progress
from .reply import Reply, read_reply
from .result import Ok
from .retry import LONGEST_RETRY_AFTER, NO_RETRY, Retry, leaves_open, may_repeat, retry_after
from .steps import Ask, Close, Give, Open, Opened, Read, Steps, Wait
from .unset import UNSET

T = TypeVar("T")
E = TypeVar("E", bound=Failure)

DEFAULT_TIMEOUT: Final = 60.0
"""Seconds: longer than a server's usual limit, so that its own answer arrives first."""

_LIMIT: Final = "Actionary-Timeout-Ms"
_LONGEST_MS: Final = 9_999_999_999
"""What that header can say."""

TROUBLE: Final = (
    httpx2.RequestError,
    httpx2.StreamError,
    DeadlineError,
    anyio.ClosedResourceError,
    anyio.BrokenResourceError,
    RuntimeError,
    OSError,
)
"""What a call can end with. A ``RuntimeError`` counts only once the client is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """Functions that are told of each attempt."""

    on_request: Callable[[RequestInfo], Any] | None
    on_response: Callable[[ResponseInfo], Any] | None
    on_retry: Callable[[RetryInfo], Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A call that is to be made: everything about it that holds for all of its attempts."""

    call: Call[Any, Any]
    query: tuple[tuple[str, str], ...] | None
    body: bytes | None
    headers: dict[str, str]
    given: Mapping[str, str]
    auth: Mapping[str, object]
    timeout: float | None
    retry: Retry
    key: str | None
    approved: bool


class Calls:
    """What a client knows, and what its calls do step by step."""

    _catalog: ClassVar[str] = ""
    _schemes: ClassVar[frozenset[str]] = frozenset()
    _changes: ClassVar[Call[Any, Any] | None] = None
    _build_request: Callable[..., httpx2.Request]

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float | None,
        auth: Mapping[str, object] | None,
        retry: Retry | None,
        hooks: Hooks,
    ) -> None:
        self._base_url = checked_address(base_url)
        check_auth(auth or {}, self._schemes)
        check_timeout(timeout)
        check_retry(retry)
        self._timeout = timeout
        self._auth: Mapping[str, object] = dict(auth or {})
        self._retry = retry or NO_RETRY
        self._hooks = hooks
        self._closed = False
        self._drift_reported = False

    def _calling(
        self,
        call: Call[T, E],
        values: Mapping[str, object],
        options: CallOptions | None,
        *,
        accept: str = "application/json",
    ) -> Steps[Ok[T] | E | ClientError]:
        """Make a call, as often as it has to be and may be made; events on the way are given."""
        check_options(options)
        planned = self._planned(call, values, options or CallOptions(), accept)
        deadline = Deadline(planned.timeout)
        started = time.perf_counter()
        attempt = 1
        is_open = False
        while True:
            result: Ok[T] | E | ClientError
            result, asked = yield from self._attempt(planned, deadline, started, attempt)
            if isinstance(result, Ok):
                return result
            is_open = is_open or leaves_open(result)
            if is_open and planned.key is not None:
                result = replace(result, idempotency_key=planned.key)
            wait = self._wait(planned, result, asked, deadline, attempt)
            if wait is None:
                return result
            if self._hooks.on_retry is not None:
                told = RetryInfo(action=call.action, attempt=attempt, wait=wait, failure=result)
                try:
                    yield Ask(self._hooks.on_retry, deadline, (told,))
                except DeadlineError:
                    return result
            yield Wait(wait)
            attempt += 1

    def _progressing(
        self, call: Call[Any, Any], values: Mapping[str, object], options: CallOptions | None
    ) -> Steps[None]:
        """Make a call, and give its progress and at last its result."""
        result = yield from self._calling(
            call, values, options, accept="text/event-stream, application/json;q=0.9"
        )
        yield Give(result)

    def _planned(
        self, call: Call[Any, Any], values: Mapping[str, object], options: CallOptions, accept: str
    ) -> Planned:
        has_body = call.method not in {"GET", "DELETE"}
        key = options.idempotency_key
        if key is not None and not call.takes_key and not call.repeatable:
            raise ValueError(
                f"{call.action} takes no idempotency_key: its server keeps no answers, "
                "so a repeated call may do twice what it does; leave the key out"
            )
        if options.approval is not None and not call.needs_approval:
            raise ValueError(
                f"{call.action} takes no approval: its calls need none, so a grant would not be used; "
                "leave the approval out"
            )
        key = (key or str(uuid.uuid4())) if call.takes_key else None
        check_auth(options.auth, self._schemes)
        headers = {"Accept": accept}
        if has_body:
            headers["Content-Type"] = "application/json"
        if key is not None:
            headers["Idempotency-Key"] = key
        if options.approval is not None:
            headers["Actionary-Approval"] = options.approval
        return Planned(
            call=call,
            query=None if has_body else tuple(to_query(values, call.json_keys)) or None,
            body=to_body(values) if has_body else None,
            headers=headers,
            given=options.headers,
            auth={**self._auth, **options.auth},
            timeout=self._timeout if options.timeout is UNSET else options.timeout,
            retry=self._retry if options.retry is UNSET else options.retry or NO_RETRY,
            key=key,
            approved="Actionary-Approval" in httpx2.Headers({**options.headers, **headers}),
        )

    def _attempt(
        self, planned: Planned, deadline: Deadline, started: float, attempt: int
    ) -> Steps[tuple[Any, float | None]]:
        """Make a call once; give its result, and after how many seconds the server wants it again."""
        opened: Opened | None = None
        try:
            request = yield from self._request(planned, deadline, attempt)
            deadline.check()
            sent = time.perf_counter()
            try:
                opened = yield Open(request, deadline)
            except TROUBLE as error:
                return self._failure(planned, error, started), None
            assert opened is not None  # noqa: S101 - tells the type checkers
            yield from self._told(planned, opened.response, deadline, sent, attempt)
            try:
                reply = yield from self._reply(opened, deadline)
            except TROUBLE as error:
                return self._failure(planned, error, started), None
            self._look_for_drift(opened.response)
            result = read_reply(planned.call, self._address(planned.call), reply, since(started))
            return result, retry_after(opened.response.headers)
        except DeadlineError as error:  # while a function of the user's was asked
            return self._failure(planned, error, started), None
        finally:
            if opened is not None:
                yield Close(opened)

    def _request(
        self, planned: Planned, deadline: Deadline, attempt: int, *, tells_limit: bool = True
    ) -> Steps[httpx2.Request]:
        """Build a request; the limit it tells is what is left once all others have had their say.

        Raises:
            DeadlineError: The time was over before they had.
        """
        call = planned.call
        headers = httpx2.Headers(planned.headers)
        given = httpx2.Headers(planned.given)
        if call.scheme is not None and call.scheme.header not in given:
            value = yield from credential(call.scheme, planned.auth, deadline)
            if value is not None:
                headers[call.scheme.header] = value
        limit = _milliseconds(deadline) if tells_limit else None
        if limit is not None:
            headers[_LIMIT] = limit
        headers.update(given)
        url = self._address(call)
        if self._hooks.on_request is not None:
            told = RequestInfo(
                action=call.action, method=call.method, url=url, attempt=attempt, headers=headers
            )
            yield Ask(self._hooks.on_request, deadline, (told,))
            if limit is not None and headers.get(_LIMIT) == limit:
                headers[_LIMIT] = _milliseconds(deadline) or limit
        return self._build_request(
            call.method, url, params=planned.query, content=planned.body, headers=headers
        )

    def _address(self, call: Call[Any, Any]) -> str:
        """Give where an action is: without a query, nor a user or a password, which no base address has."""
        return self._base_url + call.path

    def _told(
        self,
        planned: Planned,
        response: httpx2.Response,
        deadline: Deadline,
        sent: float,
        attempt: int,
    ) -> Steps[None]:
        if self._hooks.on_response is not None:
            told = ResponseInfo(
                action=planned.call.action,
                url=str(response.request.url),
                attempt=attempt,
                status=response.status_code,
                headers=response.headers,
                latency_ms=since(sent),
            )
            yield Ask(self._hooks.on_response, deadline, (told,))

    def _reply(self, opened: Opened, deadline: Deadline) -> Steps[Reply]:
        """Read an answer to its end; of events all but the result are given."""
        if has_events(opened.response):
            return (yield from _reply_of_events(opened, deadline))
        status = opened.response.status_code
        body = bytearray()
        try:
            while (piece := (yield Read(opened, deadline))) is not None:
                body += piece
        except httpx2.DecodingError as error:
            return Reply(status, bytes(body), f"its body cannot be decoded ({error})")
        return Reply(status, bytes(body))

    def _wait(
        self, planned: Planned, failure: Failure, asked: float | None, deadline: Deadline, attempt: int
    ) -> float | None:
        """Give how long to wait for another attempt, ``None`` where there is none to be made."""
        call = planned.call
        if attempt >= planned.retry.attempts or self._closed:
            return None
        safe = call.repeatable and not planned.approved  # a grant is used up by the attempt that began
        if not may_repeat(failure, safe=safe, key=planned.key, attempt=attempt):
            return None
        if asked is not None and asked > LONGEST_RETRY_AFTER:
            return None
        wait = planned.retry.wait(attempt) if asked is None else asked
        left = deadline.seconds
        return None if left is not None and wait >= left else wait

    def _failure(
        self, planned: Planned, error: Exception, started: float
    ) -> Aborted | ClientTimeout | NetworkError:
        """Give the result of an attempt that got no reply.

        Raises:
            RuntimeError: The error, when closing the client does not explain it.
        """
        action, latency_ms = planned.call.action, since(started)
        if self._closed:
            return Aborted(
                message="The client is closed.",
                status=0,
                retryable=False,
                action=action,
                latency_ms=latency_ms,
            )
        if isinstance(error, DeadlineError | httpx2.TimeoutException):
            return ClientTimeout(
                message=f"No whole answer came within {planned.timeout} seconds.",
                status=0,
                retryable=True,
                action=action,
                latency_ms=latency_ms,
            )
        if isinstance(error, RuntimeError) and not isinstance(error, httpx2.StreamError):
            raise error
        request = f"{planned.call.method} {self._address(planned.call)}"
        return NetworkError(
            message=f"The server could not be reached by {request}: {type(error).__name__}: {error}",
            status=0,
            retryable=True,
            action=action,
            latency_ms=latency_ms,
        )

    def _look_for_drift(self, response: httpx2.Response) -> None:
        theirs = response.headers.get("Actionary-Catalog")
        if theirs is None or theirs == self._catalog or self._drift_reported:
            return
        self._drift_reported = True
        warn_of_drift(theirs, self._catalog)


def _milliseconds(deadline: Deadline) -> str | None:
    left = deadline.seconds
    return None if left is None else str(min(max(int(left * 1000), 1), _LONGEST_MS))


def since(started: float) -> float:
    """Give how many milliseconds have passed since a moment of `time.perf_counter`."""
    return (time.perf_counter() - started) * 1000


def has_events(response: httpx2.Response) -> bool:
    """Say whether a response is a stream of events."""
    kind, _, _ = response.headers.get("Content-Type", "").partition(";")
    return bool(response.status_code == 200 and kind.strip().lower() == "text/event-stream")


def _reply_of_events(opened: Opened, deadline: Deadline) -> Steps[Reply]:
    """Give the progress of a call; its last event is the answer.

    Raises:
        httpx2.RemoteProtocolError: The stream ended without one.
    """
    reader = EventReader()
    while (piece := (yield Read(opened, deadline))) is not None:
        for event in reader.feed(piece):
            if event.type == "result":
                return _reply_of_event(event)
            if event.type == "progress":
                progress = read_progress(event.data)
                if progress is None:
                    return Reply(200, event.data.encode(), "an event `progress` is not of the right form")
                yield Give(progress)
    raise httpx2.RemoteProtocolError("the stream ended without a result")


def _reply_of_event(event: Event) -> Reply:
    """Give an envelope the status that it would have come under."""
    try:
        envelope: Any = json.loads(event.data)
    except (ValueError, RecursionError):
        envelope = None
    status: Any = 200
    if isinstance(envelope, dict):
        said = cast("dict[str, Any]", envelope)
        status = said.get("status") if said.get("ok") is False else 200
    return Reply(status if isinstance(status, int) else 200, event.data.encode())
