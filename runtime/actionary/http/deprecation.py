"""The headers that tell callers of a deprecated action (RFC 9745, RFC 8594)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from email.utils import format_datetime

from actionary.fields import Deprecated


def deprecation_headers(deprecated: Deprecated | None) -> list[tuple[bytes, bytes]]:
    """Give ``Deprecation`` and ``Sunset``, each where its day is known; days begin in UTC."""
    headers: list[tuple[bytes, bytes]] = []
    if deprecated is not None and deprecated.since is not None:
        headers.append((b"deprecation", b"@%d" % int(_midnight(deprecated.since).timestamp())))
    if deprecated is not None and deprecated.sunset is not None:
        headers.append((b"sunset", format_datetime(_midnight(deprecated.sunset), usegmt=True).encode()))
    return headers


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(tzinfo=UTC))
