"""What those hear of changes who listen to ``/api/changes``."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from actionary import (
    Context,
    Http,
    Principal,
    Registry,
    action,
    define_action,
    define_actions,
    invoke_action_sync,
)
from actionary.auth import BearerAuth
from actionary.changes import STREAM, Change, load
from actionary.http import CannotServe, Limits, changes, create_app, hub
from actionary.running import running_here
from actionary.store import MemoryStore, StoreUnavailableError
from starlette.requests import ClientDisconnect

ANN = Principal(id="ann", organisation="a")
BOB = Principal(id="bob", organisation="b")
AUTH = BearerAuth({"ann": ANN, "bob": BOB})


class AwayStore(MemoryStore):
    away = False
    is_full = False
    fails: BaseException | None = None

    async def read(self, *given: Any, **named: Any) -> Any:
        error, self.fails = self.fails, None
        if error is not None:
            raise error
        if self.away:
            raise StoreUnavailableError("it is away")
        return await super().read(*given, **named)

    async def append(self, *given: Any, **named: Any) -> Any:
        if self.away or self.is_full:
            raise StoreUnavailableError("it is away")
        return await super().append(*given, **named)

    def forget(self) -> None:
        """Be as it was at the beginning."""
        vars(self).update(vars(MemoryStore()))


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


def without_a_store() -> Registry:
    async def log(what: str) -> str:
        """Write something down."""
        return what

    registry = Registry(changes=True)
    define_actions([action(public=True)(log)], registry)
    return registry


def test_without_a_store_one_process_tells_of_its_changes_and_keeps_nothing_else(serve, monkeypatch):
    monkeypatch.setenv("ACTIONARY_STORE", "nonsense://")  # which names another store only where there is one
    api = serve(create_app(without_a_store(), alone=True))
    with listening(api) as stream:
        log(api, "a", **{"Idempotency-Key": "k"})
        stream.next()
        seen = stream.id
    again = log(api, "a", **{"Idempotency-Key": "k"})
    assert (again.status_code, "idempotency-replayed" in again.headers) == (200, False)
    with listening(api, **{"Last-Event-ID": seen}) as stream:
        assert stream.next()["action"] == "log"


def test_without_a_store_changes_are_for_one_process():
    with pytest.raises(CannotServe, match="changes are kept in memory, which each worker has for itself"):
        create_app(without_a_store(), alone=False)


def test_who_was_away_too_long_or_missed_too_much_is_told_to_begin_anew(serve, monkeypatch):
    monkeypatch.setattr(hub, "MOST_WAITING", 3)
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
    monkeypatch.setattr(hub, "MOST_WAITING", 5)
    waiting, has_missed = asyncio.run(_fill())
    assert waiting <= 5
    assert has_missed


async def _fill() -> tuple[int, bool]:
    listener = hub.Listener(None)
    for cursor in range(1, 1004):
        listener.take(cursor, b"x")
    return len(listener.waiting), listener.taken().startswith(hub.RESET)


def test_a_store_that_is_away_harms_no_call_and_who_listens_is_told_to_begin_anew(serve, caplog):
    registry, given = made()
    api = serve(create_app(registry))
    with listening(api) as stream:
        given["store"].away = True
        assert log(api, "lost").status_code == 200
        given["store"].away = False
        assert stream.next() == {"event": "reset"}
        log(api, "a", **{"Actionary-Source": "again"})
        assert stream.next()["requestSource"] == "again"
    assert "changes of log could not be told" in caplog.text


def test_a_change_that_could_not_be_kept_is_no_silent_gap_and_no_news_for_other_organisations(serve):
    registry, given = made(auth=AUTH)
    api = serve(create_app(registry))
    ann, bob = {"Authorization": "Bearer ann"}, {"Authorization": "Bearer bob"}
    with listening(api, **ann) as hers, listening(api, **bob) as his:
        given["store"].is_full = True
        assert log(api, "lost", **ann).status_code == 200
        assert hers.next() == {"event": "reset"}
        given["store"].is_full = False
        log(api, "b", **bob, **{"Actionary-Source": "b"})
        assert his.next()["requestSource"] == "b"


def test_a_store_that_comes_back_older_is_listened_to_from_where_it_is(serve):
    registry, given = made()
    api = serve(create_app(registry))
    with listening(api) as stream:
        for _ in range(3):
            log(api, "a")
            stream.next()
        given["store"].away = True
        log(api, "lost")
        given["store"].forget()
        given["store"].away = False
        assert stream.next() == {"event": "reset"}
        log(api, "b", **{"Actionary-Source": "b"})
        assert (stream.next()["requestSource"], stream.id.split(".")[0]) == ("b", "1")


def test_many_changes_at_once_of_another_process_are_heard_by_who_keeps_up(serve):
    registry, given = made()
    api = serve(create_app(registry))
    many = 3 * hub.MOST_WAITING
    with listening(api) as stream:
        asyncio.run(_append(given["store"], many))
        assert [stream.next()["scope"] for _ in range(many)] == [str(number) for number in range(many)]


CHANGE = {"action": None, "source": "manual", "organisation": None, "request_source": None, "scope": None}


async def _append(store: MemoryStore, many: int) -> None:
    for number in range(many):
        value = Change(**{**CHANGE, "scope": str(number)}).dump()
        await store.append(STREAM, value, seconds=60)


def append(store: MemoryStore, value: Any) -> None:
    """Append an event as another process may have written it."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    asyncio.run(store.append(STREAM, raw, seconds=60))


