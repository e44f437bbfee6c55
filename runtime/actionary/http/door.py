"""The door to the actions: the innermost middleware, before the router.

It looks the path up in a dictionary, lets the pipeline do its work, and sends the
envelope. Unknown names, private actions and those without HTTP answer alike.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Final, TypeAlias

from starlette.types import ASGIApp, Receive, Scope, Send

from actionary.context import new_request_id
from actionary.envelope import err_envelope, ok_envelope
from actionary.http.body import body_input, query_input
from actionary.http.context import HttpContext
from actionary.http.held import Held
from actionary.http.path import path_in_app
from actionary.invoke import Read, err_of, failure, perform
from actionary.registry import AnyAction
from actionary.result import CommonError, Err
from actionary.routes import actions_path, route_of

BODY_LIMIT: Final = 1024 * 1024
"""The largest request body, in bytes."""

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")
"""What a caller's own id may be: fit for a header and a log line."""

Headers: TypeAlias = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Entry:
    """An action behind the door, its method, and what ``Allow`` says of it."""

    action: AnyAction
    method: str
    allow: str


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
        held: Held,
        body_limit: int,
    ) -> None:
        self._app = app
        self._documents = documents
        self._held = held
        self._body_limit = body_limit
        self._start = f"{actions_path(prefix)}/"
        self._entries = dict(_entry(action, prefix) for action in actions)
        self._headers: Headers = [
            (b"content-type", b"application/json"),
            (b"cache-control", b"no-store"),
            (b"actionary-catalog", catalog.encode()),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call of an action, or pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        path = path_in_app(scope)
        entry = self._entries.get(path)
        name = path[len(self._start) :]
        if entry is None and (
            not path.startswith(self._start) or not name or "/" in name or path in self._documents
        ):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = headers.get(b"x-request-id")
        if request_id is None or not _REQUEST_ID.fullmatch(request_id):
            request_id = new_request_id()
        method = scope["method"]
        allow: Headers = []
        outcome: bytes | Err
        if entry is None:
            outcome = _refused("not_found", "There is no such action.", name, request_id)
        elif method != entry.method and (method != "HEAD" or entry.method != "GET"):
            outcome = _refused(
                "method_not_allowed", f"The action is called with {entry.method}.", name, request_id
            )
            allow = [(b"allow", entry.allow.encode())]
        else:
            context = HttpContext(scope, name, request_id, self._held.resources)
            if entry.method == "GET":
                read: Read = partial(query_input, scope)
            else:
                read = partial(body_input, headers, receive, self._body_limit)
            resources = self._held.open_late if self._held.shares and not self._held.is_here else None
            try:
                _, json = await perform(entry.action, read, context, started, resources)
                outcome = ok_envelope(json, name, (perf_counter() - started) * 1000)
            except Exception as error:  # noqa: BLE001 - every outcome is a reply here
                outcome = failure(error, entry.action, context, started)
        if isinstance(outcome, bytes):
            status, body = 200, outcome
        elif outcome.code == "cancelled":
            return  # the caller is gone
        else:
            status, body = outcome.status, err_envelope(outcome)
        own = [*self._headers, (b"content-length", b"%d" % len(body)), (b"x-request-id", request_id), *allow]
        await send({"type": "http.response.start", "status": status, "headers": own})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


def _entry(action: AnyAction, prefix: str) -> tuple[str, Entry]:
    route = route_of(action.definition, prefix)
    assert route is not None, "only actions with HTTP come here"  # noqa: S101 - tells the type checkers
    allow = "GET, HEAD" if route.method == "GET" else route.method
    return route.path, Entry(action, route.method, allow)


def _refused(code: str, message: str, name: str, request_id: bytes) -> Err:
    """Make a refusal before any work was done; that it took no time tells nothing about the name."""
    return err_of(CommonError(code, message), name, 0, request_id.decode())
