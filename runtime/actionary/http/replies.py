"""Replies that are being sent, and those among them that nobody takes."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from actionary.running import Call

SECONDS: Final = 30.0
"""The time to take a reply, from the deadline of its call; a server that is full waits no longer."""

_log: Final = logging.getLogger("actionary")


def give_up_late(calls: Iterable[Call], now: float) -> None:
    """Stop sending to callers who do not take their replies, given the calls that were answered."""
    for call in tuple(calls):
        if call.stop is None and now >= call.deadline + SECONDS:
            _log.warning("action %s: its reply is given up, since nobody takes it", call.name)
            call.end("gone")