def test_an_event_of_a_newer_version_is_heard_without_what_it_added(serve):
    registry, given = made()
    with listening(serve(create_app(registry))) as stream:
        append(given["store"], {**CHANGE, "scope": "meals:42", "added_later": {"x": 1}})
        assert stream.next()["scope"] == "meals:42"


UNREADABLE = pytest.mark.parametrize(
    "value",
    [
        b"",
        b"{",
        b"\xff",
        b"[" * 100_000,
        [],
        {},
        {"gap": True},
        {**CHANGE, "source": "tide"},
        {**CHANGE, "scope": {"s3cret": 1}},
    ],
    ids=["empty", "cut", "no-text", "deep", "list", "nothing", "half-gap", "source", "scope"],
)


@UNREADABLE
def test_an_event_that_cannot_be_read_is_a_gap_and_those_after_it_are_heard(serve, caplog, value):
    registry, given = made()
    api = serve(create_app(registry))
    with listening(api) as stream:
        append(given["store"], value)
        assert stream.next() == {"event": "reset"}
        log(api, "a", **{"Actionary-Source": "after"})
        assert stream.next()["requestSource"] == "after"
    assert "event 1 of the changes in the store cannot be read" in caplog.text
    assert "run the same one everywhere" in caplog.text
    assert "s3cret" not in caplog.text


def test_who_comes_again_and_missed_an_event_that_cannot_be_read_is_told_of_the_gap(serve):
    registry, given = made()
    api = serve(create_app(registry))
    with listening(api) as stream:
        log(api, "a")
        stream.next()
        seen = stream.id
    append(given["store"], b"{")
    log(api, "b", **{"Actionary-Source": "b"})
    with listening(api, **{"Last-Event-ID": seen}) as stream:
        assert stream.next() == {"event": "reset"}
        assert stream.next()["requestSource"] == "b"


@pytest.mark.parametrize("error", [RuntimeError("the driver has a bug"), asyncio.CancelledError()])
def test_whatever_goes_wrong_with_looking_is_logged_and_those_who_listen_begin_anew(serve, caplog, error):
    registry, given = made()
    api = serve(create_app(registry))
    with listening(api) as stream:
        given["store"].fails = error
        log(api, "lost")
        assert stream.next() == {"event": "reset"}
        log(api, "a", **{"Actionary-Source": "again"})
        assert stream.next()["requestSource"] == "again"
    assert "looking for changes failed" in caplog.text
    assert type(error).__name__ in caplog.text


def registry_with(handler: Any, **fields: Any) -> Registry:
    registry = Registry(store=MemoryStore(), changes=True, auth=AUTH)
    define_actions([define_action(name="told", handler=handler, public=True, **fields)], registry)
    return registry


def test_of_more_changes_than_one_call_may_tell_a_reset_says_that_there_were_more(serve, caplog):
    async def many(ctx: Context) -> None:
        """Change much."""
        for number in range(101):
            ctx.changed(f"row:{number}")
        raise RuntimeError("it failed, and said so before")

    registry = registry_with(many)
    here, elsewhere = serve(create_app(registry)), serve(create_app(registry))
    ann, bob = {"Authorization": "Bearer ann"}, {"Authorization": "Bearer bob"}
    with listening(elsewhere, **ann) as hers, listening(elsewhere, **bob) as his:
        here.post("/api/actions/told", json={}, headers=ann)
        assert [hers.next()["scope"] for _ in range(100)] == [f"row:{number}" for number in range(100)]
        assert hers.next() == {"event": "reset"}
        here.post("/api/actions/told", json={}, headers=bob)
        assert his.next()["scope"] == "row:0", "it is no gap for other organisations"
    assert "action told told of more than 100 changes" in caplog.text


async def _undo(_input: Any, ctx: Context, _error: Any) -> None:
    ctx.changed("undone")


