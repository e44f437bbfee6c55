"""Values as JSON has them: they are written and read as they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeAlias, TypeVar, cast, get_type_hints

from .errors import (
    ApprovalAsked,
    ApprovalRequired,
    Conflict,
    Failure,
    InputProblem,
    InvalidInput,
    KeyConflict,
    MissingCredentials,
    MissingKeys,
)
from .moment import moment_of

T = TypeVar("T")

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
"""What JSON has."""


class Reader(Generic[T]):
    """Stands for the type of the data of a reply, which nothing checks: the server did."""


ANYTHING: Final[Reader[object]] = Reader()
"""Reads any data."""


class UnfitError(Exception):
    """The data of a reply does not fit; the message says where."""


def dumped(value: object) -> JsonValue:
    """Give a value as JSON data, which it has to be; tuples and enumerations of texts are such, too.

    Raises:
        ValueError: It has no form in JSON.
    """
    try:
        data: JsonValue = json.loads(json.dumps(value, allow_nan=False))
    except TypeError as error:
        raise ValueError(
            f"{error}: this client takes values as JSON has them, "
            "dates and decimals as text; give such a one, as `isoformat()` and `str()` do"
        ) from error
    return data


def fitted(reader: Reader[T], data: Any, where: str) -> T:  # noqa: ARG001 - the same as beside pydantic
    """Give JSON data as it is."""
    taken: T = data
    return taken


def fitted_details(error: type[Failure], data: Any) -> Any:
    """Read the details of an error: those of an action as they are, ``None`` where it has none.

    Raises:
        UnfitError: They are not of the form that every server gives them.
    """
    read = _READERS.get(error)
    if read is None:
        return None if get_type_hints(error)["details"] is type(None) else data
    try:
        return read(data)
    except (KeyError, TypeError, ValueError) as wrong:
        raise UnfitError(f"`details` cannot be read ({type(wrong).__name__}: {wrong})") from wrong


def field_of(value: Any, name: str) -> Any:
    """Give the value of a key, ``None`` where there is none."""
    return cast("Mapping[str, Any]", value).get(name) if isinstance(value, Mapping) else None


def _problems(data: Any) -> tuple[InputProblem, ...]:
    return tuple(
        InputProblem(path=tuple(each["path"]), type=_text(each["type"]), message=_text(each["message"]))
        for each in data
    )


def _conflict(data: Any) -> KeyConflict:
    reason = data["reason"]
    if reason not in {"idempotency_key_reused", "in_progress", "unknown_effect"}:
        raise ValueError(f"there is no reason {reason!r}")
    return KeyConflict(reason=reason)


def _asked(data: Any) -> ApprovalAsked:
    return ApprovalAsked(
        approval_key=_text(data["approval_key"]),
        expires_at=moment_of(_text(data["expires_at"])),
        summary=_text(data["summary"]),
    )


def _missing(data: Any) -> MissingKeys:
    return MissingKeys(keys=tuple(_text(key) for key in data["keys"]))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


_READERS: Final[Mapping[type[Failure], Callable[[Any], Any]]] = {
    InvalidInput: _problems,
    Conflict: _conflict,
    ApprovalRequired: _asked,
    MissingCredentials: _missing,
}
