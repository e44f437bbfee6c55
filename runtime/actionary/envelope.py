"""The one shape in which every call's outcome travels (DESIGN §5)."""

from __future__ import annotations

from pydantic_core import to_json

from actionary.result import Err


def ok_envelope(data: bytes, action: str, latency_ms: float) -> bytes:
    """Write the envelope of a success around its data, which is JSON already."""
    return b'{"ok":true,"data":%b,"action":"%b","latencyMs":%.3f}' % (data, action.encode(), latency_ms)


def err_envelope(err: Err) -> bytes:
    """Write the envelope of a failure."""
    return to_json(
        {
            "ok": False,
            "code": err.code,
            "message": err.message,
            "status": err.status,
            "retryable": err.retryable,
            "details": err.details,
            "action": err.action,
            "latencyMs": round(err.latency_ms, 3),
            "requestId": err.request_id,
        }
    )
