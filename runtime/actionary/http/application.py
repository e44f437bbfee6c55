"""Put the HTTP application together: the door to the actions, documents, health."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from actionary import background
from actionary.action_spec import ActionSpec
from actionary.catalog import Catalog
from actionary.cors import Cors
from actionary.defining import AnyAction
from actionary.describe import outline
from actionary.exposure import is_exposed
from actionary.gates.counters import CountersError
from actionary.http.built import CannotServe, read_built
from actionary.http.clashes import check_paths
from actionary.http.cors import with_cors
from actionary.http.documents import ALLOWED, Documents
from actionary.http.door import Door
from actionary.http.held import Held
from actionary.http.stores import check_stores
from actionary.limits import Limits
from actionary.loading import load_registry
from actionary.registry import Registry
from actionary.routes import actions_path
from actionary.settings import Settings, check_prefix, find_root, read_settings

PROJECT: Final = "ACTIONARY_PROJECT"
"""The environment variable that names the project's folder for `app`; without it the current one."""


def create_app(
    registry: Registry | None = None,
    *,
    settings: Settings | None = None,
    prefix: str | None = None,
    routes: Sequence[BaseRoute] = (),
    middleware: Sequence[Middleware] = (),
    allow_drift: bool = False,
    verify: bool = False,
    limits: Limits | None = None,
    cors: Cors | None = None,
    alone: bool = True,
) -> Starlette:
    """Make the application that serves the public actions of a registry.

    The actions are those registered now; their paths are asked first. Own ``routes``
    come next, then the list of actions, health and the built files; own ``middleware``
    wraps everything. With ``settings`` the files that were built for callers are
    served too, after a check that they were built from these definitions: names,
    paths, flags, codes and texts, with ``verify`` also types and every file. With
    ``allow_drift`` a difference is only logged. Without a registry the project
    at `PROJECT` or the current folder is loaded. ``prefix`` goes before
    ``/actions/<name>`` and the paths of actions. ``limits`` says how much a server takes
    on, ``cors`` whose web pages may call; without them the settings say it, by default
    nobody's. ``alone`` says that no other process serves the same application, so that a
    store in memory is enough.

    Raises:
        CannotServe: What was built is missing, damaged, or of other definitions; or
            calls cannot be counted for rate limits, or there is no store that fits. Or
            an action has the path of a route of the server's own or of a built file, or
            one of ``routes`` has that of an action, or lies below ``{prefix}/actions/``.
        SettingsError: The prefix is no path, or the project has none or wrong settings.
        DiscoveryError, ActionDefinitionError: The project cannot be loaded.
    """
    if registry is None:
        settings = settings or read_settings(find_root(Path(os.environ.get(PROJECT) or Path.cwd())))
        registry = load_registry(settings)
    described = settings or Settings(root=Path.cwd(), out=Path.cwd(), title="", version="")
    if prefix is not None:
        check_prefix(prefix)
        described = replace(described, prefix=prefix)
    limits = described.limits if limits is None else limits
    catalog = outline(registry, described)
    digest = catalog.surface
    files = {}
    if settings is not None:
        files = read_built(registry, described, digest, allow_drift=allow_drift, verify=verify)
    documents = Documents.of(files)
    actions = [action for action in registry if is_exposed(action, "http")]
    check_paths(actions, described.prefix, documents, routes)
    _check_counters(registry, actions)
    check_stores(registry, actions, alone=alone)
    helds = {home: Held(home) for home in dict.fromkeys([registry, *map(registry.home_of, actions)])}
    own = [
        _read_only(actions_path(described.prefix), _listing(catalog)),
        *_listening(registry, described, limits),
        _read_only("/healthz", _healthy),
        _read_only("/readyz", _readiness(helds.values())),
    ]
    door = Middleware(
        Door,
        documents=documents,
        at_once=documents.out_of_reach_of(routes),
        actions=actions,
        prefix=described.prefix,
        catalog=digest[:16],
        registry=registry,
        helds=helds,
        limits=limits,
    )
    application = _Application(
        routes=[*routes, *own], middleware=[*middleware, door], lifespan=_holding(helds.values())
    )
    application.cors = described.cors if cors is None else cors
    application.keys = [scheme.header for scheme in catalog.schemes.values() if scheme.header]
    application.router.default = documents.before(application.router.default)
    return application


