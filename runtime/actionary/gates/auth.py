"""Who is at the door: an action's ``auth`` is asked, and only ``True`` lets a call in."""

from __future__ import annotations

import asyncio
import inspect
import logging
import math
from collections.abc import Callable
from typing import Any, Final

from actionary.context import OUTSIDE, Context, Request
from actionary.deadline import within
from actionary.field_checks import DEFAULT_TIMEOUT
from actionary.fields import Auth
from actionary.result import CommonError
from actionary.threads import in_thread

_log: Final = logging.getLogger("actionary")


async def authenticate(auth: Auth, ctx: Context[Any], seconds: float) -> None:
    """Ask an action's predicate about the request; callers inside bring their own identity.

    A call from outside without a request, and a predicate that raises, gives anything
    but ``True``, or takes more than ``seconds`` (without limit: 30), are refused.

    Raises:
        CommonError: ``unauthorized``.
    """
    if ctx.caller not in OUTSIDE:
        return
    request = ctx.request
    if request is None:
        raise _refused()
    try:
        answer = await within(DEFAULT_TIMEOUT if seconds == math.inf else seconds, _ask(auth, request))
    except (Exception, SystemExit):  # noqa: BLE001 - whatever the predicate raises, the door stays closed
        _log.exception("auth of %s failed; the call is refused (request %s)", ctx.action, ctx.request_id)
        raise _refused() from None
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise _refused() from None
    if answer is not True:
        if answer is not False:
            _log.error(
                "auth of %s gave a %s, not a bool; the call is refused (request %s)",
                ctx.action,
                type(answer).__name__,
                ctx.request_id,
            )
        raise _refused()


async def _ask(auth: Callable[[Request], Any], request: Request) -> Any:
    if inspect.iscoroutinefunction(auth) or inspect.iscoroutinefunction(type(auth).__call__):
        return await auth(request)
    return await in_thread(auth, request)


def _refused() -> CommonError:
    return CommonError("unauthorized", "The caller is not allowed in.")
