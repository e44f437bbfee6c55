"""Let scripts of other origins call the server, where `Cors` allows it (Fetch §3.3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from actionary.cors import Cors

METHODS: Final = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")

SENT: Final = (
    *("Actionary-Approval", "Actionary-Source", "Actionary-Timeout-Ms", "Authorization"),
    *("Idempotency-Key", "If-None-Match", "Last-Event-ID", "Traceparent", "Tracestate", "X-Request-Id"),
)
"""The request headers of the protocol; browsers ask before they send them (DESIGN §5)."""

READ: Final = (
    *("Actionary-Catalog", "Allow", "Deprecation", "ETag", "Idempotency-Replayed", "Retry-After", "Sunset"),
    *("WWW-Authenticate", "X-Request-Id"),
)
"""The reply headers of the protocol; browsers hide them from scripts unless told otherwise."""


def with_cors(app: ASGIApp, cors: Cors, keys: Iterable[str]) -> ASGIApp:
    """Wrap an application; preflights are answered before it, alike for every path.

    ``keys`` are the headers in which callers say who they are.
    """
    return CORSMiddleware(
        app,
        allow_origins=cors.origins,
        allow_methods=METHODS,
        allow_headers=[*SENT, *keys, *cors.headers],
        allow_credentials=cors.credentials,
        expose_headers=list(dict.fromkeys([*READ, *cors.expose])),
        max_age=cors.max_age,
    )
