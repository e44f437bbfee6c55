"""Callers who prefer events to JSON: progress while an action runs, and its result at the end."""

from __future__ import annotations

import asyncio
import json
import math
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from actionary import (
    ActionError,
    Context,
    Credential,
    Http,
    Registry,
    action,
    define_action,
    define_actions,
    invoke_action,
)
from actionary.credentials import MappingCredentials
from actionary.http import create_app, events
from actionary.progress import Progress
from actionary.store import MemoryStore
from pydantic import BaseModel, SecretStr

STREAM = {"accept": "text/event-stream"}


class Full(ActionError[None], code="full", status=409):
    """There is no room."""


class Seen:
    """What the handlers and the tests tell each other."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.cancelled = threading.Event()
        self.runs = 0


@pytest.fixture
def seen() -> Iterator[Seen]:
    seen = Seen()
    yield seen
    seen.go_on.set()


@pytest.fixture
def client(serve, seen) -> Any:  # noqa: C901 - each handler is a case
    async def count(to: int, ctx: Context) -> str:
        """Count."""
        for number in range(to):
            ctx.progress(number + 1, to, f"line\n{number + 1} é")
        return "done"

    def count_in_thread(to: int, ctx: Context) -> str:
        """Count in a thread."""
        for number in range(to):
            ctx.progress(number + 1)
        return "done"

    async def waits(ctx: Context) -> str:
        """Tell something, and wait until the test says so."""
        ctx.progress(0.5, 1)
        seen.begun.set()
        try:
            await asyncio.to_thread(seen.go_on.wait, 20)
        except asyncio.CancelledError:
            seen.cancelled.set()
            raise
        return "done"

    async def forever(ctx: Context) -> None:
        """Wait for ever."""
        ctx.progress(1)
        await asyncio.Event().wait()

    async def fails(how: str, ctx: Context) -> None:
        """Fail."""
        seen.runs += 1
        if how == "full":
            raise Full("No room.")
        raise RuntimeError("hunter2")

    async def odd(how: str, ctx: Context) -> None:
        """Tell what cannot be told."""
        values: dict[str, Any] = {"nan": math.nan, "text": "1", "true": True, "none": None}
        ctx.progress(values[how])

    def no(_: Any, __: Any) -> bool:
        return False

    async def plain() -> str:
        """Tell nothing."""
        return "done"

    registry = Registry(store=MemoryStore())
    public: dict[str, Any] = {"public": True}
    define_actions(
        [
            *(define_action(handler=each, **public) for each in (count, count_in_thread, waits, odd)),
            define_action(handler=forever, timeout=0.3, **public),
            define_action(handler=fails, errors=[Full], **public),
            define_action(handler=plain, http=Http("GET"), **public),
            define_action(name="refused", handler=plain, authorize=no, **public),
        ],
        registry,
    )
    return serve(create_app(registry))


def read(text: str) -> list[tuple[str, Any]]:
    """Read events as they are written; comments are left out."""
    found: list[tuple[str, Any]] = []
    assert text.endswith("\n\n")
    for block in text[:-2].split("\n\n"):
        lines = [line for line in block.split("\n") if not line.startswith(":")]
        if lines:
            kind, data = lines
            found.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def post(client: Any, name: str, given: Any = None, **headers: str) -> Any:
    headers = {key.replace("_", "-"): value for key, value in headers.items()}
    return client.post(f"/api/actions/{name}", json=given or {}, headers={**STREAM, **headers})


def test_a_caller_gets_progress_and_one_result(client):
    answer = post(client, "count", {"to": 2})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert (answer.headers["cache-control"], "x-request-id" in answer.headers) == ("no-store", True)
    assert ("content-length" in answer.headers, "actionary-catalog" in answer.headers) == (False, True)
    *progress, (kind, result) = read(answer.text)
    assert progress == [
        ("progress", {"done": 1, "total": 2, "message": "line\n1 é"}),
        ("progress", {"done": 2, "total": 2, "message": "line\n2 é"}),
    ]
    assert (kind, result["ok"], result["data"], result["action"]) == ("result", True, "done", "count")


def test_a_plain_function_tells_from_its_thread(client):
    *progress, (_, result) = read(post(client, "count_in_thread", {"to": 3}).text)
    assert [data for _, data in progress] == [
        {"done": number, "total": None, "message": None} for number in (1, 2, 3)
    ]
    assert result["data"] == "done"


def test_progress_comes_while_the_action_runs(client, seen):
    with client.stream("POST", "/api/actions/waits", json={}, headers=STREAM) as answer:
        parts = answer.iter_text()
        assert read(next(parts)) == [("progress", {"done": 0.5, "total": 1, "message": None})]
        assert not seen.go_on.is_set()
        seen.go_on.set()
        assert [kind for kind, _ in read("".join(parts))] == ["result"]


@pytest.mark.parametrize(
    ("accept", "is_stream"),
    [
        ("text/event-stream", True),
        ("Text/Event-Stream; q=0.5, application/json;q=0.4", True),
        ("text/event-stream, */*;q=0.1", True),
        ("text/event-stream;q=0.001", True),
        ("text/event-stream, application/json", False),
        ("application/json, text/event-stream", False),
        ("text/event-stream, */*", False),
        ("text/event-stream, application/*;q=1.0", False),
        ("text/event-stream;q=0", False),
        ("text/event-stream;q=much", False),
        ("text/event-streams", False),
        ("text/*", False),
        ("*/*", False),
        ("text/html", False),
    ],
)
def test_events_are_for_who_prefers_them_to_json(client, accept, is_stream):
    answer = client.get("/api/actions/plain", headers={"accept": accept})
    assert (answer.headers["content-type"].startswith("text/event-stream")) is is_stream
    assert ("etag" in answer.headers) is not is_stream
    result = read(answer.text)[-1][1] if is_stream else answer.json()
    assert result["data"] == "done"


def test_what_refuses_a_call_answers_with_json_and_its_own_status(client):
    answers = [post(client, "refused"), post(client, "count", {"to": "x"}), post(client, "nobody")]
    assert [answer.status_code for answer in answers] == [403, 400, 404]
    assert {answer.headers["content-type"] for answer in answers} == {"application/json"}
    assert [answer.json()["code"] for answer in answers] == ["forbidden", "invalid_input", "not_found"]


@pytest.mark.parametrize(("how", "code"), [("full", "full"), ("raise", "handler_error")])
def test_what_the_handler_fails_with_is_the_result(client, how, code):
    answer = post(client, "fails", {"how": how})
    [(kind, result)] = read(answer.text)
    assert (answer.status_code, kind, result["ok"], result["code"]) == (200, "result", False, code)
    assert "hunter2" not in answer.text


def test_a_deadline_ends_the_events_with_a_result(client):
    (first, _), (last, result) = read(post(client, "forever").text)
    assert (first, last, result["code"]) == ("progress", "result", "timeout")
    (_, _), (_, result) = read(post(client, "forever", actionary_timeout_ms="100").text)
    assert result["code"] == "timeout"


def test_who_hangs_up_cancels_the_handler(client, seen):
    address = client.base_url
    with socket.create_connection((address.host, address.port)) as caller:
        line, accept = b"POST /api/actions/waits HTTP/1.1\r\n", b"accept: text/event-stream\r\n"
        caller.sendall(line + accept + b"host: x\r\ncontent-length: 0\r\n\r\n")
        assert seen.begun.wait(20)
    assert seen.cancelled.wait(20)


def test_head_and_options_are_as_before(client):
    head = client.head("/api/actions/plain", headers=STREAM)
    assert (head.status_code, head.headers["content-type"], "etag" in head.headers) == (
        200,
        "application/json",
        True,
    )
    assert client.options("/api/actions/plain", headers=STREAM).status_code == 204


def test_a_known_tag_does_not_leave_events_out(client):
    tag = client.get("/api/actions/plain").headers["etag"]
    answer = client.get("/api/actions/plain", headers={**STREAM, "if-none-match": tag})
    assert (answer.status_code, read(answer.text)[-1][1]["data"]) == (200, "done")


def test_a_silent_action_shows_that_it_goes_on(client, seen, monkeypatch):
    monkeypatch.setattr(events, "HEARTBEAT", 0.02)
    with client.stream("POST", "/api/actions/waits", json={}, headers=STREAM) as answer:
        text = ""
        for part in answer.iter_text():
            text += part
            if text.count(": the call goes on\n\n") >= 2:
                seen.go_on.set()
    assert [kind for kind, _ in read(text)] == ["progress", "result"]


def test_a_kept_answer_comes_as_events_and_says_so(client):
    answers = [post(client, "count", {"to": 1}, idempotency_key="k") for _ in range(2)]
    assert [[kind for kind, _ in read(answer.text)] for answer in answers] == [
        ["progress", "result"],
        ["result"],
    ]
    assert [answer.headers.get("idempotency-replayed") for answer in answers] == [None, "true"]


@pytest.mark.parametrize("how", ["nan", "text", "true", "none"])
@pytest.mark.parametrize("headers", [STREAM, {}])
def test_progress_that_is_no_number_is_a_mistake_of_the_handler_whoever_listens(client, how, headers, caplog):
    answer = client.post("/api/actions/odd", json={"how": how}, headers=headers)
    result = read(answer.text)[-1][1] if headers else answer.json()
    assert result["code"] == "handler_error"
    assert "`done` is" in caplog.text


async def test_of_more_progress_than_a_slow_reader_takes_the_latest_is_kept():
    sent: list[Any] = []
    slow = asyncio.Event()

    async def send(message: Any) -> None:
        sent.append(message)
        if len(sent) == 2:
            await slow.wait()

    async with events.Events(send) as stream:
        await stream.begin()
        for number in range(1000):
            stream.tell(Progress(number))
            await asyncio.sleep(0)
        slow.set()
        await stream.send({"type": "http.response.start", "status": 200, "headers": []})
        await stream.send({"type": "http.response.body", "body": b"{}"})
    told = read(b"".join(message.get("body", b"") for message in sent).decode())
    numbers = [data["done"] for kind, data in told if kind == "progress"]
    assert numbers == [0, *range(1000 - events.MOST_WAITING, 1000)]
    assert told[-1] == ("result", {})


async def test_in_process_a_function_is_told():
    @action
    async def outer(ctx: Context) -> None:
        ctx.progress(1, 2, "half")

    told: list[Progress] = []
    assert (await invoke_action(outer, ctx=Context(on_progress=told.append))).ok
    await outer(ctx=Context.for_test(on_progress=told.append))
    assert told == [Progress(1, 2, "half")] * 2
    assert (await invoke_action(outer)).ok


async def test_a_listener_that_raises_changes_nothing(caplog):
    @action
    async def tells(ctx: Context) -> str:
        ctx.progress(1)
        return "done"

    def listen(_: Progress) -> None:
        raise RuntimeError("no screen")

    assert (await invoke_action(tells, ctx=Context(on_progress=listen))).data == "done"
    assert "on_progress failed for action tells" in caplog.text


def test_a_secret_in_a_message_is_asterisks(serve):
    class Exa(BaseModel):
        api_key: SecretStr

    exa = Credential("exa", fields=Exa)

    @action(public=True, credentials=[exa])
    async def tells(ctx: Context) -> str:
        """Tell too much."""
        ctx.progress(1, message=f"asking with {ctx.credentials[exa].api_key.get_secret_value()}")
        return "done"

    registry = Registry(credentials=MappingCredentials({exa: {"api_key": "sk-0123456789"}}))
    define_actions([tells], registry)
    answer = post(serve(create_app(registry)), "tells")
    assert read(answer.text)[0][1]["message"] == "asking with **********"
    assert "sk-" not in answer.text
