"""Gates: an action with each of them alone, over HTTP, beside the same action without any."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Final

from actionary.gates.counters import VARIABLE
from beside import Peer, measure_all
from measure import PATIENCE, median_ratio
from over_http import peer
from report import Row, Table

REDIS: Final = "redis-server"


def gate_tables(*, rounds: int, requests: int) -> Iterator[Table]:
    """Compare an action with each gate with the same one without.

    Raises:
        SystemExit: The system has no CPU clocks of other processes, or a server did not start.
    """
    peers = [
        peer("bare ASGI, constant reply", "constant"),
        peer("no gate", "actionary"),
        peer("auth", "with_auth"),
        peer("auth and scopes", "with_scopes"),
        peer("authorize", "with_authorize"),
        _counting("rate limit in memory", "memory://"),
        peer("on_invoke", "with_hook"),
        peer("every gate", "guarded"),
        peer("every gate, call log on", "everything"),
    ]
    left_out = ""
    with _redis() as url:
        if url is None:
            left_out = f" The rate limit in Redis is left out: there is no {REDIS} on the path."
        else:
            peers.insert(6, _counting("rate limit in Redis", url))
        measure_all(peers, rounds, requests)
    constant, plain, *_ = peers
    yield Table(
        "Gates: a typed order quote over HTTP",
        ("no gate = 1", "constant reply = 1", "microseconds more"),
        tuple(
            Row(
                each.label,
                (
                    median_ratio(plain.cpu, each.cpu),
                    median_ratio(constant.cpu, each.cpu),
                    (min(each.cpu) - min(plain.cpu)) * 1e6,
                ),
            )
            for each in peers
        ),
        f"Requests per CPU second of the server, as medians of the ratios of {rounds} interleaved rounds of "
        f"{requests:,} requests; and what a call costs more than without a gate, in the best round of each."
        + left_out,
    )


def _counting(label: str, where: str) -> Peer:
    return replace(peer(label, "with_rate_limit"), environment={**os.environ, VARIABLE: where})


@contextmanager
def _redis() -> Generator[str | None]:
    """Start a Redis that keeps nothing, and give its URL; none where there is no such program.

    Raises:
        SystemExit: It did not start.
    """
    program = shutil.which(REDIS)
    if program is None:
        yield None
        return
    with TemporaryDirectory() as folder:
        path = Path(folder, "socket")
        options = {"--port": "0", "--unixsocket": str(path), "--save": "", "--dir": folder}
        command = [program, *(part for option in options.items() for part in option)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            _wait_for(path, process)
            yield f"redis+unix://{path}"
        finally:
            process.terminate()
            process.communicate()


def _wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    until = monotonic() + PATIENCE
    while not path.exists():
        if process.poll() is not None or monotonic() > until:
            process.kill()
            raise SystemExit(f"{REDIS} did not start; it said\n{process.communicate()[0]}")
        sleep(0.05)  # redis-server tells nobody that it listens, but by its socket
