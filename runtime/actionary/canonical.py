"""One text for each input: two calls ask for the same if their inputs have the same digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel, Secret, SecretBytes, SecretStr
from pydantic_core import to_jsonable_python


def digest_of(given: BaseModel) -> str:
    """Give the SHA-256 of a validated input, in hexadecimal.

    It is that of what a handler sees: the order of keys, 1 or 1.0, and whether a default
    was given or left out make no difference. Secrets count by their value.
    """
    text = json.dumps(_plain(given), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Give a value as JSON of which two are equal when the values are."""
    match value:
        case SecretStr() | SecretBytes() | Secret():
            return _plain(value.get_secret_value())
        case BaseModel():
            return _plain({**value.__dict__, **(value.__pydantic_extra__ or {})})
        case Mapping():
            return {json.dumps(_plain(key)): _plain(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            parts = list(map(_plain, value))
            return parts if isinstance(value, list | tuple) else sorted(parts, key=json.dumps)
        case _ if is_dataclass(value):
            return _plain({each.name: getattr(value, each.name) for each in fields(value)})
        case _:
            return _single(value)


def _single(value: Any) -> Any:
    """Give a value that holds no others."""
    if isinstance(value, Enum):
        return _plain(value.value)
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, Decimal):
        return str(value.normalize())
    return to_jsonable_python(value, bytes_mode="base64", fallback=str)
