"""Clocks for other processes, and medians; wall time alone says little on a shared machine."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

ENVIRONMENT: Final = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""In which programs are measured: Python's keep their bytecode, as they do for users."""

PATIENCE: Final = 30.0
"""Seconds that a process may go on working after its last reply."""


def cpu_clock(pid: int) -> Callable[[], float]:
    """Give the clock of the CPU seconds of a process that waits for something between its work.

    It waits until the process sleeps, since Linux brings the clock of a running one
    up to date at its ticks only. ``/proc/<pid>/stat`` counts in steps of 10 ms.

    Raises:
        OSError: The process is not there, or may not be looked at.
    """
    clock = ctypes.c_int()
    failed = ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(clock))
    if failed:
        raise OSError(failed, f"the CPU clock of process {pid}: {os.strerror(failed)}")

    def read() -> float:
        _until_asleep(pid)
        return time.clock_gettime(clock.value)

    return read


def _until_asleep(pid: int) -> None:
    """Wait until a process was seen asleep twice in a row: the first time it may be on the way there."""
    path = Path(f"/proc/{pid}/stat")
    until = time.monotonic() + PATIENCE
    seen = 0
    while seen < 2:
        state = path.read_text().rpartition(")")[2].split()[0]
        seen = seen + 1 if state == "S" else 0
        if time.monotonic() > until:
            raise TimeoutError(f"process {pid} does not come to rest: its state is {state}")


def memory_of(pid: int) -> dict[str, int]:
    """Give the memory of a process in bytes: all of it (RSS), and with its part of what is shared (PSS).

    Raises:
        OSError: The process is not there, or may not be looked at.
    """
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    sizes = dict(line.split(":", 1) for line in lines[1:])
    return {name: int(sizes[key].split()[0]) * 1024 for name, key in (("RSS", "Rss"), ("PSS", "Pss"))}


def pin(pid: int, which: int) -> None:
    """Bind a process to one of the cores it may use: 0 is the first, -1 the last."""
    if sys.platform == "linux":
        os.sched_setaffinity(pid, {sorted(os.sched_getaffinity(pid))[which]})


@contextmanager
def pinned(which: int) -> Generator[None]:
    """Bind this process to a core, as `pin` does, for as long as the context lasts."""
    if sys.platform != "linux":
        yield
        return
    before = os.sched_getaffinity(0)
    pin(0, which)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_of(command: Sequence[str], **options: Any) -> float:
    """Run a program to its end and give the CPU seconds it took, its children's included.

    Raises:
        CalledProcessError: It ended with an error.
    """
    program = subprocess.Popen(command, **options)
    _, status, usage = os.wait4(program.pid, 0)
    program.returncode = os.waitstatus_to_exitcode(status)
    if program.returncode:
        raise subprocess.CalledProcessError(program.returncode, command)
    return usage.ru_utime + usage.ru_stime


def median_ratio(over: Iterable[float], under: Iterable[float]) -> float:
    """Give the median of the ratios of values that were measured in the same round."""
    return median(first / second for first, second in zip(over, under, strict=True))
