"""The steps of the pipeline that can refuse a call, one file each, and which of them an action has."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from actionary.changes import Changes
from actionary.credentials.resolvers import ENVIRONMENT
from actionary.fields import Auth, Authorize
from actionary.gates.approval import ApprovalGate
from actionary.gates.counters import Counters
from actionary.gates.credentials import CredentialGate
from actionary.gates.rate_limit import RateLimit
from actionary.store import StorePlace

if TYPE_CHECKING:
    from actionary.defining import Action
    from actionary.registry import Registry

_COUNTERS: Final = Counters()
"""For the actions that are in no registry."""


@dataclass(frozen=True, slots=True)
class Gates:
    """What an action's calls have to pass: before the input is read, and after it.

    ``keys`` is where the answers to idempotency keys are kept, for an action whose
    calls nobody may repeat without one.
    """

    auth: Auth | None
    rate_limit: RateLimit | None
    scopes: frozenset[str]
    authorize: Authorize | None
    keys: StorePlace | None
    approval: ApprovalGate | None
    changes: Changes | None
    credentials: CredentialGate | None

    checks: bool = field(init=False, repr=False, compare=False)
    """Whether a call may be refused for who makes it, how often, or with what input."""

    last: bool = field(init=False, repr=False, compare=False)
    """Whether something is to be done between `authorize` and the run, or after it."""

    keyless: Gates | None = field(init=False, repr=False, compare=False)
    """What of this those calls have to pass that bring no idempotency key, ``None`` for nothing."""

    def __post_init__(self) -> None:
        more = any(each is not None for each in (self.approval, self.credentials, self.changes))
        checks = self.ask_who or self.rate_limit is not None
        keyless: Gates | None = self
        if self.keys is not None:
            keyless = replace(self, keys=None) if checks or more else None
        # Each call asks for these, so they are found once.
        object.__setattr__(self, "checks", checks)
        object.__setattr__(self, "last", more or self.keys is not None)
        object.__setattr__(self, "keyless", keyless)

    @property
    def ask_who(self) -> bool:
        """Whether what a caller gets depends on who it is."""
        return self.auth is not None or bool(self.scopes) or self.authorize is not None


def gates_of(action: Action[..., Any], registry: Registry | None) -> Gates | None:
    """Give the gates of an action as a registry has it, ``None`` where there are none; they are made once."""
    if registry is None:
        return _made(action, None)
    known = registry.gates
    if action not in known:
        known[action] = _made(action, registry)
    return known[action]


def _made(action: Action[..., Any], registry: Registry | None) -> Gates | None:
    definition = action.definition
    auth = definition.own_auth if registry is None else registry.auth_of(action)
    store = None if registry is None else registry.store_of(action)
    keys = store if definition.takes_key else None
    is_checked = auth is not None or definition.authorize is not None or definition.scopes
    changes = None if registry is None else _changes_of(action, registry)
    lasts = keys is not None or changes is not None or definition.needs_approval or definition.credentials
    if not is_checked and not definition.rate_limit and not lasts:
        return None
    rate_limit = None
    if definition.rate_limit:
        counters = _COUNTERS if registry is None else registry.counters_of(action)
        rate_limit = RateLimit(definition.rate_limit, counters)
    resolvers = ENVIRONMENT if registry is None else registry.resolvers_of(action)
    return Gates(
        auth=auth,
        rate_limit=rate_limit,
        scopes=frozenset(definition.scopes),
        authorize=definition.authorize,
        keys=keys,
        approval=ApprovalGate(action, needed, store) if (needed := definition.needs_approval) else None,
        changes=changes,
        credentials=CredentialGate(definition.credentials, resolvers) if definition.credentials else None,
    )


def _changes_of(action: Action[..., Any], registry: Registry) -> Changes | None:
    place = registry.changes_place
    if place is None:
        return None
    return Changes(place, by_calls=not action.definition.read_only, is_public=action.definition.public)