def test_what_compensate_tells_of_is_heard_after_what_the_handler_did(serve):
    async def fail(ctx: Context) -> None:
        """Fail."""
        ctx.changed("done")
        raise RuntimeError("it failed")

    api = serve(create_app(registry_with(fail, compensate=_undo)))
    ann = {"Authorization": "Bearer ann"}
    with listening(api, **ann) as stream:
        api.post("/api/actions/told", json={}, headers=ann)
        assert {stream.next()["scope"] for _ in range(2)} == {"done", "undone"}
        api.post("/api/actions/told", json={}, headers=ann)
        assert {stream.next()["scope"] for _ in range(2)} == {"done", "undone"}


def test_in_process_what_compensate_tells_of_a_late_call_is_told_before_the_loop_ends():
    async def hang() -> None:
        """Hang."""
        await asyncio.Event().wait()

    registry = registry_with(hang, compensate=_undo, timeout=0.01)
    assert not invoke_action_sync("told", {}, registry=registry).ok
    store = registry.changes_place.ready()
    [event] = asyncio.run(store.read(STREAM, 0))
    assert load(event).scope == "undone"


@pytest.mark.parametrize(
    ("scope", "error"), [(42, "TypeError: `scope` is a text"), ("x" * 513, "`scope` has 513 characters")]
)
def test_a_scope_that_is_none_fails_where_it_is_said(serve, caplog, scope, error):
    async def mistaken(ctx: Context) -> str:
        """Be mistaken, and mend it."""
        try:
            ctx.changed(scope)
        except (TypeError, ValueError):
            logging.getLogger("shop").exception("mistaken")
        ctx.changed("x" * 512)
        return "done"

    registry = registry_with(mistaken, read_only=True)
    ann = {"Authorization": "Bearer ann"}
    api = serve(create_app(registry))
    with listening(api, **ann) as stream:
        assert api.post("/api/actions/told", json={}, headers=ann).status_code == 200
        assert stream.next()["scope"] == "x" * 512
    assert error in caplog.text


class Visitor:
    """Somebody who asks an application to listen, as an ASGI server does for it."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.statuses: list[int] = []

    async def listens(self, *, is_lost: bool = False) -> None:
        async def receive() -> Any:
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if is_lost or message.get("more_body"):
                raise OSError("the connection is lost")
            if message["type"] == "http.response.start":
                self.statuses.append(message["status"])

        scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": self.version}, "method": "GET"}
        scope |= {"path": "/api/changes", "raw_path": b"/api/changes", "query_string": b"", "headers": []}
        with contextlib.suppress(OSError, ClientDisconnect):  # which a server takes note of
            await self.app({**scope, "client": ("127.0.0.1", 1)}, receive, send)

    version = "2.4"


@pytest.mark.parametrize("version", ["2.3", "2.4"])
async def test_who_is_gone_before_the_reply_begins_takes_no_place(version):
    visitor = Visitor(create_app(made()[0], limits=Limits(listeners=1)))
    visitor.version = version
    await visitor.listens(is_lost=True)
    await visitor.listens()
    await visitor.listens()
    assert visitor.statuses == [200, 200]


async def test_who_is_refused_although_its_store_heeds_no_cancelling_takes_no_place():
    class StubbornStore(AwayStore):
        is_slow = True

        async def last(self, stream: str) -> int:
            if self.is_slow:
                for call in running_here().calls:
                    call.end("late")
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.sleep(0)
            return await super().last(stream)

    store = StubbornStore()
    visitor = Visitor(create_app(Registry(store=store, changes=True), limits=Limits(listeners=1)))
    await visitor.listens()
    store.is_slow = False
    await visitor.listens()
    assert visitor.statuses == [504, 200]


def test_who_misses_more_while_it_is_told_of_a_gap_is_told_again(monkeypatch):
    monkeypatch.setattr(hub, "MOST_WAITING", 2)
    listener = hub.Listener(None)
    for cursor in (1, 2, 3):
        listener.take(cursor, b"%d" % cursor)
    assert listener.taken() == hub.RESET + b"3"
    for cursor in (4, 5, 6):
        listener.take(cursor, b"%d" % cursor)
    assert listener.taken() == hub.RESET + b"6"
    listener.take(7, b"7")
    assert listener.taken() == b"7"


@pytest.mark.parametrize(("begins_after", "heard"), [(9, b"10"), (7, hub.RESET + b"910"), (8, b"910")])
def test_what_came_before_somebody_began_to_listen_is_no_gap(monkeypatch, begins_after, heard):
    monkeypatch.setattr(hub, "MOST_WAITING", 2)
    listener = hub.Listener(None)
    for cursor in range(1, 10):  # while the store is asked where it is
        listener.take(cursor, b"%d" % cursor)
    listener.told_up_to = begins_after
    listener.take(10, b"10")
    assert listener.taken() == heard


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
