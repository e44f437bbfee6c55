"""The client that users call actions with in their own tests."""

from __future__ import annotations

import asyncio
import datetime as dt
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import pytest
from actionary import (
    ActionError,
    Context,
    Credential,
    Err,
    Example,
    Http,
    Invocation,
    Ok,
    Principal,
    Registry,
    Request,
    action,
    invoke_action_sync,
    unwrap,
)
from actionary.auth import AuthUnavailable, BearerAuth
from actionary.credentials import MappingCredentials
from actionary.http import create_app
from actionary.testing import ContractBroken, Sent, TestClient, assert_contract, load_project, refused
from actionary.testing.request import FakeRequest
from pydantic import BaseModel, Field, SecretStr, field_validator
from starlette.testclient import TestClient as WebClient

ADA = Principal(id="ada", scopes=frozenset({"write"}))


@dataclass
class Shelf:
    """What handlers share."""

    books: list[str] = field(default_factory=list[str])
    is_open: bool = True


class Book(BaseModel):
    title: str
    pages: Annotated[int, Field(ge=1)] = 1


class Which(BaseModel):
    title: str


class NoBook(ActionError[Which], code="no_book", status=404):
    """There is no such book."""


class Torn(ActionError, code="torn"):  # noqa: N818 - as users name them
    """A page is missing."""


@action(public=True, errors=[NoBook])
async def find_book(title: Annotated[str, Field(min_length=1)], *, ctx: Context[Shelf]) -> Book:
    """Find a book."""
    if title not in ctx.resources.books:
        raise NoBook("No.", details=Which(title=title))
    return Book(title=title)


@action(public=True)
def add_book(book: Book, ctx: Context[Shelf]) -> int:
    """Put a book on the shelf."""
    ctx.resources.books.append(book.title)
    return len(ctx.resources.books)


@action(public=True, http=Http("GET"))
async def say(words: list[str], times: int | None = None, either: int | Literal["all"] = 0) -> Any:
    """Say it as it was read."""
    return [words, times, either]


@action(public=True, http=False)
async def for_agents(count: int) -> int:
    """Count."""
    return count


@action
async def private() -> str:
    """Say that it is private."""
    return "private"


@action(public=True)
async def fails() -> None:
    """Fail."""
    raise KeyError("lost")


@action(public=True)
def tears() -> None:
    """Raise an error that is not declared."""
    raise Torn("torn")


@action(public=True)
async def ends() -> None:
    """End the program."""
    raise SystemExit(3)


@action(public=True)
async def lies() -> Book:
    """Give what no schema allows."""
    return Book.model_construct(title="x", pages=0)


@action(public=True)
async def gives_text() -> int:
    """Give another type."""
    return "text"  # type: ignore[return-value]  # on purpose


@pytest.fixture
def registry() -> Registry:
    registry = Registry(lifespan=shelf)
    registry.register(
        [find_book, add_book, say, for_agents, private, fails, tears, ends, lies, gives_text],
    )
    return registry


@asynccontextmanager
async def shelf() -> AsyncGenerator[Shelf]:
    made = Shelf(["Emma"])
    yield made
    made.is_open = False


def test_a_call_gives_data_of_its_type_and_the_json_that_travels(registry):
    sent = TestClient(registry).call_sync(find_book, {"title": "Emma"})
    assert isinstance(sent, Sent)
    assert isinstance(sent, Ok)
    assert sent.data == Book(title="Emma")
    assert sent.json == {"title": "Emma", "pages": 1}
    assert (sent.action, sent.ok, sent.latency_ms >= 0) == ("find_book", True, True)


async def test_it_can_be_awaited(registry):
    client = TestClient(registry)
    assert unwrap(await client.call("find_book", {"title": "Emma"})).title == "Emma"
    with pytest.raises(RuntimeError, match=r"use `await client.call"):
        client.call_sync(find_book, {"title": "Emma"})
    with pytest.raises(RuntimeError, match="use `async with"), client:
        pass


