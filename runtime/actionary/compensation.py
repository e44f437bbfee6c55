"""Undoing what a run that failed has done: an action's ``compensate`` (R002.12).

It has a time limit of its own, since the call's may be over. How it ended is for the
log: the call has failed either way.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from actionary.background import in_background
from actionary.context import Context
from actionary.hooks import Hook
from actionary.leaf import INSIDE
from actionary.result import ActionError
from actionary.running import PASSED_ON, Call, is_cancelled

SECONDS: Final = 5.0
"""The time that it has, from when the last attempt failed."""

_log: Final = logging.getLogger("actionary")


@dataclass(slots=True)
class _Undoing:
    """The mark of the leaf rule: the call may be over, and this is not."""

    name: str
    is_over: bool = False


def begin(compensate: Hook, given: BaseModel, ctx: Context[Any], error: ActionError[Any]) -> None:
    """Begin to compensate for a call; ``ctx.compensation`` is what goes on, and gives what it failed with."""
    ctx.compensation = in_background(_compensate(compensate, given, ctx.with_time(SECONDS), error))


async def waited_for(ctx: Context[Any], call: Call) -> None:
    """Wait for what compensates for a call, as long as that has time.

    Raises:
        CancelledError: The caller has hung up, or the current task was cancelled.
    """
    try:
        await ended(ctx)
    except asyncio.CancelledError:
        if call.stop != "late":
            raise
        call.take_back()  # the call ends with what it failed with, and in time


async def ended(ctx: Context[Any]) -> None:
    """Wait until what compensates for a call is over, if anything does."""
    if ctx.compensation is not None:
        await asyncio.wait({ctx.compensation})


async def _compensate(
    compensate: Hook, given: BaseModel, ctx: Context[Any], error: ActionError[Any]
) -> BaseException | None:
    """Compensate, and tell of what that changed."""
    try:
        return await _undo(compensate, given, ctx, error)
    finally:
        if ctx.changes is not None:
            from actionary.changes import tell  # noqa: PLC0415 - loaded already for the gates that are told

            await tell(ctx.changes, ctx, succeeded=False)


async def _undo(
    compensate: Hook, given: BaseModel, ctx: Context[Any], error: ActionError[Any]
) -> BaseException | None:
    mark = _Undoing(ctx.action)
    INSIDE.set(mark)  # the task has variables of its own
    limit = asyncio.timeout(SECONDS)
    try:
        async with limit:
            await compensate.call(given, ctx, error)
    except PASSED_ON:
        raise
    except BaseException as failed:
        if isinstance(failed, asyncio.CancelledError) and is_cancelled():
            _log.error("action %s: compensating was cut off (request %s)", ctx.action, ctx.request_id)
            raise
        if limit.expired():
            _log.error(
                "action %s: compensating did not end in %g s (request %s)",
                ctx.action,
                SECONDS,
                ctx.request_id,
            )
        else:
            _log_failure(ctx, failed)
        return failed
    else:
        _log.info("action %s: compensated for %s (request %s)", ctx.action, error.code, ctx.request_id)
        return None
    finally:
        mark.is_over = True


def _log_failure(ctx: Context[Any], error: BaseException) -> None:
    told = ctx.secrets.told(error)
    if told is None:
        _log.error("action %s: compensating failed (request %s)", ctx.action, ctx.request_id, exc_info=error)
    else:
        _log.error("action %s: compensating failed (request %s)\n%s", ctx.action, ctx.request_id, told)
