"""The inbox: what comes in, and what goes out."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from actionary import Err, Registry
from actionary.testing import TestClient
from actionary.testing import refused as refusal

Call = Callable[..., Coroutine[Any, Any, Any]]
Refused = Callable[..., Coroutine[Any, Any, Err]]
Rows = Callable[[str], list[Any]]


@pytest.mark.parametrize(
    ("message", "priority"),
    [
        ("urgent", "urgent"),
        ("Please answer ASAP!", "urgent"),
        ("Call me ImMeDiAtElY.", "urgent"),
        ("That is not so urgently needed", "urgent"),
        ("a s a p", "normal"),
        ("Thank you.", "normal"),
    ],
)
async def test_a_message_is_urgent_if_it_says_so(call: Call, message: str, priority: str) -> None:
    triaged = await call("triage", message=message, sender="Jane")
    assert triaged.priority == priority


@pytest.mark.parametrize(
    "given",
    [{"message": "", "sender": "Jane"}, {"message": "Hello"}, {"message": "x" * 20_001, "sender": "J"}],
)
async def test_triage_refuses_what_the_schema_refuses(refused: Refused, given: dict[str, str]) -> None:
    assert (await refused("triage", **given)).code == "invalid_input"


async def test_an_email_is_laid_into_the_outbox(call: Call, rows: Rows) -> None:
    for subject in ("Hello", "Hello again"):
        sent = await call("send_email", to="jane@example.com", subject=subject, body="Hello,\nJane.")
        assert sent.sent is True
        written = rows(f"SELECT recipient, subject, body FROM outbox WHERE id = '{sent.message_id}'")
        assert written == [("jane@example.com", subject, "Hello,\nJane.")]
    assert rows("SELECT count(*) FROM outbox") == [(2,)]


@pytest.mark.parametrize("subject", ["", "Hello\nBcc: all@example.com", "Hello\r", "x" * 201])
async def test_a_subject_is_one_line(refused: Refused, subject: str) -> None:
    failure = await refused("send_email", to="jane@example.com", subject=subject, body="Hello.")
    assert [line["path"] for line in failure.details] == [["subject"]]


SUMMARIES = ["summarize_thread", "summarize_thread_or_empty", "summarize_thread_unchecked"]


@pytest.mark.parametrize("name", SUMMARIES)
async def test_a_summary_that_is_stored_rightly_is_the_same_by_every_policy(call: Call, name: str) -> None:
    summary = await call(name, thread_id="t-1")
    assert (summary.summary, summary.message_count) == ("Jane's tent leaks, and she gets a new one.", 3)


@pytest.mark.parametrize("name", SUMMARIES)
async def test_a_thread_that_is_not_there_is_an_error_of_its_own(refused: Refused, name: str) -> None:
    failure = await refused(name, thread_id="t-0")
    assert (failure.code, failure.status) == ("thread_not_found", 404)
    assert failure.details == {"thread_id": "t-0"}


async def test_strictly_a_summary_that_is_stored_wrongly_is_a_failure(registry: Registry) -> None:
    client = TestClient(registry, raise_failures=False)
    failure = refusal(await client.call("summarize_thread", {"thread_id": "t-2"}))
    assert (failure.code, failure.status, failure.details) == ("invalid_output", 500, None)


async def test_with_a_fallback_a_summary_that_is_stored_wrongly_is_empty(call: Call) -> None:
    summary = await call("summarize_thread_or_empty", thread_id="t-2")
    assert (summary.summary, summary.message_count) == ("", 0)


async def test_with_a_warning_a_summary_that_is_stored_wrongly_comes_as_it_is(
    call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    stored = {"summary": "Noor asks for the size of winter boots.", "message_count": "two"}
    assert await call("summarize_thread_unchecked", thread_id="t-2") == stored
    [record] = caplog.records
    assert (record.levelname, "message_count" in record.message) == ("WARNING", True)
    assert "two" not in record.message