def test_what_a_caller_can_cause_is_a_value(registry):
    client = TestClient(registry)
    failed = refused(client.call_sync(find_book, {"title": "Lost"}), "no_book")
    assert (failed.status, failed.details) == (404, {"title": "Lost"})
    assert refused(client.call_sync(find_book, {"title": ""})).code == "invalid_input"
    with pytest.raises(
        AssertionError, match="to fail with 'no_book', and failed with 'invalid_input': title"
    ):
        refused(client.call_sync(find_book, {"title": ""}), "no_book")
    with pytest.raises(AssertionError, match=r"find_book was to fail, and gave Book\(title='Emma'"):
        refused(client.call_sync(find_book, {"title": "Emma"}))


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("find_book", {"title": "Emma"}),
        ("find_book", {"title": "Lost"}),
        ("find_book", {"title": 3}),
        ("find_book", None),
        ("find_book", b'{"title": "Emma", "title": "Emma"}'),
        ("find_book", b"[]"),
        ("add_book", {"title": "New", "pages": 3.0}),
        ("add_book", {"title": "New", "pages": "3"}),
        ("add_book", {"title": "New", "colour": "red"}),
        ("say", {"words": ["a", "b"], "times": 3}),
        ("say", {"words": [], "times": None}),
        ("say", {"words": ["[]"], "either": 5}),
        ("say", {"words": ["[]"], "either": "all"}),
        ("say", {"words": ["[]"], "either": "most"}),
        ("say", {"words": ["[1]", ""], "times": "3"}),
        ("say", {"words": "one"}),
        ("say", {"words": ["a"], "more": 1}),
        ("say", b"words=a&words=b&times=7"),
        ("say", b"times=7&times=8"),
        ("for_agents", {"count": 1}),
        ("private", {}),
        ("nothing", {}),
        ("find-book", {"title": "Emma"}),
    ],
)
def test_a_call_ends_as_it_does_over_http(registry, name, given):
    reached = TestClient(registry).call_sync(name, given)
    with WebClient(create_app(registry)) as web:
        path = f"/api/actions/{name}"
        if name == "say":
            answer = web.get(path, params=given if isinstance(given, bytes) else query(given))
        else:
            body = {"content": given} if isinstance(given, bytes) else {"json": given or {}}
            answer = web.post(path, headers={"content-type": "application/json"}, **body)
    told = answer.json()
    if isinstance(reached, Err):
        found = (
            reached.ok,
            reached.code,
            reached.message,
            reached.status,
            reached.details,
            reached.retryable,
        )
        keys = ("ok", "code", "message", "status", "details", "retryable")
        assert found == tuple(told[key] for key in keys)
    else:
        assert (reached.ok, reached.json) == (told["ok"], told["data"])
    assert reached.action == told["action"]


def query(given: dict[str, Any]) -> list[tuple[str, str]]:
    """Write a query as the generated clients do."""
    pairs: list[tuple[str, str]] = []
    for name, value in given.items():
        if value == ["[]"]:
            pairs.append((f"{name}[]", "[]"))
        elif isinstance(value, list):
            pairs += [(name, item) for item in value] or [(name, "[]")]
        elif value is not None:
            pairs.append((name, str(value)))
    return pairs


def test_each_kind_of_caller_reaches_what_is_for_it(registry):
    def outcome(caller: Any, called: Any, given: Any) -> Any:
        result = TestClient(registry, caller=caller).call_sync(called, given)
        return result.code if isinstance(result, Err) else result.data

    assert outcome("code", private, None) == "private"
    assert outcome("mcp", private, None) == "not_public"
    assert outcome("tool", for_agents, {"count": "3"}) == 3
    assert outcome("code", for_agents, {"count": "3"}) == "invalid_input"
    assert outcome("http", for_agents, {"count": 3}) == "not_found"
    assert outcome("code", "add-book", {"title": "New"}) == outcome("http", "add_book", {"title": "New"})
    assert outcome("http", "add-book", {"title": "New"}) == "not_found"
    with pytest.raises(ValueError, match="'nobody' is no caller"):
        TestClient(registry, caller="nobody")


