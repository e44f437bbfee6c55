"""The call log of a server: a line of JSON for each call, written by a thread of its own."""

from __future__ import annotations

import json
import logging
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener
from queue import SimpleQueue
from typing import Any, Final

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


class _Queued(QueueHandler):
    """Puts records into the queue, as long as there is room; then says how many had none."""

    def __init__(self, queue: SimpleQueue[Any]) -> None:
        super().__init__(queue)
        self._lines: Final = queue
        self._left_out = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record  # everything in it is plain data already

    def enqueue(self, record: logging.LogRecord) -> None:
        if self._lines.qsize() >= MOST_LINES:
            self._left_out += 1
            return
        if self._left_out:
            self._lines.put_nowait(_gap(self._left_out))
            self._left_out = 0
        self._lines.put_nowait(record)


def _gap(calls: int) -> logging.LogRecord:
    said = {"name": CALLS.name, "levelno": logging.WARNING, "levelname": "WARNING", "left_out": calls}
    return logging.makeLogRecord({**said, "msg": f"{calls} calls are left out: the log was not read in time"})


@contextmanager
def call_log(handler: logging.Handler | None = None) -> Generator[None]:
    """Write a line for each call, to stderr or where ``handler`` writes, for as long as the context lasts.

    No call waits for what writes: records go through a queue, in which `MOST_LINES`
    have room. All of them are written when the context ends.
    """
    writes = logging.StreamHandler() if handler is None else handler
    if handler is None:
        writes.setFormatter(JsonFormatter())
    queue: SimpleQueue[Any] = SimpleQueue()
    listener = QueueListener(queue, writes)
    queued = _Queued(queue)
    level, propagate = CALLS.level, CALLS.propagate
    CALLS.addHandler(queued)
    CALLS.setLevel(logging.INFO)
    CALLS.propagate = False
    listener.start()
    try:
        yield
    finally:
        CALLS.removeHandler(queued)
        CALLS.setLevel(level)
        CALLS.propagate = propagate
        listener.stop()
