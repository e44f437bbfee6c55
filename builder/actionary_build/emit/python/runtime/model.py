"""What the generated models are made of."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, TypeAlias, TypeVar, Union, get_args

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import core_schema

from .unset import UNSET, Unset

T = TypeVar("T")


class Model(BaseModel):
    """The base of the models: fields are given by their Python names or by those on the wire.

    A model is built when it is first used, so that importing many costs little.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        validate_by_name=True,
        validate_by_alias=True,
        protected_namespaces=(),
        ser_json_inf_nan="constants",  # not null: what JSON cannot say must not become something else
        defer_build=True,
    )


def is_unset(value: object) -> bool:
    """Say whether a value was not given."""
    return value is UNSET


class _GivenOrUnset:
    """Validates ``T | Unset`` so that a value that does not fit is measured by ``T`` alone."""

    @staticmethod
    def __get_pydantic_core_schema__(source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        given = handler(Union[tuple(member for member in get_args(source) if member is not Unset)])  # noqa: UP007 - the members are not known here
        return core_schema.json_or_python_schema(
            json_schema=given,
            python_schema=core_schema.no_info_wrap_validator_function(_unless_unset, given),
        )


def _unless_unset(value: object, validate: core_schema.ValidatorFunctionWrapHandler) -> object:
    return value if value is UNSET else validate(value)


Maybe: TypeAlias = Annotated[T | Unset, _GivenOrUnset, Field(exclude_if=is_unset)]
"""A field that may be absent: ``UNSET`` is left out of what is sent and dumped."""
