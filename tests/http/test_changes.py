"""What those hear of changes who listen to ``/api/changes``."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from actionary import Context, Http, Principal, Registry, action, define_actions, invoke_action_sync
from actionary.auth import BearerAuth
from actionary.http import Limits, changes, create_app
from actionary.store import MemoryStore, StoreUnavailableError

ANN = Principal(id="ann", organisation="a")
BOB = Principal(id="bob", organisation="b")
AUTH = BearerAuth({"ann": ANN, "bob": BOB})


class AwayStore(MemoryStore):
    away = False

    async def read(self, *given: Any, **named: Any) -> Any:
        if self.away:
            raise StoreUnavailableError("it is away")
        return await super().read(*given, **named)

    async def append(self, *given: Any, **named: Any) -> Any:
        if self.away:
            raise StoreUnavailableError("it is away")
        return await super().append(*given, **named)


class Stream:
    """The events of a response, one after the other."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self._lines = response.iter_lines()
        self.id = ""

    def next(self) -> dict[str, Any]:
        """Give the next event: its type and its data."""
        kind, data = "message", None
        for line in self._lines:
            name, _, value = line.partition(": ")
            match name:
                case "id":
                    self.id = value
                case "event":
                    kind = value
                case "data":
                    data = json.loads(value)
                case "":
                    if data is not None:
                        return {"event": kind, **data}
        raise AssertionError("the stream is over")


def made(**options: Any) -> tuple[Registry, dict[str, Any]]:
    store = AwayStore()
    registry = Registry(store=store, **{"changes": True, **options})

    async def log(what: str) -> str:
        """Write something down."""
        if what == "fail":
            raise RuntimeError("it failed")
        return what

    async def read(ctx: Context, scope: str | None = None) -> int:
        """Read, and find out that others wrote."""
        if scope is not None:
            ctx.changed(scope)
        return 1

    async def hidden() -> None: ...

    define_actions(
        [
            action(public=True)(log),
            action(public=True, http=Http("GET"))(read),
            action(hidden),
        ],
        registry,
    )
    return registry, {"store": store}


@contextmanager
def listening(api: httpx2.Client, **headers: str) -> Iterator[Stream]:
    with api.stream("GET", "/api/changes", headers=headers) as response:
        assert response.status_code == 200, response.read()
        stream = Stream(response)
        yield stream


def log(api: httpx2.Client, what: str, **headers: str) -> httpx2.Response:
    return api.post("/api/actions/log", json={"what": what}, headers=headers)


@pytest.fixture
def api(serve) -> httpx2.Client:
    return serve(create_app(made()[0]))


def test_whoever_listens_hears_of_each_call_that_changed_something(api):
    with listening(api) as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        log(api, "a")
        assert stream.next() == {
            "event": "change",
            "type": "change",
            "source": "action",
            "action": "log",
            "scope": None,
            "requestSource": None,
        }


def test_neither_reads_nor_failures_are_changes(api):
    with listening(api) as stream:
        api.get("/api/actions/read")
        log(api, "fail")
        log(api, "a", **{"Actionary-Source": "tab-1"})
        assert stream.next()["requestSource"] == "tab-1"


def test_a_handler_tells_of_what_no_call_changed(api):
    with listening(api) as stream:
        api.get("/api/actions/read", params={"scope": "meals:42"})
        told = stream.next()
        assert (told["source"], told["scope"], told["action"]) == ("manual", "meals:42", "read")


@pytest.mark.parametrize("source", ["a b", "\u00e9", "x" * 129])
def test_a_source_that_is_none_is_left_out(api, source):
    with listening(api) as stream:
        api.post(
            "/api/actions/log", json={"what": "a"}, headers=[(b"actionary-source", source.encode("latin-1"))]
        )
        assert stream.next()["requestSource"] is None


def test_who_comes_again_hears_what_it_missed(api):
    with listening(api) as stream:
        log(api, "a")
        stream.next()
        seen = stream.id
    for what in "bc":
        log(api, what, **{"Actionary-Source": what})
    with listening(api, **{"Last-Event-ID": seen}) as stream:
        assert [stream.next()["requestSource"] for _ in range(2)] == ["b", "c"]
        log(api, "d", **{"Actionary-Source": "d"})
        assert stream.next()["requestSource"] == "d"


