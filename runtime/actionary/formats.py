"""Read texts only as their `format` in JSON Schema writes them: dates, times, durations, IPv6 addresses.

Pydantic also reads a text of digits as seconds since 1970, so that ``"0"`` would be
a day of that year, ``"3 days"`` as a duration, and other spellings that no schema
allows and no client writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv6Address
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticKnownError, SchemaValidator, core_schema

from actionary.core_walk import children, rebuilt
from actionary.schema import core_schema_of

_DATE: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME: Final = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})?"
_FORMS: Final = {
    "date": re.compile(_DATE),
    "time": re.compile(_TIME),
    "datetime": re.compile(f"{_DATE}[Tt ]{_TIME}"),
    "timedelta": re.compile(
        r"-?P(?=.)([0-9]+W|([0-9]+Y)?([0-9]+M)?([0-9]+D)?"
        r"(T(?=.)([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]+)?S)?)?)"
    ),
}
"""How values are written, by the kind of pydantic's core schema.

Times without an offset are local. Durations are those of RFC 3339 (appendix A), and with
them the sign and the fraction that pydantic writes.
"""

_KINDS: Final = {"timedelta": "time_delta_type"}
"""Pydantic's names of what is wrong with another value, where they are not like the kind."""


def json_validator(model: type[BaseModel]) -> Callable[..., Any]:
    """Give ``validate_json`` of a model: its own, or one that is stricter about formats."""
    schema = core_schema_of(model)
    if not _has_formats(schema):
        return model.__pydantic_validator__.validate_json
    # Validators that are made already would be used for the models inside.
    return SchemaValidator(_strict(schema), None, False).validate_json  # noqa: FBT003 - it has no keyword for it


def _has_formats(node: Any) -> bool:
    return node["type"] in _FORMS or _is_ipv6(node) or any(map(_has_formats, children(node)))


def _strict(node: Any) -> Any:
    if _is_ipv6(node):
        return _without_zone(node)
    form = _FORMS.get(node["type"])
    return rebuilt(node, _strict) if form is None else _written(node, form)


def _is_ipv6(node: Any) -> bool:
    return node["type"] == "function-after" and node["function"]["function"] is IPv6Address


def _without_zone(schema: Any) -> Any:
    """Make the schema that reads an IPv6 address, given its own, only without a zone (RFC 4291 §2.2)."""

    def parse(text: str) -> IPv6Address:
        address = IPv6Address(text)
        if address.scope_id is not None:
            raise ValueError("an address that other machines understand has no zone")
        return address

    return {**schema, "function": {"type": "no-info", "function": parse}}


def _written(schema: Any, form: re.Pattern[str]) -> Any:
    """Make the schema that reads a text, given its own, only where it is written in the right form."""
    kind: Any = _KINDS.get(schema["type"], f"{schema['type']}_type")
    lax: Any = {key: value for key, value in schema.items() if key != "ref"} | {"strict": False}
    read = SchemaValidator(lax).validate_python

    def parse(text: Any) -> Any:
        if not isinstance(text, str) or not form.fullmatch(text):
            raise PydanticKnownError(kind)
        try:
            return read(text)
        except ValidationError as error:
            (problem,) = error.errors(include_url=False, include_input=False)
            raise PydanticKnownError(problem["type"], problem.get("ctx")) from None  # type: ignore[arg-type]  # its types are a closed list

    return core_schema.no_info_plain_validator_function(parse, ref=schema.get("ref"))
