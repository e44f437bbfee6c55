"""Where actions are kept: `Registry`, `define_actions`, and the discovery of a folder."""

from __future__ import annotations

import asyncio
import importlib
import os
import re
import sys
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NoReturn, TypeAlias

from pydantic_core import to_json

from actionary.action import Action
from actionary.auth_scheme import AuthScheme, SchemeSpec
from actionary.definition_error import ActionDefinitionError, Place, place_of_caller
from actionary.fields import Auth
from actionary.gate_checks import check_hook, check_registry_auth
from actionary.gates.counters import Counters
from actionary.names import camel_case, pascal_case, slug
from actionary.observe import OnInvoke
from actionary.resources import Lifespan, Shared, check_lifespan
from actionary.result import ActionError, details_adapter

AnyAction: TypeAlias = Action[..., Any]


class DiscoveryError(Exception):
    """Files of a folder of actions could not be imported: ``failures`` is path → error."""

    def __init__(self, failures: dict[Path, BaseException]) -> None:
        self.failures = failures
        lines = [f"{path}: {type(error).__name__}: {error}" for path, error in failures.items()]
        super().__init__("\n".join(lines))


class Registry:
    """Actions by name, and what holds for all of them.

    ``lifespan`` makes the resources that their calls share; every door opens the
    registry once, with `open`. ``auth`` is who lets callers in to those that do not
    say it themselves. ``on_invoke`` is told of each call when it is over.
    ``rate_limits`` is where calls are counted for those that have a ``rate_limit``:
    ``"memory://"``, which is this process, or the URL of a Redis that all processes
    share; without it the environment's ``ACTIONARY_RATE_LIMITS`` says it.

    Raises:
        ActionDefinitionError: ``lifespan`` is no function that makes a context manager,
            ``auth`` none that takes a request, ``on_invoke`` none that takes an
            `Invocation`, or ``rate_limits`` no such place.
    """

    def __init__(
        self,
        *,
        lifespan: Lifespan | None = None,
        auth: Auth | None = None,
        on_invoke: OnInvoke | None = None,
        rate_limits: str | None = None,
    ) -> None:
        check_lifespan(lifespan)
        check_registry_auth(auth)
        check_hook(on_invoke)
        self.lifespan: Final = lifespan
        self.auth: Final = auth
        self.on_invoke: Final = on_invoke
        self.counters: Final = Counters(rate_limits)
        self._actions: dict[str, AnyAction] = {}
        self._slugs: dict[str, str] = {}
        self._homes: dict[str, Registry] = {}
        self._auths: dict[str, Auth | None] = {}
        self._hooks: dict[str, tuple[OnInvoke, ...]] = {}
        self._counters: dict[str, Counters] = {}
        self._shared: dict[asyncio.AbstractEventLoop, Shared] = {}

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
                _clash(action, other, f"the name is taken by the action at {other.definition.where}")
        for form in (camel_case, pascal_case, slug):
            _check_form(together.values(), form)
        _check_routes(together.values())
        _check_error_shapes(together.values())
        auths = {**self._auths, **auths}
        asked_by = {action: self._asked_by(action, auths) for action in together.values()}
        for action, auth in asked_by.items():
            if action.definition.scopes and auth is None:
                _refuse_scopes(action)
        _check_schemes(asked_by)
        self._auths = auths
        self._actions = dict(sorted(together.items()))
        self._slugs = {slug(name): name for name in self._actions}
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
        copies = {action: action.renamed(prefix, first) for action in other}
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

    def home_of(self, action: AnyAction) -> Registry:
        """Give the registry whose resources an action uses: this one, or the one it was included from."""
        return self._homes.get(action.name, self)

    def auth_of(self, action: AnyAction) -> Auth | None:
        """Give what an action's callers are asked by.

        Its own ``auth`` wins, then that of the registry it was included from, then this one's.
        """
        return self._asked_by(action, self._auths)

    def _asked_by(self, action: AnyAction, auths: Mapping[str, Auth | None]) -> Auth | None:
        own = action.definition.auth
        if own is not None:
            return own or None
        return auths.get(action.name) or self.auth

    def hooks_of(self, action: AnyAction) -> tuple[OnInvoke, ...]:
        """Give what is told of an action's calls: this registry's hook, and that of where it comes from."""
        own = () if self.on_invoke is None else (self.on_invoke,)
        return tuple(dict.fromkeys((*own, *self._hooks.get(action.name, ()))))

    def counters_of(self, action: AnyAction) -> Counters:
        """Give what counts an action's calls: the registry it was included from says it, or this one."""
        return self._counters.get(action.name, self.counters)

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
        folder = Path(folder).resolve()
        root = Path(root).resolve() if root is not None else folder.parent
        if not folder.is_dir():
            raise FileNotFoundError(f"there is no folder of actions at {folder}")
        put_first_on_path(root)
        found: list[AnyAction] = []
        failures: dict[Path, BaseException] = {}
        for path in _action_files(folder):
            try:
                found.append(_only_action(import_file(path, root), path))
            except Exception as error:  # noqa: BLE001 - whatever a user's module raises is reported, with all others
                failures[path] = error
        if failures:
            raise DiscoveryError(failures)
        self.register(found)

    def get(self, name: str) -> AnyAction | None:
        """Give the action of that name; a slug is accepted for it."""
        return self._actions.get(name) or self._actions.get(self._slugs.get(name, ""))

    def clear(self) -> None:
        """Forget every action."""
        self._actions = {}
        self._slugs = {}
        self._homes = {}
        self._auths = {}
        self._hooks = {}
        self._counters = {}

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


