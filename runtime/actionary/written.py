"""Writing what a handler gave, doing with what does not fit as the definition says, and reading it again."""

from __future__ import annotations

import logging
from typing import Any, Final

from actionary.context import Context
from actionary.defining import AnyAction
from actionary.failures import error_of_code, invalid_output
from actionary.outputs import OutputError
from actionary.running import PASSED_ON

_log: Final = logging.getLogger("actionary")


def written(action: AnyAction, ctx: Context[Any], value: Any) -> tuple[Any, bytes]:
    """Give the value that callers get for what a handler or a hook gave, and its JSON.

    Raises:
        CommonError: ``invalid_output``, or ``handler_error`` where code of the user's own fails.
        CancelledError: The current task was cancelled.
    """
    try:
        return action.prepared.write_output(value)
    except OutputError as error:
        return _misfit(action, ctx, value, error)
    except PASSED_ON:
        raise
    except BaseException as error:  # a validator or serializer of the user's own type
        raise error_of_code(ctx, error, "writing the output") from error


def read_again(action: AnyAction, ctx: Context[Any], kept: bytes) -> Any:
    """Give the value of an answer that is kept as JSON, as the call gave it that was made.

    Raises:
        CommonError: ``handler_error``: code of the user's own type fails.
        CancelledError: The current task was cancelled.
    """
    try:
        return action.prepared.read_output(kept)
    except PASSED_ON:
        raise
    except BaseException as error:  # a validator or serializer of the user's own type
        raise error_of_code(ctx, error, "reading the kept output") from error


def _misfit(action: AnyAction, ctx: Context[Any], value: Any, error: OutputError) -> tuple[Any, bytes]:
    """Do with a result that does not fit what the definition says (``on_invalid_output``)."""
    write = action.prepared.write_misfit
    if write is None:
        raise invalid_output(ctx, error) from error
    _log.warning(
        "action %s: %s; on_invalid_output is %r (request %s)",
        ctx.action,
        error,
        action.definition.on_invalid_output,
        ctx.request_id,
    )
    try:
        return write(value)
    except OutputError as unfit:
        raise invalid_output(ctx, unfit) from unfit
    except PASSED_ON:
        raise
    except BaseException as failed:  # a fallback's factory, or the user's own type
        raise error_of_code(ctx, failed, "writing the output") from failed
