"""What is told of a call when it is over: to the log, to a registry's ``on_invoke``, to OpenTelemetry.

Nothing here knows an input or a result. A call pays for it only where somebody listens.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from actionary import codes
from actionary.context import Caller, Context
from actionary.principal import organisation_of
from actionary.result import ActionError

if TYPE_CHECKING:
    from actionary.telemetry import Span, Telemetry

T = TypeVar("T")

CALLS: Final = logging.getLogger("actionary.calls")
"""Gets a line for each call, at level INFO; the record's attributes are the fields of `Invocation`."""

_log: Final = logging.getLogger("actionary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A call that is over.

    ``code`` is ``ok`` or the code of its error. ``trace_id`` and ``span_id`` are those of
    the caller (W3C Trace Context) or, where OpenTelemetry is set up, of the call's own span.
    """

    action: str
    caller: Caller
    code: str
    status: int
    latency_ms: float
    request_id: str
    principal: str | None = None
    organisation: str | None = None
    trace_id: str | None = None
    span_id: str | None = None

    @property
    def ok(self) -> bool:
        """Whether it succeeded."""
        return self.code == "ok"


OnInvoke: TypeAlias = Callable[[Invocation], None]
"""Is told of each call when it is over. It runs in the event loop, before the answer goes out: be quick."""

_TRACEPARENT: Final = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?"
)


def trace_of(traceparent: str | None) -> tuple[str | None, str | None]:
    """Read the ids of the trace and of the caller's span (W3C Trace Context §3.2), where there are any."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    if found is None or (found[0].startswith("00") and found[3] is not None):
        return None, None
    return found[1], found[2]


def telemetry_now() -> Telemetry | None:
    """Give what makes spans and metrics, if OpenTelemetry is set up by now."""
    # Whoever has set it up has imported it; importing it here would cost everybody.
    if "opentelemetry.trace" not in sys.modules:
        return None
    from actionary.telemetry import telemetry  # noqa: PLC0415 - see above

    return telemetry()


class Observed:
    """A call that is watched; ``method`` and ``route`` are those of HTTP.

    It is made only where somebody listens: a hook, OpenTelemetry, or `CALLS` at INFO.
    """

    __slots__ = ("_ctx", "_hooks", "_span")

    def __init__(
        self,
        ctx: Context[Any],
        hooks: tuple[OnInvoke, ...],
        telemetry: Telemetry | None,
        method: str = "",
        route: str = "",
    ) -> None:
        self._ctx = ctx
        self._hooks = hooks
        self._span: Span | None = None
        if telemetry is not None:
            self._span = _unharmed("telemetry", ctx, telemetry.begin, ctx, method, route)

    def end(self, error: BaseException | None, seconds: float) -> None:
        """Tell everybody that the call is over, and with what error; what they raise is logged."""
        ctx = self._ctx
        told = self._told(error, seconds)
        if CALLS.isEnabledFor(logging.INFO):
            _unharmed("the call log", ctx, _write, told)
        for hook in self._hooks:
            _unharmed("on_invoke", ctx, hook, told)
        if self._span is not None:
            _unharmed("telemetry", ctx, self._span.end, told)

    def _told(self, error: BaseException | None, seconds: float) -> Invocation:
        ctx, principal = self._ctx, self._ctx.principal
        code, status = _outcome_of(error)
        headers = ctx.headers
        trace_id, span_id = trace_of(headers.get("traceparent")) if self._span is None else self._span.ids
        return Invocation(
            action=ctx.action,
            caller=ctx.caller,
            code=code,
            status=status,
            latency_ms=seconds * 1000,
            request_id=ctx.request_id,
            principal=None if principal is None else principal.id,
            organisation=organisation_of(principal),
            trace_id=trace_id,
            span_id=span_id,
        )


def _unharmed(what: str, ctx: Context[Any], tell: Callable[..., T], *arguments: Any) -> T | None:
    """Call code of the user's; what it raises is logged, and must not fail the call that it is told of."""
    try:
        return tell(*arguments)
    except (Exception, SystemExit):  # noqa: BLE001 - whatever that code raises
        _log.exception("%s failed for action %s (request %s)", what, ctx.action, ctx.request_id)
        return None


def _outcome_of(error: BaseException | None) -> tuple[str, int]:
    """Give code and status of what a call ended with."""
    match error:
        case None:
            return "ok", 200
        case ActionError():
            return error.code, error.status
        case Exception():
            return "handler_error", 500
        case _:
            return "cancelled", codes.COMMON["cancelled"].status


def _write(told: Invocation) -> None:
    fields = {
        "action": told.action,
        "caller": told.caller,
        "code": told.code,
        "status": told.status,
        "latency_ms": round(told.latency_ms, 3),
        "request_id": told.request_id,
        "principal": told.principal,
        "organisation": told.organisation,
        "trace_id": told.trace_id,
        "span_id": told.span_id,
    }
    # Made by hand, since `info` would look for its caller in the stack, which costs more than all else.
    record = CALLS.makeRecord(
        CALLS.name,
        logging.INFO,
        __file__,
        0,
        "%s %s in %.1f ms",
        (told.action, told.code, told.latency_ms),
        None,
        None,
        fields,
    )
    CALLS.handle(record)
