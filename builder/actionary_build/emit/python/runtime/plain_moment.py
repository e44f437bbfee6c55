"""The moments that every API tells of, as this client has them."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

Moment: TypeAlias = str
"""A moment as text, in ISO 8601 and with its zone."""


def moment_of(text: str) -> Moment:
    """Read a moment.

    Raises:
        ValueError: It is none.
    """
    datetime.fromisoformat(text)
    return text