def put_first_on_path(root: Path) -> None:
    """Make a project's modules win over others of the same name."""
    if sys.path[:1] != [str(root)]:
        sys.path.insert(0, str(root))


def import_file(path: Path, root: Path) -> ModuleType:
    """Import a file as the module of its dotted path below ``root``."""
    parts = path.relative_to(root).with_suffix("").parts
    for part in parts:
        if not part.isidentifier():
            raise ActionDefinitionError(
                f"{part!r} is no name of a module",
                mend=f"rename it to {_identifier(part)!r}, or begin its name with `_` if it is support code",
                where=Place(str(path), 1),
            )
    name = ".".join(parts)
    module = importlib.import_module(name)
    origin = getattr(module, "__file__", None)
    if origin is None or not _is_same(Path(origin), path):
        raise ImportError(f"{name} is already another module, {origin}: rename the folder", name=name)
    return module


def _identifier(text: str) -> str:
    """Give a text as the name of a module."""
    name = re.sub(r"\W+", "_", text).strip("_") or "action"
    return name if name.isidentifier() else f"action_{name}"


def _is_same(one: Path, other: Path) -> bool:
    """Say whether two paths lead to the same file, through links too, also when it removed itself."""
    return one == other or (one.exists() and other.exists() and one.samefile(other))


def _action_files(folder: Path) -> list[Path]:
    return sorted(
        path
        for above, _, files in os.walk(
            folder, onerror=_raise
        )  # an unread folder would lose its actions unseen
        for path in (Path(above, name) for name in files if name.endswith(".py"))
        if path.is_file() and not any(part.startswith(("_", ".")) for part in path.relative_to(folder).parts)
    )


def _raise(error: OSError) -> NoReturn:
    raise error


def _only_action(module: ModuleType, path: Path) -> AnyAction:
    """Give the action that a file made itself, whoever helped; what it imported from others is theirs."""
    found = {
        id(value): value
        for value in vars(module).values()
        if issubclass(type(value), Action) and value.definition.made_in == module.__file__
    }
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise ActionDefinitionError(
            "the file defines no action",
            mend="decorate its function with @action, or begin the file's name with `_`",
            where=Place(str(path), 1),
        )
    names = ", ".join(sorted(action.name for action in found.values()))
    raise ActionDefinitionError(
        f"the file defines {len(found)} actions: {names}",
        mend="move each to a file of its own",
        where=Place(str(path), 1),
    )


def _clash(action: AnyAction, other: AnyAction, what: str) -> NoReturn:
    raise ActionDefinitionError(
        what,
        mend=f"rename it, or `{other.name}`",
        where=action.definition.where,
        action=action.name,
        field="name",
    )


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


def _refuse_scopes(action: AnyAction) -> NoReturn:
    raise ActionDefinitionError(
        "nobody is asked who calls, so nobody has them",
        mend="give the action, or its registry, an `auth` that says who calls",
        where=action.definition.where,
        action=action.name,
        field="scopes",
    )


def _check_form(actions: Iterable[AnyAction], form: Callable[[str], str]) -> None:
    seen: dict[str, AnyAction] = {}
    for action in actions:
        other = seen.setdefault(form(action.name), action)
        if other is not action:
            what = (
                f"its form {form(action.name)!r} is also that of {other.name!r} at {other.definition.where}"
            )
            _clash(action, other, what)


def _check_routes(actions: Iterable[AnyAction]) -> None:
    """Refuse two actions with one path of their own and one method; other paths have names in them."""
    seen: dict[tuple[str, str], AnyAction] = {}
    for action in actions:
        http = action.definition.http
        if http is None or http.path is None:
            continue
        other = seen.setdefault((http.method, http.path), action)
        if other is not action:
            raise ActionDefinitionError(
                f"{http.method} {http.path} is the route of {other.name!r} at {other.definition.where}",
                mend="give one of them another path or method",
                where=action.definition.where,
                action=action.name,
                field="http",
            )


def _check_schemes(asked_by: Mapping[AnyAction, Auth | None]) -> None:
    """Refuse two schemes of one name that are not alike: callers could not tell what to send."""
    seen: dict[str, tuple[AnyAction, SchemeSpec]] = {}
    for action, auth in asked_by.items():
        if not isinstance(auth, AuthScheme):
            continue
        scheme = auth.scheme
        other_action, other = seen.setdefault(scheme.name, (action, scheme))
        if other != scheme:
            raise ActionDefinitionError(
                f"the scheme {auth.name!r} is another one here than for {other_action.name!r}"
                f" at {other_action.definition.where}",
                mend="give one of the schemes another `name=`",
                where=action.definition.where,
                action=action.name,
                field="auth",
            )


def _check_error_shapes(actions: Iterable[AnyAction]) -> None:
    seen: dict[str, tuple[AnyAction, type[ActionError[Any]]]] = {}
    for action in actions:
        for error in action.definition.errors:
            other_action, other = seen.setdefault(error.code, (action, error))
            if other is not error and _shape(other) != _shape(error):
                raise ActionDefinitionError(
                    f"`{error.code}` has another shape here than in {other_action.name!r}"
                    f" at {other_action.definition.where}",
                    mend="share one error class, or use another code",
                    where=action.definition.where,
                    action=action.name,
                    field="errors",
                )


def _shape(error: type[ActionError[Any]]) -> tuple[Any, ...]:
    details = None if error.details_type is None else to_json(details_adapter(error).json_schema())
    return error.status, error.retryable, details
