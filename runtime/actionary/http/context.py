"""The context of a call over HTTP."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.types import Scope

from actionary.context import Context
from actionary.running import Call


class HttpContext(Context[Any]):
    """A context that makes its request only when somebody asks for it."""

    _made: Request | None = None

    def __init__(self, scope: Scope, call: Call, request_id: bytes, resources: Any) -> None:
        # Every call over HTTP makes one: what Context does with its keywords would double the cost.
        self.caller = "http"
        self.action = call.name
        self.call = call
        self._request_id = request_id
        self._resources = resources
        self._scope = scope

    @property
    def request(self) -> Request:
        """The HTTP request."""
        if self._made is None:
            self._made = Request(self._scope)
        return self._made
