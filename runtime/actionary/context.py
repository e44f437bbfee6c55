"""The context of a call: who calls, through which door, with what resources."""

from __future__ import annotations

import copy
import itertools
import math
import os
import secrets
from collections.abc import Mapping
from time import monotonic
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, Protocol, TypeAlias, cast, get_args

from typing_extensions import TypeVar

from actionary.credentials.values import NO_CREDENTIALS, Credentials, GivenCredentials
from actionary.leaks import NO_SECRETS, Secrets
from actionary.marks import Marks, check_scope
from actionary.principal import Principal
from actionary.progress import OnProgress, Progress, check_progress, tell
from actionary.running import Call

if TYPE_CHECKING:
    import asyncio

    from actionary.changes import Changes

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
    lifespan yields, ``action`` the name of the running action. ``principal`` is who
    calls, where that is known. ``extra_input`` has the keys that the input does not
    know, where the definition allows them. ``credentials`` are those given for the call
    to who makes a context, and those that its action asks for to its handler.

    Raises:
        ValueError: There is no such ``caller``.
        TypeError: ``credentials`` is no mapping.
    """

    extra_input: Mapping[str, Any] = NOTHING
    principal: Principal | None = None
    marks: Marks | None = None
    """What the call said that it changed, by `changed`."""

    changes: Changes | None = None
    """Where its changes are told; the pipeline's own."""

    replayed: bool = False
    """Whether the answer is that of an earlier call with the same idempotency key."""

    call: Call | None = None
    """The time of the call; the pipeline's own, and not there in a context made by hand."""

    compensation: asyncio.Task[BaseException | None] | None = None
    """What undoes a run that failed (`actionary.compensation`); the pipeline's own."""

    given_credentials: Credentials = NO_CREDENTIALS
    """What was given for the call, before it was looked at."""

    on_progress: OnProgress | None = None
    """Who is told of progress."""

    secrets: Secrets = NO_SECRETS
    """What must not leave the call."""

    _credentials: Credentials | None = None
    _deadline: float = math.inf
    _approval: str = ""
    _outer: Context[Any] | None = None

    def __init__(
        self,
        *,
        caller: Caller = "code",
        request: Request | None = None,
        resources: R | None = None,
        action: str = "",
        request_id: str = "",
        principal: Principal | None = None,
        deadline: float | None = None,
        approval: str = "",
        credentials: GivenCredentials | None = None,
        on_progress: OnProgress | None = None,
    ) -> None:
        if caller not in CALLERS:
            raise ValueError(f"{caller!r} is no caller: use one of {', '.join(sorted(CALLERS))}")
        self.caller: Caller = caller
        self.action = action
        self.principal = principal
        if on_progress is not None:
            self.on_progress = on_progress
        if credentials is not None:
            self.given_credentials = Credentials(credentials)
        self._approval = approval
        self._deadline = math.inf if deadline is None else deadline
        self._request_id = request_id.encode() or new_request_id()
        self._request = request
        self._resources = resources

    @staticmethod
    def for_test(
        *,
        resources: S | None = None,
        caller: Caller = "code",
        request: Request | None = None,
        action: str = "",
        principal: Principal | None = None,
        deadline: float | None = None,
        credentials: GivenCredentials | None = None,
        on_progress: OnProgress | None = None,
    ) -> Context[S]:
        """Make a context for a test, with the resources and credentials that the handler shall see."""
        return Context(
            caller=caller,
            request=request,
            resources=resources,
            action=action,
            request_id="test",
            principal=principal,
            deadline=deadline,
            credentials=credentials,
            on_progress=on_progress,
        )

    @property
    def credentials(self) -> Credentials:
        """The credentials of the running action, by credential or key."""
        if self._credentials is not None:
            return self._credentials
        return self.given_credentials if self.call is None else NO_CREDENTIALS

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

    @property
    def approval(self) -> str:
        """The key of the approval that this call brings, empty without one."""
        return self._approval or self.headers.get("actionary-approval", "")

    def changed(self, scope: str | None = None) -> None:
        """Tell those who show data that some of it changed, where a call of an action does not say so.

        A call that succeeds and is not read-only tells that by itself. ``scope`` may say of
        what, such as ``"meals:42"``. It is told when this call ends, however it ends; what
        ``compensate`` says is told when that ends. Of more than 100, those who listen hear
        that they missed something, and read all anew.

        Raises:
            TypeError: ``scope`` is no text.
            ValueError: It has more than 512 characters.
        """
        check_scope(scope)
        marks: Marks = vars(self).setdefault("marks", Marks())  # at once: several threads may come first
        marks.add(scope)

    @property
    def deadline(self) -> float:
        """When the call has to be over, as `time.monotonic` tells it; infinite without a limit."""
        return self._deadline if self.call is None else self.call.deadline

    @property
    def remaining(self) -> float:
        """The seconds until the deadline, 0 after it."""
        return max(self.deadline - monotonic(), 0)

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits for the result any more: the time is over, or the caller hung up.

        A coroutine is cancelled then. A plain function runs in a thread, which nothing
        can stop: one that takes long asks here.
        """
        if self.call is not None and self.call.stop is not None:
            return True
        return monotonic() >= self.deadline or (self._outer is not None and self._outer.cancelled)

    def of_call(self, call: Call, action: str) -> Context[R]:
        """Give this context for one call of ``action``, which ends no later than this context's own does."""
        call.deadline = call.until = min(
            call.deadline, self._deadline if self.call is None else self.call.deadline
        )
        copy = Context(
            caller=self.caller,
            request=self.request,
            resources=self._resources,
            action=action,
            request_id=self.request_id,
            principal=self.principal,
            approval=self._approval,
        )
        copy.on_progress = self.on_progress
        copy.call, copy._outer, copy.given_credentials = call, self, self.given_credentials
        return copy

    def with_time(self, seconds: float) -> Context[R]:
        """Give this context for what goes on after its call, with so many seconds from now."""
        more = copy.copy(self)
        more.call = None
        more.__dict__.update(_outer=None, _deadline=monotonic() + seconds)
        more.__dict__.pop("marks", None)  # which the call tells of itself
        return more

    def progress(self, done: float, total: float | None = None, message: str | None = None) -> None:
        """Tell whoever listens how far the call has come: so much is ``done`` of ``total``.

        Over HTTP that is a caller who accepts ``text/event-stream``, in process
        ``Context(on_progress=...)``. It may be called in any thread, and waits for nobody.

        Raises:
            TypeError: ``done`` or ``total`` is no number.
            ValueError: One of them is not finite.
        """
        check_progress(done, total)
        if self.on_progress is not None:
            message = None if message is None else self.secrets.masked(message)
            tell(self.on_progress, Progress(done, total, message), self.action, self.request_id)

    def take_credentials(self, credentials: Credentials, secrets: Secrets) -> None:
        """Let the handler see credentials, and keep their ``secrets`` from leaving the call."""
        self._credentials, self.secrets = credentials, secrets

    def give_resources(self, resources: Any) -> None:
        """Let the handler see what a lifespan yielded."""
        if self._resources is None:
            self._resources = resources


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


_COUNTER: Final = itertools.count(secrets.randbits(20))


class _Process:
    """What the ids of this process begin with."""

    start = secrets.token_hex(6).encode()

    @classmethod
    def begin(cls) -> None:
        """Take another start, as a process that was forked has to."""
        cls.start = secrets.token_hex(6).encode()


os.register_at_fork(after_in_child=_Process.begin)


def new_request_id() -> bytes:
    """Give an id that no other call of any process has: a random part, and a count."""
    return b"%b%d" % (_Process.start, next(_COUNTER))
