"""What a caller over HTTP sees of an action (DESIGN §5), on a real server."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from contextlib import asynccontextmanager
from enum import Enum
from typing import Annotated, Any, Literal

import httpx2
import pytest
from actionary import ActionError, Context, Http, Registry, Request, action, define_actions
from actionary.http import create_app
from actionary.settings import SettingsError
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient


class Line(BaseModel):
    product_id: str
    quantity: Annotated[int, Field(ge=1)] = 1


class Order(BaseModel):
    lines: list[Line]
    note: str | None = None


class Stock(BaseModel):
    available: int


class OutOfStock(ActionError[Stock], code="out_of_stock", status=409):
    """Too few."""


def authorized(request: Request) -> bool:
    return request.headers.get("authorization") == "Bearer right"


@action(public=True, http=Http("GET"))
async def search(
    query: Annotated[str, Field(min_length=1)],
    limit: Annotated[int, Field(le=50)] = 10,
    tags: list[str] | None = None,
) -> dict[str, Any]:
    """Search."""
    return {"query": query, "limit": limit, "tags": tags}


class Grade(Enum):
    TOP = "t"
    THIRD = 3


@action(public=True, http=Http("GET"))
async def graded(grade: Grade, option: Literal["x", 1] = "x") -> list[Any]:
    """Give the grade."""
    return [grade, option]


@action(public=True, errors=[OutOfStock])
async def order(order: Order) -> Order:
    """Order."""
    if order.lines and order.lines[0].quantity > 5:
        raise OutOfStock("Too few.", details=Stock(available=5))
    return order


@action(public=True, http=Http("GET"))
async def nested(line: Line) -> Line:
    """Give back."""
    return line


@action(public=True)
async def ping() -> None:
    """Do nothing."""


@action(public=True, auth=authorized)
async def guarded(text: str) -> str:
    """Echo."""
    return text


@action(public=True)
async def broken() -> None:
    """Fail."""
    raise RuntimeError("the password is hunter2")


@action(public=True)
async def who(ctx: Context) -> dict[str, str]:
    """Say who called."""
    return {"caller": ctx.caller, "agent": ctx.headers["user-agent"], "id": ctx.request_id}


@action()
async def private_one(text: str) -> str:
    return text


@action(public=True, http=False)
async def tool_only(text: str) -> str:
    """Echo for tools."""
    return text


ACTIONS = [search, graded, nested, order, ping, guarded, broken, who, private_one, tool_only]


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    define_actions(ACTIONS, registry)
    return registry


@pytest.fixture
def client(serve, registry) -> httpx2.Client:
    return serve(create_app(registry))


class TestCalls:
    def test_a_good_call_is_an_ok_envelope_and_nothing_is_dropped(self, client):
        reply = client.post("/api/actions/order", json={"lines": [{"product_id": "p1"}]})
        assert reply.status_code == 200
        body = reply.json()
        assert body.pop("latencyMs") >= 0
        assert body == {
            "ok": True,
            "data": {"lines": [{"product_id": "p1", "quantity": 1}], "note": None},
            "action": "order",
        }

    def test_a_get_reads_its_query(self, client):
        reply = client.get("/api/actions/search?query=a%20b&limit=5&tags=x&tags=y")
        assert reply.json()["data"] == {"query": "a b", "limit": 5, "tags": ["x", "y"]}

    @pytest.mark.parametrize(
        ("query", "data"),
        [("grade=t", ["t", "x"]), ("grade=3", [3, "x"]), ("grade=3&option=1", [3, 1])],
    )
    def test_a_get_reads_each_member_of_mixed_literals_and_enums(self, client, query, data):
        assert client.get(f"/api/actions/graded?{query}").json()["data"] == data

    def test_a_get_refuses_what_is_no_member(self, client):
        reply = client.get("/api/actions/graded?grade=4")
        assert (reply.status_code, reply.json()["message"]) == (400, "grade: must be one of 't' or 3")

    def test_a_get_ignores_a_body(self, client):
        reply = client.request("GET", "/api/actions/search?query=a", content=b"{")
        assert reply.json()["data"]["query"] == "a"

    def test_head_is_get_without_the_body(self, client):
        reply = client.head("/api/actions/search?query=a")
        assert (reply.status_code, reply.content) == (200, b"")
        assert int(reply.headers["content-length"]) > 0

    @pytest.mark.parametrize(
        "headers", [{}, {"content-type": "application/json"}, {"content-type": "text/plain"}]
    )
    def test_no_body_is_an_empty_object(self, client, headers):
        reply = client.post("/api/actions/ping", headers=headers)
        assert reply.json()["data"] is None

    @pytest.mark.parametrize(
        "media_type", ["application/json; charset=UTF-8", "Application/JSON", "application/vnd.shop+json"]
    )
    def test_json_by_any_of_its_names_is_taken(self, client, media_type):
        reply = client.post("/api/actions/ping", content=b"{}", headers={"content-type": media_type})
        assert reply.json()["ok"] is True

    def test_a_domain_error_has_its_status_and_typed_details(self, client):
        reply = client.post("/api/actions/order", json={"lines": [{"product_id": "p", "quantity": 6}]})
        body = reply.json()
        assert reply.status_code == body["status"] == 409
        assert (body["code"], body["details"], body["retryable"]) == ("out_of_stock", {"available": 5}, False)
        assert body["requestId"] == reply.headers["x-request-id"]

    def test_an_undeclared_exception_says_nothing_to_the_caller_and_all_to_the_log(self, client, caplog):
        reply = client.post("/api/actions/broken")
        assert reply.status_code == 500
        assert reply.json()["code"] == "handler_error"
        assert "hunter2" not in reply.text
        assert "hunter2" in caplog.text
        assert reply.json()["requestId"] in caplog.text

    def test_the_handler_sees_the_request_and_its_id(self, client):
        reply = client.post("/api/actions/who", headers={"x-request-id": "abc-1", "user-agent": "tests"})
        assert reply.json()["data"] == {"caller": "http", "agent": "tests", "id": "abc-1"}

    @pytest.mark.parametrize("headers", [{}, {"content-type": "text/plain"}])
    def test_a_chunked_body_without_bytes_is_no_body(self, client, headers):
        reply = client.post("/api/actions/ping", content=iter([b""]), headers=headers)
        assert reply.json()["ok"] is True

    def test_a_chunked_body_is_read_whole(self, client):
        parts = iter([b'{"lines": [{"prod', b'uct_id": "p1"}]}'])
        reply = client.post("/api/actions/order", content=parts, headers={"content-type": "application/json"})
        assert reply.json()["data"]["lines"][0]["product_id"] == "p1"


class TestRefusals:
    def test_unknown_private_and_tool_only_names_answer_alike_for_every_method(self, client):
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
            seen = set()
            for name in ("no_such", "private_one", "tool_only"):
                reply = client.request(method, f"/api/actions/{name}")
                assert reply.status_code == 404
                body = reply.text.replace(name, "NAME").replace(reply.headers["x-request-id"], "ID")
                names = tuple(sorted(key for key in reply.headers if key != "content-length"))
                seen.add((body, names))
            assert len(seen) == 1, method
        assert client.get("/api/actions/private_one").json()["latencyMs"] == 0

    def test_the_slug_is_no_route(self, client):
        assert client.post("/api/actions/private-one").status_code == 404
        assert client.post("/api/actions/who?").status_code == 200

    def test_another_method_is_405_with_allow(self, client):
        reply = client.post("/api/actions/search", json={})
        assert (reply.status_code, reply.json()["code"]) == (405, "method_not_allowed")
        assert reply.headers["allow"] == "GET, HEAD, OPTIONS"
        assert client.get("/api/actions/order").headers["allow"] == "OPTIONS, POST"

    def test_auth_comes_before_anything_of_the_body(self, client):
        reply = client.post(
            "/api/actions/guarded", content=b"x" * (2 << 20), headers={"content-type": "text/plain"}
        )
        assert (reply.status_code, reply.json()["code"]) == (401, "unauthorized")
        reply = client.post(
            "/api/actions/guarded", json={"text": "a"}, headers={"authorization": "Bearer right"}
        )
        assert reply.json()["data"] == "a"

    def test_a_body_over_the_limit_is_413_before_its_media_type_counts(self, client):
        reply = client.post(
            "/api/actions/ping", content=b" " * ((1 << 20) + 1), headers={"content-type": "text/plain"}
        )
        assert (reply.status_code, reply.json()["code"]) == (413, "payload_too_large")

    def test_a_chunked_body_over_the_limit_is_413_while_it_is_read(self, client):
        parts = (b" " * 65536 for _ in range(17))
        reply = client.post("/api/actions/ping", content=parts, headers={"content-type": "application/json"})
        assert reply.status_code == 413

    def test_a_body_of_exactly_the_limit_is_read(self, client):
        body = b'{"lines": []' + b" " * ((1 << 20) - 13) + b"}"
        reply = client.post("/api/actions/order", content=body, headers={"content-type": "application/json"})
        assert reply.status_code == 200

    @pytest.mark.parametrize(
        "media_type",
        ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", ""],
    )
    def test_another_media_type_is_415(self, client, media_type):
        reply = client.post("/api/actions/ping", content=b"{}", headers={"content-type": media_type})
        assert (reply.status_code, reply.json()["code"]) == (415, "unsupported_media_type")

    def test_an_encoded_body_is_415(self, client):
        headers = {"content-type": "application/json", "content-encoding": "gzip"}
        assert client.post("/api/actions/ping", content=b"{}", headers=headers).status_code == 415

    def test_a_body_without_a_media_type_is_415(self, client):
        reply = client.post("/api/actions/ping", content=b"{}")
        assert reply.status_code == 415

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"{", "json_invalid"),
            (b"[]", "model_type"),
            (b"null", "model_type"),
            (b"\xff", "json_invalid"),
            (b"\xef\xbb\xbf{}", "json_invalid"),
            (b'{"lines": [], "lines": []}', "duplicate_key"),
            (b'{"lines": [{"product_id": "p", "quantity": 1e999}]}', "int_type"),
            (b'{"lines": [], "note": "\\ud800"}', "json_invalid"),
            (b'{"lines": ' + b"[" * 10_000, "json_invalid"),
            (b'{"lines": ' + b"[" * 100_000, "too_many_items"),
        ],
    )
    def test_what_is_no_valid_input_is_400(self, client, body, kind):
        reply = client.post("/api/actions/order", content=body, headers={"content-type": "application/json"})
        assert reply.status_code == 400
        assert reply.json()["details"][0]["type"] in {kind, "finite_number", "recursion_loop"}

    def test_every_problem_is_named_with_its_path(self, client):
        reply = client.post(
            "/api/actions/order", json={"lines": [{"product_id": 1, "quantity": 0}], "more": 1}
        )
        assert reply.json()["message"] == (
            "lines[0].product_id: must be a text; lines[0].quantity: must be at least 1"
        )
        assert reply.json()["details"] == [
            {"path": ["lines", 0, "product_id"], "type": "string_type", "message": "must be a text"},
            {"path": ["lines", 0, "quantity"], "type": "greater_than_equal", "message": "must be at least 1"},
        ]

    @pytest.mark.parametrize("query", ["query=%ff", "query=a&query=b", "limit=5", "query=a&" + "x=1&" * 2000])
    def test_a_query_that_cannot_be_is_400(self, client, query):
        reply = client.get(f"/api/actions/search?{query}")
        assert (reply.status_code, reply.json()["code"]) == (400, "invalid_input")

    def test_json_text_in_a_query_that_is_no_unicode_is_400(self, client):
        reply = client.get("/api/actions/nested", params={"line": '{"product_id": "\\ud800"}'})
        assert (reply.status_code, reply.json()["code"]) == (400, "invalid_input")

    def test_a_request_id_that_is_none_is_replaced(self, client):
        for given in ("a b", "x" * 129, "ä".encode()):
            reply = client.post("/api/actions/ping", headers={"x-request-id": given})
            assert reply.headers["x-request-id"] not in {given, ""}
            assert reply.headers["x-request-id"].isalnum()


class TestHeaders:
    def test_every_action_reply_says_the_catalog_and_is_not_stored(self, client):
        for path in ("ping", "no_such"):
            headers = client.post(f"/api/actions/{path}").headers
            assert len(headers["actionary-catalog"]) == 16
            assert headers["cache-control"] == "no-store"
            assert headers["content-type"] == "application/json"


class TestTheRest:
    def test_the_public_actions_are_listed(self, client):
        listed = client.get("/api/actions").json()["actions"]
        assert [entry["name"] for entry in listed] == [
            "broken",
            "graded",
            "guarded",
            "nested",
            "order",
            "ping",
            "search",
            "who",
        ]
        assert next(entry for entry in listed if entry["name"] == "search") == {
            "name": "search",
            "method": "GET",
            "path": "/api/actions/search",
            "description": "Search.",
            "deprecated": None,
            "paginate": None,
        }

    def test_health_and_readiness(self, client):
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").json() == {"status": "ok"}

    def test_other_paths_are_plain_404(self, client):
        for path in ("/", "/api", "/api/actions/a/b", "/api/actionsx", "/manifest.json"):
            assert client.get(path).status_code == 404

    def test_a_prefix_of_ones_own(self, serve, registry):
        for prefix in ("/v1/x", ""):
            client = serve(create_app(registry, prefix=prefix))
            assert client.post(f"{prefix}/actions/ping").json()["ok"] is True
            assert client.get(f"{prefix}/actions").json()["actions"][0]["path"] == f"{prefix}/actions/broken"

    @pytest.mark.parametrize("prefix", ["api", "/api/", "/a b", "/.."])
    def test_a_prefix_that_is_no_path_is_refused(self, registry, prefix):
        with pytest.raises(SettingsError, match="prefix"):
            create_app(registry, prefix=prefix)

    def test_middleware_may_be_added_after_the_application_was_made(self, serve, registry):
        seen: list[str] = []

        class Look:
            def __init__(self, app):
                self.app = app

            async def __call__(self, scope, receive, send):
                seen.append(scope["path"])
                await self.app(scope, receive, send)

        application = create_app(registry)
        application.add_middleware(Look)
        assert serve(application).post("/api/actions/ping").status_code == 200
        assert seen == ["/api/actions/ping"]

    def test_own_routes_and_middleware_stand_beside_and_around(self, serve, registry):
        class Stamp:
            def __init__(self, app):
                self.app = app

            async def __call__(self, scope, receive, send):
                async def stamped(message):
                    if message["type"] == "http.response.start":
                        message["headers"].append((b"x-stamp", b"1"))
                    await send(message)

                await self.app(scope, receive, stamped)

        async def hello(_):
            return PlainTextResponse("hello")

        client = serve(create_app(registry, routes=[Route("/hello", hello)], middleware=[Middleware(Stamp)]))
        assert client.get("/hello").text == "hello"
        assert client.post("/api/actions/ping").headers["x-stamp"] == "1"


class Opened:
    """A lifespan that counts."""

    def __init__(self, error: Exception | None = None):
        self.log: list[str] = []
        self.error = error

    @asynccontextmanager
    async def __call__(self):
        self.log.append("open")
        if self.error is not None:
            raise self.error
        yield "the resource"
        self.log.append("close")


@action(public=True)
async def resource(ctx: Context[str]) -> str:
    """Give the resource."""
    return ctx.resources


class TestResources:
    def test_the_server_opens_them_once(self, serve):
        lifespan = Opened()
        registry = Registry(lifespan=lifespan)
        define_actions([resource], registry)
        client = serve(create_app(registry))
        for _ in range(3):
            assert client.post("/api/actions/resource").json()["data"] == "the resource"
        assert lifespan.log == ["open"]

    def test_they_are_closed_when_the_server_ends(self):
        lifespan = Opened()
        registry = Registry(lifespan=lifespan)
        with TestClient(create_app(registry)):
            assert lifespan.log == ["open"]
        assert lifespan.log == ["open", "close"]

    def test_mounted_where_no_lifespan_runs_they_are_opened_at_the_first_call(self, serve, caplog):
        lifespan = Opened()
        registry = Registry(lifespan=lifespan)
        define_actions([resource], registry)
        outer = Starlette(routes=[Mount("/inner", create_app(registry))])
        client = serve(outer)
        assert client.get("/inner/readyz").status_code == 503
        with caplog.at_level(logging.WARNING, "actionary"):
            for _ in range(2):
                reply = client.post("/inner/api/actions/resource")
                assert reply.json()["data"] == "the resource"
        assert caplog.text.count("no lifespan was run") == 1
        assert lifespan.log == ["open"]
        assert client.get("/inner/api/actions").json()["actions"][0]["path"] == "/api/actions/resource"

    def test_resources_that_cannot_be_opened_fail_the_call_and_are_tried_again(self, serve):
        lifespan = Opened(RuntimeError("no database at hunter2"))
        registry = Registry(lifespan=lifespan)
        define_actions([resource], registry)
        client = serve(Starlette(routes=[Mount("/inner", create_app(registry))]))
        for _ in range(2):
            reply = client.post("/inner/api/actions/resource")
            assert (reply.status_code, reply.json()["code"]) == (500, "handler_error")
            assert "hunter2" not in reply.text
        assert lifespan.log == ["open", "open"]
        lifespan.error = None
        assert client.post("/inner/api/actions/resource").json()["data"] == "the resource"


def test_a_caller_who_hangs_up_while_sending_gets_no_answer_and_no_one_else_notices(client, caplog):
    address = client.base_url
    with socket.create_connection((address.host, address.port)) as connection:
        connection.sendall(
            b"POST /api/actions/order HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
            b"content-length: 100\r\n\r\n{"
        )
    assert client.post("/api/actions/ping").json()["ok"] is True
    assert "failed" not in caplog.text


async def test_the_body_of_a_refused_name_is_not_read(registry):
    app = create_app(registry)
    sent: list[Any] = []

    async def receive() -> Any:
        raise AssertionError("the body was read")

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/actions/private_one",
        "headers": [],
        "query_string": b"",
    }
    await asyncio.wait_for(app(scope, receive, send), 5)
    assert sent[0]["status"] == 404
    assert json.loads(sent[1]["body"])["code"] == "not_found"
