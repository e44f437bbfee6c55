"""What the client knows about one action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar, get_type_hints

from pydantic import TypeAdapter

from .errors import Failure

T = TypeVar("T")
E = TypeVar("E", bound=Failure)


@dataclass(frozen=True, kw_only=True)
class Call(Generic[T, E]):
    """One action: where it is, what it gives, which errors the server may answer by code.

    ``json_keys`` are the inputs that travel in a query as JSON text.
    """

    action: str
    method: str
    path: str
    data: Callable[[], TypeAdapter[T]]
    errors: Mapping[str, type[E]]
    json_keys: frozenset[str] = frozenset()

    @cached_property
    def adapter(self) -> TypeAdapter[T]:
        """What reads the data of a reply; built on first use."""
        return self.data()


_DETAILS: dict[type[Failure], TypeAdapter[Any] | None] = {}


def details_adapter(error: type[Failure]) -> TypeAdapter[Any] | None:
    """Give what reads the details of an error, ``None`` where there are none; built on first use."""
    if error not in _DETAILS:
        details = get_type_hints(error, include_extras=True)["details"]
        _DETAILS[error] = None if details is type(None) else TypeAdapter(details)
    return _DETAILS[error]
