"""Callers who do not take their replies fill a server as calls do, and are given up when it is full."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from actionary import Http, Registry, action, define_actions
from actionary.http import Limits, create_app, replies


class Caller:
    """A caller of an action who takes nothing of the reply, or all."""

    def __init__(self, app: Any, *, takes: bool, path: str = "/api/actions/quick") -> None:
        self.status: int | None = None
        self.is_sent_to = asyncio.Event()
        self._takes = takes
        method = "POST" if path.endswith("quick") else "GET"
        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": []}
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    async def _receive(self) -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _send(self, message: Any) -> None:
        self.is_sent_to.set()
        if not self._takes:
            await asyncio.Event().wait()
        self.status = message.get("status", self.status)


async def status_of(app: Any) -> int | None:
    caller = Caller(app, takes=True)
    await caller.task
    return caller.status


@pytest.fixture
def app() -> Any:
    async def quick() -> str:
        """Answer at once."""
        return "here"

    registry = Registry()
    define_actions(
        [
            action(public=True)(quick),
            action(public=True, name="kept", http=Http("GET"), read_only=True)(quick),
        ],
        registry,
    )
    return create_app(registry, limits=Limits(calls=2))


@pytest.fixture
async def readers(app: Any) -> Any:
    """As many as the server takes on, who are sent their replies and take nothing."""
    readers = [Caller(app, takes=False), Caller(app, takes=False, path="/api/actions/kept")]
    for reader in readers:
        await reader.is_sent_to.wait()
    yield readers
    for reader in readers:
        reader.task.cancel()


async def test_a_reply_that_nobody_takes_counts_until_its_caller_is_gone(app, readers):
    assert await status_of(app) == 503
    readers[0].task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await readers[0].task
    assert await status_of(app) == 200


async def test_a_full_server_gives_up_on_replies_whose_time_is_over(app, readers, monkeypatch, caplog):
    assert await status_of(app) == 503
    assert not any(reader.task.cancelling() for reader in readers)
    monkeypatch.setattr(replies, "SECONDS", -1000.0)
    assert await status_of(app) == 503
    for reader in readers:
        assert await reader.task is None
        assert reader.status is None
    assert await status_of(app) == 200
    assert "action quick: its reply is given up, since nobody takes it" in caplog.text
    assert "action kept: its reply is given up, since nobody takes it" in caplog.text
