"""HTTP: one typed action beside its peers, each a process of its own, in interleaved rounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from beside import Peer, measure_all
from load import post
from measure import median_ratio
from report import Asked, Row, Table, at_least, at_most
from workload import BODY, path_of

SLOW: Final = 8
"""FastAPI with many routes gets a part of the requests: all figures are per request."""


def http_tables(*, rounds: int, requests: int, many: int) -> Iterator[Table]:
    """Compare the peers with one action and with many.

    Raises:
        SystemExit: The system has no CPU clocks of other processes, or a server did not start.
    """
    peers = [
        peer("bare ASGI, constant reply", "constant"),
        peer("bare ASGI + pydantic", "pydantic"),
        peer("Actionary", "actionary"),
        peer("Actionary, call log on", "logged"),
        peer("Actionary, every gate on", "guarded"),
        peer("Litestar with msgspec", "litestar"),
        peer("FastAPI", "fastapi"),
        peer(f"Actionary, last of {many:,}", "actionary", many),
        peer(f"FastAPI, last of {many:,}", "fastapi", many, share=SLOW),
    ]
    measure_all(peers, rounds, requests)
    asked = {"Actionary": at_least(0.52), "Actionary, call log on": at_least(0.40)}
    yield beside_constant(
        "HTTP: a typed order quote, the constant reply = 1",
        peers,
        asked,
        f"Requests per CPU second of the server (and per second), as medians of the ratios of {rounds} "
        f"interleaved rounds of {requests:,} requests ({max(1, requests // SLOW):,} to the last peer).",
    )
    by_label = {each.label: each for each in peers}
    yield _beside_others(by_label, many)
    yield _latency(by_label)


def peer(label: str, name: str, count: int = 1, *, share: int = 1) -> Peer:
    """Describe a server of so many order quotes, the last of which is asked for."""
    return Peer(label, name, str(count), post(path_of(count), BODY), share)


def beside_constant(title: str, peers: list[Peer], asked: dict[str, Asked], note: str) -> Table:
    """Compare peers with the first of them."""
    constant = peers[0]
    rows: list[Row] = []
    for each in peers:
        ratios = [first / second for first, second in zip(constant.cpu, each.cpu, strict=True)]
        values = median_ratio(constant.cpu, each.cpu), min(ratios), max(ratios)
        throughput = median_ratio(constant.wall, each.wall)
        rows.append(Row(each.label, (*values, throughput), asked.get(each.label)))
    return Table(title, ("CPU", "lowest", "highest", "throughput"), tuple(rows), note)


def _beside_others(by_label: dict[str, Peer], many: int) -> Table:
    ours, last = by_label["Actionary"], by_label[f"Actionary, last of {many:,}"]
    return Table(
        "HTTP: Actionary, each of these = 1",
        ("CPU", "throughput"),
        tuple(
            Row(label, (median_ratio(other.cpu, own.cpu), median_ratio(other.wall, own.wall)), asked)
            for label, own, other, asked in (
                ("bare ASGI + pydantic", ours, by_label["bare ASGI + pydantic"], at_least(0.85)),
                ("Litestar with msgspec", ours, by_label["Litestar with msgspec"], at_least(1.7)),
                ("FastAPI", ours, by_label["FastAPI"], at_least(2.4)),
                (f"FastAPI, last of {many:,}", last, by_label[f"FastAPI, last of {many:,}"], at_least(20)),
                ("one action, for the last of many", last, ours, at_least(0.95)),
            )
        ),
        "From the same rounds.",
    )


def _latency(by_label: dict[str, Peer]) -> Table:
    fastapi = by_label["FastAPI"]
    return Table(
        "HTTP: the time that 99 of 100 replies take at most, FastAPI = 1",
        ("p99",),
        tuple(
            Row(label, (median_ratio(by_label[label].p99, fastapi.p99),), asked)
            for label, asked in (
                ("Actionary", at_most(0.5)),
                ("Actionary, call log on", None),
                ("Actionary, every gate on", None),
                ("Litestar with msgspec", None),
                ("FastAPI", None),
            )
        ),
        "From the same rounds, as the load sees it: each of its connections waits for the others' calls too.",
    )
