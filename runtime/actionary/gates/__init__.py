"""The steps of the pipeline that can refuse a call, one file each, and which of them an action has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from actionary.fields import Auth, Authorize
from actionary.gates.counters import Counters
from actionary.gates.rate_limit import RateLimit
from actionary.store import StorePlace

if TYPE_CHECKING:
    from actionary.action import Action
    from actionary.definition import Definition
    from actionary.registry import Registry

_COUNTERS: Final = Counters()
"""For the actions that are in no registry."""


@dataclass(frozen=True, slots=True)
class Gates:
    """What an action's calls have to pass: before the input is read, and after it."""

    auth: Auth | None
    rate_limit: RateLimit | None
    scopes: frozenset[str]
    authorize: Authorize | None
    remembered: StorePlace | None
    """Where the answers to idempotency keys are kept, for an action that nobody may repeat without one."""

    @property
    def ask_who(self) -> bool:
        """Whether what a caller gets depends on who it is."""
        return self.auth is not None or bool(self.scopes) or self.authorize is not None


def gates_of(action: Action[..., Any], registry: Registry | None) -> Gates | None:
    """Give the gates of an action as a registry has it, ``None`` where there are none."""
    definition = action.definition
    auth = definition.own_auth if registry is None else registry.auth_of(action)
    store = None if registry is None else registry.store_of(action)
    remembered = store if takes_key(definition) else None
    is_checked = auth is not None or definition.authorize is not None or definition.scopes
    if not is_checked and not definition.rate_limit and remembered is None:
        return None
    rate_limit = None
    if definition.rate_limit:
        counters = _COUNTERS if registry is None else registry.counters_of(action)
        rate_limit = RateLimit(definition.rate_limit, counters)
    return Gates(auth, rate_limit, frozenset(definition.scopes), definition.authorize, remembered)


def takes_key(definition: Definition) -> bool:
    """Say whether repeating a call may do something twice, so that its callers send an idempotency key."""
    return definition.http is not None and not definition.read_only and not definition.idempotent
