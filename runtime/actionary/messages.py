"""What callers read of an input that does not fit: our own texts, by pydantic's error type.

No text quotes the input, which may hold secrets or somebody's markup. What a text
does name (limits, allowed values) comes from the definition.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from actionary.result import CommonError

MOST_DETAILS: Final = 50
"""At most so many details are given, however much is wrong."""

MOST_PROBLEMS: Final = 1000
"""Of more problems the others are not looked at: it would take longer than to read the input."""

LONGEST_KEY: Final = 64
"""Keys from the caller are cut to so many characters."""

_MOST_IN_MESSAGE: Final = 5

_TEXTS: Final[dict[str, str]] = {
    "json_invalid": "is not valid JSON",
    "recursion_loop": "refers to itself",
    "recursion_depth_exceeded": "is nested too deeply",
    "missing": "is required",
    "missing_argument": "is required",
    "missing_keyword_only_argument": "is required",
    "missing_positional_only_argument": "is required",
    "unexpected_keyword_argument": "is not known",
    "unexpected_positional_argument": "is not known",
    "extra_forbidden": "is not known",
    "invalid_key": "must have texts as keys",
    "none_required": "must be null",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dataclass_type": "must be an object",
    "dict_type": "must be an object",
    "mapping_type": "must be an object",
    "ordered_dict_type": "must be an object",
    "counter_type": "must be an object",
    "frozen_dict_type": "must be an object",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "set_type": "must be a list",
    "frozen_set_type": "must be a list",
    "iterable_type": "must be a list",
    "deque_type": "must be a list",
    "named_tuple_type": "must be a list",
    "set_item_not_hashable": "must be a plain value",
    "string_type": "must be a text",
    "string_unicode": "must be valid Unicode",
    "string_not_ascii": "must have ASCII characters only",
    "json_type": "must be JSON text",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must match the pattern {pattern}",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be an integer",
    "int_parsing": "must be an integer",
    "int_parsing_size": "must be a smaller integer",
    "int_from_float": "must be an integer",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "fraction_type": "must be a fraction",
    "fraction_parsing": "must be a fraction",
    "multiple_of": "must be a multiple of {multiple_of}",
    "decimal_type": "must be a decimal number",
    "decimal_parsing": "must be a decimal number",
    "decimal_max_digits": "must have at most {max_digits} digits",
    "decimal_max_places": "must have at most {decimal_places} decimal places",
    "decimal_whole_digits": "must have at most {whole_digits} digits before the point",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
    "union_tag_not_found": "must have the key {discriminator}",
    "union_tag_invalid": "must have one of {expected_tags} as {discriminator}",
    "date_type": "must be a date, such as 2026-01-31",
    "date_parsing": "must be a date, such as 2026-01-31",
    "date_from_datetime_parsing": "must be a date, such as 2026-01-31",
    "date_from_datetime_inexact": "must be a date without a time",
    "date_past": "must be in the past",
    "date_future": "must be in the future",
    "time_type": "must be a time, such as 12:30:00",
    "time_parsing": "must be a time, such as 12:30:00",
    "datetime_type": "must be a date and time, such as 2026-01-31T12:30:00Z",
    "datetime_parsing": "must be a date and time, such as 2026-01-31T12:30:00Z",
    "datetime_from_date_parsing": "must be a date and time, such as 2026-01-31T12:30:00Z",
    "datetime_object_invalid": "must be a date and time, such as 2026-01-31T12:30:00Z",
    "datetime_past": "must be in the past",
    "datetime_future": "must be in the future",
    "timezone_aware": "must have a time zone",
    "timezone_naive": "must not have a time zone",
    "timezone_offset": "must be in another time zone",
    "time_delta_type": "must be a duration, such as PT1H30M",
    "time_delta_parsing": "must be a duration, such as PT1H30M",
    "uuid_type": "must be a UUID",
    "uuid_parsing": "must be a UUID",
    "uuid_version": "must be a UUID of version {expected_version}",
    "url_type": "must be a URL",
    "url_parsing": "must be a URL",
    "url_syntax_violation": "must be a URL",
    "url_too_long": "must have at most {max_length} characters",
    "url_scheme": "must be a URL that begins with {expected_schemes}",
    "bytes_type": "must be a text",
    "bytes_too_short": "must have at least {min_length} bytes",
    "bytes_too_long": "must have at most {max_length} bytes",
    "bytes_invalid_encoding": "must be encoded text",
}
_LENGTHS: Final = {
    "too_short": ("string_too_short", "bytes_too_short"),
    "too_long": ("string_too_long", "bytes_too_long"),
}
"""What pydantic says of secrets too: the kinds if characters are counted, and if bytes are."""

OTHERWISE: Final = "is not valid"
"""What is said of a kind of problem that has no text of its own."""


NOT_FINITE: Final = "holds a number that is not finite"
"""What is said of NaN and the infinities, in inputs and outputs."""

Problem: TypeAlias = tuple[list[str | int], str, str]
"""What is wrong with a value: the path into it, pydantic's or our name of the kind, our text."""


