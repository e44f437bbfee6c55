"""Serve the built files from memory, under ``/`` and their path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from actionary.http.built import ServedFile
from actionary.http.path import path_in_app
from actionary.http.revalidation import is_known

ALLOWED: Final = "GET, HEAD, OPTIONS"
"""The methods of whatever is only read."""

_MEDIA_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "xml": "application/xml",
}

_SAFE: Final = {
    "cache-control": "no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
"""What every file says: ask each time, tell nobody where you come from, do not guess the type."""

_SITE: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""What the files of our own target `docs` say too: pages with a style, which no other site frames."""

_FOR_ALL: Final = {"cross-origin-resource-policy": "cross-origin"}
"""What other files say: pages of others may have them. Which scripts may read them is for CORS to say."""


class Documents:
    """The files that callers may have, by path.

    A folder is its ``index.html``; asked for without the final slash, callers are
    sent there, since the links of a page count from it.
    """

    def __init__(self, replies: Mapping[str, Response]) -> None:
        self._replies: Final = replies

    @staticmethod
    def of(files: Mapping[str, ServedFile]) -> Documents:
        """Make the replies once, given the files by their path below the output folder."""
        replies: dict[str, Response] = {}
        for path, file in files.items():
            folder, _, name = f"/{path}".rpartition("/")
            replies[f"/{path}"] = _reply(name, file)
            if name == "index.html":
                replies[f"{folder}/"] = _reply(name, file)
                if folder:
                    replies[folder] = _elsewhere(f"{folder.rpartition('/')[2]}/")
        return Documents(replies)

    def out_of_reach_of(self, routes: Sequence[BaseRoute]) -> Documents:
        """Give those that no route would answer: nobody need ask the router for them."""
        return Documents(
            {
                path: reply
                for path, reply in self._replies.items()
                if not any(_may_answer(route, path) for route in routes)
            }
        )

    def __contains__(self, path: object) -> bool:
        return path in self._replies

    def before(self, otherwise: ASGIApp) -> ASGIApp:
        """Make the ASGI application that answers for files, and passes on the rest."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            reply = self._replies.get(path_in_app(scope)) if scope["type"] == "http" else None
            if reply is None:
                await otherwise(scope, receive, send)
            else:
                await _send(_answer_to(reply, scope), send)

        return answer


async def _send(reply: Response, send: Send) -> None:
    # The list is copied: middleware such as Starlette's GZip changes the one that it is given.
    headers = list(reply.raw_headers)
    await send({"type": "http.response.start", "status": reply.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


def _may_answer(route: BaseRoute, path: str) -> bool:
    if not isinstance(route, Route | Mount):
        return not isinstance(
            route, WebSocketRoute
        )  # a host, or a class of the user's, sees more than a path
    match, _ = route.matches({"type": "http", "method": "GET", "path": path, "headers": []})
    return match is not Match.NONE


def _answer_to(reply: Response, scope: Scope) -> Response:
    """Give what is to be answered to a request for a file, whose whole reply is given."""
    method = scope["method"]
    if method not in {"GET", "HEAD"}:
        return Response(status_code=204 if method == "OPTIONS" else 405, headers={"allow": ALLOWED})
    tag = reply.headers.get("etag")
    if tag is not None and is_known(scope["headers"], tag.encode()):
        return Response(status_code=304, headers={"etag": tag, "cache-control": _SAFE["cache-control"]})
    if method == "HEAD":
        return Response(status_code=reply.status_code, headers=dict(reply.headers))
    return reply


def _reply(name: str, file: ServedFile) -> Response:
    return Response(
        file.content,
        media_type=_MEDIA_TYPES.get(name.rpartition(".")[2], "application/octet-stream"),
        headers={
            "etag": f'"{file.sha256[:32]}"',
            **_SAFE,
            **(_SITE if file.emitter == "docs" else _FOR_ALL),
        },
    )


def _elsewhere(location: str) -> Response:
    return Response(status_code=307, headers={"location": location, "cache-control": "no-cache"})
