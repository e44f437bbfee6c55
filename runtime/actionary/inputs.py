"""From what a door was given to the input model: strict validation (DESIGN §4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from actionary import strict_json
from actionary.fields import UnknownKeys
from actionary.finite import is_finite
from actionary.formats import json_validator
from actionary.keys import key_counter
from actionary.messages import invalid_input, not_finite, refusal, too_deep
from actionary.result import CommonError
from actionary.schema import core_schema_of


def json_reader(
    model: type[BaseModel], unknown_keys: UnknownKeys | None = None
) -> Callable[[bytes], BaseModel]:
    """Make the function that reads an input of ``model`` from JSON; no bytes at all are ``{}``.

    ``unknown_keys`` wins over what the model and those inside it say of them. The
    function raises `CommonError` ``invalid_input``, whose details say every problem.
    """
    schema = core_schema_of(model)  # which completes the model where it can
    count_keys = None if unknown_keys == "allow" else key_counter(schema)
    validate = json_validator(model)

    def read(body: bytes) -> BaseModel:
        body = body or b"{}"
        try:
            given: BaseModel = validate(body, strict=True, extra=unknown_keys, by_alias=True, by_name=False)
        except ValidationError as error:
            return _read_again(validate, body, error, unknown_keys)
        except RecursionError:
            raise too_deep() from None
        keys = None if count_keys is None else count_keys(given)
        if body.count(b":") != keys and not strict_json.is_plainly_strict(body):
            strict_json.check(body)
        return given

    return read


def value_reader(
    model: type[BaseModel],
    read_json: Callable[[bytes], BaseModel],
    unknown_keys: UnknownKeys | None = None,
) -> Callable[[Any], BaseModel]:
    """Make the function that reads an input given in process, as Python objects.

    ``read_json`` is the model's `json_reader`. An instance of the model is taken as
    it is. JSON data is read as JSON, so that the same data means the same at every
    door. For anything else Python objects are taken first, then the JSON that they
    stand for.
    """
    validate = model.__pydantic_validator__.validate_python

    def read(value: Any) -> BaseModel:
        if isinstance(value, model):
            return value
        try:
            if not _is_json(value):
                return _read_objects(value)
        except RecursionError:
            raise too_deep() from None
        return read_json(as_json(value))

    def _read_objects(value: Any) -> BaseModel:
        try:
            given: BaseModel = validate(value, strict=True, extra=unknown_keys, by_alias=True, by_name=False)
        except ValidationError as error:
            try:
                return read_json(as_json(value))
            except CommonError as unlike:
                if unlike.details[0]["type"] == "json_invalid":
                    raise refusal(error, value) from error
                raise
        if not is_finite(value):
            raise not_finite()
        return given

    return lambda value: read({} if value is None else value)


def _read_again(
    validate: Callable[..., Any], body: bytes, error: ValidationError, unknown_keys: UnknownKeys | None
) -> BaseModel:
    """Try once more with whole numbers as integers; strict pydantic takes ``3.0`` for none."""
    given = strict_json.check(body)
    said = _said_of_json(error)
    if said.startswith("recursion limit"):
        raise too_deep() from error
    if "hex escape" in said:
        raise strict_json.half_a_pair() from error
    whole = strict_json.with_whole_numbers(body)
    if whole == body:
        raise refusal(error, given) from error
    try:
        read: BaseModel = validate(whole, strict=True, extra=unknown_keys, by_alias=True, by_name=False)
    except ValidationError as still:
        raise refusal(still, given) from still
    return read


def _said_of_json(error: ValidationError) -> str:
    """Give what pydantic's parser says of a body that it takes for no JSON."""
    first = error.errors(include_url=False, include_input=False)[0] if error.error_count() == 1 else None
    if first is None or first["type"] != "json_invalid":
        return ""
    return str(first.get("ctx", {}).get("error", ""))


def _is_json(value: Any) -> bool:
    if isinstance(value, dict):
        return type(value) is dict and all(type(key) is str and _is_json(item) for key, item in value.items())
    if isinstance(value, list):
        return type(value) is list and all(map(_is_json, value))
    return value is None or type(value) in {str, int, float, bool}


def as_json(value: Any) -> bytes:
    """Write Python objects as the JSON they stand for; NaN and infinities by their names.

    Raises:
        CommonError: ``invalid_input``: there is no such JSON.
    """
    try:
        return to_json(value, by_alias=True, inf_nan_mode="constants")
    except RecursionError:
        raise too_deep() from None
    except ValueError as error:  # pydantic's serialization errors are among them
        if "depth exceeded" in str(error):
            raise too_deep() from None
        raise invalid_input(([], "json_invalid", "is no JSON data")) from None
