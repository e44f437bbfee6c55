"""What the generated models are made of."""

from __future__ import annotations

from typing import Annotated, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from .unset import UNSET, Unset

T = TypeVar("T")


class Model(BaseModel):
    """The base of the models: fields are given by their Python names or by those on the wire.

    A model is built when it is first used, so that importing many costs little.
    """

    model_config = ConfigDict(
        validate_by_name=True,
        validate_by_alias=True,
        protected_namespaces=(),
        ser_json_inf_nan="constants",  # not null: what JSON cannot say must not become something else
        defer_build=True,
    )


def is_unset(value: object) -> bool:
    """Say whether a value was not given."""
    return value is UNSET


Maybe: TypeAlias = Annotated[T | Unset, Field(exclude_if=is_unset)]
"""A field that may be absent: ``UNSET`` is left out of what is sent and dumped."""
