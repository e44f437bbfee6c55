"""The one table of error codes: code, HTTP status, retryable or not, meaning.

The server, OpenAPI, both clients, the documentation and the tests read it here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Code:
    """What an error code stands for.

    ``status`` is the HTTP status, or 0 for a code that only a client can see.
    ``retryable`` says whether the same call may succeed when it is made again
    later; whether it may be *repeated* is the action's own property.
    """

    name: str
    status: int
    retryable: bool
    meaning: str


def _table(*codes: Code) -> dict[str, Code]:
    return {code.name: code for code in codes}


COMMON: Final = _table(
    Code("not_found", 404, retryable=False, meaning="There is no such action."),
    Code("not_public", 404, retryable=False, meaning="The action is not offered to this kind of caller."),
    Code("method_not_allowed", 405, retryable=False, meaning="The action is called with another method."),
    Code("unauthorized", 401, retryable=False, meaning="The caller is not allowed in."),
    Code("rate_limited", 429, retryable=True, meaning="Too many calls; try again later."),
    Code("payload_too_large", 413, retryable=False, meaning="The request body is too large."),
    Code("unsupported_media_type", 415, retryable=False, meaning="The request body is not JSON."),
    Code("invalid_input", 400, retryable=False, meaning="The input does not fit the action's schema."),
    Code("forbidden", 403, retryable=False, meaning="The caller may not do this."),
    Code(
        "conflict",
        409,
        retryable=False,
        meaning="The idempotency key has no answer: its call had another input, still runs, or was cut off.",
    ),
    Code("approval_required", 428, retryable=False, meaning="A human has to approve this call first."),
    Code("missing_credentials", 424, retryable=False, meaning="A credential the action needs is not set."),
    Code("timeout", 504, retryable=True, meaning="The action did not end in time."),
    Code("cancelled", 499, retryable=False, meaning="The caller gave the call up."),
    Code("handler_error", 500, retryable=False, meaning="The action failed."),
    Code("invalid_output", 500, retryable=False, meaning="The action's result does not fit its schema."),
    Code("unavailable", 503, retryable=True, meaning="The server cannot take the call now."),
)
"""Codes that every action shares, in the order in which a call is checked (DESIGN §4 and §5)."""

IN_PROCESS: Final = frozenset({"not_public", "cancelled"})
"""Common codes that never travel: seen in the calling process and in its log only."""

CLIENT: Final = _table(
    Code("network_error", 0, retryable=True, meaning="The server could not be reached."),
    Code("client_timeout", 0, retryable=True, meaning="No whole answer came within the client's time limit."),
    Code("aborted", 0, retryable=False, meaning="The caller gave the call up."),
    Code("invalid_response", 0, retryable=False, meaning="What came is not an answer of this API."),
    Code("unknown_error", 0, retryable=False, meaning="The server sent a code newer than this client."),
)
"""Codes that only a generated client gives (DESIGN §7).

``invalid_response`` is retryable for the statuses in `RETRYABLE_STATUSES`;
``unknown_error`` is as retryable as the server says.
"""

RETRYABLE_STATUSES: Final = frozenset({502, 503, 504})
"""Statuses that, without an envelope, mean a gateway's passing trouble."""

RESERVED_STATUSES: Final = frozenset({401, 405, 413, 415, 428, 429})
"""Statuses a domain error may not have: callers and proxies give them a meaning of their own."""
