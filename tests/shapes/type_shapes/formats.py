"""What each format means that our schemas use.

Formats are notes to JSON Schema. Here they are checked, as the way of writing that we promise to read.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from jsonschema import FormatChecker

DAY = r"\d{4}-\d\d-\d\d"
CLOCK = r"\d\d:\d\d:\d\d(\.\d{1,6})?"
ZONE = r"([Zz]|[+-]\d\d:\d\d)"
DURATION = r"-?P(?=.)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d{1,6})?S)?)?)"
MAIL = r"[^@\s<>]+@[^@\s<>.]+(\.[^@\s<>.]+)+"


def spelled(pattern: str, parse: Callable[[str], Any] = str) -> Callable[[str], bool]:
    """Check the spelling, and that it can be parsed."""

    def check(text: str) -> bool:
        if re.fullmatch(pattern, text, re.ASCII) is None:
            return False
        try:
            parse(text)
        except (ValueError, InvalidOperation, re.error):
            return False
        return True

    return check


def upper(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: parse(text.upper())


FORMATS = FormatChecker(formats=())
for name, check in {
    "date": spelled(DAY, dt.date.fromisoformat),
    "date-time": spelled(f"{DAY}[Tt ]{CLOCK}{ZONE}", upper(dt.datetime.fromisoformat)),
    "date-time-local": spelled(f"{DAY}[Tt ]{CLOCK}", upper(dt.datetime.fromisoformat)),
    "time": spelled(f"{CLOCK}{ZONE}?", upper(dt.time.fromisoformat)),
    "duration": spelled(DURATION),
    "uuid": spelled(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "decimal": spelled(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", Decimal),
    "uri": spelled(r"[a-zA-Z][a-zA-Z0-9+.-]*:\S+"),
    "email": spelled(MAIL),
    "name-email": spelled(rf"{MAIL}|.+ <{MAIL}>"),
    "ipv4": spelled(".*", ipaddress.IPv4Address),
    "ipv6": spelled("[^%]*", ipaddress.IPv6Address),
    "ipvanyaddress": spelled(".*", ipaddress.ip_address),
    "ipv4network": spelled(".*", ipaddress.IPv4Network),
    "ipv4interface": spelled(".*/.*", ipaddress.IPv4Interface),
    "base64url": spelled(r"([A-Za-z0-9_-]{4})*([A-Za-z0-9_-]{2}(==)?|[A-Za-z0-9_-]{3}=?)?"),
    "regex": spelled(".*", re.compile),
}.items():
    FORMATS.checks(name)(lambda text, check=check: not isinstance(text, str) or check(text))
