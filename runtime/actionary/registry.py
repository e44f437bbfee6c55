"""Where actions are kept: `Registry`, `define_actions`, and the discovery of a folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, NoReturn

from actionary.credentials.resolvers import ENVIRONMENT, CredentialResolver, Resolvers, read_resolvers
from actionary.defining import Action, AnyAction
from actionary.definition_error import ActionDefinitionError, place_of_caller
from actionary.discovery import find_actions
from actionary.exposure import is_for_approvals
from actionary.fields import Auth
from actionary.gate_checks import check_hook, check_registry_auth
from actionary.gates import Gates
from actionary.gates.counters import Counters
from actionary.names import slug
from actionary.observe import OnInvoke
from actionary.registry_checks import check_together, refuse_name
from actionary.resources import Lifespan, Shared, check_lifespan
from actionary.store import MemoryStore, Store, StorePlace


class Registry:
    """Actions by name, and what holds for all of them.

    ``lifespan`` makes the resources that their calls share; every door opens the
    registry once, with `open`. ``auth`` is who lets callers in to those that do not
    say it themselves. ``on_invoke`` is told of each call when it is over.
    ``rate_limits`` is where calls are counted for those that have a ``rate_limit``:
    ``"memory://"``, which is this process, or the URL of a Redis that all processes
    share; without it the environment's ``ACTIONARY_RATE_LIMITS`` says it. ``store``
    keeps what outlives a request, such as approvals and the answers to idempotency keys:
    a URL, which the environment's ``ACTIONARY_STORE`` may replace by another, or an
    object (`actionary.store.Store`). ``approver`` is who lets those in that decide about
    calls which need approval; with it the registry has the actions of
    `actionary.approval_actions`, and needs a ``store``. ``changes`` says who hears what was
    changed by calls: whom that lets in, with ``True`` whom ``auth`` does, and everybody
    where there is none; without it nobody is told. They are kept in the ``store``, or in
    memory where there is none. ``credentials`` says who has the credentials that actions
    need, one or several who are asked in turn; without it the environment.

    Raises:
        ActionDefinitionError: ``lifespan`` is no function that makes a context manager,
            ``auth`` none that takes a request, ``on_invoke`` none that takes an
            `Invocation`, ``rate_limits`` no such place, ``store`` no store, or ``approver``
            or ``changes`` is no function that takes a request, or there is no store for it;
            or one of ``credentials`` is no `actionary.credentials.CredentialResolver`.
    """

    def __init__(
        self,
        *,
        lifespan: Lifespan | None = None,
        auth: Auth | None = None,
        on_invoke: OnInvoke | None = None,
        rate_limits: str | None = None,
        store: str | Store | None = None,
        approver: Auth | None = None,
        changes: Auth | bool = False,
        credentials: CredentialResolver | Sequence[CredentialResolver] | None = None,
    ) -> None:
        check_lifespan(lifespan)
        check_registry_auth(auth)
        check_hook(on_invoke)
        self.lifespan: Final = lifespan
        self.auth: Final = auth
        self.on_invoke: Final = on_invoke
        self.counters: Final = Counters(rate_limits)
        self.store: Final = None if store is None else StorePlace(store)
        self.resolvers: Final = read_resolvers(credentials)
        self._actions: dict[str, AnyAction] = {}
        self._slugs: dict[str, str] = {}
        self._homes: dict[str, Registry] = {}
        self._auths: dict[str, Auth | None] = {}
        self._hooks: dict[str, tuple[OnInvoke, ...]] = {}
        self._counters: dict[str, Counters] = {}
        self._stores: dict[str, StorePlace] = {}
        self._resolvers: dict[str, Resolvers] = {}
        self._shared: dict[asyncio.AbstractEventLoop, Shared] = {}
        self.gates: dict[AnyAction, Gates | None] = {}
        """What each action's calls have to pass, as `actionary.gates.gates_of` found it."""
        check_registry_auth(None if isinstance(changes, bool) else changes, field="changes")
        self.listening_auth: Final = auth if isinstance(changes, bool) else changes
        """Who lets those in that listen to changes; ``None`` for everybody."""
        self.changes_place: Final = None if changes is False else self.store or StorePlace(MemoryStore())
        self._approver: Final = approver
        if approver is not None:
            check_registry_auth(approver, field="approver")
            self._add_approvals(approver)

    def _add_approvals(self, approver: Auth) -> None:
        if self.store is None:
            raise ActionDefinitionError(
                "there is no store to keep approvals in",
                mend='give one, such as `store="sqlite:///state.db"`',
                where=place_of_caller(),
                field="approver",
            )
        from actionary.approval_actions import approval_actions  # noqa: PLC0415 - it defines actions itself

        self.register(approval_actions(approver, self.store))

    def register(self, actions: Iterable[AnyAction]) -> None:
        """Add actions: all of them, or none when one cannot be. The same object again is fine.

        Raises:
            ActionDefinitionError: Two names clash, one error code has two shapes, or an action needs
                scopes that nobody can have.
        """
        self._add(actions, {})

    def _add(self, actions: Iterable[AnyAction], auths: Mapping[str, Auth | None]) -> None:
        """Add actions, given the ``auth`` of those that come from another registry."""
        together = dict(self._actions)
        for action in actions:
            if not isinstance(action, Action):  # pyright: ignore[reportUnnecessaryIsInstance]  # untyped callers
                _refuse_other(action)
            other = together.setdefault(action.name, action)
            if other is not action:
                refuse_name(action, other, f"the name is taken by the action at {other.definition.where}")
        auths = {**self._auths, **auths}
        check_together({action: self._asked_by(action, auths) for action in together.values()})
        self._auths = auths
        self._actions = dict(sorted(together.items()))
        self._slugs = {slug(name): name for name in self._actions}
        self.gates = {}
        for action in self:
            if action.registry is None:
                action.registry = self

    def include(self, other: Registry, *, prefix: str = "", tags: Iterable[str] = ()) -> None:
        """Add the actions that another registry has now: all of them, or none when one cannot be.

        ``prefix`` goes before their names, and before what their ``use_instead`` names;
        ``tags`` go before their own. Paths that their definitions give stay. They keep
        the resources of ``other``, which every door of this registry opens too.

        Raises:
            ActionDefinitionError: A name, route or error clashes, or there can be no such name or tag;
                or ``other`` is this registry, or none.
        """
        _check_included(self, other, prefix, tags)
        first = tuple(tags)
        # Who decides about calls is said by the registry that is served.
        copies = {each: each.renamed(prefix, first) for each in other if not is_for_approvals(each)}
        try:
            self._add(copies.values(), {copy.name: other.auth_of(each) for each, copy in copies.items()})
        except ActionDefinitionError as clash:
            if clash.field != "name":
                raise
            mend = f'include them with {"another" if prefix else "a"} prefix, such as `prefix="shop_"`'
            raise ActionDefinitionError(
                clash.what, mend=mend, where=clash.where, action=clash.action, field=clash.field
            ) from None
        self._hooks |= {copy.name: other.hooks_of(action) for action, copy in copies.items()}
        self._homes |= {copy.name: other.home_of(action) for action, copy in copies.items()}
        self._counters |= {
            copy.name: counters
            for action, copy in copies.items()
            if (counters := other.counters_of(action)).is_given
        }
        self._resolvers |= {
            copy.name: resolvers
            for action, copy in copies.items()
            if (resolvers := other._own_resolvers_of(action)) is not None
        }
        self._stores |= {
            copy.name: store
            for action, copy in copies.items()
            if (store := other.store_of(action)) is not None
        }
        self.gates = {}  # anew: whoever finds some meanwhile puts them into what there was

    def home_of(self, action: AnyAction) -> Registry:
        """Give the registry whose resources an action uses: this one, or the one it was included from."""
        return self._homes.get(action.name, self)

    def auth_of(self, action: AnyAction) -> Auth | None:
        """Give what an action's callers are asked by.

        Its own ``auth`` wins, then that of the registry it was included from, then this one's.
        """
        return self._asked_by(action, self._auths)

    def _asked_by(self, action: AnyAction, auths: Mapping[str, Auth | None]) -> Auth | None:
        if action.definition.auth is not None:
            return action.definition.own_auth
        inherited = auths.get(action.name)
        return self.auth if inherited is None else inherited

    def hooks_of(self, action: AnyAction) -> tuple[OnInvoke, ...]:
        """Give what is told of an action's calls: this registry's hook, and that of where it comes from."""
        own = () if self.on_invoke is None else (self.on_invoke,)
        return tuple(dict.fromkeys((*own, *self._hooks.get(action.name, ()))))

    def counters_of(self, action: AnyAction) -> Counters:
        """Give what counts an action's calls: the registry it was included from says it, or this one."""
        return self._counters.get(action.name, self.counters)

    @property
    def has_approver(self) -> bool:
        """Whether somebody is let in by the doors to decide about calls that need approval."""
        return self._approver is not None

    def store_of(self, action: AnyAction) -> StorePlace | None:
        """Give what keeps an action's calls: this registry's, or that of where it was included from."""
        return self.store or self._stores.get(action.name)

    def resolvers_of(self, action: AnyAction) -> Resolvers:
        """Give who has an action's credentials: that of the registry it was included from, or this one's."""
        own = self._own_resolvers_of(action)
        return ENVIRONMENT if own is None else own

    def _own_resolvers_of(self, action: AnyAction) -> Resolvers | None:
        return self._resolvers.get(action.name, self.resolvers)

    def discover(self, folder: str | Path, *, root: str | Path | None = None) -> None:
        """Import a folder's files and register the action of each; all or none.

        Files and folders whose names start with ``_`` or ``.`` are support code. The
        files are modules by dotted path below ``root`` (default: the folder's
        parent), which comes first on ``sys.path``.

        Raises:
            DiscoveryError: Files could not be imported, or hold no action or several; all are named.
            ActionDefinitionError: See `register`.
            FileNotFoundError: There is no such folder.
        """
        self.register(find_actions(Path(folder), None if root is None else Path(root)))

    def get(self, name: str) -> AnyAction | None:
        """Give the action of that name; a slug is accepted for it."""
        return self._actions.get(name) or self._actions.get(self._slugs.get(name, ""))

    def clear(self) -> None:
        """Forget every action."""
        self._actions = {}
        self._slugs = {}
        self.gates = {}
        self._homes = {}
        self._auths = {}
        self._hooks = {}
        self._counters = {}
        self._stores = {}
        self._resolvers = {}
        if self._approver is not None:
            self._add_approvals(self._approver)

    def __iter__(self) -> Iterator[AnyAction]:
        return iter(self._actions.values())

    def __len__(self) -> int:
        return len(self._actions)

    def __contains__(self, action: object) -> bool:
        return isinstance(action, Action) and self._actions.get(action.name) is action

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Any]:
        """Open the resources for as long as the context lasts.

        Whoever opens them in the same event loop shares them; the last to leave
        closes them. The lifespan runs in a task of its own.
        """
        if self.lifespan is None:
            yield None
            return
        loop = asyncio.get_running_loop()
        shared = self._shared.get(loop)
        if shared is None or not shared.holders:
            shared = self._shared[loop] = Shared(self.lifespan, before=shared)
        shared.holders += 1
        try:
            yield await shared.opened()
        finally:
            shared.holders -= 1
            if not shared.holders:
                try:
                    await shared.close()
                finally:
                    if self._shared.get(loop) is shared:
                        del self._shared[loop]


