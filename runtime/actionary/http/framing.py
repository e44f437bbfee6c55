"""Where a request ends: one that says it in two ways is not answered as if it said it in one.

Of a request with both Content-Length and Transfer-Encoding a proxy may believe the one
and a server the other; what is left over is then taken for somebody else's request.
RFC 9112 §6.1 lets servers refuse it, and wants the connection closed. Some do neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.types import Send

CLOSE: Final = (b"connection", b"close")
"""The header of a reply after which the connection is closed."""

TWO_ENDS: Final = "has both Content-Length and Transfer-Encoding"

_TEXT: Final = f"The request {TWO_ENDS}.".encode()


def has_body(headers: Mapping[bytes, bytes]) -> bool:
    """Say whether a request announces a body; while nobody reads it, its caller can take any time."""
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0").strip(b"0") != b""


async def refuse_framing(send: Send) -> None:
    """Refuse a request as one that is no HTTP, and close its connection."""
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(_TEXT)),
        CLOSE,
    ]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": _TEXT})
