"""Making calls over HTTP: `SyncCalls` and `AsyncCalls` differ in nothing but how they wait."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, ClassVar, Final, Self, TypeVar

import anyio
import httpx2

from .call import Call
from .deadline import Deadline, DeadlineError, PhaseLimits
from .encode import to_body, to_query
from .errors import Aborted, ClientError, ClientTimeout, Failure, NetworkError
from .options import CallOptions
from .reply import Reply, read_reply
from .result import Ok
from .streams import Streams
from .unset import UNSET

T = TypeVar("T")
E = TypeVar("E", bound=Failure)

DEFAULT_TIMEOUT: Final = 60.0
"""Seconds: longer than a server's usual limit, so that its own answer arrives first."""

_TROUBLE: Final = (
    httpx2.RequestError,
    httpx2.StreamError,
    DeadlineError,
    anyio.ClosedResourceError,
    anyio.BrokenResourceError,
    RuntimeError,
    OSError,
)
"""What a call can end with. A ``RuntimeError`` counts only once the client is closed."""


class CatalogDriftWarning(UserWarning):
    """The server's actions are not the ones this client was generated from."""


@dataclass(frozen=True, slots=True)
class _Request:
    """A request that is ready to be sent."""

    method: str
    url: str
    query: list[tuple[str, str]] | None
    body: bytes | None
    headers: dict[str, str]
    timeout: float | None

    def arguments(self, extensions: dict[str, Any]) -> dict[str, Any]:
        """Give what both of httpx2's clients take."""
        return {
            "method": self.method,
            "url": self.url,
            "params": self.query,
            "content": self.body,
            "headers": self.headers,
            "extensions": extensions,
        }


class _Calls:
    """What both clients share: everything but the waiting."""

    _catalog: ClassVar[str] = ""

    def __init__(self, base_url: str, timeout: float | None) -> None:
        url = httpx2.URL(base_url)
        if url.scheme not in {"http", "https"} or not url.host:
            raise ValueError(
                f"base_url is {base_url!r}, but must be an address such as 'https://api.example.com'"
            )
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._closed = False
        self._drift_reported = False

    def _request(
        self, call: Call[Any, Any], values: Mapping[str, object], options: CallOptions | None
    ) -> _Request:
        chosen = options if options is not None else CallOptions()
        has_body = call.method not in {"GET", "DELETE"}
        headers = {"Accept": "application/json"}
        if has_body:
            headers["Content-Type"] = "application/json"
        return _Request(
            method=call.method,
            url=self._base_url + call.path,
            query=None if has_body else to_query(values, call.json_keys) or None,
            body=to_body(values) if has_body else None,
            headers={**headers, **chosen.headers},
            timeout=self._timeout if chosen.timeout is UNSET else chosen.timeout,
        )

    def _result(self, call: Call[T, E], reply: Reply, started: float) -> Ok[T] | E | ClientError:
        if reply.catalog is not None and reply.catalog != self._catalog and not self._drift_reported:
            self._drift_reported = True
            warnings.warn(
                f"the server's catalog is {reply.catalog}, this client was generated from {self._catalog}; "
                "generate the client again",
                CatalogDriftWarning,
                stacklevel=4,
            )
        return read_reply(call, reply, _since(started))

    def _failure(
        self, call: Call[Any, Any], error: Exception, timeout: float | None, started: float
    ) -> Aborted | ClientTimeout | NetworkError:
        """Give the result of a call that got no reply.

        Raises:
            RuntimeError: The error, when closing the client does not explain it.
        """
        if self._closed:
            return Aborted(
                message="The client is closed.",
                status=0,
                retryable=False,
                action=call.action,
                latency_ms=_since(started),
            )
        if isinstance(error, DeadlineError | httpx2.TimeoutException):
            return ClientTimeout(
                message=f"No whole answer came within {timeout} seconds.",
                status=0,
                retryable=True,
                action=call.action,
                latency_ms=_since(started),
            )
        if isinstance(error, RuntimeError) and not isinstance(error, httpx2.StreamError):
            raise error
        return NetworkError(
            message=f"The server could not be reached: {type(error).__name__}: {error}",
            status=0,
            retryable=True,
            action=call.action,
            latency_ms=_since(started),
        )


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _reply(response: httpx2.Response, body: bytes, damage: str | None = None) -> Reply:
    return Reply(response.status_code, body, response.headers.get("Actionary-Catalog"), damage)


class SyncCalls(_Calls):
    """A client that blocks. It may be shared by threads.

    ``timeout`` is in seconds and covers a whole call, ``None`` waits without
    end. ``transport`` replaces the network, for tests.

    Raises:
        ValueError: ``base_url`` is no address.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float | None = DEFAULT_TIMEOUT,
        headers: Mapping[str, str] | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        super().__init__(base_url, timeout)
        self._streams = Streams()
        self._http = httpx2.Client(headers=headers, transport=transport, timeout=None)

    def close(self) -> None:
        """Close the connections; calls under way and later ones give `Aborted`."""
        self._closed = True
        self._streams.shut_down()
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _call(
        self, call: Call[T, E], values: Mapping[str, object], options: CallOptions | None
    ) -> Ok[T] | E | ClientError:
        request = self._request(call, values, options)
        started = time.perf_counter()
        try:
            reply = self._send(request)
        except _TROUBLE as error:
            return self._failure(call, error, request.timeout, started)
        return self._result(call, reply, started)

    def _send(self, request: _Request) -> Reply:
        deadline = Deadline(request.timeout)
        extensions = {"timeout": PhaseLimits(deadline), "trace": self._streams.trace}
        with self._streams.held_to(deadline), self._http.stream(**request.arguments(extensions)) as response:
            body = bytearray()
            try:
                for piece in response.iter_bytes():
                    deadline.check()
                    body += piece
            except httpx2.DecodingError as error:
                return _reply(response, bytes(body), f"its body cannot be decoded ({error})")
            return _reply(response, bytes(body))


class AsyncCalls(_Calls):
    """A client to be awaited. It may be shared by the tasks of one loop.

    ``timeout`` is in seconds and covers a whole call, ``None`` waits without
    end. ``transport`` replaces the network, for tests.

    Raises:
        ValueError: ``base_url`` is no address.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float | None = DEFAULT_TIMEOUT,
        headers: Mapping[str, str] | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        super().__init__(base_url, timeout)
        self._http = httpx2.AsyncClient(headers=headers, transport=transport, timeout=None)

    async def aclose(self) -> None:
        """Close the connections; calls under way and later ones give `Aborted`."""
        self._closed = True
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _call(
        self, call: Call[T, E], values: Mapping[str, object], options: CallOptions | None
    ) -> Ok[T] | E | ClientError:
        request = self._request(call, values, options)
        started = time.perf_counter()
        try:
            reply = await self._send(request)
        except _TROUBLE as error:
            return self._failure(call, error, request.timeout, started)
        return self._result(call, reply, started)

    async def _send(self, request: _Request) -> Reply:
        with anyio.move_on_after(request.timeout):
            async with self._http.stream(**request.arguments({"timeout": {}})) as response:
                try:
                    body = await response.aread()
                except httpx2.DecodingError as error:
                    return _reply(response, b"", f"its body cannot be decoded ({error})")
                return _reply(response, body)
        raise DeadlineError
