"""From an HTTP reply to a result. Nothing in here raises for what a server sent."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar, cast

from .call import Call
from .errors import Failure, InvalidResponse, RawReply, UnknownCode, UnknownError
from .result import Ok
from .values import UnfitError, fitted, fitted_details

T = TypeVar("T")
E = TypeVar("E", bound=Failure)

RETRYABLE_STATUSES = frozenset({502, 503, 504})
"""Statuses that, without an envelope, mean a gateway's passing trouble."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came over HTTP. ``damage`` says why the body could not be read, if it could not."""

    status: int
    body: bytes
    damage: str | None = None


def read_reply(
    call: Call[T, E], address: str, reply: Reply, latency_ms: float
) -> Ok[T] | E | InvalidResponse | UnknownError:
    """Read a reply; ``latency_ms`` is the client's measure, for replies that give none.

    ``address`` is where it came from, without what may be a secret: it is told where the reply is no answer.
    """
    try:
        envelope = _envelope(call, reply)
        return _ok(call, reply, envelope) if envelope["ok"] else _error(call, envelope)
    except UnfitError as unfit:
        return no_answer(call, address, reply, latency_ms, f"{unfit}")


def no_answer(
    call: Call[Any, Any], address: str, reply: Reply, latency_ms: float, reason: str
) -> InvalidResponse:
    """Give the result of a call whose reply is not an answer, for a reason that is told."""
    return InvalidResponse(
        message=f"The reply to {call.method} {address} is not an answer of this API: {reason}.",
        status=reply.status,
        retryable=reply.status in RETRYABLE_STATUSES,
        details=RawReply(reply.status, reply.body.decode("utf-8", "replace")),
        action=call.action,
        latency_ms=latency_ms,
    )


def _envelope(call: Call[Any, Any], reply: Reply) -> dict[str, Any]:
    if reply.damage is not None:
        raise UnfitError(reply.damage)
    try:
        data: Any = json.loads(reply.body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        if reply.body.lstrip().startswith(b"{"):  # damaged, and the parser says where
            raise UnfitError(f"status {reply.status} and no JSON ({error})") from error
        raise _no_envelope(reply, "no JSON") from error
    if not isinstance(data, dict):
        raise _no_envelope(reply, "no JSON object")
    envelope = cast("dict[str, Any]", data)
    if "ok" not in envelope:
        raise _no_envelope(reply, "a JSON object in which `ok` is missing")
    succeeded = _get(envelope, "ok", bool)
    if succeeded != (200 <= reply.status < 300):
        raise UnfitError(f"`ok` is {json.dumps(succeeded)} under status {reply.status}")
    if _get(envelope, "action", str) != call.action:
        raise UnfitError("`action` names another action")
    if abs(_get(envelope, "latencyMs", int, float)) > sys.float_info.max:
        raise UnfitError("`latencyMs` is no length of time")
    return envelope


def _no_envelope(reply: Reply, what: str) -> UnfitError:
    """Say that somebody else answered: a gateway, or whoever is where the API is not."""
    mend = "" if reply.status in RETRYABLE_STATUSES else ": check `base_url`"
    return UnfitError(f"status {reply.status} and {what}, where an envelope of Actionary was expected{mend}")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _ok(call: Call[T, Any], reply: Reply, envelope: dict[str, Any]) -> Ok[T]:
    if "data" not in envelope:
        raise UnfitError(f"`data` is missing under status {reply.status}")
    data = fitted(call.reader, envelope["data"], "data")
    return Ok(data=data, action=call.action, latency_ms=float(envelope["latencyMs"]))


def _error(call: Call[Any, E], envelope: dict[str, Any]) -> E | UnknownError:
    code: str = _get(envelope, "code", str)
    shared: dict[str, Any] = {
        "message": _get(envelope, "message", str),
        "status": _get(envelope, "status", int),
        "retryable": _get(envelope, "retryable", bool),
        "action": call.action,
        "latency_ms": float(envelope["latencyMs"]),
        "request_id": None if envelope.get("requestId") is None else _get(envelope, "requestId", str),
    }
    if "details" not in envelope:
        raise UnfitError("`details` is missing")
    error = call.error_types.get(code)
    if error is None:
        return UnknownError(details=UnknownCode(code, envelope["details"]), **shared)
    return error(code=code, details=fitted_details(error, envelope["details"]), **shared)


def _get(envelope: dict[str, Any], key: str, *types: type) -> Any:
    """Give a value of exactly one of the types: to JSON, a boolean is no number."""
    if key not in envelope:
        raise UnfitError(f"`{key}` is missing")
    if type(envelope[key]) not in types:
        raise UnfitError(f"`{key}` is not of the right type")
    return envelope[key]
