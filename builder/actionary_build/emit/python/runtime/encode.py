"""Arguments to what travels: JSON for a body, pairs of text for a query."""

from __future__ import annotations

import json
import math
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager

from .unset import UNSET
from .values import JsonValue, dumped


def with_extra(values: Mapping[str, object], extra: Mapping[str, object] | None) -> dict[str, object]:
    """Give the values and those of keys that are no arguments.

    Raises:
        ValueError: A key has an argument of its own.
    """
    twice = sorted(values.keys() & (extra or {}).keys())
    if twice:
        raise ValueError(f"{', '.join(twice)}: give it as an argument, not in extra_input")
    return {**values, **(extra or {})}


def to_wire(values: Mapping[str, object]) -> dict[str, JsonValue]:
    """Give the values as JSON data; what is unset is left out.

    Raises:
        ValueError: A value has no form in JSON; the message begins with its name.
    """
    return {name: _dumped(name, value) for name, value in values.items() if value is not UNSET}


def _dumped(name: str, value: object) -> JsonValue:
    try:
        return dumped(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def to_body(values: Mapping[str, object]) -> bytes:
    """Give the body of a request.

    Raises:
        ValueError: A value has no form in JSON, such as NaN; the message begins with where it is.
    """
    wire = to_wire(values)
    with _naming_what_is_not_finite(wire):
        return _json(wire).encode()


def to_query(values: Mapping[str, object], json_keys: frozenset[str]) -> list[tuple[str, str]]:
    """Give the pairs of a query; nothing in a query means null, so ``None`` is left out.

    Raises:
        ValueError: A value has no form in JSON, such as NaN; the message begins with where it is.
    """
    wire = to_wire(values)
    with _naming_what_is_not_finite(wire):
        return [
            pair for name, value in wire.items() for pair in _pairs(name, value, as_json=name in json_keys)
        ]


@contextmanager
def _naming_what_is_not_finite(wire: JsonValue) -> Generator[None, None, None]:
    """Say where the number is that JSON does not have, which `json` does not tell."""
    try:
        yield
    except ValueError as error:
        for place, number in _not_finite(wire, ()):
            raise ValueError(f"{place}: {number} has no form in JSON; give a finite number") from error
        raise


def _not_finite(value: JsonValue, place: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    if isinstance(value, float) and not math.isfinite(value):
        yield ".".join(place), value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _not_finite(each, (*place, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _not_finite(each, (*place, str(number)))


def _pairs(name: str, value: JsonValue, *, as_json: bool) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if as_json or isinstance(value, dict):
        yield name, _json(value)
    elif not isinstance(value, list):
        yield name, _text(value)
    elif not value:
        yield name, "[]"
    elif value == ["[]"]:
        yield f"{name}[]", "[]"
    else:
        for item in value:
            yield name, _text(item)


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
