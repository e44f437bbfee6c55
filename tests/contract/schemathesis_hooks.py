"""What schemathesis cannot know: how texts of some formats look, and that calls need time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import schemathesis
from hypothesis import strategies as st

schemathesis.openapi.format(
    "decimal", st.decimals(0, 1000, places=2, allow_nan=False, allow_infinity=False).map(str)
)
schemathesis.openapi.format("date-time-local", st.datetimes().map(dt.datetime.isoformat))

TIMEOUT = "Actionary-Timeout-Ms"


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Give calls that are given a right time one in which they can be answered."""
    given = str((case.headers or {}).get(TIMEOUT, ""))
    if given.isascii() and given.isdigit() and 1 <= int(given) < 20_000:
        case.headers[TIMEOUT] = "20000"
