"""Read an input from a request: its query or its JSON body, within limits (DESIGN §5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel
from starlette.types import Message, Receive, Scope

from actionary.coerce import read_query
from actionary.inputs import as_json
from actionary.registry import AnyAction
from actionary.result import CommonError

_UTF8: Final = frozenset({b"utf-8", b"utf8"})


async def query_input(action: AnyAction, scope: Scope) -> BaseModel:
    """Read the input of a GET from its query; a body is ignored.

    Raises:
        CommonError: ``invalid_input``.
    """
    prepared = action.prepared
    query: bytes = scope.get("query_string", b"")
    if not query:
        return prepared.read_json(b"{}")
    return prepared.read_json(as_json(read_query(query, prepared.parameters)))


async def body_input(
    action: AnyAction, headers: Mapping[bytes, bytes], receive: Receive, limit: int
) -> BaseModel:
    """Read the input from a JSON body; no body is ``{}``.

    Raises:
        CommonError: ``payload_too_large``, ``unsupported_media_type`` or
            ``invalid_input``, in the order in which they can be known; ``cancelled``
            when the caller hangs up before the end.
    """
    said = headers.get(b"content-length", b"0")
    length = int(said) if said.isdigit() else 0
    is_json = _says_json(headers)
    if length > limit:
        raise _too_large(limit)
    if length and not is_json:
        raise _no_json()
    message = await receive()
    body: bytes = message.get("body", b"")
    if body and not is_json:
        raise _no_json()
    if message.get("more_body", False) or message["type"] == "http.disconnect":
        body = await _rest(message, receive, limit)
    elif len(body) > limit:
        raise _too_large(limit)
    if body and not is_json:
        raise _no_json()
    return action.prepared.read_json(body)


def _says_json(headers: Mapping[bytes, bytes]) -> bool:
    media_type = headers.get(b"content-type")
    if media_type is None or not _is_json(media_type):
        return False
    encoding = headers.get(b"content-encoding")
    return encoding is None or encoding.strip().lower() in {b"", b"identity"}


def _is_json(media_type: bytes) -> bool:
    """Say whether a body is JSON in UTF-8 (RFC 8259 §8.1 and §11, RFC 6839 §3.1)."""
    if media_type == b"application/json":
        return True
    kind, *parameters = (part.strip().lower() for part in media_type.split(b";"))
    if kind != b"application/json" and not (kind.startswith(b"application/") and kind.endswith(b"+json")):
        return False
    charsets = (
        part.removeprefix(b"charset=").strip(b'"') for part in parameters if part.startswith(b"charset=")
    )
    return all(charset in _UTF8 for charset in charsets)


async def _rest(message: Message, receive: Receive, limit: int) -> bytes:
    """Read a body of several messages, given the first."""
    parts: list[bytes] = []
    size = 0
    while True:
        if message["type"] == "http.disconnect":
            raise CommonError("cancelled", "The caller hung up.")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise _too_large(limit)
        if not message.get("more_body", False):
            return b"".join(parts)
        message = await receive()


def _too_large(limit: int) -> CommonError:
    return CommonError("payload_too_large", f"The request body is larger than {limit} bytes.")


def _no_json() -> CommonError:
    return CommonError("unsupported_media_type", "The request body is not application/json in UTF-8.")