def test_an_exception_that_nobody_declared_is_raised_as_it_is(registry):
    client = TestClient(registry)
    with pytest.raises(KeyError, match="lost") as caught:
        client.call_sync(fails)
    assert caught.traceback[-1].name == "fails"
    assert caught.value.__notes__ == [
        "action fails does not declare this among its `errors`; callers would get 'handler_error'"
    ]
    with pytest.raises(Torn):
        client.call_sync(tears)
    with pytest.raises(ContractBroken, match="raised SystemExit"):
        client.call_sync(ends)


def test_on_demand_it_is_masked_as_callers_get_it(registry):
    client = TestClient(registry, raise_failures=False)
    for called, code in ((fails, "handler_error"), (ends, "handler_error"), (lies, "invalid_output")):
        assert refused(client.call_sync(called)).code == code
    assert "lost" not in refused(client.call_sync(fails)).message


def test_an_output_that_does_not_fit_is_a_failure_of_the_test(registry):
    client = TestClient(registry)
    with pytest.raises(
        ContractBroken, match=r"not fit the JSON Schema: pages: 0 is less than the minimum"
    ) as caught:
        client.call_sync(lies)
    assert [failure.kind for failure in caught.value.failures] == ["invalid_output"]
    with pytest.raises(ContractBroken, match="the result must be an integer"):
        client.call_sync(gives_text)
    assert unwrap(TestClient(registry, check_outputs=False).call_sync(lies)).pages == 0


def test_details_that_do_not_fit_are_a_failure_too():
    class Page(BaseModel):
        number: Annotated[int, Field(ge=1)]

    class NoPage(ActionError[Page], code="no_page"):
        """There is no such page."""

    @action(public=True, errors=[NoPage])
    async def turn() -> None:
        """Turn a page."""
        raise NoPage("No.", details=Page.model_construct(number=0))

    with pytest.raises(
        ContractBroken, match="details of no_page do not fit the JSON Schema: number: 0 is less"
    ):
        TestClient(registry_of(turn)).call_sync(turn)


class Member(BaseModel):
    id: int
    joined: dt.date
    tags: frozenset[str] = frozenset()


class Renamed(BaseModel):
    number: int = Field(0, serialization_alias="no")


def twice(called: Any) -> tuple[Sent[Any], Sent[Any]]:
    """Make a call, and again by another client with the same idempotency key."""
    registry = registry_of(called, store="memory://")
    headers = {"Idempotency-Key": "key-1"}
    first, again = (TestClient(registry, headers=headers).call_sync(called) for _ in range(2))
    assert isinstance(first, Sent)
    assert isinstance(again, Sent)
    return first, again


def test_a_call_that_is_repeated_with_its_key_gives_a_value_of_the_same_type():
    made = list[int]()

    @action(public=True)
    async def add_member() -> Member:
        """Add a member."""
        made.append(len(made))
        return Member(id=len(made), joined=dt.date(2026, 1, 31), tags=frozenset("abcdefgh"))

    @action(public=True)
    async def add_members() -> list[Member] | None:
        """Add members."""
        return [Member(id=1, joined=dt.date(2026, 1, 31))]

    first, again = twice(add_member)
    assert made == [0]
    assert isinstance(again.data, Member)
    assert (again.data, again.json) == (first.data, first.json)
    first, again = twice(add_members)
    assert again.data == first.data == [Member(id=1, joined=dt.date(2026, 1, 31))]


def test_a_repeated_call_whose_type_does_not_read_what_it_writes_gives_the_json():
    @action(public=True)
    async def give() -> Renamed:
        """Give a number."""
        return Renamed(number=7)

    first, again = twice(give)
    assert first.data == Renamed(number=7)
    assert again.data == again.json == first.json == {"no": 7}


def test_a_repeated_call_whose_type_raises_while_it_is_read_fails_the_test():
    class Odd(BaseModel):
        value: int

        @field_validator("value")
        @classmethod
        def never(cls, _: int) -> int:
            raise ZeroDivisionError("in a validator")

    @action(public=True)
    async def give() -> Odd:
        """Give a value."""
        return Odd.model_construct(value=7)

    with pytest.raises(ZeroDivisionError, match="in a validator"):
        twice(give)


