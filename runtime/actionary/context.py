"""The context of a call: who calls, through which door, with what resources."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Generic, Literal, Protocol, TypeAlias, cast, get_args

from typing_extensions import TypeVar

Caller: TypeAlias = Literal["code", "http", "mcp", "cli", "app", "workflow", "tool", "automation"]
"""The closed set of doors; the door sets it, it is never read from the wire."""

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})

CALLERS: Final[frozenset[str]] = frozenset(get_args(Caller))
OUTSIDE: Final = frozenset({"http", "mcp", "app", "tool"})
"""Callers that reach public actions only."""

MODELS: Final = frozenset({"mcp", "tool", "app"})
"""Callers whose inputs models write, who give texts where other values are meant (DESIGN §4)."""

R = TypeVar("R", default=Any)
S = TypeVar("S", default=Any)


class Request(Protocol):
    """What we use of an HTTP request; Starlette's ``Request`` fits."""

    @property
    def method(self) -> str:
        """The upper-case method."""
        ...

    @property
    def url(self) -> Any:
        """The whole address."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers; names are found in any case."""
        ...

    @property
    def cookies(self) -> Mapping[str, str]:
        """The cookies, decoded."""
        ...

    @property
    def scope(self) -> Any:
        """The ASGI scope."""
        ...


class Context(Generic[R]):
    """What a handler may know of its call; annotate a parameter with it to get it.

    ``request`` is there for calls over HTTP, ``resources`` is what the registry's
    lifespan yields, ``action`` the name of the running action. ``extra_input`` has the
    keys that the input does not know, where the definition allows them.
    """

    __slots__ = ("_request", "_request_id", "_resources", "action", "caller", "extra_input")

    def __init__(
        self,
        *,
        caller: Caller = "code",
        request: Request | None = None,
        resources: R | None = None,
        action: str = "",
        request_id: str = "",
    ) -> None:
        if caller not in CALLERS:
            raise ValueError(f"{caller!r} is no caller: use one of {', '.join(sorted(CALLERS))}")
        self.caller: Caller = caller
        self.action = action
        self._request_id = request_id.encode() or new_request_id()
        self.extra_input: Mapping[str, Any] = NOTHING
        self._request = request
        self._resources = resources

    @staticmethod
    def for_test(
        *,
        resources: S | None = None,
        caller: Caller = "code",
        request: Request | None = None,
        action: str = "",
    ) -> Context[S]:
        """Make a context for a test, with the resources that the handler shall see."""
        return Context(caller=caller, request=request, resources=resources, action=action, request_id="test")

    @property
    def resources(self) -> R:
        """What the registry's lifespan yields."""
        return cast("R", self._resources)

    @property
    def request_id(self) -> str:
        """The id that the reply and the log have of this call."""
        return self._request_id.decode()

    @property
    def request(self) -> Request | None:
        """The HTTP request, or ``None`` where there is none."""
        return self._request

    @property
    def headers(self) -> Mapping[str, str]:
        """The request's headers, empty without a request."""
        return {} if self.request is None else self.request.headers

    @property
    def cookies(self) -> Mapping[str, str]:
        """The request's cookies, empty without a request."""
        return {} if self.request is None else self.request.cookies

    def of_action(self, action: str) -> Context[R]:
        """Give this context for a call of ``action``."""
        return self._copy(self._resources, action)

    def with_resources(self, resources: Any) -> Context[Any]:
        """Give this context with what a lifespan yielded."""
        copy = self._copy(resources, self.action)
        copy.extra_input = self.extra_input
        return copy

    def _copy(self, resources: Any, action: str) -> Context[Any]:
        return Context(
            caller=self.caller,
            request=self.request,
            resources=resources if self._resources is None else self._resources,
            action=action,
            request_id=self.request_id,
        )


def context_of(given: Any) -> Context[Any]:
    """Make a context of what a caller passed as ``ctx``: nothing, a context, or a request.

    Raises:
        TypeError: It is none of these.
    """
    if given is None:
        return Context()
    if isinstance(given, Context):
        return given
    if hasattr(given, "scope") and hasattr(given, "headers"):
        return Context(caller="http", request=given)
    raise TypeError(f"ctx must be a Context or a Starlette Request, not {type(given).__name__}")


_PROCESS: Final = secrets.token_hex(6).encode()
_COUNTER: Final = itertools.count(secrets.randbits(20))


def new_request_id() -> bytes:
    """Give an id that no other call of any process has: a random part, and a count."""
    return b"%b%d" % (_PROCESS, next(_COUNTER))
