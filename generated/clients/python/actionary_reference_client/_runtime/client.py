"""The two clients: `SyncCalls` and `AsyncCalls` do the same steps and differ in nothing but how they wait."""

from __future__ import annotations

import inspect
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import anyio
import httpx2

from .attempts import DEFAULT_TIMEOUT, Hooks
from .call import Call
from .changes import HearsChanges
from .deadline import DeadlineError, PhaseLimits
from .errors import ClientError, Failure
from .hooks import AsyncOnRequest, AsyncOnResponse, AsyncOnRetry, OnRequest, OnResponse, OnRetry
from .options import CallOptions
from .pages import AsyncPages, HasPages, Pages
from .result import Ok
from .retry import Retry
from .steps import Ask, Close, Give, Open, Opened, Read, Running, Step, Steps, Wait
from .streams import Streams

T = TypeVar("T")
E = TypeVar("E", bound=Failure)
R = TypeVar("R")
A = TypeVar("A", bound=Mapping[str, object])


class SyncCalls(HearsChanges, HasPages, Generic[A]):
    """A client that blocks. It may be shared by threads.

    ``timeout`` is in seconds and covers a whole call, ``None`` waits without end.
    ``sleep`` replaces the waiting between attempts and ``transport`` the network, for tests.

    Raises:
        TypeError: ``timeout`` is no number, or ``retry`` no `Retry`.
        ValueError: ``base_url`` is no plain address, ``auth`` names a scheme that no action asks for,
            or ``timeout`` is not above 0.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float | None = DEFAULT_TIMEOUT,
        headers: Mapping[str, str] | None = None,
        auth: A | None = None,
        retry: Retry | None = Retry(),  # noqa: B008 - it is frozen
        on_request: OnRequest | None = None,
        on_response: OnResponse | None = None,
        on_retry: OnRetry | None = None,
        sleep: Callable[[float], object] | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        hooks = Hooks(on_request=on_request, on_response=on_response, on_retry=on_retry)
        super().__init__(base_url, timeout=timeout, auth=auth, retry=retry, hooks=hooks)
        self._http = httpx2.Client(headers=headers, transport=transport, timeout=None)
        self._build_request = self._http.build_request
        self._closing = threading.Event()
        self._sleep = sleep or self._closing.wait
        self._streams = Streams()

    def close(self) -> None:
        """Close the connections; calls under way and later ones give `Aborted`."""
        self._closed = True
        self._closing.set()
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
        return self._result_of(self._calling(call, values, options))

    def _pages(
        self, call: Call[Any, Any], values: Mapping[str, object], options: CallOptions | None
    ) -> Pages[Any, Any]:
        return Pages(lambda: self._given_by(self._paging(call, values, options)), call)

    def _progress(
        self, call: Call[Any, Any], values: Mapping[str, object], options: CallOptions | None
    ) -> Generator[Any, None, None]:
        return self._given_by(self._progressing(call, values, options))

    def _heard(self, after: str | None) -> Generator[Any, None, None]:
        return self._given_by(self._hearing(after))

    def _result_of(self, steps: Steps[R]) -> R:
        """Do steps that give nothing on the way."""
        run = Running(steps)
        while run.goes_on():
            with run:
                run.answer = self._done(run.step)
        return run.result

    def _given_by(self, steps: Steps[None]) -> Generator[Any, None, None]:
        """Do steps, and give what they give."""
        run = Running(steps)
        while run.goes_on():
            with run:
                if isinstance(run.step, Give):
                    yield run.step.value
                else:
                    run.answer = self._done(run.step)

    def _done(self, step: Step) -> Any:
        match step:
            case Open(request, deadline):
                request.extensions["timeout"] = PhaseLimits(deadline)
                request.extensions["trace"] = self._streams.trace
                with self._streams.held_to(deadline):
                    response = self._http.send(request, stream=True)
                return Opened(response, response.iter_bytes())
            case Read(opened, deadline):
                deadline.check()
                with self._streams.held_to(deadline):
                    return next(opened.pieces, None)
            case Close(opened):
                opened.response.close()
                return None
            case Wait(seconds):
                return self._sleep(seconds)
            case Ask(function, _, arguments):
                return function(*arguments)
            case Give():
                raise AssertionError("a plain call gives nothing on the way")


class AsyncCalls(HearsChanges, HasPages, Generic[A]):
    """A client to be awaited. It may be shared by the tasks of one loop.

    ``timeout`` is in seconds and covers a whole call, ``None`` waits without end.
    ``sleep`` replaces the waiting between attempts and ``transport`` the network, for tests.
    Hooks, and functions in ``auth``, may be asynchronous.

    Raises:
        TypeError: ``timeout`` is no number, or ``retry`` no `Retry`.
        ValueError: ``base_url`` is no plain address, ``auth`` names a scheme that no action asks for,
            or ``timeout`` is not above 0.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float | None = DEFAULT_TIMEOUT,
        headers: Mapping[str, str] | None = None,
        auth: A | None = None,
        retry: Retry | None = Retry(),  # noqa: B008 - it is frozen
        on_request: AsyncOnRequest | None = None,
        on_response: AsyncOnResponse | None = None,
        on_retry: AsyncOnRetry | None = None,
        sleep: Callable[[float], Awaitable[object]] | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        hooks = Hooks(on_request=on_request, on_response=on_response, on_retry=on_retry)
        super().__init__(base_url, timeout=timeout, auth=auth, retry=retry, hooks=hooks)
        self._http = httpx2.AsyncClient(headers=headers, transport=transport, timeout=None)
        self._build_request = self._http.build_request
        self._closing = anyio.Event()
        self._sleep = sleep or self._wait_or_close

    async def aclose(self) -> None:
        """Close the connections; calls under way and later ones give `Aborted`."""
        self._closed = True
        self._closing.set()
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
        return await self._result_of(self._calling(call, values, options))

    def _pages(
        self, call: Call[Any, Any], values: Mapping[str, object], options: CallOptions | None
    ) -> AsyncPages[Any, Any]:
        return AsyncPages(lambda: self._given_by(self._paging(call, values, options)), call)

    def _progress(
        self, call: Call[Any, Any], values: Mapping[str, object], options: CallOptions | None
    ) -> AsyncGenerator[Any, None]:
        return self._given_by(self._progressing(call, values, options))

    def _heard(self, after: str | None) -> AsyncGenerator[Any, None]:
        return self._given_by(self._hearing(after))

    async def _result_of(self, steps: Steps[R]) -> R:
        """Do steps that give nothing on the way."""
        run = Running(steps)
        while run.goes_on():
            with run:
                run.answer = await self._done(run.step)
        return run.result

    async def _given_by(self, steps: Steps[None]) -> AsyncGenerator[Any, None]:
        """Do steps, and give what they give."""
        run = Running(steps)
        while run.goes_on():
            with run:
                if isinstance(run.step, Give):
                    yield run.step.value
                else:
                    run.answer = await self._done(run.step)

    async def _done(self, step: Step) -> Any:
        match step:
            case Open(request, deadline):
                request.extensions["timeout"] = {}
                with anyio.move_on_after(deadline.seconds):
                    response = await self._http.send(request, stream=True)
                    return Opened(response, response.aiter_bytes())
                raise DeadlineError
            case Read(opened, deadline):
                with anyio.move_on_after(deadline.seconds):
                    return await anext(opened.pieces, None)
                raise DeadlineError
            case Close(opened):
                await opened.response.aclose()
                return None
            case Wait(seconds):
                return await self._sleep(seconds)
            case Ask(function, deadline, arguments):
                answer = function(*arguments)
                if not inspect.isawaitable(answer):
                    return answer
                with anyio.move_on_after(deadline.seconds):
                    return await answer
                raise DeadlineError
            case Give():
                raise AssertionError("a plain call gives nothing on the way")

    async def _wait_or_close(self, seconds: float) -> None:
        with anyio.move_on_after(seconds):
            await self._closing.wait()
