"""A server that ends well: calls that run are finished, nobody who was let in is turned away, and it ends."""

from __future__ import annotations

import asyncio
import logging
import os
import select
import socket
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from types import FrameType
from typing import Any, Final

import uvicorn
from actionary.http.changes import LISTENER, end_streams
from actionary.log_thread import END
from actionary.running import running_here

from actionary_build.serving.listening import hold_off
from actionary_build.serving.silence import Silence

LINGER: Final = 0.5
"""Seconds in which a connection without a call may still bring one, when the server is to end."""

_LAST_EVENTS: Final = 2.0
"""Seconds in which those who listen to changes may take what waits for them; they come again for the rest."""

GRACE: Final = 5.0
"""Seconds to answer calls that are cut off, and to close the resources, before the process is ended."""

_ANSWER: Final = 1.0
"""Of these the seconds to answer."""

_LOOK: Final = 0.05
"""Seconds from one look at what still runs to the next."""

_TICKS: Final = 10
"""Of uvicorn's ticks, of 0.1 seconds each, from one look at silent connections to the next."""

_HANDSHAKE: Final = 0.2
"""Seconds in which a connection that was begun is there, or its caller far away."""

_CLOSE: Final = (b"connection", b"close")

_log: Final = logging.getLogger("actionary")


class GracefulServer(uvicorn.Server):
    """uvicorn's server, with an end of our own.

    The first signal begins the end: new connections are refused, calls are finished
    for at most ``limit`` seconds. What runs then is answered with ``timeout``, and the
    resources are closed. A second signal is like the limit, a third ends the process
    at once. One that is ``supervised`` leaves these to its supervisor, since some
    send their signals to all processes; and others answer on its sockets after it,
    unless it is told to `end_with_all`.
    """

    def __init__(self, config: uvicorn.Config, limit: float, *, supervised: bool = False) -> None:
        super().__init__(config)
        self.cut_off = False
        self.when_ready: Callable[[], object] | None = None
        """Called once, when the resources are open and calls are answered."""
        self._limit = limit
        self._supervised = supervised
        self._others_answer = supervised
        self._silence = Silence()
        self._seconds_left: SimpleQueue[float] = SimpleQueue()
        # Made now: a handler of a signal may interrupt the making of another thread.
        Thread(target=_end_in_time, args=(self._seconds_left,), name="actionary-end", daemon=True).start()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """Do what a signal asks for."""
        if not self.should_exit:
            self.end()
        elif not self._supervised:
            if self.force_exit or not self.started:
                _end_process("it was told to again")
            self.end_now()

    def end(self) -> None:
        """Begin the end, which has its limit."""
        self.should_exit = True
        self._seconds_left.put(self._limit + GRACE)

    def has_ended(self) -> None:
        """Say that all is closed, and only the last messages are still to be written."""
        self._seconds_left.put(GRACE + 2 * END)

    def end_with_all(self) -> None:
        """Begin the end of the whole server: nobody answers on these sockets any more."""
        self._others_answer = False
        if not self.should_exit:
            self.end()

    def end_now(self) -> None:
        """Wait for no call any more."""
        self.should_exit = self.force_exit = True
        self._seconds_left.put(GRACE)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the resources and begin to answer, and say so."""
        await super().startup(sockets=sockets)
        if self.started and self.when_ready is not None:
            self.when_ready()

    async def on_tick(self, counter: int) -> bool:
        """Do what uvicorn does now and then, and look for connections that keep us waiting."""
        if counter % _TICKS == 0:
            self._silence.look(self.server_state.connections, monotonic())
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what was begun, within the limit, and close everything."""
        began = monotonic()
        if self._supervised:
            # If all end, the supervisor says so and closes its own end of the sockets before us.
            await asyncio.sleep(LINGER / 2)
        self._close_after_answers()
        end_streams()
        if self._others_answer:
            await self._stop_listening(sockets or [])
        else:
            await self._let_the_last_in(sockets or [])
        await self._wait(began + min(LINGER, self._limit), lambda: bool(self.server_state.connections))
        for connection in tuple(self.server_state.connections):
            connection.shutdown()  # at once where no call is
        await self._wait(began + min(_LAST_EVENTS, self._limit), lambda: bool(self._streams()))
        for stream in self._streams():
            stream.transport.abort()
        await self._wait(began + self._limit, self._is_busy)
        if self._is_busy():
            await self._cut_off()
        await self.lifespan.shutdown()

    def _close_after_answers(self) -> None:
        """Have every answer say that it is its connection's last, so that nobody sends another call there."""
        headers = [*self.server_state.default_headers, _CLOSE]
        self.server_state.default_headers = headers
        for connection in self.server_state.connections:
            cycle: Any = getattr(connection, "cycle", None)  # a web socket has none
            if cycle is not None:
                cycle.default_headers = headers

    async def _let_the_last_in(self, sockets: Sequence[socket.socket]) -> None:
        """Let those in whom the kernel has told already that we are here, and refuse others."""
        for listener in sockets:
            hold_off(listener)
        await asyncio.sleep(_HANDSHAKE)
        kept = [listener.dup() for listener in sockets]
        await self._stop_listening(sockets)
        loop = asyncio.get_running_loop()
        for caller in [caller for listener in kept for caller in _last_callers(listener)]:
            await loop.connect_accepted_socket(self._protocol, caller)

    async def _stop_listening(self, sockets: Sequence[socket.socket]) -> None:
        """Let nobody in any more; who waits is for others who have the same sockets."""
        loop = asyncio.get_running_loop()
        for listener in sockets:
            loop.remove_reader(listener)  # asyncio lets nobody in by itself any more
        for _ in range(3):  # rounds in which those whom it let in get their connection
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        for listener in sockets:
            listener.close()

    def _protocol(self) -> asyncio.Protocol:
        return self.config.http_protocol_class(  # type: ignore[call-arg]  # uvicorn's own classes all take these
            config=self.config,  # pyright: ignore[reportCallIssue]  # as above
            server_state=self.server_state,  # pyright: ignore[reportCallIssue]  # as above
            app_state=self.lifespan.state,  # pyright: ignore[reportCallIssue]  # as above
        )

    def _streams(self) -> list[Any]:
        """Give the connections of those who listen to changes."""
        connections: set[Any] = self.server_state.connections
        cycles = ((each, getattr(each, "cycle", None)) for each in connections)
        return [each for each, cycle in cycles if cycle is not None and LISTENER in cycle.scope]

    def _is_busy(self) -> bool:
        return bool(self.server_state.connections or self.server_state.tasks)

    async def _wait(self, until: float, still: Callable[[], bool]) -> None:
        while still() and not self.force_exit and monotonic() < until:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(_LOOK)

    async def _cut_off(self) -> None:
        """Let the calls that still run end as late, and wait only for their answers."""
        calls = tuple(running_here().calls)
        self.cut_off = bool(self.server_state.tasks)
        if calls:
            names = ", ".join(sorted({call.name for call in calls}))
            _log.error("the server ends, and cuts off %d calls that still run: %s", len(calls), names)
        for call in calls:
            call.end("late")
        if self.server_state.tasks:
            _, hanging = await asyncio.wait(tuple(self.server_state.tasks), timeout=_ANSWER)
            for task in hanging:
                task.cancel()


def _last_callers(listener: socket.socket) -> list[socket.socket]:
    """Take whoever waits, and close the door right behind the last."""
    listener.settimeout(0)
    callers: list[socket.socket] = []
    try:
        while True:
            callers.append(listener.accept()[0])
    except OSError:  # nobody waits any more, or those who do cannot be let in
        listener.close()
    for caller in callers:
        caller.settimeout(0)
    return callers


def _end_in_time(seconds_left: SimpleQueue[float]) -> None:
    """End the process when its time is over, whatever hangs in it."""
    seconds = seconds_left.get()
    while True:
        try:
            seconds = seconds_left.get(timeout=seconds)
        except Empty:
            _end_process("its time to end well is over")


def _end_process(why: str) -> None:
    # Not by the log, which may be what hangs, and not where nobody reads.
    try:
        if select.select([], [2], [], 0)[1]:
            os.write(2, f"the server is ended at once: {why}\n".encode())
    finally:  # whatever became of standard error
        os._exit(1)
