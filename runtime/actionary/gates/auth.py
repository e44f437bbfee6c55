"""Who is at the door: an action's ``auth`` is asked, and only ``True`` or a `Principal` lets a call in."""

from __future__ import annotations

import asyncio
import logging
from time import monotonic
from typing import Any, Final

from actionary.auth_scheme import AuthUnavailable
from actionary.context import OUTSIDE, Context, Request
from actionary.fields import Auth
from actionary.principal import Principal
from actionary.result import CommonError, unavailable
from actionary.running import PASSED_ON, Call, is_cancelled
from actionary.threads import ThreadsExhausted, called, watched_turn
from actionary.unquoted import unquoted

MOST_SECONDS: Final = 10.0
"""How long a gate may take to let a call in."""

_log: Final = logging.getLogger("actionary")


async def authenticate(auth: Auth, ctx: Context[Any], call: Call) -> None:
    """Ask who makes the request, and keep the answer as ``ctx.principal``.

    Callers inside bring their own identity. A call from outside without a request,
    and an ``auth`` that raises, gives anything but ``True`` or a `Principal`, or takes
    more than `MOST_SECONDS`, are refused.

    Raises:
        CommonError: ``unauthorized``, or ``unavailable`` where ``auth`` says that it cannot say,
            or there is no thread to ask it in.
    """
    if ctx.caller not in OUTSIDE:
        return
    request = ctx.request
    if request is None:
        raise _refused()
    answer = await answer_in_time(_ask(auth, request), "auth", ctx, call)
    if isinstance(answer, Principal):
        ctx.principal = answer
    elif isinstance(answer, AuthUnavailable):
        _log.warning("auth of %s is away: %s (request %s)", ctx.action, answer, ctx.request_id)
        raise CommonError("unavailable", "Who calls cannot be known now.", retry_after=answer.retry_after)
    elif answer is not True:
        if answer is not False and answer is not None:
            warn_of_answer("auth", ctx, answer, "True, False or a Principal")
        raise _refused()


async def answer_in_time(asking: Any, gate: str, ctx: Context[Any], call: Call) -> Any:
    """Give what a gate's own function answers, ``False`` where it raises or takes too long.

    Raises:
        CommonError: ``unavailable``: there was no thread for it, or not in time.
        CancelledError: The call was stopped, or given up by who made it.
    """
    before = call.until
    call.limit(MOST_SECONDS)
    with watched_turn() as turn:
        answer = await _answer(asking, gate, ctx, call)
    if call.stop is not None:
        if not call.had_time or monotonic() >= call.deadline:  # the time that is over is not the gate's
            raise asyncio.CancelledError
        call.take_back()
        if turn.waited:  # it may be that the server is busy, which says nothing of the caller
            raise _unasked(gate, ctx, "its time was over when it had waited for a thread")
        _log.error("%s of %s took too long; %s (request %s)", gate, ctx.action, _so(gate), ctx.request_id)
        answer = False
    call.until = before
    return answer


async def _answer(asking: Any, gate: str, ctx: Context[Any], call: Call) -> Any:
    try:
        return await asking
    except ThreadsExhausted as exhausted:
        if call.stop is None:
            raise _unasked(gate, ctx, str(exhausted)) from exhausted
    except PASSED_ON:
        raise
    except BaseException as error:
        if isinstance(error, asyncio.CancelledError) and call.stop is None and is_cancelled():
            raise
        if call.stop is None:
            told = unquoted(gate, error)
            _log.error(
                "%s of %s failed; %s (request %s): %s",
                gate,
                ctx.action,
                _so(gate),
                ctx.request_id,
                told,
            )
    return False  # whatever it raises, the door stays closed


def _unasked(gate: str, ctx: Context[Any], why: str) -> CommonError:
    _log.warning("%s of %s cannot be asked: %s (request %s)", gate, ctx.action, why, ctx.request_id)
    return unavailable()


def warn_of_answer(gate: str, ctx: Context[Any], answer: object, wanted: str) -> None:
    """Log an answer that is none; its text may be a secret, so only its type is told."""
    _log.error(
        "%s of %s answered with %s, which is not %s; %s (request %s)",
        gate,
        ctx.action,
        type(answer).__name__,
        wanted,
        _so(gate),
        ctx.request_id,
    )


def _so(gate: str) -> str:
    """Say what becomes of a call whose gate gives no answer."""
    return "a human is asked" if gate == "needs_approval" else "the call is refused"


async def _ask(auth: Auth, request: Request) -> Any:
    """Give what an ``auth`` answers, or that it is away, as a value."""
    try:
        return await called(auth, request)
    except AuthUnavailable as away:
        return away


def _refused() -> CommonError:
    return CommonError("unauthorized", "The caller is not allowed in.")
