"""The call log of a server: a line of JSON for each call, written by a thread of its own."""

from __future__ import annotations

import json
import logging
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from actionary.log_thread import to_standard_error, written_by_thread
from actionary.observe import CALLS

FIELDS: Final = (
    *("action", "caller", "code", "status", "latency_ms", "request_id"),
    *("principal", "organisation", "trace_id", "span_id"),
    "left_out",
)
"""The fields of a line, after the time and the process; those that nobody knows are left out."""

MOST_LINES: Final = 100_000
"""How many lines may wait to be written; of those beyond it the log only says how many they were."""

_ONLY_PROCESS: Final = "MainProcess"
"""What `multiprocessing` calls a process that has no siblings."""


class JsonFormatter(logging.Formatter):
    """Writes a record of `actionary.observe.CALLS` as one line of JSON, times in UTC (RFC 3339).

    ``process`` is the name of the process where there are several, such as ``worker 2``.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        }
        if record.processName not in {None, _ONLY_PROCESS}:
            line["process"] = record.processName
        for field in FIELDS:
            value = getattr(record, field, None)
            if value is not None:
                line[field] = value
        return json.dumps(line, separators=(",", ":"))


@contextmanager
def call_log(handler: logging.Handler | None = None) -> Generator[None]:
    """Write a line for each call, to stderr or where ``handler`` writes, for as long as the context lasts.

    No call waits for what writes: records go through a queue, in which `MOST_LINES`
    have room. All of them are written when the context ends, unless nobody reads them
    (`actionary.log_thread.END`).
    """
    write = to_standard_error(JsonFormatter()) if handler is None else handler.handle
    level, propagate = CALLS.level, CALLS.propagate
    with written_by_thread(CALLS, write, MOST_LINES, "calls", plain=True):
        CALLS.setLevel(logging.INFO)
        CALLS.propagate = False
        try:
            yield
        finally:
            CALLS.setLevel(level)
            CALLS.propagate = propagate
