"""The patterns of a schema, on pydantic's engine, whose time grows with the text and no faster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from pydantic_core import SchemaError, SchemaValidator, core_schema

from actionary.json_schema import Place, Schema, located
from actionary.patterns import UnlikePatternError, ecma_pattern
from actionary.raw_input.refusal import RawSchemaError

Matchers: TypeAlias = Mapping[str, Callable[[str], bool]]
"""What says whether a text matches, by pattern."""


def matchers_of(schema: Schema) -> Matchers:
    """Make the matchers of all patterns of a schema.

    Raises:
        RawSchemaError: A pattern is none, or the engine reads it otherwise than JSON Schema does.
    """
    matchers: dict[str, Callable[[str], bool]] = {}
    for place, node in located(schema):
        keys = [((*place, "patternProperties"), key) for key in node.get("patternProperties", ())]
        own = [((*place, "pattern"), node["pattern"])] if "pattern" in node else []
        for where, pattern in [*own, *keys]:
            if pattern not in matchers:
                matchers[pattern] = _matcher(pattern, where)
    return matchers


def _matcher(pattern: str, place: Place) -> Callable[[str], bool]:
    try:
        alike = ecma_pattern(pattern)
    except UnlikePatternError as error:
        raise RawSchemaError(
            str(error), "write what both JSON Schema and the server read alike", place
        ) from None
    try:
        matches = SchemaValidator(core_schema.str_schema(pattern=pattern, strict=True)).isinstance_python
    except SchemaError as error:
        reason = str(error).strip().rpartition("error: ")[2]
        raise RawSchemaError(
            f"the pattern {pattern!r} cannot be checked here: {reason}", _mend_of(reason), place
        ) from None
    if alike != pattern:
        raise RawSchemaError(
            f"the pattern {pattern!r} means another thing in JSON Schema than to the server",
            f"write it as {alike!r}",
            place,
        )
    return matches


def _mend_of(reason: str) -> str:
    if "look-around" in reason:
        return "say each condition as a pattern of its own, in `allOf`, or in `not` what must not be there"
    if "backreference" in reason:
        return "write out what is repeated; a pattern that has to remember is not checked in linear time"
    return "write a regular expression that JSON Schema knows (ECMA-262) and Rust's regex engine reads"