def test_who_was_away_too_long_or_missed_too_much_is_told_to_begin_anew(serve, monkeypatch):
    monkeypatch.setattr(changes, "MOST_WAITING", 3)
    api = serve(create_app(made()[0]))
    with listening(api) as stream:
        log(api, "a")
        stream.next()
        seen = stream.id
    with listening(api, **{"Last-Event-ID": f"{seen.split('.')[0]}.1000"}) as stream:
        assert stream.next()["event"] == "reset"
    for what in "bcde":
        log(api, what)
    with listening(api, **{"Last-Event-ID": seen}) as stream:
        assert stream.next()["event"] == "reset"
        log(api, "f")
        assert stream.next()["event"] == "change"


def test_who_heard_of_another_store_is_told_to_begin_anew(api):
    with listening(api) as stream:
        log(api, "a")
        stream.next()
        _, moment = stream.id.split(".")
    with listening(api, **{"Last-Event-ID": f"1000.{moment}"}) as stream:
        assert stream.next()["event"] == "reset"
        log(api, "b")
        assert stream.next()["event"] == "change"


@pytest.mark.parametrize("given", ["x", "1", "-1.2", "1.2.3", "9" * 40 + ".1"])
def test_what_is_no_id_of_an_event_is_refused(api, given):
    refused = api.get("/api/changes", headers={"Last-Event-ID": given})
    assert (refused.status_code, refused.json()["code"], refused.json()["action"]) == (
        400,
        "invalid_input",
        "changes",
    )


def test_a_change_of_another_process_is_heard_too(serve):
    registry, given = made()
    api = serve(create_app(registry))
    with listening(api) as stream:
        other, _ = made()
        other.changes_place = registry.changes_place  # type: ignore[misc]  # as if it were the same database
        assert invoke_action_sync("log", {"what": "x"}, registry=other).ok
        assert stream.next()["action"] == "log"
    assert given["store"].is_shared is False


def test_a_private_action_changes_something_without_its_name(serve):
    registry, _ = made()
    api = serve(create_app(registry))
    with listening(api) as stream:
        assert invoke_action_sync("hidden", registry=registry).ok
        assert stream.next()["action"] is None


def test_organisations_hear_of_their_own_changes_only(serve):
    registry, _ = made(auth=AUTH)
    api = serve(create_app(registry))
    ann, bob = {"Authorization": "Bearer ann"}, {"Authorization": "Bearer bob"}
    assert api.get("/api/changes").status_code == 401
    assert "www-authenticate" in api.get("/api/changes").headers
    with listening(api, **ann) as stream:
        log(api, "b", **bob, **{"Actionary-Source": "b"})
        log(api, "a", **ann, **{"Actionary-Source": "a"})
        assert stream.next()["requestSource"] == "a"


def test_without_changes_there_is_nothing_to_listen_to(serve):
    api = serve(create_app(made(changes=False)[0]))
    assert api.get("/api/changes").status_code == 404


def test_a_look_at_the_headers_ends_at_once(api):
    looked = api.head("/api/changes")
    assert (looked.status_code, looked.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


def test_only_so_many_listen_at_once(serve):
    api = serve(create_app(made()[0], limits=Limits(listeners=1)))
    with listening(api):
        refused = api.get("/api/changes")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")


def test_a_listener_that_never_reads_costs_a_bounded_queue(monkeypatch):
    monkeypatch.setattr(changes, "MOST_WAITING", 5)
    waiting, has_missed = asyncio.run(_fill())
    assert waiting <= 5
    assert has_missed


async def _fill() -> tuple[int, bool]:
    listener = changes.Listener(None)
    for cursor in range(1, 1004):
        listener.take(cursor, b"x")
    return len(listener.waiting), listener.has_missed


def test_a_store_that_is_away_harms_no_call_and_is_heard_of_again(serve, caplog):
    registry, given = made()
    api = serve(create_app(registry))
    with listening(api) as stream:
        given["store"].away = True
        assert log(api, "lost").status_code == 200
        given["store"].away = False
        log(api, "a", **{"Actionary-Source": "again"})
        assert stream.next()["requestSource"] == "again"
    assert "changes of log could not be told" in caplog.text


def test_a_stream_without_events_says_that_it_is_there(serve, monkeypatch):
    monkeypatch.setattr(changes, "HEARTBEAT", 0.05)
    api = serve(create_app(made()[0]))
    with listening(api) as stream:
        assert ": still here" in iter(stream._lines)


def test_many_listeners_hear_the_same(serve):
    api = serve(create_app(made()[0]))
    heard: list[str] = []
    ready = threading.Barrier(21)

    def listen() -> None:
        with listening(api) as stream:
            ready.wait(20)
            heard.append(stream.next()["action"])

    threads = [threading.Thread(target=listen) for _ in range(20)]
    for thread in threads:
        thread.start()
    ready.wait(20)
    log(api, "a")
    for thread in threads:
        thread.join(20)
    assert heard == ["log"] * 20
