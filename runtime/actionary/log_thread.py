"""Records of a log that a thread of its own writes, so that nothing waits for whoever reads them."""

from __future__ import annotations

import io
import logging
import os
import select
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from logging.handlers import QueueHandler
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final

END: Final = 5.0
"""Seconds in which one of the last records has to be written; else they are given up: nobody reads."""


class _Queued(QueueHandler):
    """Puts records into the queue, as long as there is room; then says how many had none."""

    def __init__(self, queue: SimpleQueue[Any], most: int, what: str, *, plain: bool) -> None:
        super().__init__(queue)
        self._records: Final = queue
        self._most: Final = most
        self._what: Final = what
        self._plain: Final = plain
        self._left_out = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        prepared: logging.LogRecord = record if self._plain else super().prepare(record)
        return prepared

    def enqueue(self, record: logging.LogRecord) -> None:
        if self._records.qsize() >= self._most:
            self._left_out += 1
            return
        self.tell_what_is_left_out()
        self._records.put_nowait(record)

    def tell_what_is_left_out(self) -> None:
        if self._left_out:
            told = f"{self._left_out} {self._what} are left out: the log was not read in time"
            said = {"name": "actionary", "levelno": logging.WARNING, "levelname": "WARNING", "msg": told}
            self._records.put_nowait(logging.makeLogRecord({**said, "left_out": self._left_out}))
            self._left_out = 0


@contextmanager
def written_by_thread(
    write: Callable[[logging.LogRecord], object], most: int, what: str, *, plain: bool = False
) -> Generator[logging.Handler]:
    """Give a handler for as long as the context lasts, whose records ``write`` gets in another thread.

    ``most`` records may wait; of more the log only says how many of ``what`` they were. ``plain``
    records hold nothing that changes later, and are not made into text before. When the context
    ends what waits is written, as long as somebody reads it (`END`).
    """
    records: SimpleQueue[logging.LogRecord | None] = SimpleQueue()

    def write_all() -> None:
        while (record := records.get()) is not None:
            write(record)

    # A daemon: what reads nothing, and keeps it waiting, does not keep the process.
    thread = Thread(target=write_all, name="actionary log", daemon=True)
    thread.start()
    queued = _Queued(records, most, what, plain=plain)
    try:
        yield queued
    finally:
        queued.tell_what_is_left_out()
        records.put(None)
        before = None
        while thread.is_alive() and (waiting := records.qsize()) != before:
            before = waiting
            thread.join(END)


def to_standard_error(formatter: logging.Formatter) -> Callable[[logging.LogRecord], None]:
    """Give what writes a record to standard error as a line.

    It is no handler, whose lock `logging` would wait for at the end of the process, and writes past the
    stream's buffer, whose lock Python would wait for: a thread that nobody reads from gives none back.
    """

    def write(record: logging.LogRecord) -> None:
        line = f"{formatter.format(record)}\n"
        try:
            _write(sys.stderr.fileno(), line.encode(errors="backslashreplace"))
        except io.UnsupportedOperation:  # a test's
            sys.stderr.write(line)
        except OSError:
            return  # nobody reads any more, and there is nobody else to tell

    return write


def _write(file: int, line: bytes) -> None:
    while line:
        try:
            line = line[os.write(file, line) :]
        except BlockingIOError:  # whoever started us may have made it so
            select.select([], [file], [])