def test_code_that_repeats_a_call_with_its_key_gets_a_value_of_the_same_type():
    @action(public=True)
    async def add_member() -> Member:
        """Add a member."""
        return Member(id=1, joined=dt.date(2026, 1, 31))

    registry_of(add_member, store="memory://")
    ctx = Context[Any](caller="http", request=FakeRequest("POST", "/", {"idempotency-key": "key-1"}))
    results = [unwrap(invoke_action_sync(add_member, ctx=ctx)) for _ in range(2)]
    results.append(asyncio.run(add_member.run(ctx=ctx)))
    assert results == [Member(id=1, joined=dt.date(2026, 1, 31))] * 3


def registry_of(*actions: Any, **fields: Any) -> Registry:
    registry = Registry(**fields)
    registry.register(actions)
    return registry


def test_fakes_take_the_place_of_what_is_shared(registry):
    fake = Shelf(["Fake"])
    client = TestClient(registry, resources=fake)
    assert client.call_sync(add_book, Book(title="New")).ok
    assert client.resources.books == fake.books == ["Fake", "New"]
    with client:
        assert client.resources is fake
        assert client.call_sync(find_book, {"title": "New"}).ok
    assert client.resources is fake


def test_in_a_with_block_calls_share_what_the_lifespan_yields(registry):
    outside = TestClient(registry)
    assert [unwrap(outside.call_sync(add_book, {"title": "New"})) for _ in range(2)] == [2, 2]
    with TestClient[Shelf](registry) as client:
        assert [unwrap(client.call_sync(add_book, {"title": "New"})) for _ in range(2)] == [2, 3]
        kept = client.resources
        assert (kept.books, kept.is_open) == (["Emma", "New", "New"], True)
    assert not kept.is_open
    assert client.resources is None


async def test_an_async_with_block_does_the_same(registry):
    async with TestClient[Shelf](registry) as client:
        assert [unwrap(await client.call(add_book, {"title": "New"})) for _ in range(2)] == [2, 3]
        assert client.resources.is_open
        with pytest.raises(RuntimeError, match="open already"):
            await client.__aenter__()


def test_another_lifespan_can_take_the_place_of_the_registrys(registry):
    @asynccontextmanager
    async def empty() -> AsyncGenerator[Shelf]:
        yield Shelf()

    with TestClient(registry, lifespan=empty) as client:
        assert unwrap(client.call_sync(add_book, {"title": "New"})) == 1
    with pytest.raises(TypeError, match="not both"):
        TestClient(registry, lifespan=empty, resources=Shelf())


def test_a_lifespan_that_fails_fails_the_test(registry):
    @asynccontextmanager
    async def broken() -> AsyncGenerator[Shelf]:
        raise OSError("no database")
        yield Shelf()

    client = TestClient(registry, lifespan=broken)
    with pytest.raises(OSError, match="no database"):
        client.call_sync(find_book, {"title": "Emma"})
    with pytest.raises(OSError, match="no database"), client:
        pass


def test_fakes_of_one_registry_are_not_taken_for_those_of_another(registry):
    outer = Registry()
    outer.include(registry, prefix="x_")
    assert unwrap(TestClient(outer).call_sync("x_add_book", {"title": "New"})) == 2
    with pytest.raises(LookupError, match="x_add_book comes from another registry"):
        TestClient(outer, resources=Shelf()).call_sync("x_add_book", {"title": "New"})


def test_an_action_of_no_registry_is_a_mistake_of_the_test(registry):
    stranger = action(public=True, name="stranger")(private.handler)
    with pytest.raises(LookupError, match="is not in the registry of this TestClient"):
        TestClient(registry).call_sync(stranger)
    with pytest.raises(TypeError, match="an action or its name is needed"):
        TestClient(registry).call_sync(3)


async def door(request: Request) -> Principal | None:
    if request.headers.get("authorization") == "Bearer ada":
        return ADA
    return Principal(id="cookie") if "session" in request.cookies else None


@action(public=True, scopes=["write"], http=Http("PUT", "/diary"))
async def write_diary(ctx: Context) -> str:
    """Write."""
    assert ctx.principal is not None
    assert ctx.request is not None
    return f"{ctx.principal.id} {ctx.request.method} {ctx.request.url} {ctx.caller}"


