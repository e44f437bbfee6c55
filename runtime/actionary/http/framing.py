"""Where a request ends: one that says it in two ways is not answered as if it said it in one.

Of a request with both Content-Length and Transfer-Encoding a proxy may believe the one
and a server the other; what is left over is then taken for somebody else's request.
RFC 9112 §6.1 lets servers refuse it, and wants the connection closed. Some do neither.
"""

from __future__ import annotations

from typing import Final

from starlette.types import Send

_BODY: Final = b"The request has both Content-Length and Transfer-Encoding."


async def refuse_framing(send: Send) -> None:
    """Refuse a request as one that is no HTTP, and close its connection."""
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(_BODY)),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": _BODY})
