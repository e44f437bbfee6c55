"""Schemas that most APIs come to have: where the generator is asked at all, it is asked for these, too.

So a field that is new, or gets its first limit, seldom needs the generator once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, Final

from actionary.json_schema import REF, Schema

from actionary_build.emit.python.asked import Asked

_LOWER: Final[tuple[Mapping[str, Any], ...]] = ({}, {"minimum": 0}, {"exclusiveMinimum": 0})
_UPPER: Final[tuple[Mapping[str, Any], ...]] = ({}, {"maximum": 1}, {"exclusiveMaximum": 1})
_SHORTEST: Final[tuple[Mapping[str, Any], ...]] = ({}, {"minLength": 0})
_LONGEST: Final[tuple[Mapping[str, Any], ...]] = ({}, {"maxLength": 1})


def common_texts() -> Iterator[str]:
    """Give them as the generator gets them, as JSON."""
    for schema in _scalars():
        for shape in (
            schema,
            {"anyOf": [schema, {"type": "null"}]},
            {"type": "array", "items": schema},
            {"type": "object", "additionalProperties": schema},
        ):
            yield Asked.of(shape, limits=True).text


def _scalars() -> Iterator[Schema]:
    yield {"$ref": REF + "Named"}
    yield {"type": "boolean"}
    for name in ("date", "date-time", "time", "duration", "uuid"):
        yield {"type": "string", "format": name}
    for kind, (lower, upper) in product(("integer", "number"), product(_LOWER, _UPPER)):
        yield {"type": kind, **lower, **upper}
    for shortest, longest in product(_SHORTEST, _LONGEST):
        yield {"type": "string", **shortest, **longest}
