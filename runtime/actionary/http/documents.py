"""Serve the built files from memory, under ``/`` and their path (RFC 9110 §8.8.3, §13.1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from actionary.http.built import ServedFile
from actionary.http.path import path_in_app

_MEDIA_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "xml": "application/xml",
}


class Documents:
    """The files that callers may have, by path.

    A folder is its ``index.html``; asked for without the final slash, callers are
    sent there, since the links of a page count from it.
    """

    def __init__(self, files: Mapping[str, ServedFile]) -> None:
        self._replies: dict[str, Response] = {}
        for path, file in files.items():
            folder, _, name = f"/{path}".rpartition("/")
            self._replies[f"/{path}"] = _reply(name, file)
            if name == "index.html":
                self._replies[f"{folder}/"] = _reply(name, file)
                if folder:
                    self._replies[folder] = _elsewhere(f"{folder.rpartition('/')[2]}/")

    def __contains__(self, path: object) -> bool:
        return path in self._replies

    def before(self, otherwise: ASGIApp) -> ASGIApp:
        """Make the ASGI application that answers for files, and passes on the rest."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            reply = self._replies.get(path_in_app(scope)) if scope["type"] == "http" else None
            if reply is None:
                await otherwise(scope, receive, send)
            else:
                await _send(reply, scope, receive, send)

        return answer


async def _send(reply: Response, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["method"] not in {"GET", "HEAD"}:
        await Response(status_code=405, headers={"allow": "GET, HEAD"})(scope, receive, send)
    elif _is_known(Headers(scope=scope), reply.headers.get("etag")):
        kept = {name: reply.headers[name] for name in ("etag", "cache-control")}
        await Response(status_code=304, headers=kept)(scope, receive, send)
    elif scope["method"] == "HEAD":
        await Response(status_code=reply.status_code, headers=dict(reply.headers))(scope, receive, send)
    else:
        await reply(scope, receive, send)


def _reply(name: str, file: ServedFile) -> Response:
    return Response(
        file.content,
        media_type=_MEDIA_TYPES.get(name.rpartition(".")[2], "application/octet-stream"),
        headers={
            "etag": f'"{file.sha256[:32]}"',
            "cache-control": "no-cache",
            "x-content-type-options": "nosniff",
        },
    )


def _elsewhere(location: str) -> Response:
    return Response(status_code=307, headers={"location": location, "cache-control": "no-cache"})


def _is_known(headers: Headers, etag: str | None) -> bool:
    """Say whether the caller has this very file; ``If-None-Match`` compares weakly."""
    known = headers.get("if-none-match")
    if known is None or etag is None:
        return False
    return known.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in known.split(",")}
