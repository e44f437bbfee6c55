"""From what a handler returns to the value and the JSON that callers get (DESIGN §4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from functools import partial
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from actionary.core_walk import children
from actionary.definition import Definition
from actionary.exact import exact_check
from actionary.finite import is_finite
from actionary.messages import NOT_FINITE, problems_of, summary
from actionary.schema import Described, core_schema_of

_NO_FLOATS: Final = frozenset(
    {"none", "bool", "int", "str", "bytes", "date", "time", "datetime", "timedelta", "literal", "enum"}
    | {"uuid", "url", "multi-host-url", "list", "tuple", "set", "frozenset", "dict", "nullable", "union"}
    | {"tagged-union", "model", "model-fields", "model-field", "dataclass", "dataclass-args"}
    | {"dataclass-field", "typed-dict", "typed-dict-field", "definitions", "definition-ref", "default"}
)
"""Kinds of core schemas that by themselves never hold a number that JSON cannot write."""


class OutputError(Exception):
    """A handler returned what its declared type does not allow; the text is for the log."""


def output_writer(declared: Described | None) -> Callable[[Any], tuple[Any, bytes]]:
    """Make the function that checks a returned value and writes it as JSON; it gives both.

    Instances of the declared model are trusted as they were constructed; anything
    else is validated first. Without a type nothing is checked but that the value
    can be written, and a text of a JSON object or list stands for that object or list.
    The function raises `OutputError`.
    """
    if declared is None:
        return _write_undeclared
    schema = core_schema_of(declared)
    if isinstance(declared, TypeAdapter):
        validator, serializer = declared.validator, declared.serializer
    else:
        validator, serializer = declared.__pydantic_validator__, declared.__pydantic_serializer__
    validate, dump, dump_python = validator.validate_python, serializer.to_json, serializer.to_python
    trusted = _declared_model(schema)
    is_exact = exact_check(schema) or _never
    may_hold_floats = not _kinds(schema) <= _NO_FLOATS

    def write(value: Any) -> tuple[Any, bytes]:
        try:
            if type(value) is trusted:  # which spares the slow look at pydantic's classes
                is_sure = is_exact(value)
            else:
                is_sure = False
                if trusted is None or not isinstance(value, trusted):
                    value = validate(value)
            written = dump(value, by_alias=True, warnings=is_sure or "error")
        except ValidationError as error:
            raise OutputError(summary(problems_of(error, value), "the result")) from error
        except (ValueError, RecursionError) as error:  # pydantic's serialization errors are among them
            raise OutputError(
                f"the result cannot be written as its type: {_without_values(error)}"
            ) from error
        if may_hold_floats and _is_suspicious(written) and not is_finite(dump_python(value)):
            raise OutputError(f"the result {NOT_FINITE}")
        return value, written

    return write


def misfit_writer(
    definition: Definition, write: Callable[[Any], tuple[Any, bytes]]
) -> Callable[[Any], tuple[Any, bytes]] | None:
    """Make the function that gives what callers get for a result that does not fit its type.

    With "warn" that is the result as it is, with "fallback" the definition's own, made
    anew for each call and checked by ``write``; with "strict" nothing. The function
    raises `OutputError` where that cannot be written either.
    """
    match definition.on_invalid_output:
        case "warn":
            return _write_unchecked
        case "fallback":
            fallback = definition.output_fallback
            make = fallback if callable(fallback) else partial(deepcopy, fallback)
            return lambda _: write(make())
        case "strict":
            return None


def output_reader(
    declared: Described | None, write: Callable[[Any], tuple[Any, bytes]]
) -> Callable[[bytes], Any]:
    """Make the function that reads what `output_writer` wrote, as the type that the handler gave.

    A type may write what it does not read, such as fields under other names. Of that the
    function gives the JSON data, and so it does without a type.
    """
    if declared is None:
        return from_json
    validator = declared.validator if isinstance(declared, TypeAdapter) else declared.__pydantic_validator__
    validate = validator.validate_json

    def read(written: bytes) -> Any:
        data = from_json(written)
        try:
            value = validate(written)
            again = from_json(write(value)[1])
        except (ValidationError, OutputError):
            return data
        return value if _regardless_of_order(again) == _regardless_of_order(data) else data

    return read


def _regardless_of_order(data: Any) -> Any:
    """Give JSON data with its lists sorted: sets are written in any order."""
    if isinstance(data, dict):
        return {key: _regardless_of_order(value) for key, value in data.items()}
    if isinstance(data, list):
        return sorted(map(_regardless_of_order, data), key=repr)
    return data


def _never(_: Any) -> bool:
    return False


def _is_suspicious(written: bytes) -> bool:
    """Say whether a text may stand for a number that is not finite; pydantic writes some as null."""
    return b"null" in written or b"NaN" in written or b"Infinity" in written


def _write_unchecked(value: Any) -> tuple[Any, bytes]:
    try:
        written = to_json(value, by_alias=True, inf_nan_mode="constants")
    except (ValueError, RecursionError) as error:
        raise OutputError(f"the result cannot be written as JSON: {_without_values(error)}") from error
    if (b"NaN" in written or b"Infinity" in written) and not is_finite(value):
        raise OutputError(f"the result {NOT_FINITE}")
    return value, written


def _write_undeclared(value: Any) -> tuple[Any, bytes]:
    """Write a value of no declared type; nobody can have meant the text itself if that is JSON (R001.11)."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        with suppress(ValueError):  # it only begins like JSON
            value = from_json(value, allow_inf_nan=False)
    return _write_unchecked(value)


def _without_values(error: Exception) -> str:
    return " ".join(
        re.sub(r"input_value=.*?(, input_type=|\]$)", r"\1", str(error), flags=re.MULTILINE).split()
    )


def _declared_model(schema: Any) -> type[BaseModel] | None:
    """Give the model that is the declared type itself."""
    if schema["type"] == "definitions":
        schema = schema["schema"]
    return schema["cls"] if schema["type"] == "model" else None


def _kinds(schema: Any) -> set[str]:
    """Name the kinds of all schemas in a core schema, and ``serialization`` where code of its own writes."""
    kinds: set[str] = set()
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        kinds.add(node["type"])
        if "serialization" in node:
            kinds.add("serialization")
        waiting.extend(children(node))
    return kinds