default_registry: Final = Registry()
"""The one that `define_actions` and the doors take when no other is given."""


def define_actions(actions: Iterable[AnyAction], registry: Registry | None = None) -> tuple[AnyAction, ...]:
    """Register actions, all or none, and give them back.

    Raises:
        ActionDefinitionError: See `Registry.register`.
    """
    given = tuple(actions)
    (default_registry if registry is None else registry).register(given)
    return given


def _check_included(registry: Registry, other: Any, prefix: Any, tags: Any) -> None:
    where = place_of_caller()
    if not isinstance(other, Registry):
        raise ActionDefinitionError(f"{other!r} is no registry", mend="give the Registry itself", where=where)
    if other is registry:
        raise ActionDefinitionError(
            "a registry cannot include itself",
            mend="include it in another one, or leave this out",
            where=where,
        )
    if not isinstance(prefix, str):
        raise ActionDefinitionError(
            f"{prefix!r} is no text", mend='write it like `prefix="shop_"`', where=where, field="prefix"
        )
    if isinstance(tags, str) or not isinstance(tags, Iterable):
        likely = tags if isinstance(tags, str) else "shop"
        raise ActionDefinitionError(
            f"{tags!r} is no list", mend=f"write `tags=[{likely!r}]`", where=where, field="tags"
        )


def _refuse_other(given: Any) -> NoReturn:
    raise ActionDefinitionError(
        f"{given!r} is no action", mend="decorate it with @action", where=place_of_caller()
    )
