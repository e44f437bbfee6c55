"""What a declared way to say who calls is: an `auth` that also describes itself.

Those that there are stand in `actionary.auth`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from actionary.action_spec import SchemeSpec
from actionary.context import Request
from actionary.principal import Principal


class AuthUnavailable(Exception):  # noqa: N818 - it says what is so, not what is wrong with the caller
    """Nobody can say now who calls: what knows it is away.

    An ``auth`` or its ``verify`` raises it; the caller gets ``unavailable`` and may
    come again after ``retry_after`` seconds, whole ones. The text goes to the log.

    Raises:
        TypeError: ``retry_after`` is no number.
        ValueError: It is not finite.
    """

    retry_after: int = 5

    def __init__(self, message: str, *, retry_after: float = 5) -> None:
        super().__init__(message)
        given: Any = retry_after  # untyped callers pass anything
        if isinstance(given, bool) or not isinstance(given, int | float):
            raise TypeError(f"`retry_after` must be a number of seconds, not {given!r}")
        if not math.isfinite(given):
            raise ValueError(f"`retry_after` must be a finite number of seconds, not {given!r}")
        self.retry_after = max(0, math.ceil(given))


@dataclass(frozen=True, eq=False, kw_only=True)
class AuthScheme(ABC):
    """An ``auth`` that says how callers are to say who they are, and of each request who calls.

    ``name`` tells it from the other schemes of a registry, ``description`` tells
    people where they get what they have to send, ``realm`` names to callers what is
    guarded.
    """

    name: str
    description: str = ""
    realm: str = "actions"

    @property
    @abstractmethod
    def scheme(self) -> SchemeSpec:
        """What callers are told of it: in the catalog, OpenAPI, the documentation."""

    @abstractmethod
    async def __call__(self, request: Request) -> bool | Principal | None:
        """Say who makes a request, ``None`` where that is nobody who is known.

        Raises:
            AuthUnavailable: What knows it is away.
        """

    @abstractmethod
    def challenge(self, request: Request, scopes: frozenset[str]) -> str:
        """Give the ``WWW-Authenticate`` of a refusal with 401 (RFC 9110 §11.6.1).

        ``scopes`` are those that the action asks for.
        """

    def scopes_challenge(self, scopes: frozenset[str]) -> str | None:
        """Give the ``WWW-Authenticate`` of a refusal for want of scopes, where the scheme has one."""
        del scopes
        return None
