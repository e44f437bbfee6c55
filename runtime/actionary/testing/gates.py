"""The gates of an action in a test: with a principal given, and with the mistakes of predicates seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from actionary.context import Request
from actionary.gates import Gates
from actionary.principal import Principal
from actionary.threads import in_thread

Seen: TypeAlias = list[Exception]
"""What predicates raised, which a server only logs before it refuses."""


def gates_in_test(gates: Gates, principal: Principal | None, seen: Seen) -> Gates:
    """Give gates that let ``principal`` in, or without one ask the action's own ``auth``."""

    async def known(_: Request) -> Principal | None:
        return principal

    auth = gates.auth
    if auth is not None:
        auth = _watched(auth, _is_who_calls, seen) if principal is None else known
    authorize = gates.authorize
    if authorize is not None:
        authorize = _watched(authorize, _is_bool, seen)
    return replace(gates, auth=auth, authorize=authorize)


def _watched(predicate: Callable[..., Any], fits: Callable[[Any], bool], seen: Seen) -> Callable[..., Any]:
    async def ask(*arguments: Any) -> Any:
        try:
            answer = await in_thread(predicate, *arguments)
            if not fits(answer):
                name = getattr(predicate, "__qualname__", type(predicate).__qualname__)
                raise TypeError(f"{name} answered {answer!r}, and anything but its own answers refuses")  # noqa: TRY301 - seen as what it raises itself
        except Exception as error:
            seen.append(error)
            raise
        return answer

    return ask


def _is_who_calls(answer: Any) -> bool:
    return answer is None or isinstance(answer, bool | Principal)


def _is_bool(answer: Any) -> bool:
    return isinstance(answer, bool)
