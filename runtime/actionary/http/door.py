"""The door to the actions: the innermost middleware, before the router.

It looks the name up in a dictionary, lets the pipeline do its work, and sends the
envelope. Unknown names, private actions and those without HTTP answer alike.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from time import perf_counter
from typing import Any, Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from actionary.context import Context, new_request_id
from actionary.envelope import err_envelope, ok_envelope
from actionary.http.body import body_input, query_input
from actionary.http.path import path_in_app
from actionary.invoke import Answer, answer
from actionary.registry import AnyAction, Registry
from actionary.result import CommonError, Err

BODY_LIMIT: Final = 1024 * 1024
"""The largest request body, in bytes."""

_log: Final = logging.getLogger("actionary")
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")


class Door:
    """ASGI middleware that answers ``{prefix}/actions/{name}`` and passes on the rest."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        registry: Registry,
        actions: Mapping[str, AnyAction],
        prefix: str,
        catalog: str,
        body_limit: int,
    ) -> None:
        self._app = app
        self._registry = registry
        self._actions = actions
        self._start = f"{prefix}/actions/"
        self._catalog = catalog.encode()
        self._body_limit = body_limit
        self._opening: asyncio.Future[None] | None = None
        self._holder: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call of an action, or pass the request on."""
        started = perf_counter()
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = path_in_app(scope)
        name = path[len(self._start) :]
        if not path.startswith(self._start) or not name or "/" in name:
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        outcome, more = await self._call(name, scope, receive, request_id, started)
        if isinstance(outcome, Answer):
            status = 200
            body = ok_envelope(outcome.json, name, outcome.latency_ms)
        elif outcome.code == "cancelled":
            return
        else:
            status = outcome.status
            body = err_envelope(outcome)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            (b"x-request-id", request_id.encode()),
            (b"actionary-catalog", self._catalog),
            *more,
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _call(
        self, name: str, scope: Scope, receive: Receive, request_id: str, started: float
    ) -> tuple[Answer | Err, list[tuple[bytes, bytes]]]:
        """Give the outcome, and the headers that belong to it."""
        action = self._actions.get(name)
        if action is None or action.definition.http is None:
            return _refused(CommonError("not_found", "There is no such action."), name, request_id), []
        method = action.definition.http.method
        is_get = method == "GET"
        if scope["method"] != method and not (is_get and scope["method"] == "HEAD"):
            allowed = "GET, HEAD" if is_get else method
            error = CommonError("method_not_allowed", f"The action is called with {method}.")
            return _refused(error, name, request_id), [(b"allow", allowed.encode())]
        if not self._registry.is_open:
            try:
                await self._open()
            except Exception:  # noqa: BLE001 - whatever the user's lifespan raises
                _log.exception("the resources of the actions cannot be opened (request %s)", request_id)
                return _refused(CommonError("handler_error", "The action failed."), name, request_id), []
        context: Context[Any] = Context(
            caller="http",
            resources=self._registry.resources,
            action=name,
            request_id=request_id,
            make_request=lambda: Request(scope),
        )

        async def read(found: AnyAction) -> BaseModel:
            if is_get:
                return query_input(found, scope)
            return await body_input(found, scope, receive, self._body_limit)

        return await answer(action, read, context, started), []

    async def _open(self) -> None:
        """Open the registry where the application around us does not run our lifespan.

        A task of its own holds it open, since who opens must also close.
        """
        if self._opening is None or (self._opening.done() and self._opening.exception() is not None):
            _log.warning(
                "no lifespan was run for this application: its resources are opened at the first call"
            )
            self._opening = asyncio.get_running_loop().create_future()
            self._holder = asyncio.create_task(self._hold(self._opening))
        await asyncio.shield(self._opening)

    async def _hold(self, opening: asyncio.Future[None]) -> None:
        try:
            async with self._registry.open():
                opening.set_result(None)
                await asyncio.get_running_loop().create_future()
        except Exception as error:
            if opening.done():
                _log.exception("the resources of the actions could not be closed")
            else:
                opening.set_exception(error)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            return value.decode() if _REQUEST_ID.fullmatch(value) else new_request_id()
    return new_request_id()


def _refused(error: CommonError, name: str, request_id: str) -> Err:
    """Refuse before any work was done, so that the time tells nothing."""
    return Err(
        code=error.code,
        message=error.message,
        status=error.status,
        retryable=error.retryable,
        details=None,
        action=name,
        latency_ms=0,
        request_id=request_id,
    )
