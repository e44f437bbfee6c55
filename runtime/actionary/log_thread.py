"""Records of a log that a thread of its own writes, so that nothing waits for whoever reads them."""

from __future__ import annotations

import io
import logging
import os
import select
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from logging.handlers import QueueHandler
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, Final, TypeAlias

END: Final = 2.0
"""Seconds in which one of the last records has to be written; else they are given up: nobody reads."""

Write: TypeAlias = Callable[[logging.LogRecord], object]
"""Writes a record, however long that takes."""


class ThreadHandler(QueueHandler):
    """Has a thread write records with ``write``.

    ``most`` records may wait; of more the log only says how many of ``what`` they were. ``plain``
    records hold nothing that changes later, and are not made into text before.
    """

    def __init__(self, write: Write, most: int, what: str, *, plain: bool = False) -> None:
        records: SimpleQueue[Any] = SimpleQueue()
        super().__init__(records)
        self._records: Final = records
        self._write: Final = write
        self._most: Final = most
        self._what: Final = what
        self._plain: Final = plain
        self._process: Final = os.getpid()
        self._left_out = 0
        # A daemon: what reads nothing, and keeps it waiting, does not keep the process.
        Thread(target=self._write_all, name="actionary log", daemon=True).start()

    def _write_all(self) -> None:
        while (found := self._records.get()) is not None:
            if isinstance(found, Event):
                found.set()
                continue
            try:
                self._write(found)
            except Exception:  # noqa: BLE001 - what writes may be the user's, and has more to write
                with suppress(Exception):  # where not even this can be written there is nobody to tell
                    super().handleError(found)

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Make a record into text, as long as it is what it is now."""
        prepared: logging.LogRecord = record if self._plain else super().prepare(record)
        return prepared

    def enqueue(self, record: logging.LogRecord) -> None:
        """Put a record into the queue, if there is room; a forked process, which has no thread, writes it."""
        if os.getpid() != self._process:
            self._write(record)
        elif self._records.qsize() >= self._most:
            self._left_out += 1
        else:
            self._tell_what_is_left_out()
            self._records.put_nowait(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name in `logging`
        """Tell by the log itself of a message that is no text: to print that would wait for the reader."""
        wrong = f"{record.pathname}:{record.lineno}: the message {record.msg!r} does not fit its arguments"
        self._say(logging.ERROR, wrong)

    def _tell_what_is_left_out(self) -> None:
        if self._left_out:
            told = f"{self._left_out} {self._what} are left out: the log was not read in time"
            self._say(logging.WARNING, told, left_out=self._left_out)
            self._left_out = 0

    def _say(self, level: int, text: str, **fields: int) -> None:
        said = {"name": "actionary", "levelno": level, "levelname": logging.getLevelName(level), "msg": text}
        self._records.put_nowait(logging.makeLogRecord({**said, **fields}))

    def is_drained(self) -> bool:
        """Wait until all is written, as long as somebody reads it; say whether it is."""
        self._tell_what_is_left_out()
        written = Event()
        self._records.put_nowait(written)
        before = self._records.qsize()
        while not written.wait(END):
            if (waiting := self._records.qsize()) == before:
                return False
            before = waiting
        return True

    def end(self) -> None:
        """Let the thread end."""
        self._records.put_nowait(None)


@contextmanager
def written_by_thread(
    log: logging.Logger, write: Write, most: int, what: str, *, plain: bool = False
) -> Generator[ThreadHandler]:
    """Have what a log gets written by a `ThreadHandler` for as long as the context lasts.

    At the end all is written. Where nobody reads, the handler stays with the log: what other
    threads still say would make them wait, and the process with them.
    """
    handler = ThreadHandler(write, most, what, plain=plain)
    log.addHandler(handler)
    try:
        yield handler
    finally:
        if handler.is_drained():
            log.removeHandler(handler)
            handler.end()


def to_standard_error(formatter: logging.Formatter) -> Write:
    """Give what writes a record to standard error as a line.

    It is no handler, whose lock `logging` would wait for at the end of the process, and writes past the
    stream's buffer, whose lock Python would wait for: a thread that nobody reads from gives none back.
    """

    def write(record: logging.LogRecord) -> None:
        line = f"{formatter.format(record)}\n"
        try:
            file = sys.stderr.fileno()
        except (AttributeError, io.UnsupportedOperation):  # a program has put something of its own there
            sys.stderr.write(line)
            return
        with suppress(OSError):  # nobody reads any more, and there is nobody else to tell
            _write(file, line.encode(errors="backslashreplace"))

    return write


def _write(file: int, line: bytes) -> None:
    while line:
        try:
            line = line[os.write(file, line) :]
        except BlockingIOError:  # whoever started us may have made it so
            select.select([], [file], [])
