from __future__ import annotations

import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from actionary_build.emit.python.runtime import unset as runtime_unset
from actionary_build.emit.python.runtime.call import Call
from actionary_build.emit.python.runtime.encode import to_body, to_query
from actionary_build.emit.python.runtime.errors import InvalidInput, InvalidResponse, UnknownError
from actionary_build.emit.python.runtime.events import Event, EventReader
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
    with pytest.raises(ValueError, match=r"^a: .*serialize"):
        to_body({"a": object()})


def test_a_number_that_json_does_not_have_is_named_by_its_place() -> None:
    rows = [{"price": 1.0}, {"price": float("inf")}]
    given = {"title": "Shoe", "rows": rows}
    told = r"^rows\.1\.price: inf has no form in JSON; give a finite number$"
    with pytest.raises(ValueError, match=told):
        to_body(given)
    with pytest.raises(ValueError, match=told):
        to_query(given, frozenset({"rows"}))


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
    return read_reply(CALL, "http://shop/x", Reply(status, text), latency_ms=7.0)


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
        (502, b"<html>", "status 502 and no JSON, where an envelope of Actionary was expected."),
        (404, {"detail": "Not Found"}, "status 404 and a JSON object in which `ok` is missing"),
        (200, b' {"ok": tr', "status 200 and no JSON (Expecting value: line 1 column 9 (char 8))"),
        (200, b"\xff", "no JSON"),
        (200, b"[" * 100_000, "no JSON"),
        (200, b'{"ok": NaN}', "NaN is no JSON"),
        (200, b"9" * 5000, "no JSON"),
        (200, [], "no JSON object"),
        (200, {}, "`ok` is missing, where an envelope of Actionary was expected: check `base_url`"),
        (200, {**OK, "ok": 1}, "`ok` is not of the right type"),
        (500, OK, "`ok` is true under status 500"),
        (200, ERR, "`ok` is false under status 200"),
        (200, {**OK, "action": "y"}, "`action` names another action"),
        (200, {**OK, "latencyMs": True}, "`latencyMs` is not of the right type"),
        (200, {**OK, "latencyMs": 10**400}, "`latencyMs` is no length of time"),
        (400, {**ERR, "latencyMs": -(10**400)}, "`latencyMs` is no length of time"),
        (200, json.dumps(OK).encode().replace(b's": 1', b's": 1e999'), "`latencyMs` is no length of time"),
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
    assert error.message.startswith("The reply to GET http://shop/x is not an answer of this API: ")
    assert error.details.status == error.status == status
    assert error.retryable == (status == 502)
    assert error.latency_ms == 7.0
    if isinstance(body, bytes):
        assert error.details.text == body.decode("utf-8", "replace")


# Events


STREAM = (
    "\ufeffevent: told\r\ndata: é\r\ndata: 2\r\rid: 7\ndata\n\n: no event\n\nretry: 5\r\nevent: x\r\n\r\n"
    "data:3\r\n\ufeffdata: nothing, but at the beginning it would be\r\n\r\n"
).encode()
EVENTS = [Event("told", "é\n2", ""), Event("message", "", "7"), Event("message", "3", "7")]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
def test_events_are_the_same_however_a_stream_is_cut(size: int) -> None:
    reader = EventReader()
    pieces = [STREAM[at : at + size] for at in range(0, len(STREAM), size)]
    found = [event for piece in pieces for event in (*reader.feed(piece), *reader.feed(b""))]
    assert found == EVENTS
    assert (reader.last_id, reader.retry_ms) == ("7", 5)


def test_a_line_that_a_carriage_return_ends_is_over_at_once() -> None:
    reader = EventReader()
    assert [event.data for event in reader.feed(b"data: 1\r\r")] == ["1"]
    assert list(reader.feed(b"\n")) == []
    assert [event.data for event in reader.feed(b"data: 2\n\n")] == ["2"]


class Piece(bytes):
    """A piece of a stream that takes note of what it is put behind."""

    behind: ClassVar[list[int]] = []

    def __radd__(self, other: bytes) -> bytes:
        self.behind.append(len(other))
        return bytes(other) + bytes(self)


def test_what_came_of_a_large_event_is_not_copied_for_each_further_piece() -> None:
    reader = EventReader()
    Piece.behind.clear()
    list(reader.feed(b"data: "))
    for _ in range(64):
        assert list(reader.feed(Piece(b"x" * 1000))) == []
    [event] = reader.feed(b"\n\n")
    assert event.data == "x" * 64_000
    assert sum(Piece.behind) < 64_000


def test_unset_is_false_and_says_its_name() -> None:
    assert not UNSET
    assert repr(UNSET) == "UNSET"
    with pytest.raises(ValidationError, match="no JSON value stands for UNSET"):
        TypeAdapter(runtime_unset.Unset).validate_json('"UNSET"')
