"""The steps of the pipeline that can refuse a call, one file each, and which of them an action has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from actionary.fields import Auth, Authorize

if TYPE_CHECKING:
    from actionary.action import Action
    from actionary.registry import Registry


@dataclass(frozen=True, slots=True)
class Gates:
    """What an action's calls have to pass: before the input is read, and after it."""

    auth: Auth | None
    scopes: frozenset[str]
    authorize: Authorize | None


def gates_of(action: Action[..., Any], registry: Registry | None) -> Gates | None:
    """Give the gates of an action as a registry has it, ``None`` where there are none."""
    definition = action.definition
    auth = (definition.auth or None) if registry is None else registry.auth_of(action)
    if auth is None and definition.authorize is None and not definition.scopes:
        return None
    return Gates(auth, frozenset(definition.scopes), definition.authorize)
