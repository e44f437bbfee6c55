"""Keep so many worker processes answering on one socket, and end them together.

The supervisor imports nothing of the project: a worker that dies, whatever of, does
not touch it, and the others go on answering. The first worker is started alone, so
that what stands against serving is found, and said, once.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from typing import Final

from actionary_build.serving.process import Serving
from actionary_build.serving.server import GRACE
from actionary_build.serving.worker import END, END_NOW, READY

_LONGEST_PAUSE: Final = 30.0
"""Seconds to wait at most before a worker that cannot start is started again."""

_SOUND: Final = 10.0
"""Seconds after which a worker that dies has not died of being started."""


@dataclass(frozen=True, slots=True)
class _Worker:
    label: str
    process: asyncio.subprocess.Process
    channel: socket.socket
    say: Callable[[str], None]

    def __str__(self) -> str:
        return f"{self.label} (process {self.process.pid})"

    async def is_ready(self) -> bool:
        """Wait until it answers calls, and say so; it does not if it ends before."""
        try:
            ready = await asyncio.get_running_loop().sock_recv(self.channel, 1) == READY
        except ConnectionError:
            ready = False
        if ready:
            self.say(f"{self} is ready")
        return ready

    async def is_sound(self) -> bool:
        """Wait until it has answered calls for a while; it has not if it ends before."""
        if not await self.is_ready():
            return False
        try:
            async with asyncio.timeout(_SOUND):
                await self.process.wait()
        except TimeoutError:
            return True
        return False

    def end(self) -> None:
        """Tell it that all end, and end it whatever it does: a busy one hears a signal alone."""
        self._tell(END)
        self.send(signal.SIGTERM)

    def end_now(self) -> None:
        self._tell(END_NOW)

    def send(self, number: signal.Signals) -> None:
        if self.process.returncode is None:
            self.process.send_signal(number)

    def _tell(self, what: bytes) -> None:
        try:
            self.channel.send(what)
        except OSError:  # it is gone, or so busy that it hears of it by being killed
            return


class Workers:
    """The worker processes of a server, each in its place from 1 on; ``say`` tells people what happens."""

    def __init__(
        self,
        serving: Serving,
        listener: socket.socket,
        count: int,
        address: str,
        say: Callable[[str], None],
    ) -> None:
        self._serving = serving
        self._listener = listener
        self._count = count
        self._address = address
        self._say = say
        self._running: set[_Worker] = set()
        self._signals = 0
        self._ending = asyncio.Event()
        self._ending_now = asyncio.Event()

    async def run(self) -> int:
        """Serve until a signal, and give the exit code: 1 where a worker did not end well."""
        loop = asyncio.get_running_loop()
        heard = {signal.SIGINT, signal.SIGTERM}
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as `nohup` wants it
            heard.add(signal.SIGHUP)
        for number in heard:
            loop.add_signal_handler(number, self._signalled)
        first = await self._start(1, verify=self._serving.verify)
        if not await first.is_ready():
            code = await first.process.wait()
            return 0 if self._ending.is_set() else max(code, 1)
        self._say(f"serving on {self._address}")
        places = [
            asyncio.create_task(self._keep(number, first if number == 1 else None))
            for number in range(1, self._count + 1)
        ]
        await self._ending.wait()
        killing = asyncio.create_task(self._kill_in_time())
        codes = await asyncio.gather(*places)
        killing.cancel()
        return int(any(codes))

    def _signalled(self) -> None:
        self._signals += 1
        if self._signals == 1:
            self._ending.set()
            self._listener.close()  # before the workers do: they let those in who wait in it
            for worker in self._running:
                worker.end()
        elif self._signals == 2:
            self._ending_now.set()
            for worker in self._running:
                worker.end_now()
        else:
            self._kill()

    def _kill(self) -> None:
        for worker in self._running:
            worker.send(signal.SIGKILL)

    async def _kill_in_time(self) -> None:
        """End those that do not end by themselves, soon after they should have."""
        try:
            async with asyncio.timeout(self._serving.limit + GRACE):
                await self._ending_now.wait()
        except TimeoutError:
            pass
        await asyncio.sleep(GRACE)
        self._kill()

    async def _keep(self, number: int, worker: _Worker | None) -> int:
        """Keep a worker in a place until the end, and give the exit code of the last one."""
        failed = 0 if worker is None else 1  # starts in a row that soon came to nothing
        code = 0 if worker is None else await self._ended(worker)
        while not self._ending.is_set():
            try:
                worker = await self._start(number, verify=False)
            except OSError as refused:
                failed += 1
                pause = max(1.0, _pause_after(failed))
                why = refused.strerror or refused
                self._say(f"worker {number} cannot be started: {why}; next try in {pause:g} s")
                await self._pause(pause)
                continue
            failed = 0 if await worker.is_sound() else failed + 1
            code = await self._ended(worker, _pause_after(failed))
        return code

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._ending.wait()
        except TimeoutError:
            return

    async def _start(self, number: int, *, verify: bool) -> _Worker:
        """Start a process for a place, with the socket and a channel of its own."""
        label = f"worker {number}"
        channel, theirs = socket.socketpair()
        channel.settimeout(0)
        passed = (self._listener.fileno(), theirs.fileno())
        given = {
            "serving": asdict(replace(self._serving, label=label, verify=verify)),
            "listener": passed[0],
            "channel": passed[1],
        }
        with theirs, ExitStack() as unless_started:
            unless_started.callback(channel.close)
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "actionary_build.serving.worker", json.dumps(given)),
                pass_fds=passed,
                start_new_session=True,  # Ctrl+C is for the supervisor to pass on
            )
            unless_started.pop_all()
        worker = _Worker(label, process, channel, self._say)
        self._running.add(worker)
        if self._ending.is_set():
            worker.end()
        return worker

    async def _ended(self, worker: _Worker, pause: float = 0) -> int:
        """Wait for the end of a worker; gives its exit code, 0 before the end of all.

        What ended before is told, and after a while it is started again.
        """
        code = await worker.process.wait()
        self._running.discard(worker)
        worker.channel.close()
        if not self._ending.is_set():
            how = f"ended with {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"
            then = f"it is started again in {pause:g} s" if pause else "another takes its place"
            self._say(f"{worker} {how}; {then}")
            await self._pause(pause)
            return 0
        return 0 if code == -signal.SIGTERM else code


def _pause_after(failed: int) -> float:
    """Give the seconds to wait after so many starts that soon came to nothing; one may be bad luck."""
    return 0.0 if failed < 2 else min(2.0 ** min(failed - 2, 10), _LONGEST_PAUSE)
