"""Servers beside each other: each a process of its own, measured in interleaved rounds."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Final

from load import send_all
from measure import cpu_clock, pin, pinned

SERVER: Final = str(Path(__file__).with_name("server.py"))


@dataclass(slots=True)
class Peer:
    """A server to be started, and what each round found: seconds per request, and the slowest of 100.

    ``name`` is one of `peers`, made of ``of``; ``share`` says that it gets a part of the
    requests only, as one over that. ``environment`` is that of its process, where it is
    not ours.
    """

    label: str
    name: str
    of: str
    request: bytes
    share: int = 1
    environment: Mapping[str, str] | None = None
    pid: int = 0
    port: int = 0
    cpu: list[float] = field(default_factory=list[float])
    wall: list[float] = field(default_factory=list[float])
    p99: list[float] = field(default_factory=list[float])

    def measure(self, requests: int) -> None:
        """Send the requests of a round."""
        count = max(1, requests // self.share)
        clock = cpu_clock(self.pid)
        spent, began = clock(), perf_counter()
        took = send_all(self.port, self.request, count)
        self.wall.append((perf_counter() - began) / count)
        self.cpu.append((clock() - spent) / count)
        self.p99.append(sorted(took)[math.ceil(0.99 * count) - 1])

    def warm_up(self, requests: int) -> None:
        """Send requests that do not count."""
        send_all(self.port, self.request, max(1, requests // self.share // 4))


def measure_all(peers: Sequence[Peer], rounds: int, requests: int) -> None:
    """Start all servers, let each have its requests in each round, and end them.

    Raises:
        SystemExit: The system has no CPU clocks of other processes, or a server did not start.
    """
    if sys.platform != "linux":
        raise SystemExit("the CPU clocks of servers are read, which needs Linux")
    with serving(peers):
        for peer in peers:
            peer.warm_up(requests)
        for _ in range(rounds):
            for peer in peers:
                peer.measure(requests)


@contextmanager
def serving(peers: Sequence[Peer]) -> Generator[None]:
    """Start servers, wait until they listen, and end them; where there are two cores, we have the other.

    Raises:
        SystemExit: A server did not start.
    """
    processes: list[subprocess.Popen[str]] = []
    try:
        processes.extend(map(_start, peers))
        for peer, process in zip(peers, processes, strict=True):
            peer.pid, peer.port = process.pid, _port_of(peer.label, process)
            pin(process.pid, -1)
        with pinned(0):
            yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.communicate()


def _start(peer: Peer) -> subprocess.Popen[str]:
    command = [sys.executable, SERVER, peer.name, peer.of]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=peer.environment
    )


def _port_of(label: str, process: subprocess.Popen[str]) -> int:
    """Wait until a server listens."""
    assert process.stdout is not None
    said = process.stdout.readline()
    if not said:
        raise SystemExit(f"the server of {label!r} did not start; what it said stands above")
    return int(said)
