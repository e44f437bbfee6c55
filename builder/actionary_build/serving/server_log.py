"""What a server says of itself, on standard error."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

from actionary.log_thread import to_standard_error, written_by_thread

MOST_MESSAGES: Final = 10_000
"""How many messages may wait to be written; of those beyond it the log only says how many they were."""

_OURS: Final = ("actionary", "actionary.calls", "uvicorn", "uvicorn.error")
_FORMAT: Final = "%(levelname)s: %(message)s"


@contextmanager
def server_log(level: str, label: str | None) -> Generator[None]:
    """Write messages, ours, uvicorn's and the project's, from a level on, for as long as the context lasts.

    A ``label`` stands before them, where there are several processes. No call waits for what
    reads them. A project that sets up `logging` itself gets them, and nothing is set up here.
    """
    for log in _OURS:  # a project that sets up `logging` may have disabled what was there before
        logging.getLogger(log).disabled = False
    everything = logging.getLogger()
    if everything.handlers:
        yield
        return
    level_before = everything.level
    formatter = logging.Formatter(_FORMAT if label is None else f"%(processName)s: {_FORMAT}")
    with written_by_thread(to_standard_error(formatter), MOST_MESSAGES, "messages") as queued:
        everything.addHandler(queued)
        everything.setLevel(level.upper())
        try:
            yield
        finally:
            everything.removeHandler(queued)
            everything.setLevel(level_before)


@contextmanager
def speaking() -> Generator[Callable[[str], None]]:
    """Give what says a line to people, and does not wait until they read it."""
    write = to_standard_error(logging.Formatter("%(message)s"))
    with written_by_thread(write, MOST_MESSAGES, "messages") as queued:
        yield lambda line: queued.emit(logging.makeLogRecord({"msg": line}))
