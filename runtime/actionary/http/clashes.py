"""Paths that two would answer, of which only one could: refused before the server starts."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from starlette.routing import BaseRoute, Mount, Route

from actionary.action_spec import HttpSpec
from actionary.defining import AnyAction
from actionary.http.built import CannotServe
from actionary.routes import OWN, actions_path, is_for_actions, is_own, route_of


def check_paths(
    actions: Iterable[AnyAction], prefix: str, documents: Container[str], routes: Iterable[BaseRoute]
) -> None:
    """Refuse actions that hide what the server answers itself, and own ``routes`` that nobody reaches.

    The door stands before the router and before the documents, so an action's path is
    always the action's. A path with parameters, or a mount, may lie around it.

    Raises:
        CannotServe: There is such a path; it says whose.
    """
    taken: dict[str, AnyAction] = {}
    for action in actions:
        route = route_of(action.definition, prefix)
        if route is None:
            continue
        taken.setdefault(route.path, action)
        http = action.definition.http
        if http is not None and http.path is not None and is_own(route.path):
            what = f"{_whose(route, action)} {OWN}"
            raise CannotServe(what, "serve with a prefix, or choose another first part")
        if route.path in documents:
            what = f"{_whose(route, action)} is a file that was built"
            raise CannotServe(what, "give the action another path")
    for path in _literal_paths(routes):
        if path in taken:
            raise CannotServe(
                f"the route {path!r} would never be reached: it is the path of {_named(taken[path])}",
                "give one of them another path; methods do not tell them apart",
            )
        if is_for_actions(path, prefix):
            raise CannotServe(
                f"the route {path!r} would never be reached: every name there is an action's or unknown",
                f"choose a path that is not below {actions_path(prefix)}/",
            )


def _whose(route: HttpSpec, action: AnyAction) -> str:
    return f"{route.method} {route.path}, the path of {_named(action)},"


def _named(action: AnyAction) -> str:
    return f"the action {action.name!r} at {action.definition.where}"


def _literal_paths(routes: Iterable[BaseRoute]) -> Iterator[str]:
    """Give the paths of routes for HTTP; of a mount that of whatever is right below it."""
    for route in routes:
        if isinstance(route, Route):
            yield route.path
        elif isinstance(route, Mount):
            yield f"{route.path}/{{path}}"
