"""What people let happen around a handler: `Hooks`, and what ``compensate`` may be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from pydantic import BaseModel

from actionary.context import Context
from actionary.result import ActionError, Err, Ok
from actionary.threads import in_thread, is_async

BeforeValidate: TypeAlias = Callable[
    [dict[str, Any], Context[Any]], Mapping[str, Any] | Awaitable[Mapping[str, Any] | None] | None
]
"""Is given the input before it is validated, and gives what is validated in its place."""

AfterValidate: TypeAlias = Callable[[Any, Context[Any]], BaseModel | Awaitable[BaseModel | None] | None]
"""Is given the input's model, and gives another instance of it."""

OutputHook: TypeAlias = Callable[[Any, Context[Any]], Any]
"""Is given a result, and gives another one."""

OnError: TypeAlias = Callable[[ActionError[Any], Context[Any]], Awaitable[None] | None]
"""Is told why an attempt failed. A declared error that it raises takes the place of that."""

AfterRun: TypeAlias = Callable[
    [Ok[Any] | Err, Context[Any]], Ok[Any] | Err | Awaitable[Ok[Any] | Err | None] | None
]
"""Is given how the run ended, and gives another end."""

Compensate: TypeAlias = Callable[[Any, Context[Any], ActionError[Any]], Awaitable[None] | None]
"""Undoes what a run that failed has done, given the input's model and the error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """Functions that are called around a handler, in this order; each may be async or plain.

    What a hook gives takes the place of what it was given; ``None`` leaves that as it
    is by then. The first two are called once for each call, before ``authorize``: a
    ``ValueError`` that they raise is ``invalid_input``. The next three are called for
    each attempt to run the handler, ``after_run`` once after the last. Declared errors
    may be raised by all; anything else is ``handler_error``.
    """

    before_validate: BeforeValidate | None = None
    after_validate: AfterValidate | None = None
    before_output: OutputHook | None = None
    after_output: OutputHook | None = None
    on_error: OnError | None = None
    after_run: AfterRun | None = None


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook as it is called: ``doing`` names it for the log."""

    doing: str
    call: Callable[..., Awaitable[Any]]


def hook_of(name: str, function: Callable[..., Any] | None) -> Hook | None:
    """Prepare a hook: a plain function runs in a worker thread."""
    if function is None:
        return None
    return Hook(f"`{name}`", function if is_async(function) else partial(in_thread, function))
