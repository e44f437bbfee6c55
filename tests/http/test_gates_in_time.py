"""What callers get while a gate takes its time, and while the server has no thread for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any, Literal

import httpx2
import pytest
from actionary import Registry, action, define_actions
from actionary import threads as threads_module
from actionary.auth import BearerAuth
from actionary.gates import auth as gate
from actionary.http import create_app
from actionary.running import running_here

Kind = Literal["auth", "authorize", "verify"]
GUARDED: Any = pytest.mark.parametrize("kind", ["auth", "authorize", "verify"])
REFUSED = {"auth": 401, "authorize": 403, "verify": 401}


class Hanging:
    """A plain function that lets everybody in, once a test lets it go on."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.hangs = True

    def __call__(self, *_: Any) -> bool:
        if self.hangs:
            self.begun.set()
            self.go_on.wait(20)
        return True


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    hanging = Hanging()
    yield hanging
    hanging.go_on.set()


async def forever(*_: Any) -> bool:
    await asyncio.Event().wait()
    return True


async def cut_off(*_: Any) -> bool:
    """Do what a server does that ends."""
    for call in running_here().calls:
        call.end("late")
    return await forever()


def client_of(serve: Any, kind: Kind, ask: Callable[..., Any], handler: Any = None) -> httpx2.Client:
    """Serve `guarded`, which a gate of that kind guards by that function, and `handler`."""

    async def guarded() -> str:
        """Be behind a gate."""
        return "in"

    fields: dict[Kind, dict[str, Any]] = {
        "auth": {"auth": ask},
        "authorize": {"authorize": ask},
        "verify": {"auth": BearerAuth(verify=ask)},
    }
    actions = [action(public=True, **fields[kind])(guarded)]
    if handler is not None:
        actions.append(action(public=True, name="handler")(handler))
    registry = Registry()
    define_actions(actions, registry)
    return serve(create_app(registry))


def ask(client: httpx2.Client, name: str = "guarded", **headers: str) -> tuple[int, str]:
    headers = {"authorization": "Bearer a", **{key.replace("_", "-"): text for key, text in headers.items()}}
    answer = client.post(f"/api/actions/{name}", headers=headers)
    said = answer.json()
    if answer.status_code == 503:
        assert answer.headers["retry-after"]
        assert said["retryable"]
    return answer.status_code, said["data"] if said["ok"] else said["code"]


TIMEOUT, UNAVAILABLE, IN = (504, "timeout"), (503, "unavailable"), (200, "in")


@GUARDED
@pytest.mark.parametrize("plain", [False, True])
def test_when_the_callers_time_is_over_it_is_told_so(serve, kind, plain, hanging):
    client = client_of(serve, kind, hanging if plain else forever)
    assert ask(client, actionary_timeout_ms="50") == TIMEOUT


@GUARDED
def test_a_server_that_ends_says_that_the_time_is_over(serve, kind):
    assert ask(client_of(serve, kind, cut_off)) == TIMEOUT


@GUARDED
def test_when_the_gates_own_time_is_over_it_refuses(serve, kind, monkeypatch):
    monkeypatch.setattr(gate, "MOST_SECONDS", 0.05)
    assert ask(client_of(serve, kind, forever))[0] == REFUSED[kind]
