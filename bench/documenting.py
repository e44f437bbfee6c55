"""Documents: the OpenAPI document that was built beforehand, beside the same bytes of bare ASGI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from beside import Peer, measure_all
from generating import build_project
from load import get
from measure import median_ratio
from report import Row, Table, at_least

LARGE: Final = 40
"""The large document, which may be of megabytes, is asked for so much less often."""


def document_tables(*, rounds: int, requests: int, many: int) -> Iterator[Table]:
    """Serve the documents of one action and of many.

    Raises:
        SystemExit: The system has no CPU clocks of other processes, or a server did not start.
    """
    rows: list[Row] = []
    for count, share in ((1, 1), (many, LARGE)):
        with TemporaryDirectory() as folder:
            root = Path(folder).resolve()
            size = build_project(root, count)
            ours, constant = (
                Peer(name, name, str(root), get("/openapi.json"), share) for name in ("project", "document")
            )
            measure_all([ours, constant], rounds, requests)
        ratios = median_ratio(constant.cpu, ours.cpu), median_ratio(constant.wall, ours.wall)
        rows.append(Row(f"of {count:,}", (*ratios, f"{size:,}"), at_least(0.7)))
    yield Table(
        "Documents: /openapi.json, a constant reply of bare ASGI of the same size = 1",
        ("CPU", "throughput", "bytes"),
        tuple(rows),
        f"Requests per CPU second of the server (and per second), as medians of the ratios of {rounds} "
        f"interleaved rounds of {requests:,} requests ({max(1, requests // LARGE):,} for the large one).",
    )
