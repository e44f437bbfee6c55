"""The mark of an argument or a field that was not given."""

from __future__ import annotations

import enum
from typing import Any, Final, Literal

from pydantic_core import PydanticCustomError, core_schema


class Unset(enum.Enum):
    """The type of `UNSET`. What is unset is not sent; ``None`` is sent as ``null``."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        """Let models hold it; no JSON value stands for it."""
        return core_schema.json_or_python_schema(
            json_schema=core_schema.no_info_plain_validator_function(_refuse),
            python_schema=core_schema.is_instance_schema(cls),
        )


def _refuse(_: object) -> Unset:
    raise PydanticCustomError("unset", "no JSON value stands for UNSET")


UNSET: Final = Unset.UNSET
"""Not given: the server takes its default."""
