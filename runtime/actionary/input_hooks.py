"""Reading an input with the hooks around its validation: ``before_validate`` and ``after_validate``."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from pydantic import BaseModel

from actionary import strict_json
from actionary.around import InputHooks, Unread
from actionary.context import Context
from actionary.defining import AnyAction
from actionary.failures import error_of_code, error_of_handler, wrong_answer
from actionary.hooks import Hook
from actionary.leaf import INSIDE
from actionary.messages import invalid_input, too_deep
from actionary.result import ActionError, CommonError
from actionary.running import PASSED_ON, Call

_log: Final = logging.getLogger("actionary")


async def read_hooked(
    hooks: InputHooks,
    read: Callable[[AnyAction], Awaitable[BaseModel]],
    action: AnyAction,
    ctx: Context[Any],
    call: Call,
) -> BaseModel:
    """Read an input that has hooks.

    Raises:
        ActionError: The input is refused, by itself or by a hook; or a hook fails.
        CancelledError: The current task was cancelled.
    """
    token = INSIDE.set(call)
    try:
        with _reading(ctx):
            given = await read(action if hooks.before is None else hooks.unread)
        if hooks.before is not None and isinstance(given, Unread):
            data = await _before(hooks.before, _data_of(given), action, ctx, call)
            with _reading(ctx):
                given = hooks.read_value(data)
        if hooks.after is not None:
            changed = await _asked(hooks.after, given, action, ctx, call)
            given = given if changed is None else _of_model(changed, hooks.model, hooks.after, ctx)
    finally:
        INSIDE.reset(token)
    return given


async def _before(hook: Hook, data: Any, action: AnyAction, ctx: Context[Any], call: Call) -> Any:
    """Let a hook see an object that was not validated yet; anything else is validated as it is."""
    if type(data) is not dict:
        return data
    changed = await _asked(hook, data, action, ctx, call)
    if changed is None:
        return data
    if not isinstance(changed, Mapping):
        raise wrong_answer(ctx, hook.doing, changed, "a dict")
    return dict(changed)


def _of_model(changed: Any, model: type[BaseModel], hook: Hook, ctx: Context[Any]) -> BaseModel:
    """Make sure that a hook gives what a handler takes; an instance is trusted as it was made."""
    if not isinstance(changed, model):
        raise wrong_answer(ctx, hook.doing, changed, f"an instance of {model.__name__}")
    return changed


async def _asked(hook: Hook, value: Any, action: AnyAction, ctx: Context[Any], call: Call) -> Any:
    try:
        return await hook.call(value, ctx)
    except PASSED_ON:
        raise
    except BaseException as error:
        if call.stop is None and isinstance(error, ValueError) and not isinstance(error, ActionError):
            _log.info(
                "action %s: %s refused the input (request %s)",
                ctx.action,
                hook.doing,
                ctx.request_id,
                exc_info=error,
            )
            raise invalid_input(([], "refused", "is refused by the action")) from error
        raise error_of_handler(action, ctx, call, error, hook.doing) from error


@contextmanager
def _reading(ctx: Context[Any]) -> Generator[None]:
    """Mask what a validator of the user's own model raises."""
    try:
        yield
    except (CommonError, *PASSED_ON):
        raise
    except BaseException as error:
        raise error_of_code(ctx, error, "reading the input") from error


def _data_of(unread: Unread) -> Any:
    """Give what came as data that a hook may change.

    Raises:
        CommonError: ``invalid_input``: it is no JSON, or has no end.
    """
    if unread.body is not None:
        return strict_json.check(unread.body or b"{}")
    try:
        match unread.value:
            case None:
                return {}
            case Mapping() as value:
                return {key: _copied(part) for key, part in value.items()}
            case value:
                return value
    except RecursionError:
        raise too_deep() from None


def _copied(part: Any) -> Any:
    """Copy dicts and lists, which hooks may change and which belong to the caller."""
    if type(part) is dict:
        return {key: _copied(inner) for key, inner in part.items()}
    return [_copied(inner) for inner in part] if type(part) is list else part
