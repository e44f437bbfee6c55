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
from actionary.testing import FakeClock, TestClient, refused

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
    """Serve `guarded`, which a gate of that kind guards by that function, and `handler`, which is open."""

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


def handler_of(hanging: Hanging) -> Callable[[], bool]:
    def handler() -> bool:
        """Hang."""
        return hanging()

    return handler


def hang_up(client: httpx2.Client, hanging: Hanging, name: str) -> None:
    """Leave a thread behind that runs for nobody."""
    assert ask(client, name, actionary_timeout_ms="500") == TIMEOUT
    assert hanging.begun.is_set()


@GUARDED
def test_handlers_that_keep_every_thread_busy_keep_nobody_out(serve, kind, hanging, monkeypatch):
    monkeypatch.setattr(threads_module, "MOST_THREADS", 1)
    monkeypatch.setattr(threads_module, "MOST_ABANDONED", 1)
    client = client_of(serve, kind, lambda *_: True, handler_of(hanging))
    calling = threading.Thread(target=ask, args=(client, "handler"))
    calling.start()
    assert hanging.begun.wait(20)
    assert ask(client) == IN
    hanging.go_on.set()
    calling.join(20)


@GUARDED
def test_handlers_that_run_on_for_nobody_keep_nobody_out(serve, kind, hanging, monkeypatch):
    monkeypatch.setattr(threads_module, "MOST_ABANDONED", 1)
    client = client_of(serve, kind, lambda *_: True, handler_of(hanging))
    hang_up(client, hanging, "handler")
    assert ask(client, "handler") == UNAVAILABLE
    assert ask(client) == IN


@GUARDED
def test_when_too_many_gates_run_on_for_nobody_the_caller_may_come_again(
    serve, kind, hanging, monkeypatch, caplog
):
    monkeypatch.setattr(threads_module, "MOST_ABANDONED", 1)
    client = client_of(serve, kind, hanging)
    hang_up(client, hanging, "guarded")
    assert ask(client) == UNAVAILABLE
    assert "of guarded cannot be asked" in caplog.text or "auth of guarded is away" in caplog.text


@GUARDED
def test_when_a_gate_waits_too_long_for_its_turn_the_caller_may_come_again(serve, kind, hanging, monkeypatch):
    monkeypatch.setattr(threads_module, "MOST_THREADS", 1)
    client = client_of(serve, kind, hanging)
    outcomes: list[Any] = []
    first = threading.Thread(target=lambda: outcomes.append(ask(client)))
    first.start()
    assert hanging.begun.wait(20)
    with monkeypatch.context() as patched:
        patched.setattr(gate, "MOST_SECONDS", 0.05)
        assert ask(client) == UNAVAILABLE
    hanging.go_on.set()
    first.join(20)
    assert outcomes == [IN]
    assert ask(client) == IN


async def test_a_gate_that_got_its_turn_late_had_too_little_time_to_refuse(hanging, monkeypatch):
    monkeypatch.setattr(threads_module, "MOST_THREADS", 1)
    begun, go_on, hangs = threading.Event(), threading.Event(), [hanging]

    def one_after_the_other(_: object) -> bool:
        if hangs:
            return hangs.pop()()
        begun.set()
        return go_on.wait(20)

    guarded = action(public=True, auth=one_after_the_other)(tell)
    registry, clock = Registry(), FakeClock()
    define_actions([guarded], registry)
    client = TestClient(registry, clock=clock)
    calls = [asyncio.create_task(client.call(guarded)) for _ in range(2)]
    assert await asyncio.to_thread(hanging.begun.wait, 20)
    hanging.go_on.set()
    assert await asyncio.to_thread(begun.wait, 20)
    clock.advance(10)
    assert (await calls[0]).ok
    refused(await calls[1], "unavailable")
    go_on.set()


async def tell() -> None:
    """Tell nothing."""
