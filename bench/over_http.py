"""HTTP: one typed action beside its peers, each a process of its own, in interleaved rounds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Final

from load import post, send_all
from measure import cpu_clock, median_ratio, pin, pinned
from report import Row, Table
from workload import BODY, path_of

SERVER: Final = str(Path(__file__).with_name("server.py"))
SLOW: Final = 8
"""FastAPI with many routes gets a part of the requests: all figures are per request."""


@dataclass(slots=True)
class Peer:
    """A server that was started, and what each round found: seconds per request."""

    label: str
    process: subprocess.Popen[str]
    request: bytes
    share: int = 1
    port: int = 0
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def measure(self, requests: int) -> None:
        """Send the requests of a round."""
        count = max(1, requests // self.share)
        clock = cpu_clock(self.process.pid)
        spent, began = clock(), perf_counter()
        send_all(self.port, self.request, count)
        self.wall.append((perf_counter() - began) / count)
        self.cpu.append((clock() - spent) / count)

    def warm_up(self, requests: int) -> None:
        """Send requests that do not count."""
        send_all(self.port, self.request, max(1, requests // self.share // 4))


def http_tables(*, rounds: int, requests: int, many: int) -> Iterator[Table]:
    """Compare the peers with one action and with many.

    Raises:
        SystemExit: The system has no CPU clocks of other processes.
    """
    if sys.platform != "linux":
        raise SystemExit("the benchmark `http` reads the CPU clocks of its servers, which needs Linux")
    with _serving(many) as peers:
        for peer in peers:
            peer.warm_up(requests)
        for _ in range(rounds):
            for peer in peers:
                peer.measure(requests)
    yield _beside_constant(peers, rounds, requests)
    yield _beside_others(peers, many)


@contextmanager
def _serving(many: int) -> Generator[list[Peer]]:
    """Start all servers, wait until they listen, and end them."""
    peers: list[Peer] = []
    try:
        for label, name, count, share in (
            ("bare ASGI, constant reply", "constant", 1, 1),
            ("bare ASGI + pydantic", "pydantic", 1, 1),
            ("Actionary", "actionary", 1, 1),
            ("Actionary, call log on", "logged", 1, 1),
            ("Actionary, every gate on", "guarded", 1, 1),
            ("Litestar with msgspec", "litestar", 1, 1),
            ("FastAPI", "fastapi", 1, 1),
            (f"Actionary, last of {many:,}", "actionary", many, 1),
            (f"FastAPI, last of {many:,}", "fastapi", many, SLOW),
        ):
            peers.append(Peer(label, _start(name, count), post(path_of(count), BODY), share))
        for peer in peers:
            peer.port = _port_of(peer)
            pin(peer.process.pid, -1)
        with pinned(0):
            yield peers
    finally:
        for peer in peers:
            peer.process.terminate()
        for peer in peers:
            peer.process.communicate()


def _start(peer: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, SERVER, peer, str(count)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _port_of(peer: Peer) -> int:
    """Wait until a server listens."""
    assert peer.process.stdout is not None
    said = peer.process.stdout.readline()
    if not said:
        raise SystemExit(f"the server of {peer.label!r} did not start; what it said stands above")
    return int(said)


def _beside_constant(peers: list[Peer], rounds: int, requests: int) -> Table:
    constant = peers[0]
    rows: list[Row] = []
    for peer in peers:
        ratios = [first / second for first, second in zip(constant.cpu, peer.cpu, strict=True)]
        values = median_ratio(constant.cpu, peer.cpu), min(ratios), max(ratios)
        rows.append(Row(peer.label, (*values, median_ratio(constant.wall, peer.wall))))
    return Table(
        "HTTP: a typed order quote, the constant reply = 1",
        ("CPU", "lowest", "highest", "throughput"),
        tuple(rows),
        f"Requests per CPU second of the server (and per second), as medians of the ratios of {rounds} "
        f"interleaved rounds of {requests:,} requests ({max(1, requests // SLOW):,} to the last peer).",
    )


def _beside_others(peers: list[Peer], many: int) -> Table:
    by_label = {peer.label: peer for peer in peers}
    ours, last = by_label["Actionary"], by_label[f"Actionary, last of {many:,}"]
    return Table(
        "HTTP: Actionary, each of these = 1",
        ("CPU", "throughput"),
        tuple(
            Row(label, (median_ratio(other.cpu, own.cpu), median_ratio(other.wall, own.wall)))
            for label, own, other in (
                ("bare ASGI + pydantic", ours, by_label["bare ASGI + pydantic"]),
                ("Litestar with msgspec", ours, by_label["Litestar with msgspec"]),
                ("FastAPI", ours, by_label["FastAPI"]),
                (f"FastAPI, last of {many:,}", last, by_label[f"FastAPI, last of {many:,}"]),
                ("one action, for the last of many", last, ours),
            )
        ),
        "From the same rounds.",
    )
