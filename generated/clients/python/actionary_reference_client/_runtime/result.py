"""What a call gives: `Ok` or a `Failure`, told apart by ``ok``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from .errors import Failure

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ok(Generic[T_co]):
    """The call succeeded, and this is what it gave."""

    data: T_co
    action: str
    latency_ms: float
    ok: Literal[True] = True


class ActionError(Exception):
    """What `unwrap` raises: ``error`` is the failed result, to be matched like any."""

    def __init__(self, error: Failure) -> None:
        super().__init__(error)
        self.error = error

    def __str__(self) -> str:
        return f"{self.error.action}: {self.error.code}: {self.error.message}"


def unwrap(result: Ok[T] | Failure) -> T:
    """Give the data of a result.

    Raises:
        ActionError: The call failed.
    """
    if isinstance(result, Failure):
        raise ActionError(result)
    return result.data
