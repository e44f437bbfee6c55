"""What befalls a real server: requests that are no HTTP, inputs meant to hurt, handlers that fail oddly.

Each ends in a clear refusal or a closed connection. The server answers afterwards, and
nothing of what was sent is in its log.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated, Any

import httpx2
import pytest
from actionary import Http, Registry, action, define_action, define_actions
from actionary.http import Limits, create_app
from pydantic import BaseModel, Field

MARK = "m4rk-of-the-input"
"""Stands in every request below; the log must not have it."""


class Seen:
    """What the handlers were called with."""

    def __init__(self) -> None:
        self.texts: list[Any] = []


class Line(BaseModel):
    product: str
    count: int = 1


class Gone(BaseException):
    """What no `except Exception` sees."""


class Unlike:
    """No text, although it claims to be one."""

    __class__ = str  # type: ignore[assignment]  # that is the point


def throw(error: BaseException) -> Any:
    raise error


RAISED: tuple[type[BaseException], ...] = (
    *(Gone, SystemExit, StopIteration, StopAsyncIteration, MemoryError, RecursionError, TimeoutError),
)
FAULTS: dict[str, Callable[[], Any]] = {
    **{kind.__name__: partial(throw, kind()) for kind in RAISED},
    "group": lambda: throw(BaseExceptionGroup("several", [Gone(), ValueError()])),
    "interrupt": partial(throw, KeyboardInterrupt()),
    "exit": partial(throw, GeneratorExit()),
    "class": lambda: str,
    "unlike": Unlike,
    "number": lambda: 3,
    "bytes": lambda: b"\xff",
    "surrogate": lambda: "\ud800",
    "itself": lambda: FAULTS,
    "iterator": lambda: iter(()),
}
SIGNALS = {"interrupt", "exit"}
"""What in a coroutine is said by whoever runs it."""


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def registry(seen: Seen) -> Registry:
    async def echo(text: str = "", number: int = 0, any: Any = None) -> str:  # noqa: A002 - a name as any other
        """Give a text back."""
        seen.texts.append(text)
        return text

    async def query(text: str = "", numbers: list[int] = [], tree: dict[str, Any] | None = None) -> str:  # noqa: B006
        """Give a text back, asked by GET."""
        seen.texts.append(text)
        return text

    async def lines(lines: list[Line]) -> int:
        """Count lines."""
        return len(lines)

    def raw(given: dict[str, Any]) -> str:
        """Take an input that a JSON Schema describes."""
        return str(given.get("text", ""))

    async def fails(how: Annotated[str, Field(max_length=40)]) -> str:
        """Fail."""
        return FAULTS[how]()

    def fails_in_a_thread(how: str) -> str:
        """Fail in a thread."""
        return FAULTS[how]()

    registry = Registry()
    schema = {"type": "object", "properties": {"text": {"type": "string"}, "any": {}}}
    define_actions(
        [
            action(public=True)(echo),
            action(public=True, http=Http("GET"))(query),
            action(public=True)(lines),
            define_action(handler=raw, input=schema, public=True),
            action(public=True)(fails),
            action(public=True)(fails_in_a_thread),
        ],
        registry,
    )
    return registry


@pytest.fixture(params=["h11", "httptools"])
def client(request, serve, registry, caplog) -> Iterator[httpx2.Client]:
    """A client of the server, with either of uvicorn's readers of HTTP; it is sound afterwards."""
    client = serve(create_app(registry), http=request.param, log_config=None)
    yield client
    assert client.get("/healthz").status_code == 200
    assert client.post("/api/actions/echo", json={"text": "sound"}).json()["data"] == "sound"
    assert MARK not in caplog.text


def exchange(client: httpx2.Client, request: bytes) -> bytes:
    """Send bytes, and give all that comes until the server closes, or this side does."""
    address = client.base_url
    came = b""
    with socket.create_connection((address.host, address.port or 0), timeout=20) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                came += part
        except OSError:  # closed before all was sent or read
            pass
    return came


