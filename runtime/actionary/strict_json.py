"""What JSON parsers let through and the pipeline does not (RFC 8259 §4 and §6, RFC 7493).

Keys that stand twice in one object, and numbers that are not finite.
"""

from __future__ import annotations

import json
import math
import re
import sys
from decimal import Decimal
from typing import Any, Final, NoReturn

from pydantic_core import from_json, to_json

from actionary.messages import invalid_input, not_finite, too_deep
from actionary.result import CommonError

_FRACTION: Final = re.compile(rb"[0-9][.eE]")
_TOKEN: Final = re.compile(
    rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?', re.DOTALL
)


def is_plainly_strict(body: bytes) -> bool:
    """Say quickly that valid JSON is certainly fine; where in doubt it says no.

    The body is parsed and written again. A key that stood twice was dropped then,
    and with it its colon (unless an escape hides one), and a number that is not
    finite is written as its name.
    """
    written = to_json(from_json(body), inf_nan_mode="constants")
    return (
        written.count(b":") == body.count(b":")
        and b"\\u" not in body
        and b"NaN" not in written
        and b"Infinity" not in written
    )


def check(body: bytes) -> Any:
    """Parse JSON and give its data.

    Raises:
        CommonError: ``invalid_input``: it is no JSON, a key stands twice, or a number is not finite.
    """
    try:
        return _DECODER.decode(body.decode())
    except RecursionError:
        raise too_deep() from None
    except json.JSONDecodeError as wrong:
        why = f"{_lowered(wrong.msg)} in line {wrong.lineno}, column {wrong.colno}"
        raise invalid_input(([], "json_invalid", f"is not valid JSON: {why}")) from None
    except UnicodeDecodeError as wrong:
        why = f"it is no UTF-8 from byte {wrong.start} on"
        raise invalid_input(([], "json_invalid", f"is not valid JSON: {why}")) from None
    except ValueError:  # Python reads integers of some thousand digits only, since longer ones take too long
        most = f"{sys.get_int_max_str_digits():,}"
        raise invalid_input(([], "number_too_long", f"has a number of more than {most} digits")) from None


def half_a_pair() -> CommonError:
    """Make the error of JSON with an escape that no text can have (RFC 8259 §8.2)."""
    return invalid_input(([], "json_invalid", "is not valid JSON: it has half of a surrogate pair"))


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:].removesuffix(" at").removesuffix(" starting")


def with_whole_numbers(body: bytes) -> bytes:
    """Write numbers such as ``3.0`` as ``3``: to JSON Schema both are integers (2020-12 core, §4.2.3)."""
    return _TOKEN.sub(_whole, body) if _FRACTION.search(body) else body


def _whole(match: re.Match[bytes]) -> bytes:
    token = match[0]
    if token.startswith(b'"') or not _FRACTION.search(token) or not math.isfinite(float(token)):
        return token
    number = Decimal(token.decode())
    # An exponent far below zero makes float() zero, and would make the digits endless.
    is_whole = number.adjusted() >= 0 and number == number.to_integral_value()
    return b"%d" % int(number) if is_whole or not number else token


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        raise invalid_input(([], "duplicate_key", "has a key twice in one object"))
    return data


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _no_constant(text)
    return number


def _no_constant(_: str) -> NoReturn:
    raise not_finite()


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_no_duplicates, parse_float=_finite, parse_constant=_no_constant
)
