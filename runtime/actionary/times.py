"""Read dates and times only as RFC 3339 and `format` of JSON Schema write them.

Pydantic also reads a text of digits as seconds since 1970, so that ``"0"`` would be
a day of that year, and other spellings that no schema allows and no client writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticKnownError, SchemaValidator, core_schema

from actionary.schema import core_schema_of

_DATE: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME: Final = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})?"
_FORMS: Final = {"date": f"^{_DATE}$", "time": f"^{_TIME}$", "datetime": f"^{_DATE}[Tt ]{_TIME}$"}
"""How values are written, by the kind of pydantic's core schema; without an offset they are local."""

_DATA: Final = frozenset({"metadata", "default", "expected", "members", "custom_error_context"})
"""Keys of a core schema under which users' data stands, and no schemas."""


def json_validator(model: type[BaseModel]) -> Callable[..., Any]:
    """Give ``validate_json`` of a model: its own, or one that is stricter about times."""
    schema = core_schema_of(model)
    if not _has_times(schema):
        return model.__pydantic_validator__.validate_json
    # Validators that are made already would be used for the models inside.
    return SchemaValidator(_strict(schema), None, False).validate_json  # noqa: FBT003 - it has no keyword for it


def _has_times(node: Any) -> bool:
    if isinstance(node, Mapping):
        return node.get("type") in _FORMS or any(
            _has_times(value) for key, value in node.items() if key not in _DATA
        )
    return isinstance(node, list | tuple) and any(map(_has_times, node))


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(part) for part in node]
    if isinstance(node, tuple):
        return tuple(_strict(part) for part in node)
    if not isinstance(node, dict):
        return node
    copy = {key: value if key in _DATA else _strict(value) for key, value in node.items()}
    form = _FORMS.get(node.get("type", ""))
    return copy if form is None else _written(copy, form)


def _written(schema: Any, form: str) -> Any:
    reference = schema.pop("ref", None)
    lax: Any = {**schema, "strict": False}
    read = SchemaValidator(lax).validate_python

    def parse(text: str) -> Any:
        try:
            return read(text)
        except ValidationError as error:
            (problem,) = error.errors(include_url=False, include_input=False)
            raise PydanticKnownError(problem["type"], problem.get("ctx")) from None  # type: ignore[arg-type]  # its types are a closed list

    text = core_schema.custom_error_schema(
        core_schema.str_schema(pattern=form, strict=True), custom_error_type=f"{schema['type']}_type"
    )
    return core_schema.chain_schema(
        [text, core_schema.no_info_plain_validator_function(parse)], ref=reference
    )
