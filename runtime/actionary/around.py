"""What a definition puts around its handler, prepared: hooks, retries, compensation.

An action that declares nothing of it has none of this, and pays for a look at that.
`actionary.input_hooks` and `actionary.attempts` run it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from actionary.definition import Definition
from actionary.hooks import Hook, Hooks, hook_of

if TYPE_CHECKING:
    from actionary.defining import Action
    from actionary.prepared import Prepared


class Unread(BaseModel, defer_build=True):
    """What came through a door and was not validated: JSON, or where there is none a value."""

    body: bytes | None = None
    value: Any = None


@dataclass(frozen=True, slots=True)
class InputHooks:
    """What an action's input goes through. ``unread`` is its twin, of which doors read an `Unread`."""

    before: Hook | None
    after: Hook | None
    model: type[BaseModel]
    read_value: Callable[[Any], BaseModel]
    unread: Action[..., Any]


@dataclass(frozen=True, slots=True)
class Attempts:
    """How an action's handler is run, and what happens around it."""

    before_output: Hook | None
    after_output: Hook | None
    on_error: Hook | None
    after_run: Hook | None
    compensate: Hook | None
    retries: int
    backoff: float


def input_hooks_of(action: Action[..., Any], prepared: Prepared) -> InputHooks | None:
    """Prepare the hooks around an action's input; ``None`` where there are none."""
    hooks = action.definition.hooks
    if hooks is None or (hooks.before_validate is None and hooks.after_validate is None):
        return None
    unread = type(action)(
        action.definition, action.handler, action.binding, action.output, is_checked=action.is_checked
    )
    unread.__dict__["prepared"] = replace(prepared, read_json=_keep_body, read_value=_keep_value)
    return InputHooks(
        before=hook_of("before_validate", hooks.before_validate),
        after=hook_of("after_validate", hooks.after_validate),
        model=prepared.input,
        read_value=prepared.read_value,
        unread=unread,
    )


def attempts_of(definition: Definition) -> Attempts | None:
    """Prepare what is around an action's handler; ``None`` where there is nothing."""
    hooks = definition.hooks or Hooks()
    output_hooks = (hooks.before_output, hooks.after_output, hooks.on_error, hooks.after_run)
    declared = (*output_hooks, definition.compensate)
    if not definition.retries and all(each is None for each in declared):
        return None
    return Attempts(
        before_output=hook_of("before_output", hooks.before_output),
        after_output=hook_of("after_output", hooks.after_output),
        on_error=hook_of("on_error", hooks.on_error),
        after_run=hook_of("after_run", hooks.after_run),
        compensate=hook_of("compensate", definition.compensate),
        retries=definition.retries,
        backoff=definition.backoff,
    )


def _keep_body(body: bytes) -> BaseModel:
    return Unread.model_construct(body=body, value=None)


def _keep_value(value: Any) -> BaseModel:
    return Unread.model_construct(body=None, value=value)