def answers(came: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", came)]


POST = b"POST /api/actions/echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-mark: %b\r\n" % (
    MARK.encode()
)
BODY = b'{"text":"%b"}' % MARK.encode()
LENGTH = b"content-length: %d\r\n" % len(BODY)
CHUNK = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
HIDDEN = b"POST /api/actions/echo HTTP/1.1\r\nhost: x\r\nx-hidden: 1\r\ncontent-length: 0\r\n\r\n"

NO_HTTP = {
    "length and encoding": POST + b"content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n" + CHUNK + HIDDEN,
    "encoding and length": POST + b"transfer-encoding: chunked\r\n" + LENGTH + b"\r\n" + CHUNK + HIDDEN,
    "two lengths": POST + LENGTH + b"content-length: 2\r\n\r\n" + BODY + HIDDEN,
    "a negative length": POST + b"content-length: -1\r\n\r\n" + BODY,
    "a length with a sign": POST + b"content-length: +%d\r\n\r\n" % len(BODY) + BODY,
    "a hexadecimal length": POST + b"content-length: 0x1c\r\n\r\n" + BODY,
    "no length at all": POST + b"content-length:\r\n\r\n" + BODY,
    "an endless length": POST + b"content-length: " + b"9" * 30 + b"\r\n\r\n" + BODY,
    "a space before the colon": POST + b"content-length : %d\r\n\r\n" % len(BODY) + BODY,
    "an unknown encoding": POST + b"transfer-encoding: xchunked\r\n\r\n" + CHUNK + HIDDEN,
    "two encodings": POST + b"transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n" + CHUNK,
    "a chunk of no size": POST + b"transfer-encoding: chunked\r\n\r\nzz\r\n" + BODY,
    "a chunk of negative size": POST + b"transfer-encoding: chunked\r\n\r\n-1\r\n" + BODY,
    "a chunk of endless size": POST + b"transfer-encoding: chunked\r\n\r\n" + b"f" * 30 + b"\r\n" + BODY,
    "a chunk that is longer than it says": POST + b"transfer-encoding: chunked\r\n\r\n2\r\n" + BODY + b"\r\n",
    "a null in a header": POST + b"x-a: a\0b\r\n" + LENGTH + b"\r\n" + BODY,
    "a bare CR in a header": POST + b"x-a: a\rcontent-length: 0\r\n" + LENGTH + b"\r\n" + BODY,
    "a line of the wrong protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
    + MARK.encode()
    + b"\r\n\r\n",
    "all bytes": bytes(range(256)) + b"\r\n\r\n",
    "an address that is too long": b"GET /" + MARK.encode() * 20_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n",
}


@pytest.mark.parametrize("request_", [pytest.param(text, id=name) for name, text in NO_HTTP.items()])
def test_what_is_no_http_is_refused_and_nothing_of_it_runs(client, seen, request_):
    came = exchange(client, request_)
    assert answers(came) in ([400], [])
    assert seen.texts == []


def test_a_request_that_ends_in_two_ways_is_told_so_wherever_it_goes(serve, registry):
    client = serve(create_app(registry), http="h11")
    for path in (b"/healthz", b"/nowhere"):
        came = exchange(client, NO_HTTP["length and encoding"].replace(b"/api/actions/echo", path, 1))
        assert answers(came) == [400]
        assert b"connection: close" in came.lower()
        assert came.endswith(b"The request has both Content-Length and Transfer-Encoding.")
    for path in (b"/api/actions/echo", b"/api/actions/nobody"):
        came = exchange(client, NO_HTTP["length and encoding"].replace(b"/api/actions/echo", path, 1))
        assert answers(came) == [400]
        head, _, body = came.partition(b"\r\n\r\n")
        headers = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:])
        assert headers[b"connection"] == b"close"
        assert len(headers[b"actionary-catalog"]) == 16
        envelope = json.loads(body)
        assert envelope["requestId"].encode() == headers[b"x-request-id"]
        assert (envelope["code"], envelope["action"]) == ("invalid_input", path.decode().rpartition("/")[2])
        assert envelope["message"] == "the input has both Content-Length and Transfer-Encoding"


@pytest.mark.parametrize("digits", [20, 5000])
async def test_a_length_of_many_digits_is_too_large_whatever_server_lets_it_through(registry, digits):
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"content-length", b"9" * digits)]
    scope = {"type": "http", "method": "POST", "path": "/api/actions/echo", "query_string": b""}
    await create_app(registry)({**scope, "headers": headers}, _never, send)
    assert sent[0]["status"] == 413
    assert (b"connection", b"close") in sent[0]["headers"]


async def _never() -> Any:
    await asyncio.Event().wait()


READ_IN_ONE_WAY = {
    "the same length twice": POST + LENGTH + LENGTH + b"\r\n" + BODY,
    "a folded header": POST + b"x-a: b\r\n content-length: 0\r\n" + LENGTH + b"\r\n" + BODY,
    "line feeds only": (POST + LENGTH + b"\r\n").replace(b"\r\n", b"\n") + BODY,
    "more than it says": POST + LENGTH + b"\r\n" + BODY + b"xxxx",
    "another protocol": POST + b"upgrade: h2c\r\nconnection: upgrade\r\n" + LENGTH + b"\r\n" + BODY,
    "no host": POST.replace(b"host: x\r\n", b"") + LENGTH + b"\r\n" + BODY,
    "two hosts": POST + b"host: y\r\n" + LENGTH + b"\r\n" + BODY,
}


