"""The header ``Actionary-Timeout-Ms``: how long a caller waits for its answer (DESIGN §4 and §5)."""

from __future__ import annotations

import re
from typing import Final

from pydantic import BaseModel

from actionary.defining import AnyAction
from actionary.invoke import Read
from actionary.messages import invalid_input
from actionary.running import Call

HEADER: Final = b"actionary-timeout-ms"
_MILLISECONDS: Final = re.compile(rb"[1-9][0-9]{0,9}")


def within_callers_time(call: Call, asked: bytes, read: Read) -> Read:
    """Let a call end when its caller stops waiting, if that is before its own deadline.

    ``asked`` are milliseconds from the start of the call. What is no whole number of
    them is refused when the input is read, as part of what the caller gave.
    """
    if _MILLISECONDS.fullmatch(asked):
        call.deadline = min(call.deadline, call.started + int(asked) / 1000)
        call.until = min(call.until, call.deadline)
        return read

    async def refuse(_: AnyAction) -> BaseModel:
        known = "a whole number from 1 to 9,999,999,999"
        raise invalid_input(([], "timeout_header", f"must have {known} in Actionary-Timeout-Ms"))

    return refuse
