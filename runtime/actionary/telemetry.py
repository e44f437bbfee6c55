"""Spans and metrics of calls, where OpenTelemetry is set up (by its semantic conventions for HTTP)."""

from __future__ import annotations

from contextvars import Token
from functools import cache
from typing import Any, Final

from opentelemetry import context as otel_context
from opentelemetry import metrics, propagate, trace
from opentelemetry.context.context import Context as OtelContext
from opentelemetry.trace import SpanKind, Status, StatusCode

from actionary.context import Context
from actionary.observe import Invocation

_NAME: Final = "actionary"
_API: Final = ("opentelemetry.trace", "opentelemetry.metrics")


class Telemetry:
    """Makes the spans and metrics of calls."""

    def __init__(self) -> None:
        self._tracer: Final = trace.get_tracer(_NAME)
        meter = metrics.get_meter(_NAME)
        self._http: Final = meter.create_histogram(
            "http.server.request.duration", unit="s", description="Duration of HTTP server requests."
        )
        self._calls: Final = meter.create_histogram(
            "actionary.call.duration", unit="s", description="Duration of calls of actions, by any door."
        )

    @property
    def is_set_up(self) -> bool:
        """Whether somebody takes what is made here: a provider was set in place of the API's own."""
        providers = (trace.get_tracer_provider(), metrics.get_meter_provider())
        return any(not type(each).__module__.startswith(_API) for each in providers)

    def begin(self, ctx: Context[Any], method: str, route: str) -> Span:
        """Begin the span of a call, below the one that is open here or else the caller's own."""
        attributes: dict[str, str] = {"actionary.action": ctx.action, "actionary.caller": ctx.caller}
        name, kind, parent = f"action {ctx.action}", SpanKind.INTERNAL, otel_context.get_current()
        if ctx.caller == "http" and route:
            attributes |= {"http.request.method": method, "http.route": route, "url.path": route}
            attributes["url.scheme"] = str(ctx.request.scope.get("scheme", "http")) if ctx.request else "http"
            if (
                not trace.get_current_span().get_span_context().is_valid
            ):  # no instrumentation of ASGI around us
                name, kind = f"{method} {route}", SpanKind.SERVER
                parent = propagate.extract(dict(ctx.headers))
        span = self._tracer.start_span(name, parent, kind, attributes)
        return Span(self, span, attributes, parent)

    def measure(self, attributes: dict[str, str], told: Invocation) -> None:
        """Record how long a call took."""
        seconds = told.latency_ms / 1000
        ours = {
            "actionary.action": told.action,
            "actionary.caller": told.caller,
            "actionary.code": told.code,
        }
        self._calls.record(seconds, ours)
        if "http.route" in attributes:
            shown = {key: attributes[key] for key in ("http.request.method", "http.route", "url.scheme")}
            self._http.record(seconds, {**shown, **_outcome(told)})


@cache
def _made() -> Telemetry:
    return Telemetry()


def telemetry() -> Telemetry | None:
    """Give what makes spans and metrics, if somebody takes them."""
    made = _made()
    return made if made.is_set_up else None


class Span:
    """The span of one call, current until it ends."""

    __slots__ = ("_attributes", "_span", "_telemetry", "_token")

    def __init__(
        self, telemetry: Telemetry, span: trace.Span, attributes: dict[str, str], parent: OtelContext
    ) -> None:
        self._telemetry = telemetry
        self._attributes = attributes
        self._span = span
        self._token: Token[OtelContext] = otel_context.attach(trace.set_span_in_context(span, parent))

    @property
    def ids(self) -> tuple[str, str]:
        """The ids of the trace and of this span, in hex."""
        ids = self._span.get_span_context()
        return trace.format_trace_id(ids.trace_id), trace.format_span_id(ids.span_id)

    def end(self, told: Invocation) -> None:
        """End the span as the call ended, and record how long it took."""
        outcome = _outcome(told) if "http.route" in self._attributes else _error(told)
        for key, value in {"actionary.code": told.code, **outcome}.items():
            self._span.set_attribute(key, value)
        if told.status >= 500:
            self._span.set_status(Status(StatusCode.ERROR, told.code))
        self._telemetry.measure(self._attributes, told)
        self._span.end()
        otel_context.detach(self._token)


def _outcome(told: Invocation) -> dict[str, str | int]:
    return {"http.response.status_code": told.status, **_error(told)}


def _error(told: Invocation) -> dict[str, str | int]:
    """Name what went wrong on our side; what a caller did wrong is no error of a server."""
    return {"error.type": told.code} if told.status >= 500 else {}
