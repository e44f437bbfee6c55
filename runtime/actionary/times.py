"""Read dates and times only as RFC 3339 and `format` of JSON Schema write them.

Pydantic also reads a text of digits as seconds since 1970, so that ``"0"`` would be
a day of that year, and other spellings that no schema allows and no client writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
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
}
"""How values are written, by the kind of pydantic's core schema; without an offset they are local."""


def json_validator(model: type[BaseModel]) -> Callable[..., Any]:
    """Give ``validate_json`` of a model: its own, or one that is stricter about times."""
    schema = core_schema_of(model)
    if not _has_times(schema):
        return model.__pydantic_validator__.validate_json
    # Validators that are made already would be used for the models inside.
    return SchemaValidator(_strict(schema), None, False).validate_json  # noqa: FBT003 - it has no keyword for it


def _has_times(node: Any) -> bool:
    return node["type"] in _FORMS or any(map(_has_times, children(node)))


def _strict(node: Any) -> Any:
    form = _FORMS.get(node["type"])
    return rebuilt(node, _strict) if form is None else _written(node, form)


def _written(schema: Any, form: re.Pattern[str]) -> Any:
    """Make the schema that reads a time, given its own, only where it is written in the right form."""
    kind: Any = f"{schema['type']}_type"
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
