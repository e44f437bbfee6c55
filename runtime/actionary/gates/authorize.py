"""May this caller do this: the scopes that an action asks for, and its ``authorize``."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from actionary.context import OUTSIDE, Context
from actionary.fields import Authorize
from actionary.gates.auth import answer_in_time, warn_of_answer
from actionary.principal import Principal
from actionary.result import CommonError
from actionary.running import Call
from actionary.threads import called


def check_scopes(scopes: frozenset[str], ctx: Context[Any]) -> None:
    """Refuse a principal who has not every scope, and a call from outside without a principal.

    Code of your own that brings no principal acts as itself and may do all.

    Raises:
        CommonError: ``forbidden``.
    """
    principal = ctx.principal
    if principal is None and ctx.caller not in OUTSIDE:
        return
    if lacks(scopes, principal):
        named = "scope" if len(scopes) == 1 else "scopes"
        raise CommonError("forbidden", f"This needs the {named} {', '.join(sorted(scopes))}.")


def lacks(scopes: frozenset[str], principal: Principal | None) -> bool:
    """Say whether somebody has not every scope."""
    return principal is None or not scopes <= principal.scopes


async def authorize(predicate: Authorize, given: BaseModel, ctx: Context[Any], call: Call) -> None:
    """Ask an action's predicate about the input and who calls; only ``True`` lets the call go on.

    One that raises, gives anything else, or takes too long refuses.

    Raises:
        CommonError: ``forbidden``, or ``unavailable`` where there is no thread to ask it in.
    """
    answer = await answer_in_time(called(predicate, given, ctx), "authorize", ctx, call)
    if answer is True:
        return
    if answer is not False:
        warn_of_answer("authorize", ctx, answer, "True or False")
    raise CommonError("forbidden", "The caller may not do this.")
