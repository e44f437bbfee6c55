"""What a server says of itself, on standard error."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

from actionary.log_thread import ThreadHandler, to_standard_error, written_by_thread
from actionary.observe import CALLS

MOST_MESSAGES: Final = 10_000
"""How many messages may wait to be written; of those beyond it the log only says how many they were."""

_OURS: Final = logging.getLogger("actionary")
_HEARD: Final = (_OURS, CALLS, logging.getLogger("uvicorn"), logging.getLogger("uvicorn.error"))
"""Logs that a project disables without meaning them, when it sets up `logging` after they were made."""

_FORMAT: Final = "%(levelname)s: %(message)s"


@contextmanager
def server_log(level: str | None, label: str | None) -> Generator[None]:
    """Write messages, ours, uvicorn's and the project's, for as long as the context lasts.

    ``level`` says from when on ours are written; others may tell of inputs below WARNING, and are
    held there. A ``label`` stands before all, where there are several processes. No call waits for
    what reads them. What a project has handlers for is written by those alone.
    """
    for log in _HEARD:
        log.disabled = False
    everything = logging.getLogger()
    if everything.handlers:
        yield
        return
    before = _OURS.level, everything.level, CALLS.level
    if level is not None:
        _OURS.setLevel(level.upper())
        everything.setLevel(max(_OURS.level, logging.WARNING))
        if CALLS.level == logging.NOTSET:  # it is asked for by `--call-log`
            CALLS.setLevel(logging.WARNING)
    formatter = logging.Formatter(_FORMAT if label is None else f"%(processName)s: {_FORMAT}")
    try:
        with written_by_thread(
            everything, to_standard_error(formatter), MOST_MESSAGES, "messages"
        ) as handler:
            handler.setLevel(logging.WARNING if level is None else level.upper())
            handler.addFilter(lambda record: _has_no_other(record, handler))
            yield
    finally:
        for log, value in zip((_OURS, everything, CALLS), before, strict=True):
            log.setLevel(value)


def _has_no_other(record: logging.LogRecord, handler: ThreadHandler) -> bool:
    """Say whether no other handler writes a record; libraries have one that writes nothing."""
    log: logging.Logger | None = logging.getLogger(record.name)
    while log is not None:
        if any(other is not handler and not isinstance(other, logging.NullHandler) for other in log.handlers):
            return False
        log = log.parent if log.propagate else None
    return True


@contextmanager
def speaking() -> Generator[Callable[[str], None]]:
    """Give what says a line to people, and does not wait until they read it."""
    log = logging.getLogger("actionary.serve")
    write = to_standard_error(logging.Formatter("%(message)s"))
    with written_by_thread(log, write, MOST_MESSAGES, "messages") as handler:
        yield lambda line: handler.emit(logging.makeLogRecord({"msg": line}))
