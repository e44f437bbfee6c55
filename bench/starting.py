"""Start: what a server of many actions takes until it could answer, in CPU time and in memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from beside import Peer, serving
from generating import build_project
from load import post, send_all
from measure import ENVIRONMENT, cpu_of, median_ratio, memory_of
from report import Row, Table, at_most
from workload import BODY, path_of

HERE: Final = Path(__file__).parent
MIB: Final = 1 << 20


def start_tables(*, rounds: int, many: int) -> Iterator[Table]:
    """Compare the CPU time of the start, then the memory.

    Raises:
        SystemExit: The system does not tell the memory of processes, or a server did not start.
    """
    yield _times(rounds, many)
    yield _memory(many)


def _times(rounds: int, many: int) -> Table:
    quotes = str(many)
    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        build_project(root, many)
        project = _application("project", str(root))
        models = [sys.executable, str(HERE / "models_only.py"), str(root)]
        labelled = {
            "generated actions, their input models alone = 1": (project, models, at_most(1.15)),
            "order quotes, FastAPI = 1": (
                _application("actionary", quotes),
                _application("fastapi", quotes),
                at_most(0.7),
            ),
        }
        rows: list[Row] = []
        for label, (ours, theirs, asked) in labelled.items():
            own, other = _cpu_of_each((ours, theirs), rounds)
            rows.append(Row(label, (median_ratio(own, other), min(own), min(other)), asked))
    return Table(
        f"Start: a server of {many:,} actions, CPU time until it could answer",
        ("ratio", "Actionary, s", "the other, s"),
        tuple(rows),
        f"Medians of the ratios of {rounds} interleaved rounds, and the best rounds. Imports, definitions "
        "and `create_app`; the generated actions with the OpenAPI document that was built. Input models "
        "alone: the same files imported with an `@action` that builds the pydantic model of the input. All "
        "programs end there, without taking down what they made.",
    )


def _application(peer: str, of: str) -> list[str]:
    """Give the command that makes an application, and ends at once: to take it down is no start."""
    program = "import os, sys; from peers import application; application(*sys.argv[1:]); os._exit(0)"
    return [sys.executable, "-c", program, peer, of]


def _cpu_of_each(commands: Sequence[list[str]], rounds: int) -> list[list[float]]:
    """Measure programs in interleaved rounds; the first, in which Python writes bytecode, does not count."""
    found: list[list[float]] = [[] for _ in commands]
    for number in range(rounds + 1):
        for command, seconds in zip(commands, found, strict=True):
            took = cpu_of(command, cwd=HERE, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
            if number:
                seconds.append(took)
    return found


def _memory(many: int) -> Table:
    """Measure servers in the same state: after one call, and after a call of each action."""
    if sys.platform != "linux":
        raise SystemExit("the memory of servers is read from /proc, which needs Linux")
    requests = [post(path_of(number), BODY) for number in range(1, many + 1)]
    found: list[dict[str, int]] = []
    peers = [Peer(name, name, str(many), requests[0]) for name in ("actionary", "fastapi")]
    with serving(peers):
        for peer in peers:
            send_all(peer.port, peer.request, 1)
            after_start = memory_of(peer.pid)
            for request in requests:
                send_all(peer.port, request, 1)
            called = memory_of(peer.pid)
            found.append(
                {f"{kind} after the first call": size for kind, size in after_start.items()}
                | {f"{kind} after a call of each action": size for kind, size in called.items()}
            )
    ours, theirs = found
    return Table(
        f"Start: the memory of a server of {many:,} order quotes, FastAPI = 1",
        ("ratio", "Actionary, MiB", "FastAPI, MiB"),
        tuple(
            Row(label, (size / theirs[label], size / MIB, theirs[label] / MIB), at_most(0.85))
            for label, size in ours.items()
        ),
        "RSS is all memory of the process, PSS counts what it shares with others by its part.",
    )
