"""Read an input from a request: its query or its JSON body, within limits (DESIGN §5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel
from starlette.types import Message, Receive, Scope

from actionary.coerce import read_query
from actionary.defining import AnyAction
from actionary.inputs import as_json
from actionary.limits import Limits
from actionary.messages import invalid_input
from actionary.result import CommonError
from actionary.running import Call

_UTF8: Final = frozenset({b"utf-8", b"utf8"})


async def query_input(
    scope: Scope, call: Call, receive: Receive, limits: Limits, action: AnyAction
) -> BaseModel:
    """Read the input of a GET from its query; a body is ignored.

    Raises:
        CommonError: ``invalid_input``.
    """
    call.until, call.receive = call.deadline, receive
    prepared = action.prepared
    query: bytes = scope.get("query_string", b"")
    if not query:
        return prepared.read_json(b"{}")
    if len(query) > limits.query:
        raise invalid_input(([], "query_too_long", f"has a query of more than {limits.query:,} bytes"))
    return prepared.read_json(as_json(read_query(query, prepared.parameters, most=limits.parameters)))


async def body_input(
    headers: Mapping[bytes, bytes], call: Call, receive: Receive, limits: Limits, action: AnyAction
) -> BaseModel:
    """Read the input from a JSON body; no body is ``{}``.

    Raises:
        CommonError: ``payload_too_large``, ``unsupported_media_type`` or
            ``invalid_input``, in the order in which they can be known; ``cancelled``
            when the caller hangs up before the end.
    """
    limit = limits.body
    said = headers.get(b"content-length", b"")
    try:
        length = int(said) if said.isdigit() else 0
    except ValueError:  # of more digits than Python reads
        raise _too_large(limit) from None
    if length > limit:
        raise _too_large(limit)
    plainly_json = headers.get(b"content-type") == b"application/json" and b"content-encoding" not in headers
    if not plainly_json and not _says_json(headers):
        await _no_body(length, receive)
        call.until, call.receive = call.deadline, receive
        return action.prepared.read_json(b"")
    message = await receive()
    if message.get("more_body", False) or message["type"] == "http.disconnect":
        body = await _rest(message, receive, limit)
    else:
        body = message.get("body", b"")
        if len(body) > limit:
            raise _too_large(limit)
    call.until, call.receive = call.deadline, receive
    if length and not body:  # some servers keep it back when the caller wants to change the protocol
        raise invalid_input(([], "body_missing", "did not come, although Content-Length says so"))
    if len(body) > limits.items:
        limits.check_items(body)
    return action.prepared.read_json(body)


async def _no_body(length: int, receive: Receive) -> None:
    """Make sure that nothing comes, since what came would be no JSON."""
    if length:
        raise _no_json()
    more = True
    while more:
        part, more = _part(await receive())
        if part:
            raise _no_json()


def _part(message: Message) -> tuple[bytes, bool]:
    """Give a part of the body, and whether there is more."""
    if message["type"] == "http.disconnect":
        raise CommonError("cancelled", "The caller hung up.")
    return message.get("body", b""), message.get("more_body", False)


def _says_json(headers: Mapping[bytes, bytes]) -> bool:
    media_type = headers.get(b"content-type")
    if media_type is None or not _is_json(media_type):
        return False
    encoding = headers.get(b"content-encoding")
    return encoding is None or encoding.strip().lower() in {b"", b"identity"}


def _is_json(media_type: bytes) -> bool:
    """Say whether a body is JSON in UTF-8 (RFC 8259 §8.1 and §11, RFC 6839 §3.1)."""
    kind, *parameters = (part.strip().lower() for part in media_type.split(b";"))
    if kind != b"application/json" and not (kind.startswith(b"application/") and kind.endswith(b"+json")):
        return False
    charsets = (
        part.removeprefix(b"charset=").strip(b'"') for part in parameters if part.startswith(b"charset=")
    )
    return all(charset in _UTF8 for charset in charsets)


async def _rest(message: Message, receive: Receive, limit: int) -> bytes:
    """Read a body of several messages, given the first."""
    part, more = _part(message)
    parts = [part]
    size = len(part)
    while more and size <= limit:
        part, more = _part(await receive())
        parts.append(part)
        size += len(part)
    if size > limit:
        raise _too_large(limit)
    return b"".join(parts)


def _too_large(limit: int) -> CommonError:
    return CommonError("payload_too_large", f"The request body is larger than {limit} bytes.")


def _no_json() -> CommonError:
    return CommonError(
        "unsupported_media_type",
        "The request body is not application/json in UTF-8: "
        "send JSON, uncompressed, with the header Content-Type: application/json.",
    )
