"""What schemathesis cannot know: how a text of our format ``decimal`` looks."""

from __future__ import annotations

import schemathesis
from hypothesis import strategies as st

schemathesis.openapi.format(
    "decimal", st.decimals(0, 1000, places=2, allow_nan=False, allow_infinity=False).map(str)
)
