"""Who calls: what the actions ask for, and what a client is given for it."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from .deadline import Deadline
from .steps import Ask, Steps


@dataclass(frozen=True, slots=True)
class BasicCredentials:
    """A name and a password."""

    username: str
    password: str = field(repr=False)


Secret: TypeAlias = str | Callable[[], str]
"""A token or a key, or a function that gives it at each attempt."""

Basic: TypeAlias = BasicCredentials | Callable[[], BasicCredentials]
"""A name and a password, or a function that gives them at each attempt."""

AsyncSecret: TypeAlias = str | Callable[[], str | Awaitable[str]]
"""A token or a key, or a function, asynchronous or not, that gives it at each attempt."""

AsyncBasic: TypeAlias = BasicCredentials | Callable[[], BasicCredentials | Awaitable[BasicCredentials]]
"""A name and a password, or a function, asynchronous or not, that gives them at each attempt."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """How callers of an action say who they are."""

    name: str
    kind: Literal["bearer", "api_key", "basic"]
    header: str = "Authorization"


def check_auth(auth: Mapping[str, object], schemes: frozenset[str]) -> None:
    """Refuse what no action asks for.

    Raises:
        ValueError: A name is none of the schemes.
    """
    unknown = sorted(auth.keys() - schemes)
    if unknown:
        known = ", ".join(map(repr, sorted(schemes))) or "none"
        raise ValueError(f"auth has {unknown[0]!r}, but the schemes of this API are: {known}")


def credential(scheme: Scheme, auth: Mapping[str, Any], deadline: Deadline) -> Steps[str | None]:
    """Give the value of a scheme's header, ``None`` where the client was given nothing for it.

    Raises:
        DeadlineError: An asynchronous function did not give it in time.
        TypeError: What was given, or what its function gave, is of another type.
        ValueError: No header can hold it.
    """
    given: Any = auth.get(scheme.name)
    if callable(given):
        given = yield Ask(given, deadline)
    if given is None:
        return None
    expected = BasicCredentials if scheme.kind == "basic" else str
    if not isinstance(given, expected):
        raise TypeError(
            f"auth[{scheme.name!r}] gives {type(given).__name__}, but must give {expected.__name__}"
        )
    if isinstance(given, BasicCredentials):
        pair = f"{given.username}:{given.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"
    if not given or not given.isascii() or not given.isprintable():
        raise ValueError(
            f"auth[{scheme.name!r}] gives a text that no header can hold: visible ASCII can be sent"
        )
    return f"Bearer {given}" if scheme.kind == "bearer" else str(given)
