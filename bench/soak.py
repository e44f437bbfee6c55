"""Soak: one server at full load for a long time; its memory has to stay flat, and no call may fail."""

from __future__ import annotations

import socket
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import monotonic
from typing import Final

from beside import Peer, serving
from load import CONNECTIONS, connect, post, read_reply
from measure import memory_of
from report import Row, Table, at_most
from workload import BODY, path_of

MIB: Final = 1 << 20
PARTS: Final = 10
SAMPLES: Final = 60
"""How often the memory is looked at, and how wide the plot is."""

MOST_GROWTH: Final = 1.02
BARS: Final = "▁▂▃▄▅▆▇█"


@dataclass(slots=True)
class Soaked:
    """What was seen: memory in bytes with the calls answered by then, and errors by what they were."""

    memory: list[int] = field(default_factory=list[int])
    answered: list[int] = field(default_factory=list[int])
    calls: int = 0
    errors: Counter[str] = field(default_factory=Counter[str])


def soak_tables(*, peer: str, seconds: float) -> Iterator[Table]:
    """Load one of our own peers for so long.

    Raises:
        SystemExit: The system does not tell the memory of processes, or the server did not start.
    """
    if sys.platform != "linux":
        raise SystemExit("the memory of the server is read from /proc, which needs Linux")
    server = Peer(peer, peer, "1", post(path_of(1), BODY))
    with serving([server]):
        server.warm_up(4000)
        soaked = _soak(server, seconds)
    yield _summary(peer, seconds, soaked)
    yield _parts(seconds, soaked)


def _soak(server: Peer, seconds: float) -> Soaked:
    """Keep as many calls under way as there are connections; one that fails gets a new connection."""
    soaked = Soaked()
    began = monotonic()
    connections: list[socket.socket | None] = [None] * CONNECTIONS
    try:
        while (now := monotonic()) < began + seconds:
            if now >= began + len(soaked.memory) * seconds / SAMPLES:
                _sample(server, soaked)
            for place, connection in enumerate(connections):
                connections[place] = _next(server, connection, soaked)
        _sample(server, soaked)
    finally:
        for connection in filter(None, connections):
            connection.close()
    return soaked


def _sample(server: Peer, soaked: Soaked) -> None:
    soaked.memory.append(memory_of(server.pid)["RSS"])
    soaked.answered.append(soaked.calls)


def _next(server: Peer, connection: socket.socket | None, soaked: Soaked) -> socket.socket | None:
    """Read the reply of a connection and make the next call there; gives the connection, if there is one."""
    try:
        if connection is None:
            connection = connect(server.port)
        else:
            read_reply(connection)
            soaked.calls += 1
        connection.sendall(server.request)
    except (OSError, RuntimeError) as error:
        said = " ".join(str(error).partition("\r\n")[0].split())
        soaked.errors[said or type(error).__name__] += 1
        if connection is not None:
            connection.close()
        return None
    return connection


def _summary(peer: str, seconds: float, soaked: Soaked) -> Table:
    first, last = soaked.memory[0], soaked.memory[-1]
    errors = soaked.errors.total()
    what = "".join(f"\n{count:,} times: {error}" for error, count in soaked.errors.most_common(5))
    return Table(
        f"Soak: {peer} at full load for {seconds:g} seconds",
        ("value",),
        (
            Row("calls", (f"{soaked.calls:,}",)),
            Row("errors", (errors,), at_most(0)),
            Row("RSS, first, MiB", (first / MIB,)),
            Row("RSS, last, MiB", (last / MIB,)),
            Row("RSS, highest, MiB", (max(soaked.memory) / MIB,)),
            Row("RSS, last / first", (last / first,), at_most(MOST_GROWTH)),
        ),
        f"Memory from the start to the end: {sparkline(soaked.memory)}\n"
        "The first value is after a warm-up. The plot goes from the lowest to the highest value, or over a "
        f"tenth of the memory, if that is more.{what}",
    )


def _parts(seconds: float, soaked: Soaked) -> Table:
    """Give the memory in the middle of each part of the time, and the calls in it."""
    size = max(1, (len(soaked.memory) - 1) // PARTS)
    rows: list[Row] = []
    for start in range(0, len(soaked.memory) - 1, size):
        part = soaked.memory[start : start + size + 1]
        calls = soaked.answered[min(start + size, len(soaked.answered) - 1)] - soaked.answered[start]
        until = seconds * min(start + size, SAMPLES) / SAMPLES
        rows.append(Row(f"until {until:g} s", (median(part) / MIB, f"{calls:,}")))
    return Table(
        "Soak: by parts of the time", ("RSS, MiB", "calls"), tuple(rows), "RSS is the median of each."
    )


def sparkline(values: Sequence[float]) -> str:
    """Plot values in a line; what differs by little looks flat."""
    lowest, highest = min(values), max(values)
    span = max(highest - lowest, 0.1 * highest) or 1
    top = len(BARS) - 1
    return "".join(BARS[round((value - lowest) / span * top)] for value in values)
