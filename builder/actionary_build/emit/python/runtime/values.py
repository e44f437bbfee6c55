"""Values, as pydantic writes and reads them."""

from __future__ import annotations

import json
from typing import Any, TypeAlias, TypeVar, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic import JsonValue as _JsonValue

from .errors import Failure

T = TypeVar("T")

JsonValue: TypeAlias = _JsonValue
"""What JSON has."""

Reader = TypeAdapter
"""Reads the data of a reply."""

_WRITER: TypeAdapter[Any] = TypeAdapter(Any, config=ConfigDict(ser_json_inf_nan="constants"))
ANYTHING: TypeAdapter[object] = TypeAdapter(object)
"""Reads any data."""

_DETAILS: dict[type[Failure], TypeAdapter[Any] | None] = {}


class UnfitError(Exception):
    """The data of a reply does not fit; the message says where."""


def dumped(value: object) -> JsonValue:
    """Give a value as JSON data.

    Raises:
        ValueError: It has no form in JSON.
    """
    data: JsonValue = _WRITER.dump_python(value, mode="json", by_alias=True)
    return data


def fitted(reader: TypeAdapter[T], data: Any, where: str) -> T:
    """Read JSON data strictly, as JSON: dates are text, ``"3"`` is no number.

    Raises:
        UnfitError: It does not fit.
    """
    try:
        return reader.validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join([where, *(str(part) for part in first["loc"])])
        raise UnfitError(f"`{place}`: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise UnfitError(f"`{where}` cannot be read") from error


def fitted_details(error: type[Failure], data: Any) -> Any:
    """Read the details of an error, ``None`` where it has none.

    Raises:
        UnfitError: They do not fit.
    """
    if error not in _DETAILS:  # built on first use
        hint = get_type_hints(error, include_extras=True)["details"]
        _DETAILS[error] = None if hint is type(None) else TypeAdapter(hint)
    reader = _DETAILS[error]
    return None if reader is None else fitted(reader, data, "details")


def field_of(value: Any, name: str) -> Any:
    """Give a field of a model."""
    return getattr(value, name)
