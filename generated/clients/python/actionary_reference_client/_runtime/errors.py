"""Every error a call can give that is not the action's own.

Each class stands for one ``code``, so ``match``, ``isinstance`` and comparing
``code`` all narrow. `ClientError` names those that only a client can see; the
others come from the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from .moment import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What every error has.

    ``status`` is the HTTP status, 0 when no answer came. ``retryable`` says
    whether the same call may succeed later; whether it may be repeated depends
    on the action. ``latency_ms`` is the server's measure, or the client's when
    the server gave none. ``idempotency_key`` is there where it is not known what became
    of a call under a key: made again under this one, it runs once.
    """

    code: str
    message: str
    status: int
    retryable: bool
    details: object
    action: str
    latency_ms: float
    request_id: str | None = None
    idempotency_key: str | None = None
    ok: Literal[False] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InputProblem:
    """One thing wrong with an input: where, of which type, and in words."""

    path: tuple[str | int, ...]
    type: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidInput(Failure):
    """The input does not fit the action's schema."""

    details: tuple[InputProblem, ...]
    code: Literal["invalid_input"] = "invalid_input"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unauthorized(Failure):
    """The caller is not allowed in."""

    details: None = None
    code: Literal["unauthorized"] = "unauthorized"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimited(Failure):
    """Too many calls; try again later."""

    details: None = None
    code: Literal["rate_limited"] = "rate_limited"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadTooLarge(Failure):
    """The request body is too large."""

    details: None = None
    code: Literal["payload_too_large"] = "payload_too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsupportedMediaType(Failure):
    """The request body is not JSON."""

    details: None = None
    code: Literal["unsupported_media_type"] = "unsupported_media_type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden(Failure):
    """The caller may not do this."""

    details: None = None
    code: Literal["forbidden"] = "forbidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyConflict:
    """Why an idempotency key has no answer."""

    reason: Literal["idempotency_key_reused", "in_progress", "unknown_effect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict(Failure):
    """The idempotency key has no answer: its call had another input, still runs, or was cut off."""

    details: KeyConflict
    code: Literal["conflict"] = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAsked:
    """What a human is asked for.

    ``approval_key`` is what the same call is made with once it is approved, as the
    header ``Actionary-Approval``; ``summary`` is one line of what the call would do.
    """

    approval_key: str
    expires_at: Moment
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequired(Failure):
    """A human has to approve this call first."""

    details: ApprovalAsked
    code: Literal["approval_required"] = "approval_required"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingKeys:
    """Which credentials the server does not have."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingCredentials(Failure):
    """A credential the action needs is not set."""

    details: MissingKeys
    code: Literal["missing_credentials"] = "missing_credentials"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout(Failure):
    """The action did not end in time."""

    details: None = None
    code: Literal["timeout"] = "timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerError(Failure):
    """The action failed."""

    details: None = None
    code: Literal["handler_error"] = "handler_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidOutput(Failure):
    """The action's result does not fit its schema."""

    details: None = None
    code: Literal["invalid_output"] = "invalid_output"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable(Failure):
    """The server cannot take the call now."""

    details: None = None
    code: Literal["unavailable"] = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkError(Failure):
    """The server could not be reached."""

    details: None = None
    code: Literal["network_error"] = "network_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTimeout(Failure):
    """No whole answer came within the client's time limit."""

    details: None = None
    code: Literal["client_timeout"] = "client_timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aborted(Failure):
    """The caller gave the call up: the client was closed before or during it.

    Cancelling the task of an asynchronous call gives no result: the cancellation
    goes on to whoever asked for it.
    """

    details: None = None
    code: Literal["aborted"] = "aborted"


@dataclass(frozen=True, slots=True)
class RawReply:
    """What came instead of an answer of this API."""

    status: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidResponse(Failure):
    """What came is not an answer of this API; ``message`` says what is wrong with it."""

    details: RawReply
    code: Literal["invalid_response"] = "invalid_response"


@dataclass(frozen=True, slots=True)
class UnknownCode:
    """The code that this client does not know, and its details as JSON data."""

    code: str
    details: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownError(Failure):
    """The server sent a code newer than this client."""

    details: UnknownCode
    code: Literal["unknown_error"] = "unknown_error"


ClientError: TypeAlias = NetworkError | ClientTimeout | Aborted | InvalidResponse | UnknownError
"""The errors that any call can give and that only a client sees."""