def test_a_principal_passes_auth_and_is_asked_for_scopes():
    client = TestClient(registry_of(write_diary, auth=door), principal=ADA)
    assert unwrap(client.call_sync(write_diary)) == "ada PUT http://test/api/diary http"
    assert refused(client.call_sync(write_diary, principal=Principal(id="bob"))).code == "forbidden"


def test_without_a_principal_auth_sees_a_request():
    registry = registry_of(write_diary, auth=door)
    client = TestClient(registry, headers={"Authorization": "Bearer ada"})
    assert client.call_sync(write_diary).ok
    assert (
        refused(client.call_sync(write_diary, headers={"AUTHORIZATION": "Bearer bob"})).code == "unauthorized"
    )
    assert refused(TestClient(registry).call_sync(write_diary)).code == "unauthorized"
    assert (
        refused(TestClient(registry).call_sync(write_diary, headers={"cookie": "session=1"})).code
        == "forbidden"
    )


def test_code_of_your_own_brings_its_principal():
    @action(scopes=["write"])
    async def who(ctx: Context) -> str | None:
        return None if ctx.principal is None else ctx.principal.id

    registry = registry_of(who, auth=door)
    assert unwrap(TestClient(registry, caller="code").call_sync(who)) is None
    assert unwrap(TestClient(registry, caller="code", principal=ADA).call_sync(who)) == "ada"


def raises(*_: Any) -> bool:
    raise RuntimeError("mistake")


async def odd(*_: Any) -> Any:
    return "yes"


def test_a_gate_that_fails_is_no_refusal_but_a_mistake():
    for name, predicate, error in (("one", raises, RuntimeError), ("two", odd, TypeError)):
        gated = action(public=True, name=name, authorize=predicate)(private.handler)
        with pytest.raises(error) as caught:
            TestClient(registry_of(gated)).call_sync(gated)
        assert "'forbidden'" in caught.value.__notes__[0]
        client = TestClient(registry_of(gated), raise_failures=False)
        assert refused(client.call_sync(gated)).code == "forbidden"
        asked = action(public=True, name=name, auth=predicate)(private.handler)
        with pytest.raises(error):
            TestClient(registry_of(asked)).call_sync(asked)
        assert TestClient(registry_of(asked), principal=ADA).call_sync(asked).ok


def test_who_knows_callers_may_be_away():
    async def away(*_: Any) -> Any:
        raise AuthUnavailable("no answer", retry_after=7)

    guarded = action(public=True, name="guarded", auth=away)(private.handler)
    failed = refused(TestClient(registry_of(guarded)).call_sync(guarded), "unavailable")
    assert (failed.status, failed.retryable, failed.retry_after) == (503, True, 7)
    may = action(public=True, name="may", authorize=away)(private.handler)
    with pytest.raises(AuthUnavailable):
        TestClient(registry_of(may)).call_sync(may)


def test_a_declared_scheme_is_asked_as_any_auth():
    client = TestClient(registry_of(write_diary, auth=BearerAuth({"token": ADA})))
    assert refused(client.call_sync(write_diary)).code == "unauthorized"
    assert client.call_sync(write_diary, headers={"Authorization": "Bearer token"}).ok


def test_calls_of_one_client_are_counted_and_of_no_other():
    limited = action(public=True, name="limited", rate_limit="2/hour", auth=door)(private.handler)
    registry = registry_of(limited, rate_limits="redis://nowhere.invalid:1/0")
    client = TestClient(registry, principal=ADA)
    assert [client.call_sync(limited).ok for _ in range(2)] == [True, True]
    assert refused(client.call_sync(limited), "rate_limited").status == 429
    assert client.call_sync(limited, principal=Principal(id="bob")).ok
    assert TestClient(registry, principal=ADA).call_sync(limited).ok
    inside = TestClient(registry, caller="code")
    assert all(inside.call_sync(limited).ok for _ in range(3))


