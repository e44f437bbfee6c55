"""The formats of texts that our schemas promise, and how they are written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeAlias

Format: TypeAlias = Callable[[str], bool]
"""Says whether a text is written as a format says."""

_LOCAL: Final = r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?"


def is_date(text: str) -> bool:
    """Say whether a text is a date of RFC 3339."""
    return re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) is not None and _parses(
        dt.date.fromisoformat, text
    )


def is_local_date_time(text: str) -> bool:
    """Say whether a text is a date and time without an offset, otherwise as RFC 3339 has it."""
    return _is_moment(_LOCAL, text)


def is_date_time(text: str) -> bool:
    """Say whether a text is a date and time of RFC 3339."""
    return _is_moment(rf"{_LOCAL}([Zz]|[+-]\d\d:\d\d)", text)


def is_time(text: str) -> bool:
    """Say whether a text is a time of RFC 3339; of the offset only that it may be there."""
    shape = r"\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)?"
    return re.fullmatch(shape, text, re.ASCII) is not None and _parses(dt.time.fromisoformat, text.upper())


def is_duration(text: str) -> bool:
    """Say whether a text is a duration of RFC 3339 (appendix A); a sign and a fraction may be there."""
    days = r"(\d+Y)?(\d+M)?(\d+D)?"
    shape = rf"-?P(?=.)(\d+W|{days}(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d{{1,6}})?S)?)?)"
    return re.fullmatch(shape, text, re.ASCII) is not None


def is_uuid(text: str) -> bool:
    """Say whether a text is a UUID of RFC 9562."""
    return re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text) is not None


def is_decimal(text: str) -> bool:
    """Say whether a text is a decimal number."""
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text) is not None and _parses(Decimal, text)


def _is_moment(shape: str, text: str) -> bool:
    return re.fullmatch(shape, text, re.ASCII) is not None and _parses(
        dt.datetime.fromisoformat, text.upper()
    )


def _parses(parse: Callable[[str], Any], text: str) -> bool:
    try:
        parse(text)
    except (ValueError, InvalidOperation):
        return False
    return True


def _any(_: str) -> bool:
    return True


PROMISED: Final[Mapping[str, Format]] = {
    "date": is_date,
    "date-time": is_date_time,
    "date-time-local": is_local_date_time,
    "time": is_time,
    "duration": is_duration,
    "uuid": is_uuid,
    "decimal": is_decimal,
}
"""Formats by name, as the way of writing that a server promises to read."""

CERTAIN: Final[Mapping[str, Format]] = {
    **{name: PROMISED[name] for name in ("date", "date-time", "date-time-local", "time", "uuid")},
    "password": _any,
}
"""Formats of which it is known what every server reads. Of all others, such as ``uri``, a type may
read less than its format says: another scheme, a host that is needed, a number within limits."""
