"""What the fields of a definition about running the handler may hold."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import Any, Final

from actionary.field_checks import FieldChecks
from actionary.gate_checks import takes
from actionary.hooks import Compensate, Hooks

DEFAULT_BACKOFF: Final = 0.25
"""Seconds of the longest pause before the first retry, where a definition does not say."""

_ARGUMENTS: Final = {
    "before_validate": "data, ctx",
    "after_validate": "input, ctx",
    "before_output": "value, ctx",
    "after_output": "data, ctx",
    "on_error": "error, ctx",
    "after_run": "result, ctx",
    "compensate": "input, ctx, error",
}
"""What each function takes, as its mend spells it."""


def hooks_field(check: FieldChecks) -> Hooks | None:
    """Read the functions around validating the input and running the handler."""
    hooks: Any = check.fields.get("hooks")
    if hooks is None:
        return None
    if not isinstance(hooks, Hooks):
        mend = "write `Hooks(before_validate=..., after_run=...)`"
        check.fail("hooks", f"{hooks!r} is no Hooks", mend)
    for field in fields(hooks):
        hook = getattr(hooks, field.name)
        if hook is not None:
            _check_function(check, f"hooks.{field.name}", field.name, hook)
    return hooks


def compensate_field(check: FieldChecks) -> Compensate | None:
    """Read the function that undoes what a run that failed has done."""
    compensate: Compensate | None = check.fields.get("compensate")
    if compensate is not None:
        _check_function(check, "compensate", "compensate", compensate)
    return compensate


def retries_field(check: FieldChecks) -> int:
    """Read how often a handler is run again."""
    retries: Any = check.fields.get("retries", 0)
    if isinstance(retries, bool) or not isinstance(retries, int) or retries < 0:
        mend = "give how often the handler is run again, 0 for never"
        check.fail("retries", f"{retries!r} is no number of times", mend)
    return retries


def backoff_field(check: FieldChecks) -> float:
    """Read the seconds before the first retry."""
    value: Any = check.fields.get("backoff", DEFAULT_BACKOFF)
    mend = "give 0 seconds or more, or a timedelta"
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        check.fail("backoff", f"{value!r} is no time", mend)
    if not 0 <= seconds < math.inf:
        check.fail("backoff", f"{value!r} is no time to wait", mend)
    try:
        given = float(seconds)
    except OverflowError:
        check.fail("backoff", "that is longer than a number can say", mend)
    if "backoff" in check.fields and not check.fields.get("retries"):
        check.fail("backoff", "it would never be used", "set `retries=`, or leave it out")
    return given


def _check_function(check: FieldChecks, field: str, name: str, function: Callable[..., Any]) -> None:
    """Refuse what cannot be called with its arguments and awaited."""
    arguments = _ARGUMENTS[name]
    mend = f"write `def {name}({arguments})`, or `async def`"
    if inspect.isclass(function) or not callable(function):
        check.fail(field, f"{function!r} is no function", mend)
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        check.fail(field, "it is a generator, which gives nothing by itself", mend)
    if not takes(function, arguments.count(",") + 1):
        check.fail(
            field, f"the function does not take the {arguments.count(',') + 1} arguments {arguments}", mend
        )
