"""Rates: so many calls in such a time, as the ``rate_limit`` of a definition writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_DAY: Final = 24 * 60 * 60
_SECONDS: Final = {
    "second": 1,
    "minute": 60,
    "hour": 60 * 60,
    "day": _DAY,
    "month": 30 * _DAY,
    "year": 360 * _DAY,
}
"""Seconds by unit, as the package `limits` has them."""

_UNITS_SAID: Final = (("day", _DAY), ("hour", 60 * 60), ("minute", 60), ("second", 1))

_RATE: Final = re.compile(
    r"\s*([0-9]{1,9})\s*(?:/|per)\s*([0-9]{1,4})?\s*([a-z]+?)s?\s*", re.ASCII | re.IGNORECASE
)
_BETWEEN: Final = re.compile(r"[,;|]")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many ``calls`` in so many ``seconds``."""

    calls: int
    seconds: int

    def __str__(self) -> str:
        unit, size = next(said for said in _UNITS_SAID if self.seconds % said[1] == 0)
        count = self.seconds // size
        calls = "1 call" if self.calls == 1 else f"{self.calls:,} calls"
        return f"{calls} per {unit}" if count == 1 else f"{calls} per {count:,} {unit}s"


def read_rates(text: str) -> tuple[Rate, ...]:
    """Read rates in the notation of the package `limits`; the one for the shortest time comes first.

    ``10/minute``, ``10 per 5 minutes``; several are divided by ``,``, ``;`` or ``|``.

    Raises:
        ValueError: It says no rates; the message goes on from "it".
    """
    rates = sorted(map(_read_rate, _BETWEEN.split(text)), key=lambda rate: rate.seconds)
    for one, other in pairwise(rates):
        if one.seconds == other.seconds:
            raise ValueError(f"gives {one} and {other}, of which only the smaller counts")
    return tuple(rates)


def _read_rate(text: str) -> Rate:
    match = _RATE.fullmatch(text)
    seconds = 0 if match is None else _SECONDS.get(match[3].lower(), 0)
    if match is None or not seconds:
        raise ValueError(f"has {text!r}, which is no rate")
    rate = Rate(int(match[1]), seconds * int(match[2] or 1))
    if not rate.calls or not rate.seconds:
        raise ValueError(f"has {text!r}, which lets nobody call")
    return rate
