"""Start the process that imports a project's actions, and hear what it says, whatever its code does.

The process has two pipes: one for its answers, see `actionary_build.load_child`, and
one for all that the user's code prints, which is passed on to standard error. Neither
is waited for longer than the process lives, since what that code started may outlive
it and hold both.
"""

from __future__ import annotations

import json
import math
import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from actionary_build.load_child import IMPORTING
from actionary_build.texts import one_line

_PATIENCE: Final = 5.0
"""Seconds after which it is said once that the import still runs."""

_GRACE: Final = 10.0
"""Seconds that a child has to start, and when its time is up to say where it was."""

_GLANCE: Final = 0.1
"""Seconds after which a silent child is looked at: it may have ended while others hold its pipes."""

_CHUNK: Final = 1 << 16
_PIPE_LIMIT: Final = 1 << 20
"""More bytes than a pipe holds: what a child that has ended may have left in one."""


@dataclass(slots=True)
class Answer:
    """What a child said: its outcome, or else the file it had begun and where it stood."""

    loaded: dict[str, Any] | None = None
    failed: list[dict[str, Any]] | None = None
    begun: str | None = None
    stood: list[str] = field(default_factory=list)
    hung: bool = False
    exit_code: int = 0
    unread: bytes = b""

    @property
    def is_whole(self) -> bool:
        """Whether the outcome is there."""
        return self.loaded is not None or self.failed is not None

    def hear(self, said: bytes) -> None:
        """Take in what came, which may end in the middle of a line."""
        *lines, self.unread = (self.unread + said).split(b"\n")
        for line in lines:
            self._hear_line(line.decode(errors="backslashreplace"))

    def _hear_line(self, line: str) -> None:
        try:
            said = json.loads(line)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            self.stood.append(line)
            self.hung = self.hung or line.startswith("Timeout (")
            return
        self.begun = said.get("begun", self.begun)
        self.loaded = said.get("loaded", self.loaded)
        self.failed = said.get("failed", self.failed)


def ask_child(root: Path, *, private: bool, timeout: float) -> Answer:
    """Have a child import the project in ``root``; give what it said until it was done, ended or hung.

    Nothing that is in the child's process group outlives this.
    """
    answer = Answer()
    command = [sys.executable, "-P", "-m", "actionary_build.load_child"]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [*command, str(root), str(timeout), "private" if private else "public"],
        cwd=root,
        env={**os.environ, IMPORTING: str(root)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
    ) as child:
        try:
            _listen(child, answer, timeout)
        finally:
            _end(child)
    return answer


def _listen(child: subprocess.Popen[bytes], answer: Answer, timeout: float) -> None:
    assert child.stdout is not None, "it is a pipe"  # noqa: S101 - tells the type checkers
    assert child.stderr is not None, "it is a pipe"  # noqa: S101 - tells the type checkers
    takers = {child.stdout.fileno(): answer.hear, child.stderr.fileno(): _pass_on}
    slow_at = time.monotonic() + _PATIENCE
    given_up_at = time.monotonic() + timeout + _GRACE
    with selectors.DefaultSelector() as selector:
        for pipe in takers:
            os.set_blocking(pipe, False)
            selector.register(pipe, selectors.EVENT_READ)
        while not answer.is_whole and child.poll() is None:
            for key, _ in selector.select(_GLANCE):
                if said := _read(key.fd):
                    takers[key.fd](said)
                elif said is not None:
                    selector.unregister(key.fd)
            if time.monotonic() >= slow_at:
                _say_slow(answer)
                slow_at = math.inf
            if time.monotonic() >= given_up_at:
                answer.hung = True
                break
    for pipe, take in takers.items():
        take(_rest(pipe))
    answer.exit_code = child.returncode or 0


def _read(pipe: int) -> bytes | None:
    """Give what is in a pipe: nothing at its end, ``None`` while it is empty."""
    try:
        return os.read(pipe, _CHUNK)
    except BlockingIOError:
        return None


def _rest(pipe: int) -> bytes:
    """Give what was left in a pipe, and not what others may go on writing to it."""
    rest = b""
    while len(rest) < _PIPE_LIMIT and (said := _read(pipe)):
        rest += said
    return rest


def _pass_on(printed: bytes) -> None:
    """Print on standard error what the user's code printed; what cannot be printed is lost."""
    waiting = memoryview(printed)
    with suppress(OSError):
        while waiting:
            waiting = waiting[os.write(2, waiting) :]


def _say_slow(answer: Answer) -> None:
    """Say on standard error, where what the user's code prints goes too, what is waited for."""
    where = f"; {one_line(answer.begun)} was begun last" if answer.begun else ""
    sys.stderr.write(f"still importing the actions{where}\n")
    sys.stderr.flush()


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill the child's process group: itself, and what its code may have started."""
    with suppress(ProcessLookupError, PermissionError):  # macOS has the second for groups that are gone
        os.killpg(child.pid, signal.SIGKILL)
