"""What operators see of calls: a line in the log, the hook, spans and metrics."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from actionary import (
    ActionDefinitionError,
    ActionError,
    Context,
    Http,
    Invocation,
    Principal,
    Registry,
    action,
    define_actions,
    invoke_action,
)
from actionary import call_log as call_log_module
from actionary import telemetry as telemetry_module
from actionary.call_log import JsonFormatter, call_log
from actionary.http import create_app
from actionary.observe import CALLS, trace_of
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"


class OutOfStock(ActionError[None], code="out_of_stock", status=409):
    """Too few."""


@action(public=True)
async def echo(text: str) -> str:
    """Say it again."""
    return text


@action(public=True, http=Http("GET"), errors=[OutOfStock])
async def fail(how: str) -> None:
    """Fail."""
    if how == "declared":
        raise OutOfStock("None left.")
    raise RuntimeError(how)


@action(public=True)
def inside() -> str:
    """Tell of the span, in a thread."""
    return format(trace.get_current_span().get_span_context().span_id, "016x")


def who(request: Any) -> Principal:
    return Principal(id="ann", organisation="acme", claims={"secret": "s3cret"})


@pytest.fixture
def told() -> list[Invocation]:
    return []


@pytest.fixture
def registry(told: list[Invocation]) -> Registry:
    registry = Registry(auth=who, on_invoke=told.append)
    define_actions([echo.renamed("", ("told",)), fail, inside], registry)
    return registry


@pytest.fixture
def client(registry: Registry) -> Iterator[TestClient]:
    with TestClient(create_app(registry)) as client:
        yield client


@pytest.fixture
def lines() -> Iterator[Any]:
    """The call log; what is written is there when the log is closed."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())

    def read() -> list[dict[str, Any]]:
        log.__exit__(None, None, None)
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    log = call_log(handler)
    log.__enter__()
    yield read
    assert CALLS.handlers == []


def test_a_call_is_one_line_of_json_without_its_input(client, lines):
    headers = {"X-Request-Id": "r-1", "traceparent": TRACEPARENT}
    client.post("/api/actions/echo", json={"text": "private"}, headers=headers)
    client.get("/api/actions/fail", params={"how": "declared"})
    client.get("/api/actions/fail", params={"how": "private"})
    client.post("/api/actions/echo", json={"private": 1})
    written = lines()
    assert [(line["action"], line["code"], line["status"]) for line in written] == [
        ("echo", "ok", 200),
        ("fail", "out_of_stock", 409),
        ("fail", "handler_error", 500),
        ("echo", "invalid_input", 400),
    ]
    first = written[0]
    assert (first["request_id"], first["trace_id"], first["span_id"]) == ("r-1", TRACE, SPAN)
    assert (first["principal"], first["organisation"], first["caller"]) == ("ann", "acme", "http")
    assert first["latency_ms"] > 0
    assert first["time"].endswith("+00:00")
    assert "private" not in json.dumps(written)
    assert "s3cret" not in json.dumps(written)


def test_while_nobody_reads_the_log_it_grows_no_further_and_then_says_what_it_left_out(client, monkeypatch):
    monkeypatch.setattr(call_log_module, "MOST_LINES", 3)
    read = Event()

    class Stalled(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            assert read.wait(60)
            written.append(json.loads(JsonFormatter().format(record)))

    written: list[dict[str, Any]] = []
    with call_log(Stalled()):
        for _ in range(10):
            client.post("/api/actions/echo", json={"text": "x"})
        read.set()
        while len(written) < 3:
            pass
        client.post("/api/actions/echo", json={"text": "x"})
    said = [line.get("left_out", line.get("action")) for line in written]
    kept = said.index(said[-2])
    assert said == ["echo"] * kept + [10 - kept, "echo"]
    assert kept in {3, 4}  # one may be in the hands of what writes


def test_without_a_call_log_nothing_is_written(client, caplog):
    client.post("/api/actions/echo", json={"text": "x"})
    assert caplog.records == []


def test_a_call_log_by_the_users_own_logging_has_the_fields_too(client, caplog):
    with caplog.at_level(logging.INFO, "actionary.calls"):
        client.post("/api/actions/echo", json={"text": "x"})
    (record,) = caplog.records
    assert record.getMessage().startswith("echo ok in ")
    assert (record.action, record.code, record.principal) == ("echo", "ok", "ann")


async def test_the_hook_is_told_of_every_door_and_of_what_the_caller_was_told(client, registry, told):
    client.get("/api/actions/fail", params={"how": "declared"})
    await invoke_action("echo", {"text": "x"}, registry=registry)
    known = registry.get("echo")
    assert known is not None
    await known.run({"text": "x"})
    assert [(each.caller, each.code, each.ok) for each in told] == [
        ("http", "out_of_stock", False),
        ("code", "ok", True),
        ("code", "ok", True),
    ]


async def test_a_call_that_is_cancelled_from_outside_is_told_as_cancelled(told):
    begun = asyncio.Event()

    @action
    async def forever() -> None:
        """Wait."""
        begun.set()
        await asyncio.Event().wait()

    registry = Registry(on_invoke=told.append)
    define_actions([forever], registry)
    task = asyncio.create_task(invoke_action("forever", registry=registry))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [(each.code, each.status) for each in told] == [("cancelled", 499)]


def test_a_hook_that_fails_is_logged_and_harms_nothing(caplog):
    def broken(_: Invocation) -> None:
        raise RuntimeError("broken")

    registry = Registry(on_invoke=broken)
    define_actions([action(public=True, name="echo_2")(echo.handler)], registry)
    with TestClient(create_app(registry)) as client:
        assert client.post("/api/actions/echo_2", json={"text": "x"}).json()["data"] == "x"
    assert "on_invoke failed for action echo_2" in caplog.text


def test_an_included_registry_keeps_its_hook(told):
    inner, outer = Registry(on_invoke=told.append), Registry()
    define_actions([action(public=True, name="echo_3")(echo.handler)], inner)
    outer.include(inner, prefix="x_")
    with TestClient(create_app(outer)) as client:
        client.post("/api/actions/x_echo_3", json={"text": "x"})
    assert [each.action for each in told] == ["x_echo_3"]


async def _async_hook(_: Invocation) -> None: ...


@pytest.mark.parametrize(
    ("hook", "what"),
    [
        (3, "is no function"),
        (Invocation, "is no function"),
        (lambda: None, "one argument"),
        (_async_hook, "waits"),
    ],
)
def test_a_hook_must_be_one(hook, what):
    with pytest.raises(ActionDefinitionError, match=what) as caught:
        Registry(on_invoke=hook)
    assert caught.value.field == "on_invoke"


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "00",
        f"00-{TRACE}-{SPAN}",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01\n",
    ],
)
def test_what_is_no_trace_context_is_ignored(given):
    assert trace_of(given) == (None, None)


