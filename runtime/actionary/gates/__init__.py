"""The steps of the pipeline that can refuse a call, one file each, and which of them an action has."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from actionary.context import Context
from actionary.credentials.resolvers import ENVIRONMENT, Resolvers
from actionary.fields import Auth, Authorize
from actionary.gates.counters import Counters
from actionary.gates.rate_limit import RateLimit
from actionary.store import StorePlace

if TYPE_CHECKING:
    from actionary.changes import Changes
    from actionary.defining import Action
    from actionary.gates.approval import ApprovalGate
    from actionary.gates.credentials import CredentialGate
    from actionary.lasting import Lasting
    from actionary.registry import Registry

KEY: Final = b"idempotency-key"
"""The header of a caller's key (`actionary.gates.idempotency`)."""

_COUNTERS: Final = Counters()
"""For the actions that are in no registry."""


@dataclass(frozen=True, slots=True)
class Gates:
    """What an action's calls have to pass: before the input is read, and after it.

    ``keys`` is where the answers to idempotency keys are kept, for an action whose
    calls nobody may repeat without one. What few actions have is loaded for those that
    have it, when their gates are made: each start of a server would pay for it.
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

    lasting: Lasting | None = field(init=False, repr=False, compare=False)
    """Lets the handler run where something is to be done between `authorize` and that, or after it."""

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
        object.__setattr__(self, "lasting", _lasting() if more or self.keys is not None else None)
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


def brings_key(ctx: Context[Any]) -> bool:
    """Say whether a call has a key, or what should be one."""
    request = ctx.request
    return request is not None and any(name == KEY for name, _ in request.scope["headers"])


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
        approval=_approval_of(action, store),
        changes=changes,
        credentials=_credentials_of(action, resolvers),
    )


def _lasting() -> Lasting:
    from actionary.lasting import lasting  # noqa: PLC0415 - see `Gates`

    return lasting


def _approval_of(action: Action[..., Any], store: StorePlace | None) -> ApprovalGate | None:
    needed = action.definition.needs_approval
    if not needed:
        return None
    from actionary.gates.approval import ApprovalGate  # noqa: PLC0415 - see `Gates`

    return ApprovalGate(action, needed, store)


def _credentials_of(action: Action[..., Any], resolvers: Resolvers) -> CredentialGate | None:
    needed = action.definition.credentials
    if not needed:
        return None
    from actionary.gates.credentials import CredentialGate  # noqa: PLC0415 - see `Gates`

    return CredentialGate(needed, resolvers)


def _changes_of(action: Action[..., Any], registry: Registry) -> Changes | None:
    place = registry.changes_place
    if place is None:
        return None
    from actionary.changes import Changes  # noqa: PLC0415 - see `Gates`

    return Changes(place, by_calls=not action.definition.read_only, is_public=action.definition.public)
