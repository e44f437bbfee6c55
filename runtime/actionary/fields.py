"""What people write in a definition: its fields, and the values that some of them take."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal, TypeAlias, TypedDict

from actionary.context import Context, Request
from actionary.credentials.credential import Credential
from actionary.hooks import Compensate, Hooks
from actionary.principal import Principal
from actionary.result import ActionError

Auth: TypeAlias = Callable[[Request], bool | Principal | Awaitable[bool | Principal | None] | None]
"""Who is at the door: only ``True`` or a `Principal` lets a request in. A plain function runs in a thread."""

Authorize: TypeAlias = Callable[[Any, Context[Any]], bool | Awaitable[bool]]
"""Whether a caller may do this, given the input's model; only ``True`` lets the call go on."""

NeedsApproval: TypeAlias = Callable[[Any, Context[Any]], bool | Awaitable[bool]]
"""Whether a human has to approve a call, given the input's model; only ``False`` says no."""

UnknownKeys: TypeAlias = Literal["forbid", "ignore", "allow"]
"""What becomes of keys that an input does not have: an error, nothing, or ``ctx.extra_input``."""

OnInvalidOutput: TypeAlias = Literal["strict", "warn", "fallback"]
"""What becomes of a result that does not fit its type: an error, a line in the log, another result."""

UNSET: Final = object()
"""Stands for a value that was not given; ``None`` is one."""


@dataclass(frozen=True, slots=True)
class Http:
    """The HTTP door. GET and DELETE take the input from the query, POST and PUT from a JSON body.

    ``path`` lies under the server's prefix and replaces ``/actions/<name>``:
    ``Http("PUT", "/orders")``. Several actions may share it with a method each.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"] = "POST"
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """An example call; both sides are checked against the schemas when the project is built.

    Examples are published, with asterisks in the place of secrets (``SecretStr``).
    """

    input: dict[str, Any]
    output: Any = UNSET


@dataclass(frozen=True, slots=True)
class Deprecated:
    """That an action should no longer be used: since when, until when, and what to use instead.

    Over HTTP ``since`` is the header ``Deprecation`` (RFC 9745) and ``sunset``, when
    the action ceases to be there, the header ``Sunset`` (RFC 8594). ``use_instead`` is
    the name of another action.
    """

    since: date | None = None
    sunset: date | None = None
    use_instead: str | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """How an action gives a long list page by page.

    The output's ``output`` is the cursor of the next page, null on the last one; a
    caller sends it as the input's ``input``. The page itself is the list ``items``.
    """

    input: str = "cursor"
    output: str = "next_cursor"
    items: str = "items"


class ActionFields(TypedDict, total=False):
    """The fields of a definition that have a default (DESIGN §3)."""

    name: str
    title: str
    description: str
    when_to_use: str
    when_not_to_use: str
    tags: Sequence[str]
    examples: Sequence[Example]
    deprecated: bool | Deprecated
    public: bool
    http: Http | Literal[False]
    agent_tool: bool
    tool_callable: bool
    read_only: bool
    destructive: bool
    idempotent: bool
    open_world: bool
    parallel_safe: bool
    auth: Auth | Literal[False]
    scopes: Sequence[str]
    authorize: Authorize
    rate_limit: str
    needs_approval: bool | NeedsApproval
    credentials: Sequence[Credential[Any]]
    errors: Sequence[type[ActionError[Any]]]
    unknown_keys: UnknownKeys
    on_invalid_output: OnInvalidOutput
    output_fallback: Any
    timeout: float | timedelta | None
    retries: int
    backoff: float | timedelta
    hooks: Hooks
    compensate: Compensate
    paginate: Cursor
