"""What schemathesis cannot know: how texts of the formats ``decimal`` and ``date-time-local`` look."""

from __future__ import annotations

import datetime as dt

import schemathesis
from hypothesis import strategies as st

schemathesis.openapi.format(
    "decimal", st.decimals(0, 1000, places=2, allow_nan=False, allow_infinity=False).map(str)
)
schemathesis.openapi.format("date-time-local", st.datetimes().map(dt.datetime.isoformat))
