"""The answer of a call as server-sent events: its progress, and one result, the envelope (DESIGN §5).

Until the handler begins nothing is sent, so what refuses a call before answers as ever. The
door sends its reply to `Events.send`, which makes the last event of it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import asdict
from threading import get_ident
from types import TracebackType
from typing import Any, Final, Self

from pydantic_core import to_json
from starlette.types import Message, Send

from actionary.defining import AnyAction
from actionary.progress import Progress

EVENTS: Final = "actionary.events"
"""Under which an ASGI scope has the `Events` of its call."""

MOST_WAITING: Final = 16
"""So many events of progress wait for a slow reader; of more, the oldest are left out."""

HEARTBEAT: Final = 15.0
"""Seconds without an event after which a comment shows everybody on the way that the call goes on."""

_OWN: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"x-accel-buffering", b"no"),  # nginx keeps answers back until they are whole
]
_REPLACED: Final = frozenset({b"content-type", b"content-length", b"cache-control", b"etag"})


def prefers_events(accept: bytes) -> bool:
    """Say whether a header ``Accept`` names events, and prefers them to JSON (RFC 9110 §12.5.1)."""
    quality: dict[str, float] = {}
    for part in accept.decode("latin-1").lower().split(","):
        name, *parameters = (each.strip() for each in part.split(";"))
        weights = [each[2:] for each in parameters if each.startswith("q=")]
        quality[name] = _quality(weights[0]) if weights else 1.0
    json = (quality[name] for name in ("application/json", "application/*", "*/*") if name in quality)
    return quality.get("text/event-stream", 0.0) > next(json, 0.0)


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def begins_events(action: AnyAction) -> AnyAction:
    """Give an action whose handler begins the events of its call before it runs."""
    run = action.binding.call

    async def begin_and_run(given: Any, ctx: Any) -> Any:
        await ctx.request.scope[EVENTS].begin()
        return await run(given, ctx)

    return action.running(begin_and_run)


class Events:
    """The events of one call; a task writes them, and ends with the ``async with`` block."""

    def __init__(self, send: Send) -> None:
        self._to_caller: Final = send
        self._loop: Final = asyncio.get_running_loop()
        self._thread: Final = get_ident()
        self._waiting: Final[deque[Progress]] = deque(maxlen=MOST_WAITING)
        self._news: Final = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._result: bytes | None = None
        self._refused = False
        self._headers: list[tuple[bytes, bytes]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.cancel()

    def expect(self, headers: list[tuple[bytes, bytes]]) -> None:
        """Take the headers of the answer."""
        self._headers = headers

    async def begin(self) -> None:
        """Begin the answer; more than once does nothing."""
        if self._writer is not None:
            return
        kept = [header for header in self._headers if header[0] not in _REPLACED]
        own = [*_OWN, (b"cache-control", b"no-store")]
        start = {"type": "http.response.start", "status": 200, "headers": [*own, *kept]}
        await self._to_caller(start)
        self._writer = asyncio.create_task(self._write())

    def tell(self, progress: Progress) -> None:
        """Send progress as soon as the caller takes it; may be called in any thread."""
        if get_ident() == self._thread:
            self._put(progress)
            return
        try:
            self._loop.call_soon_threadsafe(self._put, progress)
        except RuntimeError:  # the loop is closed: the thread was abandoned, and nobody listens
            return

    def _put(self, progress: Progress) -> None:
        self._waiting.append(progress)
        self._news.set()

    async def send(self, message: Message) -> None:
        """Take what would be the whole answer: its body is the result, unless the call was refused before."""
        if message["type"] == "http.response.start":
            self._refused = self._writer is None and message["status"] != 200
            if not self._refused and self._writer is None:  # the answer of an earlier call
                self._headers = message["headers"]
                await self.begin()
        if self._refused:
            await self._to_caller(message)
        elif message["type"] == "http.response.body" and self._writer is not None:
            self._result = message["body"]
            self._news.set()
            await self._writer

    async def _write(self) -> None:
        while True:
            while self._waiting:
                await self._event(b"progress", to_json(asdict(self._waiting.popleft())))
            if self._result is not None:
                await self._event(b"result", self._result, more=False)
                return
            self._news.clear()
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await self._news.wait()
            except TimeoutError:
                await self._part(b": the call goes on\n\n")

    async def _event(self, kind: bytes, data: bytes, *, more: bool = True) -> None:
        """Send an event; JSON that we write has no line breaks."""
        await self._part(b"event: %b\ndata: %b\n\n" % (kind, data), more=more)

    async def _part(self, body: bytes, *, more: bool = True) -> None:
        await self._to_caller({"type": "http.response.body", "body": body, "more_body": more})
