"""The door to the actions: the innermost middleware, before the router.

It looks the path up in a dictionary, lets the pipeline do its work, and sends the
envelope. Unknown names, private actions and those without HTTP answer alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import Final, TypeAlias

from starlette.types import ASGIApp, Receive, Scope, Send

from actionary.context import new_request_id
from actionary.envelope import err_envelope, ok_envelope
from actionary.http.body import body_input, query_input
from actionary.http.context import HttpContext
from actionary.http.deprecation import deprecation_headers
from actionary.http.held import Held
from actionary.http.path import path_in_app
from actionary.invoke import Read, err_of, failure, perform
from actionary.registry import AnyAction
from actionary.result import CommonError
from actionary.routes import actions_path, route_of

BODY_LIMIT: Final = 1024 * 1024
"""The largest request body, in bytes."""

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")
"""What a caller's own id may be: fit for a header and a log line."""

Headers: TypeAlias = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Entry:
    """An action behind the door, where its input and resources come from, the headers of its replies."""

    action: AnyAction
    reads_query: bool
    held: Held
    headers: Headers


@dataclass(frozen=True, slots=True)
class Place:
    """What lies at a path: an entry for each method, HEAD too."""

    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])

    @property
    def name(self) -> str:
        """The name of the action there; the first one's, if there are several."""
        return next(iter(self.entries.values())).action.name


class Door:
    """ASGI middleware that answers ``{prefix}/actions/{name}`` and passes on the rest."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        actions: Iterable[AnyAction],
        prefix: str,
        catalog: str,
        documents: Container[str],
        held_for: Callable[[AnyAction], Held],
        body_limit: int,
    ) -> None:
        self._app = app
        self._documents = documents
        self._body_limit = body_limit
        self._start = f"{actions_path(prefix)}/"
        self._headers: Headers = [
            (b"content-type", b"application/json"),
            (b"cache-control", b"no-store"),
            (b"actionary-catalog", catalog.encode()),
        ]
        self._places: dict[str, Place] = {}
        for action in actions:
            self._place(action, prefix, held_for(action))

    def _place(self, action: AnyAction, prefix: str, held: Held) -> None:
        route = route_of(action.definition, prefix)
        assert route is not None, "only actions with HTTP come here"  # noqa: S101 - tells the type checkers
        headers = [*self._headers, *deprecation_headers(action.definition.deprecated)]
        entries = self._places.setdefault(route.path, Place()).entries
        entries[route.method] = Entry(action, route.reads_query, held, headers)
        if route.method == "GET":
            entries["HEAD"] = entries["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call of an action, or pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        path = path_in_app(scope)
        place = self._places.get(path)
        if place is None and not self._may_be_asked_for(path):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = headers.get(b"x-request-id")
        if request_id is None or not _REQUEST_ID.fullmatch(request_id):
            request_id = new_request_id()
        method = scope["method"]
        entry = None if place is None else place.entries.get(method)
        if entry is None:
            await self._refuse(place, path, method, request_id, send)
            return
        action, held = entry.action, entry.held
        context = HttpContext(scope, action.name, request_id, held.resources)
        if entry.reads_query:
            read: Read = partial(query_input, scope)
        else:
            read = partial(body_input, headers, receive, self._body_limit)
        resources = held.open_late if held.shares and not held.is_here else None
        try:
            _, json = await perform(action, read, context, started, resources)
            status, body = 200, ok_envelope(json, action.name, (perf_counter() - started) * 1000)
        except Exception as error:  # noqa: BLE001 - every outcome is a reply here
            err = failure(error, action, context, started)
            if err.code == "cancelled":
                return  # the caller is gone
            status, body = err.status, err_envelope(err)
        own = [(b"content-length", b"%d" % len(body)), (b"x-request-id", request_id)]
        await send({"type": "http.response.start", "status": status, "headers": entry.headers + own})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})

    async def _refuse(
        self, place: Place | None, path: str, method: str, request_id: bytes, send: Send
    ) -> None:
        """Refuse before any work was done; that it took no time tells nothing about the name."""
        headers = [*self._headers, (b"x-request-id", request_id)]
        if place is None:
            name, error = path[len(self._start) :], CommonError("not_found", "There is no such action.")
        else:
            allow = sorted(place.entries)
            headers.append((b"allow", ", ".join(allow).encode()))
            methods = " or ".join(each for each in allow if each != "HEAD")
            name = place.name
            error = CommonError("method_not_allowed", f"The action is called with {methods}.")
        body = err_envelope(err_of(error, name, 0, request_id.decode()))
        headers.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": error.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})

    def _may_be_asked_for(self, path: str) -> bool:
        """Say whether a path would be an action's if there were one of that name."""
        name = path[len(self._start) :]
        return path.startswith(self._start) and bool(name) and "/" not in name and path not in self._documents