@pytest.mark.parametrize("request_", [pytest.param(text, id=name) for name, text in READ_IN_ONE_WAY.items()])
def test_what_servers_may_read_is_refused_or_read_whole_and_once(client, seen, request_):
    exchange(client, request_)
    assert seen.texts in ([], [MARK])


TRUNCATED = {
    "in the body": POST + LENGTH + b"\r\n" + BODY[:-4],
    "before the body": POST + LENGTH + b"\r\n",
    "in the headers": POST,
    "in the first line": POST[:20],
    "in a chunk": POST + b"transfer-encoding: chunked\r\n\r\n" + CHUNK[:20],
    "before the last chunk": POST + b"transfer-encoding: chunked\r\n\r\n" + CHUNK[:-5],
}


@pytest.mark.parametrize("request_", [pytest.param(text, id=name) for name, text in TRUNCATED.items()])
def test_a_request_that_is_cut_off_never_runs(client, seen, request_):
    came = exchange(client, request_)
    assert answers(came) in ([400], [])
    assert seen.texts == []


MANY = 300_000

BAD_JSON: dict[str, tuple[bytes, str]] = {
    "cut off": (b'{"text":"%b', "json_invalid"),
    "no object": (b'["%b"]', "model_type"),
    "two values": (b'{"text":"%b"}{}', "json_invalid"),
    "half of a surrogate pair": (b'{"text":"%b\\ud800"}', "json_invalid"),
    "the other half": (b'{"text":"\\udc00%b"}', "json_invalid"),
    "a surrogate as bytes": (b'{"text":"%b\xed\xa0\x80"}', "json_invalid"),
    "no UTF-8": (b'{"text":"%b\xff"}', "json_invalid"),
    "a null byte": (b'{"text":"%b\x00"}', "json_invalid"),
    "NaN": (b'{"text":"%b","any":NaN}', "finite_number"),
    "infinity": (b'{"text":"%b","any":[-Infinity]}', "finite_number"),
    "a number beyond all": (b'{"text":"%b","any":1e999}', "finite_number"),
    "a number of many digits": (b'{"text":"%b","any":' + b"9" * 5000 + b"}", "number_too_long"),
    "an integer of many digits": (b'{"text":"%b","number":' + b"9" * 500_000 + b"}", "number_too_long"),
    "the same key twice": (b'{"text":"a","text":"%b"}', "duplicate_key"),
    "the same key in other letters": (b'{"any":{"%b":1,"%b":2}}', "duplicate_key"),
    "deep lists": (b'{"text":"%b","any":' + b"[" * 250 + b"]" * 250 + b"}", "recursion_loop"),
    "deep objects": (b'{"text":"%b","any":' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}", "recursion_loop"),
    "very deep lists": (b'{"text":"%b","any":' + b"[" * 45_000, "recursion_loop"),
    "endless lists": (b'{"text":"%b","any":' + b"[" * MANY, "too_many_items"),
    "many items": (b'{"text":"%b","any":[' + b"1," * MANY + b"1]}", "too_many_items"),
    "many empty lists": (b'{"text":"%b","any":[' + b"[]," * MANY + b"1]}", "too_many_items"),
    "many keys": (
        b'{"text":"%b","any":{' + b",".join(b'"%d":1' % key for key in range(60_000)) + b"}}",
        "too_many_items",
    ),
}


@pytest.mark.parametrize("name", ["echo", "raw"])
@pytest.mark.parametrize(("body", "kind"), [pytest.param(*case, id=name) for name, case in BAD_JSON.items()])
def test_bad_json_is_refused_and_said_what_is_wrong_with_it(client, seen, name, body, kind):
    body = body.replace(b"%b", MARK.encode())
    answer = client.post(f"/api/actions/{name}", content=body, headers={"content-type": "application/json"})
    if name == "raw" and kind in {"model_type", "recursion_loop"}:
        # Its reader follows JSON more deeply, and its own words say what is no object.
        assert answer.status_code in {200, 400}
    else:
        assert answer.status_code == 400
        assert answer.json()["details"][0]["type"] == kind
    assert MARK not in answer.text or answer.status_code == 200
    assert seen.texts == []


def test_a_text_full_of_commas_and_brackets_is_one_item(client):
    text = '[{,:\\" ' * 100_000
    assert client.post("/api/actions/echo", json={"text": text}).json()["data"] == text