def invalid_input(*problems: Problem) -> CommonError:
    """Make the error of an input that does not fit."""
    details = [{"path": path, "type": kind, "message": text} for path, kind, text in problems[:MOST_DETAILS]]
    return CommonError("invalid_input", summary(problems, "the input"), details=details)


def refusal(error: ValidationError, given: Any) -> CommonError:
    """Turn pydantic's complaint about ``given``, the parsed input, into ours."""
    return invalid_input(*problems_of(error, given))


def not_finite() -> CommonError:
    """Make the error of an input with a number that JSON cannot write (RFC 8259 §6)."""
    return invalid_input(([], "finite_number", NOT_FINITE))


def too_deep() -> CommonError:
    """Make the error of an input that no parser follows to its end."""
    return invalid_input(([], "recursion_loop", "is nested too deeply"))


def problems_of(error: ValidationError, given: Any) -> list[Problem]:
    """Say what pydantic finds wrong with ``given``, each thing once, and no more than `MOST_PROBLEMS`."""
    found = error.errors(include_url=False, include_input=False)[:MOST_PROBLEMS]
    problems = (_problem(line, given) for line in found)
    return list({(tuple(path), kind, text): (path, kind, text) for path, kind, text in problems}.values())


def summary(problems: Sequence[Problem], whole: str) -> str:
    """Say problems on one line; ``whole`` is what the value itself is called."""
    said = [f"{_spelled(path)}: {text}" if path else f"{whole} {text}" for path, _, text in problems]
    count = "many" if len(said) >= MOST_PROBLEMS else len(said) - _MOST_IN_MESSAGE
    more = f"; and {count} more" if len(said) > _MOST_IN_MESSAGE else ""
    return "; ".join(said[:_MOST_IN_MESSAGE]) + more


def _problem(line: ErrorDetails, given: Any) -> Problem:
    kind = line["type"]
    path, value = _path(line["loc"], kind, given)
    context = line.get("ctx", {})
    if kind in _LENGTHS and isinstance(value, str):
        counts_bytes = context.get("actual_length") != len(value)
        return path, kind, text_of(_LENGTHS[kind][counts_bytes], context)
    return path, kind, text_of(kind, context)


def text_of(kind: str, context: Mapping[str, Any]) -> str:
    """Say what is wrong, given pydantic's name of the kind and the limits it speaks of."""
    try:
        text = _TEXTS.get(kind, OTHERWISE).format_map(context)
    except KeyError:
        return OTHERWISE
    return re.sub(r"\b1 (character|item|digit|byte|decimal place)s\b", r"1 \1", text)


def _path(loc: tuple[int | str, ...], kind: str, given: Any) -> tuple[list[str | int], Any]:
    """Keep the parts of pydantic's location that lead through the input, and give what lies there.

    The others name branches of a union, which callers know nothing of.
    """
    path: list[str | int] = []
    node = given
    for index, part in enumerate(loc):
        last_is_absent = kind.startswith("missing") and index == len(loc) - 1
        if last_is_absent or _leads_on(node, part):
            path.append(part[:LONGEST_KEY] if isinstance(part, str) else part)
            node = None if last_is_absent else _at(node, part)
    return path, node


def _at(node: Any, part: Any) -> Any:
    return node[part]


def _leads_on(node: Any, part: int | str) -> bool:
    if isinstance(node, dict):
        return part in node
    return isinstance(node, list) and isinstance(part, int) and part < len(node)


def _spelled(path: list[str | int]) -> str:
    """Spell a path as people do, ``items[0].id``."""
    spelled = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return spelled.removeprefix(".")
