"""One text for each input: two calls ask for the same if their inputs have the same digest.

And what a human is shown of it, which is all that the digest is of, but for secrets.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import partial
from types import NoneType
from typing import Any, Final

from pydantic import BaseModel, RootModel, Secret, SecretBytes, SecretStr
from pydantic_core import to_jsonable_python

from actionary.leaks import STARS

_PLAIN: Final = frozenset({str, int, bool, NoneType})
"""What most values are, exactly: a subclass may be an enumeration."""


def digest_of(given: BaseModel, *, key: bytes = b"") -> str:
    """Give the digest of a validated input, in hexadecimal: its SHA-256, or with ``key`` the HMAC with that.

    It is that of what a handler sees: the order of keys, 1 or 1.0, and whether a default
    was given or left out make no difference. Secrets count by their value. Two values
    that are not equal have different texts, also in a union of types.
    """
    text = json.dumps(_plain(given), sort_keys=True, separators=(",", ":")).encode()
    return hmac.digest(key, text, "sha256").hex() if key else hashlib.sha256(text).hexdigest()


def shown(value: Any) -> Any:
    """Give an input, or a part of it, as JSON data for a human: all of it, but secrets are masked.

    A model's own rules of what is written do not count: what they leave out a handler sees.
    """
    match value:
        case SecretStr() | SecretBytes() | Secret():
            return STARS
        case RootModel():
            return shown(value.root)
        case Mapping():
            return {_name(key): shown(part) for key, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [shown(part) for part in value]
        case _:
            parts = _members(value)
            if parts is None:
                return to_jsonable_python(value, bytes_mode="base64", fallback=_kind)
            return {_sent_as(value, name): shown(part) for name, part in parts.items()}


def _kind(value: Any) -> str:
    return f"<{type(value).__name__}>"


def _name(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(shown(key), ensure_ascii=False)


def _members(value: Any) -> dict[str, Any] | None:
    """Give the fields of a model or a dataclass with their values; all else has none."""
    if isinstance(value, BaseModel):
        return {**value.__dict__, **(value.__pydantic_extra__ or {})}
    if is_dataclass(value):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    return None


def _sent_as(value: Any, name: str) -> str:
    """Give the name by which callers send a field."""
    field = type(value).model_fields.get(name) if isinstance(value, BaseModel) else None
    alias = None if field is None else field.validation_alias
    return alias if isinstance(alias, str) else name


def _plain(value: Any) -> Any:
    """Give a value as JSON of which two are equal when the values are.

    What is no plain JSON value is a list that begins with its kind.
    """
    return value if type(value) in _PLAIN else _unfolded(value)


def _unfolded(value: Any) -> Any:
    """Give a value that is none of `_PLAIN`, as `_plain` does."""
    match value:
        case SecretStr() | SecretBytes() | Secret():
            return ["secret", _plain(value.get_secret_value())]
        case Mapping():
            return [
                "object",
                *sorted(([_plain(key), _plain(part)] for key, part in value.items()), key=_text),
            ]
        case list() | tuple():
            return ["array", *map(_plain, value)]
        case set() | frozenset():
            return ["set", *sorted(map(_plain, value), key=_text)]
        case _:
            parts = _members(value)
            if parts is None:
                return _single(value)
            named = {name: _plain(part) for name, part in parts.items()}
            return ["model", type(value).__qualname__, named]


_text: Final[Callable[[Any], str]] = partial(json.dumps, sort_keys=True)


def _single(value: Any) -> Any:
    """Give a value that holds no others."""
    if isinstance(value, Enum):
        return [type(value).__qualname__, _plain(value.value)]
    if isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, Decimal):
        return ["decimal", _exactly(value)]
    return [type(value).__qualname__, to_jsonable_python(value, bytes_mode="base64", fallback=str)]


def _exactly(number: Decimal) -> list[Any]:
    """Give a number in full, however many digits it has: 1.0 and 1 alike."""
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):  # no number, or infinity
        return [str(number)]
    text = "".join(map(str, digits)).lstrip("0")
    stripped = text.rstrip("0")
    return [sign, stripped, exponent + len(text) - len(stripped)] if stripped else [0, "", 0]