def test_a_hook_is_told_of_calls_as_on_a_server(caplog):
    told = list[Invocation]()
    registry = registry_of(find_book, fails, write_diary, auth=door, on_invoke=told.append)
    client = TestClient(registry, resources=Shelf(), principal=ADA, raise_failures=False)
    trace = "0af7651916cd43dd8448eb211c80319c"
    with caplog.at_level("INFO", logger="actionary.calls"):
        client.call_sync(find_book, {"title": "Lost"})
        client.call_sync(fails)
        client.call_sync(write_diary, headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
        client.call_sync(write_diary, principal=Principal(id="bob"))
        client.call_sync("nothing")
    assert [(each.action, each.code, each.status, each.principal) for each in told] == [
        ("find_book", "no_book", 404, "ada"),
        ("fails", "handler_error", 500, "ada"),
        ("write_diary", "ok", 200, "ada"),
        ("write_diary", "forbidden", 403, "bob"),
    ]
    assert (told[2].caller, told[2].trace_id) == ("http", trace)
    logged = [record for record in caplog.records if record.name == "actionary.calls"]
    assert [record.code for record in logged] == [each.code for each in told]


def test_a_hook_that_fails_fails_the_test():
    def forget(invocation: Invocation) -> None:
        raise KeyError(invocation.code)

    said = action(public=True, name="said")(private.handler)
    failing = action(public=True, name="failing")(fails.handler)
    registry = registry_of(said, failing, on_invoke=forget)
    with pytest.raises(KeyError, match="'ok'") as caught:
        TestClient(registry).call_sync(said)
    assert caught.value.__notes__ == [
        "action said has a mistake in its `on_invoke`, which a server only logs; callers would get 'ok'"
    ]
    assert unwrap(TestClient(registry, raise_failures=False).call_sync(said)) == "private"
    with pytest.raises(KeyError, match="lost"):
        TestClient(registry).call_sync(failing)


def test_the_time_that_a_caller_sends_is_read_over_http_only():
    @action(public=True)
    async def time_left(ctx: Context) -> bool:
        """Say whether that is less than 30 seconds."""
        return ctx.remaining <= 20

    def outcome(caller: Any, milliseconds: str) -> Any:
        client = TestClient(
            registry_of(time_left), caller=caller, headers={"actionary-timeout-ms": milliseconds}
        )
        result = client.call_sync(time_left)
        return result.code if isinstance(result, Err) else result.data

    assert outcome("http", "20000") is True
    assert outcome("http", "40000") is False
    assert outcome("http", "soon") == "invalid_input"
    assert outcome("mcp", "20000") is False


def test_a_request_has_the_parts_that_a_server_s_has():
    async def at_home(request: Request) -> bool:
        address = request.scope["client"][0]
        return request.url.path == "/api/actions/here" and address == "127.0.0.1"

    here = action(public=True, name="here", auth=at_home)(private.handler)
    assert TestClient(registry_of(here)).call_sync(here).ok


def test_authorize_sees_the_input_and_who_calls():
    def own(given: Any, ctx: Context) -> bool:
        return ctx.principal is not None and given.owner == ctx.principal.id

    @action(public=True, authorize=own, auth=door)
    async def read_diary(owner: str) -> str:
        """Read."""
        return owner

    client = TestClient(registry_of(read_diary), principal=ADA)
    assert unwrap(client.call_sync(read_diary, {"owner": "ada"})) == "ada"
    assert refused(client.call_sync(read_diary, {"owner": "bob"})).code == "forbidden"


def test_an_exception_of_a_users_validator_is_raised():
    class Odd(BaseModel):
        value: Annotated[str, Field()]

        def model_post_init(self, _: Any) -> None:
            raise ZeroDivisionError("in a validator")

    @action(public=True)
    async def take(given: Odd) -> None:
        """Take."""

    with pytest.raises(ZeroDivisionError, match="in a validator"):
        TestClient(registry_of(take)).call_sync(take, {"value": "x"})


def test_a_caller_may_have_less_time_than_the_action():
    @action(public=True)
    async def wait() -> None:
        """Wait for ever."""
        await asyncio.Event().wait()

    client = TestClient(registry_of(wait))
    assert refused(client.call_sync(wait, timeout=0.01)).code == "timeout"


async def test_cancelling_a_call_cancels_the_handler():
    begun, seen = asyncio.Event(), list[str]()

    @action(public=True)
    async def wait() -> None:
        """Wait for ever."""
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("cancelled")

    calling = asyncio.create_task(TestClient(registry_of(wait)).call(wait))
    await begun.wait()
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    assert seen == ["cancelled"]


def test_without_a_registry_it_is_that_of_the_project(tmp_path, monkeypatch):
    (tmp_path / "kit_actions").mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.actionary]\ntitle = "Kit"\nactions = "kit_actions"\n')
    (tmp_path / "kit_actions" / "_registry.py").write_text(
        "from actionary import Registry\nregistry = Registry()\n"
    )
    (tmp_path / "kit_actions" / "ping.py").write_text(
        "from actionary import action\n\n@action(public=True, description='Ping.')\n"
        "async def ping() -> int:\n    return 1\n"
    )
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path / "kit_actions")
    assert unwrap(TestClient().call_sync("ping")) == 1
    assert [each.name for each in load_project(tmp_path)] == ["ping"]


