"""The functions of users around a handler, gates and hooks: a server only logs their mistakes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

from actionary.auth_scheme import AuthUnavailable
from actionary.context import Context, Request
from actionary.credentials import Credential, CredentialResolver, CredentialScope
from actionary.fields import NeedsApproval
from actionary.gates import Gates
from actionary.gates.counters import IN_MEMORY, Counters, Counts, MemoryCounts
from actionary.gates.rate_limit import RateLimit
from actionary.observe import Invocation, OnInvoke
from actionary.principal import Principal
from actionary.running import PASSED_ON, is_cancelled
from actionary.threads import called

Watched: TypeAlias = Literal["auth", "authorize", "needs_approval", "credentials", "on_invoke", "compensate"]
"""What a server only logs the mistakes of, by the names under which it is given."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What one of these functions raised, or the error that it answered what is no answer."""

    of: Watched
    error: BaseException


Mistakes: TypeAlias = list[Mistake]


class OwnCounters(Counters):
    """Counts calls for rate limits in memory, on a clock, and for nobody else."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(IN_MEMORY)
        self._own: Final = MemoryCounts(clock)

    def ready(self) -> Counts:
        """Give the place where they are counted."""
        return self._own


def gates_in_test(
    gates: Gates, principal: Principal | None, counters: Counters | None, mistakes: Mistakes
) -> Gates:
    """Give gates that let ``principal`` in, or without one ask the action's own ``auth``.

    Calls are counted by ``counters``. Without them the calls are tries: there is no rate
    limit, what needs a human's yes has it, and nobody is told of changes.
    """

    async def known(_: Request) -> Principal | None:
        return principal

    auth = gates.auth
    if auth is not None:
        auth = _watched("auth", auth, mistakes) if principal is None else known
    authorize = gates.authorize
    if authorize is not None:
        authorize = _watched("authorize", authorize, mistakes)
    rate_limit = gates.rate_limit
    if rate_limit is not None:
        rate_limit = None if counters is None else RateLimit(rate_limit.rates, counters)
    credentials = gates.credentials
    if credentials is not None:
        watched = tuple(WatchedResolver(each, mistakes) for each in credentials.resolvers)
        credentials = replace(credentials, resolvers=watched)
    approval = gates.approval
    if approval is not None:
        needed = approval.needed
        if not isinstance(needed, bool):
            needed = _watched("needs_approval", needed, mistakes)
        approval = replace(approval, needed=_approved(needed) if counters is None else needed)
    return replace(
        gates,
        auth=auth,
        rate_limit=rate_limit,
        authorize=authorize,
        approval=approval,
        changes=None if counters is None else gates.changes,
        credentials=credentials,
    )


def _approved(needed: bool | NeedsApproval) -> NeedsApproval:  # noqa: FBT001 - as definitions have it
    """Give a predicate that lets every call go on, when it has asked the action's own."""

    async def is_needed(given: Any, ctx: Context[Any]) -> bool:
        if not isinstance(needed, bool):
            await called(needed, given, ctx)
        return False

    return is_needed


class WatchedResolver:
    """A resolver whose mistakes are seen."""

    def __init__(self, resolver: CredentialResolver, mistakes: Mistakes) -> None:
        self._resolver: Final = resolver
        self._mistakes: Final = mistakes

    async def resolve(self, credential: Credential[Any], scope: CredentialScope, /) -> Any:
        """Ask the resolver."""
        try:
            return await called(self._resolver.resolve, credential, scope)
        except Exception as error:
            self._mistakes.append(Mistake("credentials", error))
            raise


def hooks_in_test(hooks: tuple[OnInvoke, ...], mistakes: Mistakes) -> tuple[OnInvoke, ...]:
    """Give hooks whose mistakes are seen."""
    return tuple(_watched_hook(hook, mistakes) for hook in hooks)


def _watched(of: Watched, predicate: Callable[..., Any], mistakes: Mistakes) -> Callable[..., Any]:
    async def ask(*arguments: Any) -> Any:
        try:
            answer = await called(predicate, *arguments)
            if not _is_answer(of, answer):
                name = getattr(predicate, "__qualname__", type(predicate).__qualname__)
                raise TypeError(f"{name} answered {answer!r}, and anything but its own answers refuses")  # noqa: TRY301 - seen as what it raises itself
        except PASSED_ON:
            raise
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError) and is_cancelled():
                raise
            if of != "auth" or not isinstance(error, AuthUnavailable):
                mistakes.append(Mistake(of, error))
            raise
        return answer

    return ask


def _is_answer(of: Watched, answer: Any) -> bool:
    if of in {"authorize", "needs_approval"}:
        return isinstance(answer, bool)
    return answer is None or isinstance(answer, bool | Principal | AuthUnavailable)


def _watched_hook(hook: OnInvoke, mistakes: Mistakes) -> OnInvoke:
    def tell(invocation: Invocation) -> None:
        try:
            hook(invocation)
        except Exception as error:
            mistakes.append(Mistake("on_invoke", error))
            raise

    return tell