def app() -> Starlette:
    """Make the application of the project at `PROJECT` or the current folder, for any ASGI server."""
    return create_app()


class _Application(Starlette):
    """A Starlette that asks the door first where no middleware of the user's stands before it.

    Starlette's own layers, which turn exceptions into replies, have nothing to do for
    the door: it answers every call itself. CORS stands before all, so that whatever
    refuses a call, a script may read why.
    """

    cors: Cors | None = None
    keys: Sequence[str] = ()
    """The headers in which callers say who they are."""

    def build_middleware_stack(self) -> ASGIApp:
        stack = self._stack()
        return stack if self.cors is None else with_cors(stack, self.cors, self.keys)

    def _stack(self) -> ASGIApp:
        *before, door = self.user_middleware
        if before:
            return super().build_middleware_stack()
        self.user_middleware = []
        rest = super().build_middleware_stack()
        self.user_middleware = [door]
        return door.cls(rest, *door.args, **door.kwargs)


def _check_counters(registry: Registry, actions: Iterable[AnyAction]) -> None:
    """Make sure that there is a place to count the calls of actions that have a rate limit."""
    try:
        for action in actions:
            if action.definition.rate_limit:
                registry.counters_of(action).ready()
    except CountersError as error:
        raise CannotServe(error.what, error.mend) from error


def _listening(registry: Registry, settings: Settings, limits: Limits) -> Iterator[Route]:
    """Make the route of those who listen to changes, where anything is told."""
    if registry.changes_place is not None:
        from actionary.http.changes import Endpoint  # noqa: PLC0415 - few servers have it, and each would load it

        endpoint = Endpoint(registry.changes_place, registry.listening_auth, most=limits.listeners)
        yield _read_only(f"{settings.prefix}/changes", endpoint.answer)


def _read_only(path: str, endpoint: Callable[[Request], Response | Awaitable[Response]]) -> Route:
    """Make a route that is read, and says of itself that it is only read."""

    async def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"allow": ALLOWED})
        answered = endpoint(request)
        return answered if isinstance(answered, Response) else await answered

    return Route(path, answer, methods=["GET", "OPTIONS"])


def _listing(catalog: Catalog) -> Callable[[Request], Response]:
    content = to_json({"actions": list(_listed(catalog.http_actions))})

    def list_actions(_: Request) -> Response:
        return Response(content, media_type="application/json", headers={"cache-control": "no-cache"})

    return list_actions


def _listed(actions: Sequence[ActionSpec]) -> Iterator[dict[str, Any]]:
    """Say of each action what the list says; what is not in it is not named as a way out either."""
    names = {action.name: action.name for action in actions}
    for action in actions:
        if action.http is not None:
            deprecated = action.deprecated
            yield {
                "name": action.name,
                "method": action.http.method,
                "path": action.http.path,
                "description": action.description,
                "deprecated": None if deprecated is None else asdict(deprecated.calling(names)),
                "paginate": None if action.paginate is None else asdict(action.paginate),
            }


def _healthy(_: Request) -> Response:
    return JSONResponse({"status": "ok"}, headers={"cache-control": "no-store"})


def _holding(helds: Iterable[Held]) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """Make the lifespan of an application that holds resources."""

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            for held in helds:
                await stack.enter_async_context(held.lifespan())
            stack.push_async_callback(background.all_ended)  # which needs the resources
            yield

    return lifespan


def _readiness(helds: Iterable[Held]) -> Callable[[Request], Response]:
    def ready(_: Request) -> Response:
        is_here = all(held.is_here for held in helds)
        status, code = ("ok", 200) if is_here else ("starting", 503)
        return JSONResponse({"status": status}, code, headers={"cache-control": "no-store"})

    return ready
