"""What the TypeScript client makes of everything a server can do."""

from __future__ import annotations

import json
import struct
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from typing import Any
from urllib.parse import urlsplit

import pytest
from actionary import codes
from actionary.catalog import Catalog

HERE = Path(__file__).parent / "typescript"

# What a caller sees of a server. The first part of the path says what it is to answer.

Reply = Callable[["Handler"], None]

OUTPUTS = {
    "search_products": {"items": []},
    "old_ping": {"pong": [1, None]},
    "list_events": [],
    "delete": None,
    "add_node": {"value": 1, "children": []},
    "create_order": {
        "id": "o1",
        "note": None,
        "placed": "2026-01-02T03:04:05Z",
        "price": "2.00",
        "status": "open",
        "total_cents": 200,
    },
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        _, name, *rest = parts.path.split("/")
        length = int(self.headers.get("content-length", 0))
        self.action = rest[-1]
        self.server.requests[name] = {
            "method": self.command,
            "path": "/" + "/".join(rest),
            "query": parts.query,
            "headers": {key.lower(): value for key, value in self.headers.items()},
            "body": self.rfile.read(length).decode(),
        }
        self.server.replies.get(name, ok)(self)

    do_POST = do_GET  # noqa: N815 - the name http.server calls

    def answer(self, status: int, body: str, content_type: str = "application/json", **headers: str) -> None:
        data = body.encode()
        self.send_response(status)
        for name, value in {"content-type": content_type, **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: dict[str, dict[str, Any]] = {}
        self.replies = dict(REPLIES)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


def ok(handler: Handler) -> None:
    envelope = {"ok": True, "data": OUTPUTS[handler.action], "action": handler.action, "latencyMs": 1.5}
    handler.answer(200, json.dumps(envelope))


def said(status: int, body: Any, content_type: str = "application/json", **headers: str) -> Reply:
    text = body if isinstance(body, str) else json.dumps(body)
    return lambda handler: handler.answer(status, text, content_type, **headers)


def wait_for_hang_up(handler: Handler) -> None:
    handler.close_connection = True
    while handler.connection.recv(1024):
        pass


def slow_headers(handler: Handler) -> None:
    wait_for_hang_up(handler)


def slow_body(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "100")
    handler.end_headers()
    handler.wfile.write(b'{"ok": true, ')
    wait_for_hang_up(handler)


def cut_body(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "100")
    handler.end_headers()
    handler.wfile.write(b'{"ok": true, ')
    handler.close_connection = True


def reset(handler: Handler) -> None:
    handler.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def failure(code: str, status: int, **more: Any) -> dict[str, Any]:
    return {
        "ok": False,
        "code": code,
        "message": f"Said {code}.",
        "status": status,
        "retryable": status == 504,
        "details": None,
        "action": "create_order",
        "latencyMs": 0.25,
        "requestId": "r-1",
        **more,
    }


SUCCESS = {"ok": True, "data": OUTPUTS["create_order"], "action": "create_order", "latencyMs": 1}
ISSUES = [{"path": ["lines", 0], "type": "missing", "message": "is missing"}]
STOCK = {"product_id": "p1", "available": 2}


def without(data: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != key}


WRONG_SHAPES: dict[str, Any] = {
    "empty": "",
    "not_json": '{"ok": true',
    "html": "<html></html>",
    "null": "null",
    "list": "[]",
    "text": '"ok"',
    "no_ok": without(SUCCESS, "ok"),
    "ok_text": {**SUCCESS, "ok": "true"},
    "no_data": without(SUCCESS, "data"),
    "no_action": without(SUCCESS, "action"),
    "other_action": {**SUCCESS, "action": "delete"},
    "no_latency": without(SUCCESS, "latencyMs"),
    "no_code": without(failure("timeout", 504), "code"),
    "code_number": {**failure("timeout", 504), "code": 504},
    "no_message": without(failure("timeout", 504), "message"),
    "status_text": {**failure("timeout", 504), "status": "504"},
    "no_retryable": without(failure("timeout", 504), "retryable"),
    "no_details": without(failure("timeout", 504), "details"),
    "details_null_where_promised": failure("out_of_stock", 409),
    "issues_null": failure("invalid_input", 400),
    "other_failed": {**failure("timeout", 504), "action": "delete"},
}

ORDER_CODES: dict[str, tuple[int, Any]] = {
    "payload_too_large": (413, None),
    "unsupported_media_type": (415, None),
    "invalid_input": (400, ISSUES),
    "conflict": (409, {"reason": "in_progress"}),
    "timeout": (504, None),
    "handler_error": (500, None),
    "invalid_output": (500, None),
    "unavailable": (503, None),
    "out_of_stock": (409, STOCK),
    "shop_closed": (409, None),
}

REPLIES: dict[str, Reply] = {
    "slow_headers": slow_headers,
    "slow_body": slow_body,
    "cut_body": cut_body,
    "reset": reset,
    "bad_gateway": said(502, "<h1>Bad gateway</h1>", "text/html", x_request_id="proxy-1"),
    "teapot": said(418, "short and stout", "text/plain"),
    "no_content": said(204, ""),
    "ok_on_500": said(500, SUCCESS),
    "unknown_code": said(402, failure("payment_required", 402, retryable=True, details={"price": 1})),
    "prototype_code": said(400, failure("constructor", 400)),
    "unlisted_common": said(429, failure("rate_limited", 429, retryable=True)),
    "unknown_keys": said(200, {**SUCCESS, "new": 1}),
    "unknown_keys_failed": said(409, failure("out_of_stock", 409, details=STOCK, new=1)),
    "id_in_header": said(504, without(failure("timeout", 504), "requestId"), x_request_id="h-1"),
    "drift": said(200, SUCCESS, actionary_catalog="0123456789abcdef"),
    **{f"wrong_{name}": said(200, body) for name, body in WRONG_SHAPES.items()},
    **{
        f"code_{code}": said(status, failure(code, status, details=details))
        for code, (status, details) in ORDER_CODES.items()
    },
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


ORDER = {"customer_id": "c", "lines": [], "payment": {"kind": "card", "number": "4"}, "note": None}


@pytest.fixture(scope="module")
def answers(server: Server, ts_package: Path, run) -> dict[str, dict[str, Any]]:
    """What the client gave for every reply above, from one run of Node."""
    calls: dict[str, dict[str, Any]] = {
        name: {
            "function": "createOrder",
            "input": ORDER,
            "client": {"baseUrl": f"{server.url}/{name}", "retry": False},
        }
        for name in REPLIES
    }
    for name in ("slow_headers", "slow_body"):
        calls[name]["options"] = {"timeoutMs": 100}
    calls["refused"] = {"function": "oldPing", "client": {"baseUrl": "http://127.0.0.1:1", "retry": False}}
    calls["get"] = {
        "function": "listEvents",
        "input": {"from": "2026-01-02", "tag": ["ä", "b"], "hours": {"min": 1, "max": 2}, "to": None},
        "client": {"baseUrl": f"{server.url}/get/mount//"},
    }
    calls["post"] = {
        "function": "createOrder",
        "input": ORDER,
        "client": {"baseUrl": f"{server.url}/post", "headers": {"authorization": "Bearer x"}},
        "standalone": True,
    }
    calls["no_input"] = {"function": "oldPing", "client": {"baseUrl": f"{server.url}/no_input"}}
    calls["null_data"] = {
        "function": "delete_",
        "input": {"class": "x"},
        "client": {"baseUrl": f"{server.url}/null_data"},
    }
    entry = ts_package / "dist" / "index.js"
    told = run("node", HERE / "call.mjs", entry, cwd=HERE, stdin=json.dumps(list(calls.values())))
    return dict(zip(calls, json.loads(told), strict=True))


def test_nothing_that_a_server_does_is_thrown(answers) -> None:
    assert [name for name, answer in answers.items() if "thrown" in answer] == []


def test_a_get_sends_its_input_in_the_query_below_the_mount_path(answers, server: Server) -> None:
    sent = server.requests["get"]
    assert answers["get"]["result"]["data"] == []
    assert sent["method"] == "GET"
    assert sent["path"] == "/mount/api/actions/list_events"
    assert sent["query"] == "from=2026-01-02&tag=%C3%A4&tag=b&hours=%7B%22min%22%3A1%2C%22max%22%3A2%7D"
    assert sent["body"] == ""


def test_a_post_sends_its_input_as_json(answers, server: Server) -> None:
    sent = server.requests["post"]
    assert answers["post"]["result"] == {
        "ok": True,
        "data": OUTPUTS["create_order"],
        "action": "create_order",
        "latencyMs": 1.5,
    }
    assert (sent["method"], sent["path"]) == ("POST", "/api/actions/create_order")
    assert json.loads(sent["body"]) == ORDER
    assert sent["headers"]["content-type"] == "application/json"
    assert sent["headers"]["authorization"] == "Bearer x"


def test_an_action_without_input_is_called_with_nothing(answers, server: Server) -> None:
    assert answers["no_input"]["result"]["data"] == OUTPUTS["old_ping"]
    assert server.requests["no_input"]["query"] == ""


def test_data_may_be_null(answers) -> None:
    assert answers["null_data"]["result"]["data"] is None


@pytest.mark.parametrize("code", ORDER_CODES)
def test_every_code_of_the_action_comes_back_as_it_was_sent_with_the_key_of_the_call(
    answers, server: Server, code: str
) -> None:
    status, details = ORDER_CODES[code]
    key = server.requests[f"code_{code}"]["headers"]["idempotency-key"]
    expected = failure(code, status, details=details, idempotencyKey=key)
    assert answers[f"code_{code}"]["result"] == expected


def test_the_codes_tried_are_all_that_the_action_has(sample: Catalog) -> None:
    action = sample.get("create_order")
    assert action is not None
    assert set(ORDER_CODES) == {
        *(code.name for code in action.common_codes),
        *(error.code for error in action.errors),
    }


@pytest.mark.parametrize("name", WRONG_SHAPES)
def test_what_is_no_envelope_of_the_action_is_an_invalid_response(answers, name: str) -> None:
    body = WRONG_SHAPES[name]
    result = answers[f"wrong_{name}"]["result"]
    assert (result["ok"], result["code"], result["status"]) == (False, "invalid_response", 200)
    assert result["action"] == "create_order"
    assert result["retryable"] is False
    assert result["message"] == "invalid_response: HTTP 200"
    assert result["details"]["body"] == (body if isinstance(body, str) else json.dumps(body))


def test_a_success_on_another_status_is_an_invalid_response(answers) -> None:
    result = answers["ok_on_500"]["result"]
    assert (result["code"], result["status"]) == ("invalid_response", 500)


def test_a_gateway_s_page_is_kept_as_it_came_and_may_be_retried(answers) -> None:
    result = answers["bad_gateway"]["result"]
    assert (result["code"], result["status"], result["retryable"]) == ("invalid_response", 502, True)
    assert result["requestId"] == "proxy-1"
    assert result["details"]["status"] == 502
    assert result["details"]["body"] == "<h1>Bad gateway</h1>"
    assert result["details"]["headers"]["content-type"] == "text/html"


@pytest.mark.parametrize(("name", "status"), [("teapot", 418), ("no_content", 204)])
def test_other_answers_that_are_no_envelope_are_not_retryable(answers, name: str, status: int) -> None:
    result = answers[name]["result"]
    assert (result["code"], result["status"], result["retryable"]) == ("invalid_response", status, False)


def test_a_code_the_client_does_not_know_is_told_as_it_came(answers) -> None:
    result = answers["unknown_code"]["result"]
    assert (result["code"], result["status"], result["retryable"]) == ("unknown_error", 402, True)
    assert result["details"] == {
        "code": "payment_required",
        "message": "Said payment_required.",
        "details": {"price": 1},
    }
    assert "payment_required" in result["message"]
    assert result["requestId"] == "r-1"


@pytest.mark.parametrize(
    ("name", "code"), [("prototype_code", "constructor"), ("unlisted_common", "rate_limited")]
)
def test_only_codes_listed_for_the_action_are_known(answers, name: str, code: str) -> None:
    result = answers[name]["result"]
    assert (result["code"], result["details"]["code"]) == ("unknown_error", code)


def test_keys_the_client_does_not_know_change_nothing(answers) -> None:
    assert answers["unknown_keys"]["result"] == {**SUCCESS, "new": 1}
    failed = without(answers["unknown_keys_failed"]["result"], "idempotencyKey")
    assert failed == failure("out_of_stock", 409, details=STOCK, new=1)


def test_a_request_id_in_the_header_only_is_taken_from_there(answers) -> None:
    assert answers["id_in_header"]["result"]["requestId"] == "h-1"


@pytest.mark.parametrize("name", ["slow_headers", "slow_body"])
def test_an_answer_that_does_not_come_in_time_is_a_client_timeout(answers, name: str) -> None:
    result = answers[name]["result"]
    assert (result["code"], result["status"], result["retryable"]) == ("client_timeout", 0, True)
    assert "100 ms" in result["message"]


@pytest.mark.parametrize("name", ["reset", "cut_body", "refused"])
def test_a_connection_that_breaks_or_is_refused_is_a_network_error(answers, name: str) -> None:
    result = answers[name]["result"]
    assert (result["code"], result["status"], result["retryable"]) == ("network_error", 0, True)
    assert result["details"] is None
    assert "Error" in result["cause"]


def test_another_catalog_is_warned_of_and_the_call_goes_on(answers) -> None:
    assert answers["drift"]["result"] == SUCCESS
    assert len(answers["drift"]["warnings"]) == 1
    assert [name for name, answer in answers.items() if answer["warnings"]] == ["drift"]


def test_every_client_code_was_seen_or_is_tried_in_node(answers) -> None:
    seen = {answer["result"].get("code") for answer in answers.values()}
    assert set(codes.CLIENT) - seen == {"aborted"}
