"""What the Python client does when calls fail, by one table for both clients; faults are scripted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import pytest
from actionary.action_spec import CursorSpec
from actionary.catalog import Catalog, ChangesSpec

FOUND = {"items": [{"id": "p1", "title": "Shoe", "price_cents": 1}], "next": None}
UNAVAILABLE = {"code": "unavailable", "retryable": True}


def rich(sample: Catalog) -> Catalog:
    """The sample with pages, keys and changes: ``delete`` is the one that may never be repeated."""
    search, order, delete = (
        sample.get("search_products"),
        sample.get("create_order"),
        sample.get("delete"),
    )
    assert search is not None
    assert order is not None
    assert delete is not None
    nothing: dict[str, Any] = {"type": "object", "properties": {}}
    text = {"type": ["string", "null"]}
    numbers = {"type": ["array", "null"], "items": {"type": "integer"}}
    result = sample.types["SearchResult"]
    found = {**result, "properties": {**result["properties"], "next": text}, "required": ["items", "next"]}
    given = sample.resolve(search.input)
    asked = {**given, "properties": {**given["properties"], "cursor": text}}
    basic = replace(sample.schemes["tokens"], name="people", kind="basic")
    return replace(
        sample,
        title="Rich shop",
        types={**sample.types, "SearchResult": found},
        actions=(
            replace(
                search,
                input=asked,
                paginate=CursorSpec(input="cursor", output="next", items="items"),
                needs_approval=True,
            ),
            replace(order, idempotency_key=True, needs_approval=True, input=nothing, examples=()),
            replace(
                order,
                name="page_orders",
                idempotency_key=True,
                needs_approval=True,
                input={"type": "object", "properties": {"after": text}},
                output={"type": "object", "properties": {"items": numbers, "next": text}},
                paginate=CursorSpec(input="after", output="next", items="items"),
                errors=(),
                examples=(),
            ),
            replace(delete, idempotency_key=False),
            replace(sample.get("add_node"), input=nothing, examples=()),
            replace(sample.get("list_events"), input=nothing, examples=()),
            replace(sample.get("old_ping"), scheme=basic, auth=True, deprecated=None),
        ),
        changes=ChangesSpec(auth=True, scheme=sample.schemes["tokens"]),
    )


@pytest.fixture(scope="module")
def client(
    sample: Catalog, emit: Any, importable: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    project = emit(rich(sample), tmp_path_factory.mktemp("rich"))
    with importable(project, "rich_shop_client") as package:
        yield package


def ok(data: Any, action: str = "search_products") -> httpx2.Response:
    return httpx2.Response(200, json={"ok": True, "data": data, "action": action, "latencyMs": 1})


def err(
    status: int,
    code: str,
    headers: dict[str, str] | None = None,
    *,
    action: str = "search_products",
    **more: Any,
) -> httpx2.Response:
    body = {
        "ok": False,
        "code": code,
        "message": "Why.",
        "status": status,
        "retryable": False,
        "details": None,
    }
    return httpx2.Response(status, headers=headers, json={**body, "action": action, "latencyMs": 1, **more})


def unavailable(headers: dict[str, str] | None = None, action: str = "search_products") -> httpx2.Response:
    return err(503, "unavailable", headers, action=action, retryable=True)


def events(*parts: str) -> httpx2.Response:
    return httpx2.Response(
        200, headers={"Content-Type": "text/event-stream"}, content="".join(parts).encode()
    )


Answer = httpx2.Response | Exception


@dataclass
class Script:
    """A client of one of the kinds, on a network that answers as it is told, whose waits are only noted."""

    package: Any
    is_async: bool
    answers: list[Answer] = field(default_factory=list)
    requests: list[httpx2.Request] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _awaited_wait(self, seconds: float) -> None:
        self.waits.append(seconds)

    def _made(self, **options: Any) -> Any:
        options = {"retry": self.package.Retry(random=lambda: 0.5), **options}
        kind = self.package.AsyncClient if self.is_async else self.package.Client
        return kind(
            "http://shop.test",
            transport=httpx2.MockTransport(self._answer),
            sleep=self._awaited_wait if self.is_async else self.waits.append,
            **options,
        )

    def call(
        self, method: str, answers: list[Answer], client: dict[str, Any] | None = None, **given: Any
    ) -> Any:
        """Call a method, and give its result."""
        self.answers = answers

        async def awaited() -> Any:
            async with self._made(**(client or {})) as made:
                return await getattr(made, method)(**given)

        if self.is_async:
            return asyncio.run(awaited())
        with self._made(**(client or {})) as made:
            return getattr(made, method)(**given)

    def all(
        self, answers: list[Answer], begin: Callable[[Any], Any], most: int = 99, **options: Any
    ) -> list[Any]:
        """Give what an iterator gives until its end, or until it gave the most that is wanted."""
        self.answers = answers
        found: list[Any] = []

        async def awaited() -> None:
            async with self._made(**options) as made:
                iterator = begin(made)
                async for each in iterator:
                    found.append(each)
                    if len(found) == most:
                        break
                await iterator.aclose()

        if self.is_async:
            asyncio.run(awaited())
            return found
        with self._made(**options) as made:
            for each in begin(made):
                found.append(each)
                if len(found) == most:
                    break
        return found

    @property
    def keys(self) -> list[str | None]:
        return [request.headers.get("Idempotency-Key") for request in self.requests]


@pytest.fixture(params=["sync", "async"])
def script(request: pytest.FixtureRequest, client: Any) -> Script:
    return Script(client, is_async=request.param == "async")


BROKEN = "the connection broke"


# What is repeated


@pytest.mark.parametrize(
    ("failure", "wait"),
    [
        (lambda: httpx2.ConnectError(BROKEN), 0.125),
        (lambda: httpx2.ReadError(BROKEN), 0.125),
        (lambda: httpx2.Response(502, text="<html>Bad gateway</html>"), 0.125),
        (unavailable, 0.125),
        (lambda: unavailable({"Retry-After": "7"}), 7.0),
        (lambda: unavailable({"Retry-After": "0"}), 0.0),
        (
            lambda: unavailable(
                {"Retry-After": "Sat, 31 Jan 2026 12:00:09 GMT", "Date": "Sat, 31 Jan 2026 12:00:00 GMT"}
            ),
            9.0,
        ),
        (
            lambda: unavailable(
                {"Retry-After": "Sat, 31 Jan 2026 11:00:00 GMT", "Date": "Sat, 31 Jan 2026 12:00:00 GMT"}
            ),
            0.0,
        ),
        (lambda: unavailable({"Retry-After": "soon"}), 0.125),
    ],
    ids=["connect", "read", "gateway", "envelope", "seconds", "at once", "date", "past", "nonsense"],
)
def test_a_passing_failure_of_a_read_only_action_is_not_seen(
    script: Script, failure: Callable[[], Answer], wait: float
) -> None:
    result = script.call("search_products", [failure(), ok(FOUND)], query="x")
    assert result.ok is True
    assert script.waits == [wait]
    assert len(script.requests) == 2
    assert script.keys == [None, None]


def test_it_is_given_up_after_three_attempts_with_longer_waits(script: Script) -> None:
    result = script.call("search_products", [httpx2.ConnectError(BROKEN) for _ in range(3)], query="x")
    assert type(result) is script.package.NetworkError
    assert script.waits == [0.125, 0.25]


def test_waits_grow_up_to_the_maximum(script: Script) -> None:
    retry = script.package.Retry(attempts=5, base=1, maximum=3, random=lambda: 1.0)
    script.call("search_products", [unavailable() for _ in range(5)], {"retry": retry}, query="x")
    assert script.waits == [1.0, 2.0, 3.0, 3.0]


@pytest.mark.parametrize("where", ["client", "call"])
def test_without_retry_each_call_is_made_once(script: Script, where: str) -> None:
    options = {"options": script.package.CallOptions(retry=None)} if where == "call" else {}
    client = {"retry": None} if where == "client" else {}
    result = script.call("search_products", [unavailable()], client, query="x", **options)
    assert type(result) is script.package.Unavailable
    assert script.waits == []


@pytest.mark.parametrize(
    "failure",
    [
        lambda: err(400, "invalid_input", details=[]),
        lambda: err(500, "handler_error"),
        lambda: httpx2.Response(404, text="<html>"),
        lambda: unavailable({"Retry-After": "61"}),
    ],
    ids=["invalid", "handler", "no envelope", "long"],
)
def test_what_would_fail_again_or_takes_too_long_is_not_repeated(
    script: Script, failure: Callable[[], Answer]
) -> None:
    assert script.call("search_products", [failure()], query="x").ok is False
    assert script.waits == []


def test_all_attempts_of_a_call_have_one_key(script: Script) -> None:
    done = ok(
        {
            "id": "o",
            "note": None,
            "placed": "2026-01-02T03:04:05Z",
            "price": "2",
            "status": "open",
            "total_cents": 1,
        },
        "create_order",
    )
    assert script.call("create_order", [httpx2.ReadError(BROKEN), done]).ok is True
    assert script.call("create_order", [httpx2.ReadError(BROKEN), done]).ok is True
    first, again, second, _ = script.keys
    assert first == again
    assert first != second
    assert len(first or "") == 36


def test_a_key_of_ones_own_and_an_approval_go_with_every_attempt(script: Script) -> None:
    options = script.package.CallOptions(idempotency_key="mine-1", approval="grant-1")
    script.call("create_order", [unavailable(action="create_order") for _ in range(3)], options=options)
    assert script.keys == ["mine-1"] * 3
    assert [request.headers["Actionary-Approval"] for request in script.requests] == ["grant-1"] * 3


def conflict(reason: str) -> httpx2.Response:
    return err(409, "conflict", action="create_order", details={"reason": reason})


def test_an_earlier_attempt_that_still_runs_is_waited_for(script: Script) -> None:
    answers = [httpx2.ReadError(BROKEN), conflict("in_progress"), unavailable(action="create_order")]
    assert type(script.call("create_order", answers)) is script.package.Unavailable
    assert len(script.waits) == 2


@pytest.mark.parametrize("reason", ["in_progress", "idempotency_key_reused", "unknown_effect"])
def test_a_conflict_with_another_call_is_told_at_once(script: Script, reason: str) -> None:
    result = script.call("create_order", [conflict(reason)])
    assert type(result) is script.package.Conflict
    assert result.details.reason == reason
    assert script.waits == []


@pytest.mark.parametrize("reason", ["idempotency_key_reused", "unknown_effect"])
def test_an_effect_that_nobody_knows_is_not_repeated(script: Script, reason: str) -> None:
    result = script.call("create_order", [httpx2.ReadError(BROKEN), conflict(reason)])
    assert type(result) is script.package.Conflict
    assert len(script.waits) == 1


@pytest.mark.parametrize(
    "failure",
    [
        lambda: httpx2.ConnectError(BROKEN),
        lambda: httpx2.Response(502),
        lambda: err(504, "timeout", action="delete", retryable=True),
    ],
)
def test_what_may_do_something_twice_is_never_repeated(script: Script, failure: Callable[[], Answer]) -> None:
    assert script.call("delete", [failure()], class_="x").retryable is True
    assert script.waits == []
    assert script.keys == [None]


@pytest.mark.parametrize("by", ["option", "header"])
def test_a_grant_that_may_be_used_up_is_not_sent_again(script: Script, by: str) -> None:
    headers = {"actionary-approval": "grant-1"}
    given = {"approval": "grant-1"} if by == "option" else {"headers": headers}
    options = script.package.CallOptions(**given)
    result = script.call("search_products", [httpx2.ReadError(BROKEN)], query="x", options=options)
    assert type(result) is script.package.NetworkError
    assert script.waits == []
    answers = [unavailable({"Retry-After": "2"}), unavailable(), ok(FOUND)]
    assert script.call("search_products", answers, query="x", options=options).ok is True
    assert {request.headers["Actionary-Approval"] for request in script.requests} == {"grant-1"}


@pytest.mark.parametrize(
    ("answers", "is_open"),
    [
        (lambda: [httpx2.ReadError(BROKEN)], True),
        (lambda: [httpx2.ReadTimeout(BROKEN)], True),
        (lambda: [httpx2.Response(502, text="<html>")], True),
        (lambda: [err(504, "timeout", action="create_order")], True),
        (lambda: [conflict("in_progress")], True),
        (lambda: [conflict("unknown_effect")], True),
        (lambda: [err(418, "newer", action="create_order")], True),
        (lambda: [conflict("idempotency_key_reused")], False),
        (lambda: [err(400, "invalid_input", action="create_order", details=[])], False),
        (lambda: [err(500, "handler_error", action="create_order")], False),
        (lambda: [unavailable({"Retry-After": "61"}, "create_order")], False),
        (lambda: [httpx2.ReadError(BROKEN), unavailable({"Retry-After": "61"}, "create_order")], True),
    ],
)
def test_a_failure_that_leaves_open_what_became_of_a_call_has_its_key(
    script: Script, answers: Callable[[], list[Answer]], *, is_open: bool
) -> None:
    given = answers()
    retry = script.package.Retry(attempts=len(given))
    result = script.call("create_order", given, {"retry": retry})
    assert result.ok is False
    assert result.idempotency_key == (script.keys[0] if is_open else None)


def test_a_failure_of_a_call_without_a_key_has_none(script: Script) -> None:
    result = script.call("delete", [httpx2.ReadError(BROKEN)], class_="x")
    assert result.idempotency_key is None


def test_what_the_server_refused_before_it_began_is_repeated_always(script: Script) -> None:
    limited = err(429, "rate_limited", {"Retry-After": "2"}, action="delete", retryable=True)
    answers = [limited, unavailable(action="delete"), ok(None, "delete")]
    assert script.call("delete", answers, class_="x").ok is True
    assert script.waits == [2.0, 0.25]


def test_a_key_for_an_action_without_is_refused(script: Script) -> None:
    options = script.package.CallOptions(idempotency_key="mine")
    with pytest.raises(ValueError, match="delete takes no idempotency_key"):
        script.call("delete", [], class_="x", options=options)
    assert script.call("search_products", [ok(FOUND)], query="x", options=options).ok is True
    assert script.keys == [None]


def test_an_approval_for_an_action_that_needs_none_is_refused(script: Script) -> None:
    options = script.package.CallOptions(approval="grant-1")
    with pytest.raises(ValueError, match="list_events takes no approval: its calls need none"):
        script.call("list_events", [], options=options)
    assert script.requests == []
    assert script.call("delete", [ok(None, "delete")], class_="x", options=options).ok is True


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256, "a\n"])
def test_a_key_that_no_header_can_hold_is_refused(client: Any, key: str) -> None:
    for name in ("idempotency_key", "approval"):
        with pytest.raises(ValueError, match=f"{name} is .* but must be 1 to 255 visible ASCII"):
            client.CallOptions(**{name: key})


@pytest.mark.parametrize("wrong", [{"attempts": 0}, {"base": -1}, {"maximum": float("inf")}])
def test_a_retry_that_makes_no_sense_is_refused(client: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        client.Retry(**wrong)


# One time limit


def test_the_time_that_is_left_goes_with_each_attempt(script: Script) -> None:
    script.call("search_products", [unavailable(), ok(FOUND)], {"timeout": 50}, query="x")
    first, second = (int(request.headers["Actionary-Timeout-Ms"]) for request in script.requests)
    assert 0 < second <= first <= 50_000


def test_without_a_limit_none_is_sent(script: Script) -> None:
    script.call("search_products", [ok(FOUND)], {"timeout": None}, query="x")
    assert "Actionary-Timeout-Ms" not in script.requests[0].headers


def test_a_wait_that_would_end_after_the_limit_is_not_begun(script: Script) -> None:
    result = script.call("search_products", [unavailable({"Retry-After": "30"})], {"timeout": 20}, query="x")
    assert type(result) is script.package.Unavailable
    assert script.waits == []


# Who calls


def test_each_scheme_goes_where_it_is_asked_for_and_only_there(script: Script) -> None:
    auth = {
        "tokens": "t1",
        "key": lambda: "k1",
        "people": script.package.BasicCredentials("ann", "s:ecret"),
    }
    node = ok({"value": 1, "children": []}, "add_node")
    script.call("add_node", [node], {"auth": auth})
    script.call("list_events", [ok([], "list_events")], {"auth": auth})
    script.call("old_ping", [ok(None, "old_ping")], {"auth": auth})
    script.call("search_products", [ok(FOUND)], {"auth": auth}, query="x")
    by_call = [
        (request.headers.get("Authorization"), request.headers.get("X-Shop-Key"))
        for request in script.requests
    ]
    assert by_call == [("Bearer t1", None), (None, "k1"), ("Basic YW5uOnM6ZWNyZXQ=", None), (None, None)]
    assert "ecret" not in repr(auth["people"])


def test_a_function_is_asked_at_each_attempt(script: Script) -> None:
    tokens = iter(["old", "new"])

    async def later() -> str:
        return next(tokens)

    asked = later if script.is_async else lambda: next(tokens)
    node = ok({"value": 1, "children": []}, "add_node")
    assert script.call("add_node", [unavailable(action="add_node"), node], {"auth": {"tokens": asked}}).ok
    assert [each.headers["Authorization"] for each in script.requests] == ["Bearer old", "Bearer new"]


def test_a_header_of_the_call_takes_the_place_of_auth(script: Script) -> None:
    def never() -> str:
        raise AssertionError("nobody needs it")

    options = script.package.CallOptions(headers={"authorization": "Bearer mine"})
    node = ok({"value": 1, "children": []}, "add_node")
    script.call("add_node", [node], {"auth": {"tokens": never}}, options=options)
    assert script.requests[0].headers["Authorization"] == "Bearer mine"


def test_auth_of_the_call_wins_over_that_of_the_client(script: Script) -> None:
    options = script.package.CallOptions(auth={"tokens": lambda: "mine"})
    assert "mine" not in repr(script.package.CallOptions(auth={"tokens": "mine"}))
    node = ok({"value": 1, "children": []}, "add_node")
    auth = {"auth": {"tokens": "theirs", "key": "k1"}}
    script.call("add_node", [node], auth, options=options)
    script.call("list_events", [ok([], "list_events")], auth, options=options)
    sent = [(each.headers.get("Authorization"), each.headers.get("X-Shop-Key")) for each in script.requests]
    assert sent == [("Bearer mine", None), (None, "k1")]


def test_a_call_refuses_a_scheme_that_the_api_does_not_have(script: Script) -> None:
    options = script.package.CallOptions(auth={"token": "x"})
    with pytest.raises(
        ValueError, match="auth has 'token', but the schemes of this API are: 'key', 'people'"
    ):
        script.call("add_node", [], options=options)
    assert script.requests == []


def test_what_a_function_for_auth_raises_is_raised(script: Script) -> None:
    def broken() -> str:
        raise LookupError("no token")

    with pytest.raises(LookupError, match="no token"):
        script.call("add_node", [], {"auth": {"tokens": broken}})
    assert script.requests == []


@pytest.mark.parametrize(
    ("auth", "error", "says"),
    [
        ({"tokens": 3}, TypeError, "auth\\['tokens'\\] gives int, but must give str"),
        ({"tokens": lambda: b"x"}, TypeError, "gives bytes"),
        ({"tokens": "sécret\n"}, ValueError, "no header can hold"),
    ],
)
def test_what_cannot_say_who_calls_is_refused_without_being_told(
    script: Script, auth: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says) as raised:
        script.call("add_node", [], {"auth": auth})
    assert "cret" not in str(raised.value)


def test_a_scheme_that_the_api_does_not_have_is_refused_at_once(client: Any) -> None:
    for kind in (client.Client, client.AsyncClient):
        with pytest.raises(
            ValueError, match="auth has 'token', but the schemes of this API are: 'key', 'people'"
        ):
            kind("http://shop.test", auth={"token": "x"})


# Hooks


def test_hooks_see_each_attempt_and_may_change_its_headers(script: Script) -> None:
    seen: list[Any] = []

    def on_request(info: Any) -> None:
        seen.append((info.action, info.method, info.url, info.attempt))
        info.headers["x-trace"] = f"t{info.attempt}"

    async def on_response(info: Any) -> None:
        seen.append((info.status, info.attempt, info.latency_ms >= 0))

    def on_retry(info: Any) -> None:
        seen.append((info.failure.code, info.attempt, info.wait))

    def blocking(info: Any) -> None:
        seen.append((info.status, info.attempt, info.latency_ms >= 0))

    hooks = {
        "on_request": on_request,
        "on_response": on_response if script.is_async else blocking,
        "on_retry": on_retry,
    }
    script.call("search_products", [unavailable(), ok(FOUND)], hooks, query="x")
    url = "http://shop.test/api/actions/search_products"
    method = script.requests[0].method
    assert seen == [
        ("search_products", method, url, 1),
        (503, 1, True),
        ("unavailable", 1, 0.125),
        ("search_products", method, url, 2),
        (200, 2, True),
    ]
    assert [request.headers["X-Trace"] for request in script.requests] == ["t1", "t2"]


@pytest.mark.parametrize("hook", ["on_request", "on_response", "on_retry"])
@pytest.mark.parametrize("error", [RuntimeError, OSError, httpx2.ReadError])
def test_what_a_hook_raises_is_raised(script: Script, hook: str, error: type[Exception]) -> None:
    def broken(_: Any) -> None:
        raise error("a mistake")

    with pytest.raises(error, match="a mistake"):
        script.call("search_products", [unavailable(), ok(FOUND)], {hook: broken}, query="x")


# Pages


def page(cursor: str | None, *ids: str) -> httpx2.Response:
    items = [{"id": each, "title": "Shoe", "price_cents": 1} for each in ids]
    return ok({"items": items, "next": cursor})


def test_pages_are_followed_to_the_last_one(script: Script) -> None:
    answers = [page("c2", "a", "b"), unavailable(), page("c3"), page(None, "c")]
    found = script.all(answers, lambda client: client.search_products_pages(query="x").items())
    assert [item.id for item in found] == ["a", "b", "c"]
    sent = [request.url.params.get("cursor") for request in script.requests]
    assert sent == [None, "c2", "c2", "c3"]


def test_pages_are_called_for_when_they_are_reached(script: Script) -> None:
    found = script.all(
        [page("c2", "a"), page("c3", "b")],
        lambda client: iter_of(client.search_products_pages(query="x")),
        most=2,
    )
    assert [each.items[0].id for each in found] == ["a", "b"]
    assert len(script.requests) == 2


def iter_of(pages: Any) -> Any:
    return aiter(pages) if hasattr(pages, "__aiter__") else iter(pages)


def test_a_page_that_fails_is_raised_after_those_before_it(script: Script) -> None:
    answers = [page("c2", "a"), err(500, "handler_error")]
    with pytest.raises(script.package.ActionError, match="search_products: handler_error: Why"):
        script.all(answers, lambda client: client.search_products_pages(query="x").items())
    assert len(script.requests) == 2


@pytest.mark.parametrize("circle", [["c2", "c2"], ["c2", "c3", "c2"], ["c2", "c3", "c4", "c5", "c3"]])
def test_pages_that_lead_round_in_a_circle_are_no_endless_loop(script: Script, circle: list[str]) -> None:
    with pytest.raises(RuntimeError, match=f"search_products leads to the page '{circle[-1]}' once more"):
        script.all(
            [page(cursor, "a") for cursor in circle],
            lambda client: client.search_products_pages(query="x").items(),
        )
    assert len(script.requests) == len(circle)


def test_pages_that_lead_to_where_one_began_are_no_endless_loop(script: Script) -> None:
    with pytest.raises(RuntimeError, match="leads to the page 'c1' once more"):
        script.all(
            [page("c2", "a"), page("c1", "b")],
            lambda client: client.search_products_pages(query="x", cursor="c1").items(),
        )


def test_a_key_and_an_approval_go_with_the_first_page_alone(script: Script) -> None:
    options = script.package.CallOptions(approval="grant-1", idempotency_key="mine-1", headers={"x-a": "1"})
    orders: list[Answer] = [ok({"items": [1], "next": "2"}, "page_orders")]
    orders += [ok({"items": [2], "next": None}, "page_orders")]
    assert script.all(orders, lambda client: client.page_orders_pages(options=options).items()) == [1, 2]
    first, second = script.requests
    assert (first.headers["Actionary-Approval"], first.headers["Idempotency-Key"]) == ("grant-1", "mine-1")
    assert "Actionary-Approval" not in second.headers
    assert second.headers["Idempotency-Key"] not in {"", "mine-1"}
    assert second.headers["X-A"] == "1"


@pytest.mark.parametrize("last", [{}, {"items": None}, {"next": None}, {"items": [], "next": None}])
def test_a_page_may_have_no_items_and_name_no_other(script: Script, last: dict[str, Any]) -> None:
    answers: list[Answer] = [ok({"items": [1], "next": "2"}, "page_orders"), ok(last, "page_orders")]
    assert script.all(answers, lambda client: client.page_orders_pages().items()) == [1]
    [only] = script.all([ok(last, "page_orders")], lambda client: iter_of(client.page_orders_pages()))
    assert only.next in {None, script.package.UNSET}


# Progress


def told(kind: str, data: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n"


RESULT = {"ok": True, "data": FOUND, "action": "search_products", "latencyMs": 1}


def test_progress_ends_with_the_result(script: Script) -> None:
    stream = events(
        ": hello\n\n",
        told("progress", {"done": 1, "total": 2, "message": "half"}),
        told("newer", {}),
        told("progress", {"done": 2, "total": None, "message": None}),
        told("result", RESULT),
    )
    package = script.package
    found = script.all([stream], lambda client: package.progress(client.search_products, query="x"))
    assert found[:-1] == [package.Progress(done=1, total=2, message="half"), package.Progress(done=2)]
    assert found[-1].data.items[0].id == "p1"
    assert "text/event-stream" in script.requests[0].headers["Accept"]


def test_a_refusal_is_the_only_thing_that_comes(script: Script) -> None:
    [result] = script.all(
        [err(400, "invalid_input", details=[])],
        lambda client: script.package.progress(client.search_products, query="x"),
    )
    assert type(result) is script.package.InvalidInput


def test_a_failure_comes_after_the_progress(script: Script) -> None:
    failed = {**RESULT, "ok": False, "code": "handler_error", "message": "m", "status": 500}
    failed |= {"retryable": False, "details": None}
    stream = events(told("progress", {"done": 1}), told("result", failed))
    _, result = script.all(
        [stream], lambda client: script.package.progress(client.search_products, query="x")
    )
    assert type(result) is script.package.HandlerError


def test_a_stream_that_breaks_off_is_asked_for_again_where_it_may_be(script: Script) -> None:
    cut = told("progress", {"done": 1})
    progress = script.package.progress
    again = script.all(
        [events(cut), events(cut, told("result", RESULT))],
        lambda client: progress(client.search_products, query="x"),
    )
    assert [type(each).__name__ for each in again] == ["Progress", "Progress", "Ok"]
    once = script.all([events(cut)], lambda client: progress(client.delete, class_="x"))
    assert [type(each).__name__ for each in once] == ["Progress", "NetworkError"]


def test_progress_takes_only_methods_of_a_client(script: Script) -> None:
    for wrong in (len, lambda: None, script.package.Retry().wait):
        with pytest.raises(TypeError, match="progress takes a method of a client"):
            script.package.progress(wrong)

    def not_an_action(client: Any) -> Any:
        return script.package.progress(client.aclose if script.is_async else client.close)

    with pytest.raises(TypeError, match="progress takes a method of a client"):
        script.all([], not_an_action)


def test_progress_of_pages_is_refused_in_words(script: Script) -> None:
    def of_pages(client: Any) -> Any:
        return script.package.progress(client.search_products_pages, query="x")

    with pytest.raises(
        TypeError, match="search_products goes from page to page here: iterate over its pages"
    ):
        script.all([], of_pages)


# Changes


def change(number: int, action: str = "create_order") -> str:
    data = {"type": "change", "source": "action", "action": action, "scope": None, "requestSource": "tab-1"}
    return f"id: {number}.1\n{told('change', data)}"


def test_changes_go_on_where_the_stream_broke_off(script: Script) -> None:
    package = script.package
    answers: list[Answer] = [
        events("retry: 2000\nid: 0.1\n\n", change(1), change(2)[:-4]),
        httpx2.ConnectError(BROKEN),
        unavailable(action="changes"),
        events("event: reset\ndata: {}\n\n", change(3)),
    ]
    found = script.all(answers, package.subscribe_changes, most=3)
    assert [type(each).__name__ for each in found] == ["Change", "Reset", "Change"]
    assert (found[0].action, found[0].request_source, found[0].id) == ("create_order", "tab-1", "1.1")
    asked = [request.headers.get("Last-Event-ID") for request in script.requests]
    assert asked == [None, "2.1", "2.1", "2.1"]
    assert script.waits == [2.125, 2.25, 2.5]
    assert script.requests[0].url.path == "/api/changes"


def test_hooks_are_told_while_a_server_that_tells_of_changes_is_down(script: Script) -> None:
    answers: list[Answer] = [
        httpx2.ConnectError(BROKEN),
        unavailable({"Retry-After": "7"}, action="changes"),
        events(change(1)),
        httpx2.ReadTimeout(BROKEN),
        events(change(2)),
    ]
    requests: list[Any] = []
    retries: list[Any] = []
    hooks = {"on_request": requests.append, "on_retry": retries.append}
    script.all(answers, script.package.subscribe_changes, most=2, **hooks)
    assert [(each.action, each.attempt) for each in requests] == [
        ("changes", attempt) for attempt in (1, 2, 3, 2, 3)
    ]
    told = [(each.attempt, each.wait, each.failure.code) for each in retries]
    assert told == [
        (1, 0.25, "network_error"),
        (2, 7.0, "unavailable"),
        (1, 0.25, "network_error"),
        (2, 0.25, "client_timeout"),
    ]
    assert [each.wait for each in retries] == script.waits
    assert {each.action for each in retries} == {"changes"}
    assert "ended the stream" in retries[2].failure.message


def test_what_a_hook_raises_ends_the_listening_to_changes(script: Script) -> None:
    def hook(_: Any) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        script.all([httpx2.ConnectError(BROKEN)], script.package.subscribe_changes, on_retry=hook)


def test_a_server_is_asked_for_changes_no_sooner_than_it_wants(script: Script) -> None:
    answers: list[Answer] = [
        events("retry: 120000\n\n"),
        events("retry: 9999999999999\n\n"),
        unavailable({"Retry-After": "600"}, action="changes"),
        events(change(1)),
    ]
    script.all(answers, script.package.subscribe_changes, most=1)
    assert script.waits == [120.125, 999_999.999 + 0.25, 600.0]


def test_a_server_that_ends_every_stream_is_not_asked_without_a_pause(script: Script) -> None:
    answers: list[Answer] = [
        events("retry: 0\n\n"),
        events(change(1)),
        unavailable({"Retry-After": "0"}, action="changes"),
        httpx2.ConnectError(BROKEN),
        events(change(2)),
    ]
    retry = script.package.Retry(base=0, maximum=0)
    script.all(answers, script.package.subscribe_changes, most=2, retry=retry)
    assert len(script.waits) == 4
    assert min(script.waits) >= 0.25


def test_a_program_that_begins_again_says_what_it_heard_last(script: Script) -> None:
    script.all([events(change(5))], lambda made: script.package.subscribe_changes(made, after="4.1"), most=1)
    assert script.requests[0].headers["Last-Event-ID"] == "4.1"


def test_a_refusal_to_tell_of_changes_is_raised(script: Script) -> None:
    with pytest.raises(script.package.ActionError, match="changes: unauthorized") as raised:
        script.all([err(401, "unauthorized", action="changes")], script.package.subscribe_changes)
    assert type(raised.value.error) is script.package.Unauthorized


def test_a_change_that_cannot_be_read_may_have_been_any(script: Script) -> None:
    stream = events("id: 1.1\nevent: change\ndata: {\n\n", told("newer", {}), change(2))
    found = script.all([stream], script.package.subscribe_changes, most=2)
    assert [type(each).__name__ for each in found] == ["Reset", "Change"]


def test_what_is_no_stream_is_raised(script: Script) -> None:
    answer = ok(None, "changes")
    with pytest.raises(script.package.ActionError, match="it is no stream of events"):
        script.all([answer], script.package.subscribe_changes)


def test_closing_a_client_ends_the_wait_between_attempts(client: Any) -> None:
    made = client.Client(
        "http://shop.test",
        transport=httpx2.MockTransport(lambda _: unavailable({"Retry-After": "50"})),
        on_retry=lambda _: made.close(),
    )
    assert type(made.search_products(query="x")) is client.Aborted

    async def awaited() -> Any:
        made = client.AsyncClient(
            "http://shop.test",
            transport=httpx2.MockTransport(lambda _: unavailable({"Retry-After": "50"})),
            on_retry=lambda _: made.aclose(),
        )
        return await made.search_products(query="x")

    assert type(asyncio.run(awaited())) is client.Aborted