_IMPORT = """
import sys
from actionary import *
before = set(sys.modules)
import actionary.testing
print(*sorted({name.split(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)))
"""


def test_importing_the_kit_loads_no_more_than_actionary_does():
    done = subprocess.run([sys.executable, "-c", _IMPORT], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["actionary"]


@pytest.mark.parametrize("missing", ["jsonschema", "hypothesis"])
def test_without_the_extra_it_says_what_to_install(missing):
    script = f"""
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == {missing!r} else found(name, package)
from actionary import Registry
from actionary.testing import TestClient, assert_contract
TestClient(Registry(), check_outputs=False)
(TestClient if {missing!r} == "jsonschema" else assert_contract)(Registry())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "ModuleNotFoundError: " in done.stderr
    assert "pip install 'actionary[testing]'" in done.stderr


def test_pytest_does_not_take_it_for_tests():
    assert TestClient.__test__ is False


def test_a_name_that_nobody_has_is_no_refusal_that_was_meant():
    client = TestClient(Registry())
    with pytest.raises(AssertionError, match="there is no action 'wriites'"):
        refused(client.call_sync("wriites", {}))
    refused(client.call_sync("wriites", {}), "not_found")


class Exa(BaseModel):
    api_key: SecretStr


EXA = Credential("exa", fields=Exa)


@action(public=True, http=Http("GET"), credentials=[EXA], examples=[Example({}, 3)])
async def needs_a_key(ctx: Context) -> int:
    """Say how long the key is."""
    return len(ctx.credentials[EXA].api_key.get_secret_value())


class Away:
    """Has credentials that nobody gets at."""

    async def resolve(self, *_: Any) -> None:
        raise OSError("the vault is away")


def test_credentials_are_given_to_every_call_and_the_registrys_are_not_asked():
    registry = Registry(credentials=Away())
    registry.register([needs_a_key])
    client = TestClient(registry, credentials={EXA: {"api_key": "abc"}})
    assert unwrap(client.call_sync(needs_a_key)) == 3
    assert_contract(client)
    assert_contract(registry, credentials={"exa": {"api_key": "abc"}})
    with pytest.raises(TypeError, match="give the credentials to the client"):
        assert_contract(client, credentials={})


def test_credentials_that_are_not_given_are_the_registrys():
    registry = Registry(credentials=MappingCredentials({EXA: {"api_key": "abcd"}}))
    registry.register([needs_a_key])
    assert unwrap(TestClient(registry).call_sync(needs_a_key)) == 4


def test_who_has_credentials_and_raises_is_a_failure():
    registry = Registry(credentials=Away())
    registry.register([needs_a_key])
    with pytest.raises(OSError, match="the vault is away") as caught:
        TestClient(registry).call_sync(needs_a_key)
    assert "has a mistake in its `credentials`, which a server only logs" in caught.value.__notes__[0]


def test_an_action_whose_credentials_are_missing_breaks_its_examples():
    registry = Registry(credentials=MappingCredentials())
    registry.register([needs_a_key])
    with pytest.raises(ContractBroken, match=r"(?s)fails with 'missing_credentials'.*fakes and credentials"):
        assert_contract(registry)
