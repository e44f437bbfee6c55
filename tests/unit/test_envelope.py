"""The shape in which an outcome travels (DESIGN §5), byte for byte."""

from __future__ import annotations

import json

from actionary import Err
from actionary.envelope import err_envelope, ok_envelope


def test_a_success_carries_its_data_as_it_was_written():
    assert ok_envelope(b'{"a":1.10}', "ping", 1.23456) == (
        b'{"ok":true,"data":{"a":1.10},"action":"ping","latencyMs":1.235}'
    )


def test_a_failure_has_every_key_and_text_stays_text():
    err = Err(
        code="short",
        message='ü " \u2028 </script>',
        status=409,
        retryable=True,
        details=None,
        action="ping",
        latency_ms=0.05,
        request_id="r",
    )
    assert json.loads(err_envelope(err)) == {
        "ok": False,
        "code": "short",
        "message": 'ü " \u2028 </script>',
        "status": 409,
        "retryable": True,
        "details": None,
        "action": "ping",
        "latencyMs": 0.05,
        "requestId": "r",
    }
