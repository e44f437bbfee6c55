"""What schemathesis cannot know: how texts look, that calls need time, how many places a price has."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import schemathesis
from hypothesis import strategies as st

schemathesis.openapi.format(
    "decimal", st.decimals(0, 1000, places=2, allow_nan=False, allow_infinity=False).map(str)
)
schemathesis.openapi.format("date-time-local", st.datetimes().map(dt.datetime.isoformat))

TIMEOUT = "Actionary-Timeout-Ms"

PRICE = "/price_post"
"""A decimal of two places, of which the schema of a number says nothing (docs/types.md)."""


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Give calls with a right time one in which they can be answered, and prices their two places."""
    if case.operation.path.endswith(PRICE) and isinstance(case.body, dict):
        case.body = {name: _of_two_places(value) for name, value in case.body.items()}
    given = str((case.headers or {}).get(TIMEOUT, ""))
    if given.isascii() and given.isdigit() and 1 <= int(given) < 20_000:
        case.headers[TIMEOUT] = "20000"


def _of_two_places(value: Any) -> Any:
    """Cut a number down to two places, which leaves what is too small or too large as it is."""
    return math.floor(value * 100) / 100 if isinstance(value, float) and abs(value) < 1e9 else value
