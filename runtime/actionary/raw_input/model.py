"""The model that stands for an input given as a JSON Schema, and how it is read."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, ClassVar, Final

from pydantic import BaseModel

from actionary import strict_json
from actionary.inputs import as_json
from actionary.json_schema import Schema
from actionary.messages import MOST_PROBLEMS, Problem, invalid_input, too_deep
from actionary.names import pascal_case
from actionary.raw_input.defaults import default_filler
from actionary.raw_input.problems import problems_of
from actionary.raw_input.reading import read_schema
from actionary.raw_input.refusal import RawSchemaError
from actionary.raw_input.validator import validator_of

_log: Final = logging.getLogger("actionary")


class RawInput(BaseModel):
    """An input that fits a JSON Schema; each action that has one has a subclass."""

    data: dict[str, Any]

    schema_: ClassVar[Schema] = {}
    validator_: ClassVar[Any] = None
    fill_: ClassVar[Callable[[dict[str, Any]], None] | None] = None
    """Puts the defaults of the schema in their places."""


def raw_model(schema: Mapping[str, Any], action: str) -> type[RawInput]:
    """Make the model of an action's input.

    Raises:
        RawSchemaError: The schema is none, or says what nobody would check.
    """
    try:
        read = read_schema(schema)
        validator = validator_of(read)
        fill = default_filler(read, validator)
    except RecursionError:
        raise RawSchemaError(
            "it is nested too deeply to be checked", "give its parts names in `$defs`, and refer to them"
        ) from None
    namespace = {
        "__module__": __name__,
        "schema_": read,
        "validator_": validator,
        "fill_": None if fill is None else staticmethod(fill),
    }
    return type(f"{pascal_case(action)}Input", (RawInput,), namespace)


def raw_json_reader(model: type[RawInput]) -> Callable[[bytes], RawInput]:
    """Make the function that reads such an input from JSON, as `actionary.inputs.json_reader` does.

    What was sent is checked as it came; then the defaults are filled in.
    """
    fill = model.fill_

    def read(body: bytes) -> RawInput:
        data = _parsed(body or b"{}")
        try:
            problems = problems_of(islice(model.validator_.iter_errors(data), MOST_PROBLEMS))
            if fill is not None and not problems:
                fill(data)
        except RecursionError:
            raise too_deep() from None
        except Exception as error:  # whatever a library makes of what somebody sent, it is no error of ours
            _log.warning("%s: an input could not be checked", model.__name__, exc_info=error)
            raise invalid_input(([], "schema_unchecked", "has a value that cannot be checked")) from error
        if problems:
            raise invalid_input(*sorted(problems, key=_order))
        return model.model_construct(data=data)

    return read


def _parsed(body: bytes) -> Any:
    data = strict_json.check(body)
    if b"\\u" in body:
        try:
            json.dumps(data, ensure_ascii=False).encode()
        except UnicodeEncodeError:  # half of a surrogate pair, which pydantic takes for no JSON either
            raise strict_json.half_a_pair() from None
        except RecursionError:
            raise too_deep() from None
    return data


def _order(problem: Problem) -> list[tuple[bool, str | int]]:
    return [(isinstance(part, str), part) for part in problem[0]]


def raw_value_reader(
    model: type[RawInput], read_json: Callable[[bytes], RawInput]
) -> Callable[[Any], RawInput]:
    """Make the function that reads such an input given in process; what it stands for as JSON counts."""
    return lambda value: (
        value if isinstance(value, model) else read_json(b"" if value is None else as_json(value))
    )
