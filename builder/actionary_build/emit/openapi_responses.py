"""The answers of an action: the envelope around its result, and one for each error code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from actionary.action_spec import ActionSpec
from actionary.codes import COMMON, Code
from actionary.json_schema import Schema, move_references
from actionary.names import pascal_case

from actionary_build.emit.openapi_parts import SCHEMAS, Shared, json_content

HEADERS: Final[dict[str, Any]] = {
    "Actionary-Catalog": {
        "description": "The start of the digest of the names, paths, flags, codes and texts here.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
    },
    "X-Request-Id": {
        "description": "The id of this call; if it fails, the server has it in its log.",
        "required": True,
        "schema": {"type": "string"},
    },
}
"""The headers of every answer of an action."""

_DEPRECATION: Final[Schema] = {
    "description": "Since when the action should no longer be used, in seconds since 1970 (RFC 9745).",
    "required": True,
    "schema": {"type": "string", "pattern": "^@-?[0-9]+$"},
}
_SUNSET: Final[Schema] = {
    "description": "When the action ceases to be there, an HTTP date (RFC 8594).",
    "required": True,
    "schema": {"type": "string"},
}
_RETRY_AFTER: Final[Schema] = {
    "description": "The seconds after which the call may be made again (RFC 9110 §10.2.3).",
    "schema": {"type": "integer", "minimum": 0},
}
_CHALLENGE: Final[Schema] = {
    "description": "How callers say who they are, and what was wrong with how they did (RFC 9110 §11.6.1).",
    "required": True,
    "schema": {"type": "string"},
}
_ETAG: Final[Schema] = {
    "description": "The tag of the result; a call with it in If-None-Match gets 304 while it is the same.",
    "required": True,
    "schema": {"type": "string", "pattern": '^W/"[0-9a-f]+"$'},
}
_REPLAYED: Final[Schema] = {
    "description": "That the answer is the one of an earlier call with the same idempotency key.",
    "schema": {"type": "string", "const": "true"},
}
_NEVER_KEPT: Final = frozenset(code.name for code in COMMON.values()) - {"handler_error", "invalid_output"}
"""Codes of answers that no idempotency key brings back: nothing was done, or nobody knows what."""

_RETRIED_LATER: Final = frozenset({"rate_limited", "unavailable"})
"""Codes whose answers say when to try again (DESIGN §4)."""

_EVENTS: Final[Schema] = {
    "type": "string",
    "description": (
        "Server-sent events, for callers who prefer them: any number of `progress`, whose data is a JSON "
        "object of `done`, `total` and `message`, the latter two maybe null, and at last one `result`, whose "
        "data is the envelope of a success or a failure. What refuses a call before the action runs answers "
        "with JSON and its own status."
    ),
}

_LATENCY: Final[Schema] = {"type": "number", "minimum": 0}
_NO_DETAILS: Final[Schema] = {"type": "null"}


def headers_of(actions: Sequence[ActionSpec]) -> dict[str, Any]:
    """Describe the headers that answers of some actions have."""
    own = {name: header for action in actions for name, header in _own_headers(action).items()}
    late = any(code.name in _RETRIED_LATER for action in actions for code in action.common_codes)
    asked = any(action.scheme is not None for action in actions)
    tagged = any(action.is_revalidated for action in actions)
    return (
        own
        | ({"ETag": _ETAG} if tagged else {})
        | ({"Idempotency-Replayed": _REPLAYED} if any(each.idempotency_key for each in actions) else {})
        | ({"Retry-After": _RETRY_AFTER} if late else {})
        | ({"WWW-Authenticate": _CHALLENGE} if asked else {})
        | HEADERS
    )


def _own_headers(action: ActionSpec) -> dict[str, Any]:
    told = action.deprecated
    return {
        **({"Deprecation": _DEPRECATION} if told is not None and told.since is not None else {}),
        **({"Sunset": _SUNSET} if told is not None and told.sunset is not None else {}),
    }


def _reply_headers(action: ActionSpec, codes: Iterable[str] = ()) -> Schema:
    given = {*codes}
    names = [
        *HEADERS,
        *_own_headers(action),
        *(["Idempotency-Replayed"] if action.idempotency_key and not given <= _NEVER_KEPT else []),
        *(["Retry-After"] if _RETRIED_LATER & given else []),
        *(["WWW-Authenticate"] if action.scheme is not None and "unauthorized" in given else []),
    ]
    headers = _references(names)
    if _tells_of_scopes(action) and "forbidden" in given:
        headers["WWW-Authenticate"] = {**_CHALLENGE, "required": not action.authorize}
    return headers


def _tells_of_scopes(action: ActionSpec) -> bool:
    """Say whether a caller is told by a challenge that it lacks scopes (RFC 6750 §3.1)."""
    return action.scheme is not None and action.scheme.kind == "bearer" and bool(action.scopes)


def _result_headers(action: ActionSpec) -> Schema:
    more = [
        *(["ETag"] if action.is_revalidated else []),
        *(["Idempotency-Replayed"] if action.idempotency_key else []),
    ]
    return _reply_headers(action) | _references(more)


def _references(names: Iterable[str]) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


@dataclass(frozen=True, slots=True)
class Failure:
    """One code an action can answer with; ``details`` is the schema of what comes with it."""

    code: str
    status: int
    retryable: bool
    meaning: str
    details: Schema

    @property
    def schema_name(self) -> str:
        """The name its envelope would like to have: ``HandlerError``, ``TimeoutError``."""
        return f"{pascal_case(self.code).removesuffix('Error')}Error"

    @property
    def schema(self) -> Schema:
        """The envelope, closed in code, status and retryable."""
        envelope = _object(
            {
                "ok": {"type": "boolean", "const": False},
                "code": {"type": "string", "const": self.code},
                "message": {"type": "string"},
                "status": {"type": "integer", "const": self.status},
                "retryable": {"type": "boolean", "const": self.retryable},
                "details": self.details,
                "action": {"type": "string"},
                "latencyMs": _LATENCY,
                "requestId": {"type": "string"},
            }
        )
        return {**envelope, "description": self.meaning} if self.meaning else envelope


def responses_of(action: ActionSpec, schemas: Shared, responses: Shared) -> dict[str, Any]:
    """Describe every answer of an action by status; shared parts are kept where they belong."""
    by_status: dict[int, list[Failure]] = {}
    for failure in _failures(action):
        by_status.setdefault(failure.status, []).append(failure)
    failed = {str(status): _failed(action, group, schemas, responses) for status, group in by_status.items()}
    unchanged = {"304": _unchanged(action, responses)} if action.is_revalidated else {}
    return {"200": _succeeded(action, schemas), **unchanged, **failed}


def refusal(code: Code, schemas: Shared) -> dict[str, Any]:
    """Describe the answer of one common code, where no action gives it."""
    failure = _common_failure(code)
    schema = schemas.refer(failure.schema_name, move_references(failure.schema, SCHEMAS))
    return {"description": code.meaning, "content": {"application/json": {"schema": schema}}}


def _failures(action: ActionSpec) -> list[Failure]:
    own = [
        Failure(error.code, error.status, error.retryable, error.description, error.details or _NO_DETAILS)
        for error in action.errors
    ]
    return [*map(_common_failure, action.common_codes), *own]


def _common_failure(code: Code) -> Failure:
    details = _COMMON_DETAILS.get(code.name, _NO_DETAILS)
    return Failure(code.name, code.status, code.retryable, code.meaning, details)


def _succeeded(action: ActionSpec, schemas: Shared) -> dict[str, Any]:
    envelope = _object(
        {
            "ok": {"type": "boolean", "const": True},
            "data": action.output,
            "action": {"type": "string", "const": action.name},
            "latencyMs": _LATENCY,
        }
    )
    examples = [
        {"ok": True, "data": example.output, "action": action.name, "latencyMs": 1.0}
        for example in action.examples
        if example.has_output
    ]
    events = {"text/event-stream": {"schema": schemas.refer("EventStream", _EVENTS)}}
    return {
        "description": "The result of the action.",
        "headers": _result_headers(action),
        "content": {**json_content(envelope, examples), **events},
    }


def _unchanged(action: ActionSpec, responses: Shared) -> Schema:
    response = {
        "description": "The result that the caller has, by its ETag, is still so.",
        "headers": _result_headers(action),
    }
    return responses.refer("NotModified", response)


def _failed(action: ActionSpec, group: list[Failure], schemas: Shared, responses: Shared) -> Schema:
    """Keep the answer for one status, which stands for one code or several."""
    references = {
        failure.code: schemas.refer(failure.schema_name, move_references(failure.schema, SCHEMAS))
        for failure in group
    }
    response = {
        "description": "\n".join(f"{failure.code}: {failure.meaning}" for failure in group),
        "headers": _reply_headers(action, references),
        "content": {"application/json": {"schema": _one_of_codes(references)}},
    }
    return responses.refer("Or".join(map(pascal_case, references)), response)


def _one_of_codes(references: dict[str, Schema]) -> Schema:
    if len(references) == 1:
        return next(iter(references.values()))
    mapping = {code: reference["$ref"] for code, reference in references.items()}
    return {
        "oneOf": list(references.values()),
        "discriminator": {"propertyName": "code", "mapping": mapping},
    }


def _object(fields: Schema) -> Schema:
    """Describe an object that has all of these; unknown keys are for the reader to ignore."""
    return {"type": "object", "properties": fields, "required": list(fields)}


_COMMON_DETAILS: Final[Mapping[str, Schema]] = {
    "approval_required": _object(
        {
            "approval_key": {"type": "string"},
            "expires_at": {"type": "string", "format": "date-time"},
            "summary": {"type": "string"},
        }
    ),
    "invalid_input": {
        "type": "array",
        "items": _object(
            {
                "path": {"type": "array", "items": {"type": ["string", "integer"]}},
                "type": {"type": "string"},
                "message": {"type": "string"},
            }
        ),
        "maxItems": 50,
    },
    "missing_credentials": _object({"keys": {"type": "array", "items": {"type": "string"}, "minItems": 1}}),
    "conflict": _object(
        {"reason": {"type": "string", "enum": ["idempotency_key_reused", "in_progress", "unknown_effect"]}}
    ),
}
"""The details of the common codes that have any (DESIGN §5)."""
