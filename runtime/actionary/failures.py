"""What becomes of what goes wrong in a call: declared errors pass, all else is logged and masked."""

from __future__ import annotations

import asyncio
import logging
from time import monotonic
from typing import Any, Final

from pydantic_core import from_json, to_json

from actionary.away import OwnStoreAwayError, store_away
from actionary.context import Context
from actionary.defining import AnyAction
from actionary.outputs import OutputError
from actionary.result import ActionError, CommonError, Err, FailedCall, NotBegunError, details_adapter
from actionary.running import PASSED_ON, Call, is_cancelled
from actionary.threads import ThreadsExhausted

_log: Final = logging.getLogger("actionary")


def failure(error: Exception, action: AnyAction, ctx: Context[Any], started: float) -> Err:
    """Make the value that stands for what `perform` raised.

    A mistake of ours must not reach a caller either.
    """
    if isinstance(error, ActionError):
        return err_of(error, action.name, since(started), ctx.request_id, action)
    return err_of(masked(ctx, error, "the pipeline"), action.name, since(started), ctx.request_id)


def error_of_handler(
    action: AnyAction, ctx: Context[Any], call: Call, error: BaseException, doing: str = "running"
) -> ActionError[Any]:
    """Give the error that stands for what a handler or a hook raised; ``doing`` names it for the log.

    Raises:
        CancelledError: The call was stopped, or its task was cancelled.
    """
    if call.stop is not None:
        raise asyncio.CancelledError from error  # what it made of that changes nothing
    if isinstance(error, ActionError):
        return _as_declared(action, ctx, error, doing)
    if isinstance(error, ThreadsExhausted):
        return NotBegunError()
    if isinstance(error, OwnStoreAwayError):
        return store_away(error.away)
    return error_of_code(ctx, error, doing)


def error_of_code(ctx: Context[Any], error: BaseException, doing: str) -> CommonError:
    """Give the error that stands for what code of the user's raised that may raise any class.

    Raises:
        CancelledError: The task was cancelled.
    """
    if isinstance(error, asyncio.CancelledError) and is_cancelled():
        raise error
    return masked(ctx, error, doing)


def _as_declared(
    action: AnyAction, ctx: Context[Any], error: ActionError[Any], doing: str
) -> ActionError[Any]:
    """Give an error that was raised if its action declares it, and a mask for it otherwise."""
    declared = action.prepared.errors.get(type(error).code)
    if declared is None or not isinstance(error, declared):
        return masked(ctx, error, doing, _undeclared(action, error))
    try:
        _details(action, error)
        error.message.encode()
    except (OutputError, AttributeError, UnicodeError) as unfit:
        return invalid_output(ctx, unfit)
    except PASSED_ON:
        raise
    except BaseException as failed:  # noqa: BLE001 - a serializer may raise any class
        return error_of_code(ctx, failed, "writing the details of its error")
    return error


def _undeclared(action: AnyAction, error: ActionError[Any]) -> str:
    """Say for the log that an action raised an error which it does not declare, and how to mend that."""
    if isinstance(error, CommonError | FailedCall):
        return ""  # no action can declare those
    kind, declared = type(error), action.prepared.errors
    of_that_code = declared.get(kind.code)
    if of_that_code is None:
        names = ", ".join(each.__name__ for each in (*declared.values(), kind))
        mend = f"declare it, `errors=[{names}]`"
    else:
        mend = f"that code is {of_that_code.__name__}'s there, so raise that, or give this another code"
    return f": {kind.__name__} (code `{kind.code}`) is not among the action's `errors`; {mend}"


def _details(action: AnyAction, error: ActionError[Any]) -> Any:
    """Give an error's details as JSON data, which those of common codes are already."""
    if isinstance(error, CommonError):
        return error.details
    write = action.prepared.write_details.get(error.code)
    return None if write is None else from_json(write(error.details)[1])


def err_of(
    error: ActionError[Any], name: str, latency_ms: float, request_id: str, action: AnyAction | None = None
) -> Err:
    """Make the value that stands for an error that the pipeline raised."""
    return Err(
        code=error.code,
        message=error.message,
        status=error.status,
        retryable=error.retryable,
        details=error.details if action is None else _details(action, error),
        action=name,
        latency_ms=latency_ms,
        request_id=request_id,
        retry_after=error.retry_after if isinstance(error, CommonError) else None,
    )


def kept_error(error: ActionError[Any], action: AnyAction) -> dict[str, Any]:
    """Give an error as `KeptError` takes it, for the store: its details are JSON data."""
    return {
        "code": error.code,
        "message": error.message,
        "status": error.status,
        "retryable": error.retryable,
        "details": _details(action, error),
    }


def error_of_err(
    action: AnyAction, ctx: Context[Any], err: Err, *, before: ActionError[Any] | None, doing: str
) -> ActionError[Any]:
    """Give the error that a hook's `Err` says; ``before`` is what the run failed with, if it did.

    Callers know of no codes but the declared ones and that of ``before``.
    """
    declared = action.prepared.errors.get(err.code)
    known = before is not None and before.code == err.code
    if declared is None and not known:
        unknown = LookupError(f"{doing} gave an Err of the code {err.code!r}, which is none of `errors`")
        return _caused(masked(ctx, unknown, doing), unknown)
    if not isinstance(err.message, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # untyped hooks
        return wrong_answer(ctx, doing, err.message, "a text as the message")
    if declared is None:
        return CommonError(
            err.code, err.message, details=getattr(before, "details", None), retry_after=err.retry_after
        )
    made = declared.__new__(declared, err.message)  # an `__init__` of its own may take anything
    made.message = err.message
    try:
        made.details = _details_given(declared, err, before if known else None, action)
    except ValueError as unfit:  # pydantic's errors are among them
        return _caused(invalid_output(ctx, unfit), unfit)
    return _as_declared(action, ctx, made, doing)


def _details_given(
    declared: type[ActionError[Any]], err: Err, before: ActionError[Any] | None, action: AnyAction
) -> Any:
    if declared.details_type is None:
        return None
    if before is not None and _details(action, before) == err.details:
        return before.details
    return details_adapter(declared).validate_json(to_json(err.details))


def wrong_answer(ctx: Context[Any], doing: str, answer: Any, wanted: str) -> CommonError:
    """Log that a hook gave what it may not, and give callers what says nothing of it."""
    wrong = TypeError(f"{doing} gave a {type(answer).__name__}; it has to give {wanted} or None")
    return _caused(masked(ctx, wrong, doing), wrong)


def _caused(error: CommonError, cause: Exception) -> CommonError:
    error.__cause__ = cause
    return error


def since(started: float) -> float:
    """Give the milliseconds since a moment of `time.monotonic`."""
    return (monotonic() - started) * 1000


def masked(ctx: Context[Any], error: BaseException, doing: str, why: str = "") -> CommonError:
    """Log what nobody declared, with ``why`` that is wrong, and give callers what says nothing of it."""
    told = ctx.secrets.told(error)
    what = f"{doing}{why}"
    if told is None:
        _log.error("action %s failed in %s (request %s)", ctx.action, what, ctx.request_id, exc_info=error)
    else:
        _log.error("action %s failed in %s (request %s)\n%s", ctx.action, what, ctx.request_id, told)
    return CommonError("handler_error", "The action failed.")


def invalid_output(ctx: Context[Any], error: Exception) -> CommonError:
    """Log what does not fit its schema, and give callers what says no more of it."""
    _log.error("action %s: %s (request %s)", ctx.action, error, ctx.request_id)
    return CommonError("invalid_output", "The action's result does not fit its schema.")
