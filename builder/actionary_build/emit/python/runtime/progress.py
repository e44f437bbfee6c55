"""How far a call has come."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """So much is ``done`` of ``total``, which is ``None`` where nobody knows; ``message`` says what."""

    done: float
    total: float | None = None
    message: str | None = None


def read_progress(data: str) -> Progress | None:
    """Read an event's data, ``None`` where it is of another form."""
    try:
        given: Any = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    told = cast("dict[str, Any]", given)
    done, total, message = told.get("done"), told.get("total"), told.get("message")
    if not _is_number(done) or not (total is None or _is_number(total)):
        return None
    if not (message is None or isinstance(message, str)):
        return None
    return Progress(done=cast("float", done), total=total, message=message)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
