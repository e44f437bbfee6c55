"""Running a handler that has hooks around its output, is tried again, or is compensated for."""

from __future__ import annotations

import asyncio
import logging
import random
from datetime import timedelta
from itertools import count
from typing import Any, Final, TypeAlias

from pydantic import BaseModel

from actionary import compensation
from actionary.around import Attempts
from actionary.context import Context
from actionary.defining import AnyAction
from actionary.failures import err_of, error_of_err, error_of_handler, masked, wrong_answer
from actionary.hooks import Hook
from actionary.leaf import INSIDE
from actionary.result import ActionError, CommonError, Err, Ok
from actionary.running import PASSED_ON, Call, late
from actionary.threads import ThreadsExhausted
from actionary.written import written

Outcome: TypeAlias = tuple[Any, bytes]
"""What a run gives: the value, and its JSON."""

LONGEST: Final = 30.0
"""Seconds that a pause between two attempts lasts at most, unless the error asks for more."""

_log: Final = logging.getLogger("actionary")


def jitter() -> float:
    """Give which part of a pause is waited for, from 0 to 1; calls that failed together come back apart."""
    return random.random()  # noqa: S311 - nobody gains by guessing it


async def run_attempts(
    around: Attempts, action: AnyAction, given: BaseModel, ctx: Context[Any], call: Call
) -> Outcome:
    """Run a handler with all that its definition puts around it.

    Raises:
        ActionError: The last attempt failed, or a hook.
        CancelledError: The call was stopped, or its task was cancelled; what undoes it has begun.
    """
    token = INSIDE.set(call)
    try:
        ended: Outcome | ActionError[Any]
        try:
            ended = await _tried(around, action, given, ctx, call)
            if call.stop is not None:  # whatever the handler made of its being cancelled
                raise asyncio.CancelledError  # noqa: TRY301 - as where it let itself be cancelled
        except asyncio.CancelledError:
            if around.compensate is not None:
                compensation.begin(around.compensate, given, ctx, _error_of_stop(call))
            raise
        except ActionError as error:
            ended = error
            if around.compensate is not None:
                compensation.begin(around.compensate, given, ctx, error)
                await compensation.waited_for(ctx, call)
        if around.after_run is not None and call.left() > 0:
            ended = await _after_run(around.after_run, ended, action, ctx, call)
        if isinstance(ended, ActionError):
            raise ended
        return ended
    finally:
        INSIDE.reset(token)


async def _tried(
    around: Attempts, action: AnyAction, given: BaseModel, ctx: Context[Any], call: Call
) -> Outcome:
    """Try until an attempt succeeds, or none is left, or no time for one."""
    for number in count(1):
        try:
            return await _attempt(around, action, given, ctx, call)
        except ActionError as error:
            failed = error
        if around.on_error is not None:
            try:
                await _asked(around.on_error, failed, action, ctx, call)
            except ActionError as error:
                failed = error
        seconds = _pause(around, number, failed)
        if seconds is None or seconds >= call.left():
            raise failed
        _log.info(
            "action %s: attempt %d of %d failed with %s, the next one is in %.2f s (request %s)",
            ctx.action,
            number,
            around.retries + 1,
            failed.code,
            seconds,
            ctx.request_id,
        )
        await call.pause(seconds)
        if call.left() <= 0:  # a sleep may last longer than it was to
            raise late() from failed
    raise AssertionError  # it counts for ever


async def _attempt(
    around: Attempts, action: AnyAction, given: BaseModel, ctx: Context[Any], call: Call
) -> Outcome:
    try:
        value = await action.binding.call(given, ctx)
    except PASSED_ON:
        raise
    except BaseException as error:
        raise error_of_handler(action, ctx, call, error) from error
    if around.before_output is not None:
        changed = await _asked(around.before_output, value, action, ctx, call)
        value = value if changed is None else changed
    outcome = written(action, ctx, value)
    if around.after_output is None:
        return outcome
    value = outcome[0]
    changed = await _asked(around.after_output, value, action, ctx, call)
    # Written again in any case: the hook may have changed the value where it was.
    return written(action, ctx, value if changed is None else changed)


async def _after_run(
    hook: Hook, ended: Outcome | ActionError[Any], action: AnyAction, ctx: Context[Any], call: Call
) -> Outcome | ActionError[Any]:
    """Let a hook see how the run ended, and give how it ends."""
    milliseconds = call.taken() * 1000
    result: Ok[Any] | Err
    if isinstance(ended, ActionError):
        result = err_of(ended, action.name, milliseconds, ctx.request_id, action)
    else:
        result = Ok(ended[0], action.name, milliseconds)
    given = await _asked(hook, result, action, ctx, call)
    match given:
        case None:
            return ended
        case Ok():
            return ended if given is result else written(action, ctx, given.data)
        case Err():
            if given is result:
                return ended
            before = ended if isinstance(ended, ActionError) else None
            return error_of_err(action, ctx, given, before=before, doing=hook.doing)
        case _:
            raise wrong_answer(ctx, hook.doing, given, "an Ok, an Err")


async def _asked(hook: Hook, value: Any, action: AnyAction, ctx: Context[Any], call: Call) -> Any:
    try:
        return await hook.call(value, ctx)
    except PASSED_ON:
        raise
    except ThreadsExhausted as error:  # the handler ran: this is nothing to try again for
        raise masked(ctx, error, hook.doing) from error
    except BaseException as error:
        raise error_of_handler(action, ctx, call, error, hook.doing) from error


def _pause(around: Attempts, number: int, error: ActionError[Any]) -> float | None:
    """Give the seconds until the attempt after that number; ``None`` where there is none."""
    if number > around.retries or not error.retryable:
        return None
    longest = min(around.backoff * 2.0 ** min(number - 1, 60), LONGEST)
    return max(longest * jitter(), _seconds_asked_for(error))


def _seconds_asked_for(error: ActionError[Any]) -> float:
    """Give the seconds after which an error says that the call may be made again."""
    asked = getattr(error, "retry_after", None)
    if isinstance(asked, timedelta):
        asked = asked.total_seconds()
    return asked if isinstance(asked, int | float) and asked > 0 else 0.0


def _error_of_stop(call: Call) -> CommonError:
    if call.stop == "late":
        return late()
    return CommonError("cancelled", "The caller gave the call up.")