@pytest.mark.parametrize("given", [TRACEPARENT, f"cc-{TRACE}-{SPAN}-01-what-comes-later"])
def test_a_trace_context_is_read_also_of_later_versions(given):
    assert trace_of(given) == (TRACE, SPAN)


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[InMemorySpanExporter, InMemoryMetricReader]]:
    """OpenTelemetry, set up for one test as a user would for a process."""
    spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers, meters = TracerProvider(), MeterProvider([reader])
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: tracers)
    monkeypatch.setattr(metrics, "get_meter_provider", lambda: meters)
    monkeypatch.setattr(trace, "get_tracer", tracers.get_tracer)
    monkeypatch.setattr(metrics, "get_meter", meters.get_meter)
    telemetry_module._made.cache_clear()
    yield spans, reader
    telemetry_module._made.cache_clear()
    tracers.shutdown()
    meters.shutdown()


def test_a_call_is_a_span_below_the_callers_own(client, exported, told):
    spans, _ = exported
    client.post("/api/actions/echo", json={"text": "x"}, headers={"traceparent": TRACEPARENT})
    client.get("/api/actions/fail", params={"how": "undeclared"})
    first, second = spans.get_finished_spans()
    assert (first.name, first.kind) == ("POST /api/actions/echo", trace.SpanKind.SERVER)
    assert format(first.context.trace_id, "032x") == TRACE == told[0].trace_id
    assert format(first.parent.span_id, "016x") == SPAN
    assert dict(first.attributes) == {
        "actionary.action": "echo",
        "actionary.caller": "http",
        "actionary.code": "ok",
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "http.route": "/api/actions/echo",
        "url.path": "/api/actions/echo",
        "url.scheme": "http",
    }
    assert first.status.is_unset
    assert second.attributes["error.type"] == "handler_error"
    assert not second.status.is_ok


@pytest.mark.parametrize("when", ["on_start", "on_end"])
def test_telemetry_that_fails_is_logged_and_harms_nothing(client, exported, told, caplog, when):
    class Broken(SpanProcessor):
        pass

    def fail(*_: Any, **__: Any) -> None:
        raise SystemExit("broken")

    setattr(Broken, when, fail)
    trace.get_tracer_provider().add_span_processor(Broken())
    for _ in range(2):
        assert client.post("/api/actions/echo", json={"text": "x"}).json()["data"] == "x"
    assert [each.code for each in told] == ["ok", "ok"]
    assert "telemetry failed for action echo" in caplog.text


def test_the_span_is_current_for_the_handler_in_a_thread_too(client, exported):
    spans, _ = exported
    inner = client.post("/api/actions/inside", json={}).json()["data"]
    (span,) = spans.get_finished_spans()
    assert format(span.context.span_id, "016x") == inner
    assert trace.get_current_span().get_span_context().is_valid is False


async def test_a_call_in_process_is_a_span_below_the_one_that_is_open(exported, registry):
    spans, _ = exported
    with trace.get_tracer("test").start_as_current_span("mine"):
        await invoke_action("echo", {"text": "x"}, registry=registry)
    ours, mine = spans.get_finished_spans()
    assert (ours.name, ours.kind) == ("action echo", trace.SpanKind.INTERNAL)
    assert ours.parent.span_id == mine.context.span_id


def test_durations_are_measured_by_the_conventions_of_http(client, exported):
    _, reader = exported
    client.post("/api/actions/echo", json={"text": "x"})
    client.post("/api/actions/echo", json={})
    found = {
        metric.name: [dict(point.attributes) for point in metric.data.data_points]
        for resource in reader.get_metrics_data().resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }
    assert sorted(found) == ["actionary.call.duration", "http.server.request.duration"]
    shown = {"http.request.method": "POST", "http.route": "/api/actions/echo", "url.scheme": "http"}
    assert found["http.server.request.duration"] == [
        {**shown, "http.response.status_code": 200},
        {**shown, "http.response.status_code": 400},
    ]


async def test_a_context_made_by_hand_says_no_trace(told):
    registry = Registry(on_invoke=told.append)
    define_actions([action(name="echo_4")(echo.handler)], registry)
    await invoke_action("echo_4", {"text": "x"}, Context(caller="cli"), registry=registry)
    assert (told[0].trace_id, told[0].principal) == (None, None)
