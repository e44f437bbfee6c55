from __future__ import annotations

import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import Any

import pytest
from actionary_build.emit.python.runtime import unset as runtime_unset
from actionary_build.emit.python.runtime.call import Call
from actionary_build.emit.python.runtime.encode import to_body, to_query
from actionary_build.emit.python.runtime.errors import InvalidInput, InvalidResponse, UnknownError
from actionary_build.emit.python.runtime.model import Model
from actionary_build.emit.python.runtime.reply import Reply, read_reply
from actionary_build.emit.python.runtime.result import Ok
from actionary_build.emit.python.runtime.unset import UNSET
from pydantic import TypeAdapter, ValidationError


def test_a_query_is_written_as_the_wire_says() -> None:
    values = {
        "text": "",
        "yes": True,
        "number": 3,
        "part": 1.5,
        "day": dt.date(2026, 1, 2),
        "id": uuid.UUID(int=1),
        "price": Decimal("1.50"),
        "tag": ["a", "b"],
        "numbers": [1, 2],
        "none": [],
        "odd": ["[]"],
        "null": None,
        "unset": UNSET,
        "window": {"min": 1},
        "windows": [{"min": 1}],
    }
    assert to_query(values, frozenset({"window", "windows"})) == [
        ("text", ""),
        ("yes", "true"),
        ("number", "3"),
        ("part", "1.5"),
        ("day", "2026-01-02"),
        ("id", "00000000-0000-0000-0000-000000000001"),
        ("price", "1.50"),
        ("tag", "a"),
        ("tag", "b"),
        ("numbers", "1"),
        ("numbers", "2"),
        ("none", "[]"),
        ("odd[]", "[]"),
        ("window", '{"min":1}'),
        ("windows", '[{"min":1}]'),
    ]


def test_a_body_has_null_but_not_what_is_unset() -> None:
    assert json.loads(to_body({"a": None, "b": UNSET, "c": [1]})) == {"a": None, "c": [1]}


def test_what_json_cannot_say_is_the_callers_mistake() -> None:
    class Weight(Model):
        grams: float

    for value in (float("nan"), [float("inf")], Weight(grams=float("nan"))):
        with pytest.raises(ValueError, match="JSON"):
            to_body({"a": value})
        with pytest.raises(ValueError, match="JSON"):
            to_query({"a": value}, frozenset())
    with pytest.raises(ValueError, match="serialize"):
        to_body({"a": object()})


# What comes back

CALL: Call[dict[str, int], InvalidInput] = Call(
    action="x",
    method="GET",
    path="/x",
    data=lambda: TypeAdapter[dict[str, int]](dict[str, int]),
    errors=lambda: {"invalid_input": InvalidInput},
)
OK: dict[str, Any] = {"ok": True, "data": {"a": 1}, "action": "x", "latencyMs": 1}
ERR: dict[str, Any] = {
    "ok": False,
    "code": "invalid_input",
    "message": "m",
    "status": 400,
    "retryable": False,
    "details": [{"path": ["a", 0], "type": "t", "message": "m", "new": 1}],
    "action": "x",
    "latencyMs": 1.5,
    "requestId": "r",
}


def read(status: int, body: Any) -> Any:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_reply(CALL, Reply(status, text), latency_ms=7.0)


def test_unknown_keys_in_a_reply_are_ignored() -> None:
    assert read(200, {**OK, "new": 1}) == Ok(data={"a": 1}, action="x", latency_ms=1.0)
    error = read(400, {**ERR, "new": 1})
    assert isinstance(error, InvalidInput)
    assert error.details[0].path == ("a", 0)
    assert (error.request_id, error.latency_ms) == ("r", 1.5)


def test_a_code_that_is_not_the_actions_is_kept() -> None:
    error = read(410, {**ERR, "code": "gone", "status": 410, "retryable": True, "details": {"a": 1}})
    assert isinstance(error, UnknownError)
    assert (error.details.code, error.details.details, error.status) == ("gone", {"a": 1}, 410)
    assert error.retryable


@pytest.mark.parametrize(
    ("status", "body", "where"),
    [
        (200, b"", "no JSON"),
        (502, b"<html>", "status 502 and no JSON"),
        (200, b"\xff", "no JSON"),
        (200, b"[" * 100_000, "no JSON"),
        (200, b'{"ok": NaN}', "NaN is no JSON"),
        (200, b"9" * 5000, "no JSON"),
        (200, [], "no JSON object"),
        (200, {}, "`ok` is missing"),
        (200, {**OK, "ok": 1}, "`ok` is not of the right type"),
        (500, OK, "`ok` is true under status 500"),
        (200, ERR, "`ok` is false under status 200"),
        (200, {**OK, "action": "y"}, "`action` names another action"),
        (200, {**OK, "latencyMs": True}, "`latencyMs` is not of the right type"),
        (200, {key: value for key, value in OK.items() if key != "data"}, "`data` is missing"),
        (200, {**OK, "data": {"a": "1"}}, "`data.a`: Input should be a valid integer"),
        (200, {**OK, "data": {"a": 1.5}}, "`data.a`: Input should be a valid integer"),
        (200, {**OK, "data": {"a": "\ud800"}}, "`data"),
        (400, {**ERR, "code": 1}, "`code` is not of the right type"),
        (400, {**ERR, "status": "400"}, "`status` is not of the right type"),
        (400, {**ERR, "retryable": None}, "`retryable` is not of the right type"),
        (400, {**ERR, "requestId": 3}, "`requestId` is not of the right type"),
        (400, {**ERR, "requestId": 0}, "`requestId` is not of the right type"),
        (400, {key: value for key, value in ERR.items() if key != "details"}, "`details` is missing"),
        (400, {**ERR, "details": [{"path": "a"}]}, "`details.0.path`"),
        (400, {**ERR, "details": None}, "`details`"),
    ],
)
def test_a_reply_that_does_not_fit_is_named_and_kept(status: int, body: Any, where: str) -> None:
    error = read(status, body)
    assert isinstance(error, InvalidResponse)
    assert where in error.message
    assert error.details.status == error.status == status
    assert error.retryable == (status == 502)
    assert error.latency_ms == 7.0
    if isinstance(body, bytes):
        assert error.details.text == body.decode("utf-8", "replace")


def test_unset_is_false_and_says_its_name() -> None:
    assert not UNSET
    assert repr(UNSET) == "UNSET"
    with pytest.raises(ValidationError, match="no JSON value stands for UNSET"):
        TypeAdapter(runtime_unset.Unset).validate_json('"UNSET"')