@pytest.mark.parametrize("end", [b"", b"\\"], ids=["quotes", "a backslash"])
def test_a_text_of_escaped_quotes_that_does_not_end_is_refused_at_once(client, end):
    """Looked at anew from each quote it would take hours; the client waits a minute."""
    body = b'"' + b"," * 50_100 + b'\\"' * 450_000 + end
    answer = client.post("/api/actions/echo", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


EXACTLY_1000 = {
    "compact": b'{"any":[1' + b",1" * 998 + b"]}",
    "with spaces": b'{ "any" : [ 1' + b" ,\n\t1" * 998 + b" ] }",
    "keys": b'{"any":{"a":1' + b"".join(b',"%d":[]' % key for key in range(998)) + b"}}",
    "texts that look like JSON": b'{"any":[1' + rb',"[],{},\"[,"' * 998 + b"]}",
    "empty lists": b'{"any":[1' + b",[]" * 998 + b"]}",
    "empty objects with spaces": b'{"any":[1' + b",{ }" * 998 + b"]}",
    "lists of one": b'{"any":[[1],1' + b",[1]" * 498 + b"]}",
    "objects of one": b'{"any":[[1],1' + b',{"a":1}' * 498 + b"]}",
}


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in EXACTLY_1000.items()])
def test_so_many_keys_and_items_as_are_allowed_are_read(serve, registry, body):
    client = serve(create_app(registry, limits=Limits(items=1000)))
    for given, status in ((body, 200), (body[: body.rindex(b"}")] + b',"number":1}', 400)):
        headers = {"content-type": "application/json"}
        answer = client.post("/api/actions/echo", content=given, headers=headers)
        assert answer.status_code == status, answer.text
        if status == 400:
            assert answer.json()["message"] == "the input has more than 1,000 keys and items"


def test_whoever_sends_many_mistakes_is_told_of_some(client):
    answer = client.post("/api/actions/lines", json={"lines": [{"product": 1}] * 15_000})
    assert answer.status_code == 400
    assert len(answer.json()["details"]) == 50
    assert answer.json()["message"].endswith("; and many more")


QUERIES = {
    "10,000 times one key": ("n=1&" * 10_000, "too_many_parameters"),
    "5,000 times one key": ("numbers=1&" * 5000, "too_many_parameters"),
    "5,000 times a scalar": ("text=1&" * 5000, "too_many_parameters"),
    "5,000 keys": ("&".join(f"k{key}=1" for key in range(5000)), "too_many_parameters"),
    "no more than ampersands": ("&" * 60_000, "too_many_parameters"),
    "no UTF-8": (f"text={MARK}%ff", "query_invalid"),
    "half of a surrogate pair": (f"text={MARK}%ed%a0%80", "query_invalid"),
    "a scalar twice": (f"text={MARK}&text={MARK}", "given_twice"),
    "deep JSON": (f"tree={'{%22a%22:' * 300}1{'}' * 300}", "recursion_loop"),
    "very deep JSON": (f"tree={'{%22a%22:' * 5000}", "recursion_loop"),
    "a key twice in JSON": (f"tree={{%22{MARK}%22:1,%22{MARK}%22:2}}", "duplicate_key"),
    "NaN in JSON": (f"tree={{%22{MARK}%22:NaN}}", "finite_number"),
    "an endless number": (f"numbers={'9' * 10_000}", "int_type"),
}


@pytest.mark.parametrize(("query", "kind"), [pytest.param(*case, id=name) for name, case in QUERIES.items()])
def test_a_bad_query_is_refused_and_said_what_is_wrong_with_it(client, seen, query, kind):
    answer = client.get(f"/api/actions/query?{query}")
    assert (answer.status_code, answer.json()["details"][0]["type"]) == (400, kind)
    assert MARK not in answer.text
    assert seen.texts == []


def test_a_query_may_be_as_long_as_the_application_says(serve, registry):
    client = serve(create_app(registry, limits=Limits(query=20, parameters=3)))
    for query, status in (
        ("text=" + "a" * 15, 200),
        ("text=" + "a" * 16, 400),
        ("numbers=1&numbers=1", 200),
        ("text=&a=&b=&c=", 400),
    ):
        assert client.get(f"/api/actions/query?{query}").status_code == status, query


@pytest.mark.parametrize(
    ("name", "how"),
    [
        *(("fails", how) for how in sorted(FAULTS.keys() - SIGNALS)),
        *(("fails_in_a_thread", how) for how in sorted(FAULTS)),
    ],
)
def test_whatever_a_handler_raises_or_returns_the_caller_gets_an_envelope(client, name, how):
    answer = client.post(f"/api/actions/{name}", json={"how": how})
    said = answer.json()
    assert answer.status_code == 500
    assert said["code"] in {"handler_error", "invalid_output"}
    assert said["details"] is None


def test_a_coroutine_that_raises_keyboard_interrupt_does_not_end_the_server(client):
    """There it may be whoever runs the process, so it is passed on; the server makes a bare 500 of it."""
    answer = client.post("/api/actions/fails", json={"how": "interrupt"})
    assert answer.status_code == 500
