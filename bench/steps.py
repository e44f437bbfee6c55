"""The steps of one call, in process: what each part of the pipeline takes, by CPU time."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator
from time import monotonic
from typing import Any

from actionary import Context, Registry, define_actions
from actionary.call_log import JsonFormatter, call_log
from actionary.context import new_request_id
from actionary.envelope import ok_envelope
from actionary.gates.auth import authenticate
from actionary.gates.authorize import authorize, check_scopes
from actionary.gates.counters import Counters
from actionary.gates.rate_limit import RateLimit, check_rate
from actionary.http.body import body_input
from actionary.http.context import HttpContext
from actionary.http.path import path_in_app
from actionary.invoke import perform
from actionary.limits import Limits
from actionary.observe import Observed
from actionary.rates import read_rates
from actionary.running import Call, running_here
from in_process import Found, Step, asking, awaiting, calling, measure, receive, scope_of
from measure import median_ratio
from own_peers import ANN, RATE, action_of, actionary, guarded, may, notice, who
from plain_peers import pydantic
from pydantic import BaseModel
from report import Asked, Row, Table, at_least
from workload import BODY, REPLY, path_of, work
from written_out_peer import written_out

ALONE = "pydantic: validate_json, handler, to_json"
WHOLE = "door: the ASGI application"


def steps_tables(*, rounds: int, calls: int, many: int) -> Iterator[Table]:
    """Measure each step, best of the rounds, and the door beside others."""
    plain, gates, doors = asyncio.run(_measure_all(rounds, calls, many))
    alone, whole = min(plain[ALONE]), min(plain[WHOLE])
    note = f"CPU time per call, best of {rounds} interleaved rounds of {calls:,} calls"
    yield Table(
        "Steps: one call of the order quote in process",
        ("microseconds", "share of the door", "pydantic alone = 1"),
        tuple(_step_row(label, min(seconds), whole, alone) for label, seconds in plain.items()),
        f"{note}. `read the body` holds `read_json`; `perform` holds the deadline, `read_json`, the handler "
        "and `write_output`; `door` holds all but pydantic alone. The rest is what joins them.",
    )
    yield Table(
        "Steps: what only those calls pay for that have it",
        ("microseconds", "share of the door", "pydantic alone = 1"),
        tuple(_step_row(label, min(seconds), whole, alone) for label, seconds in gates.items()),
        f"{note}; the door without any of them = 1. The thread that writes the log is counted too.",
    )
    yield _beside(doors, many, rounds, calls)


def _step_row(label: str, seconds: float, whole: float, alone: float) -> Row:
    return Row(label, (seconds * 1e6, seconds / whole, seconds / alone))


def _beside(doors: Found, many: int, rounds: int, calls: int) -> Table:
    one, last, bare, limit = doors.values()
    rows: tuple[tuple[str, list[float], list[float], Asked | None], ...] = (
        (f"the last of {many:,} actions, the only one = 1", one, last, at_least(0.95)),
        ("the only action, bare ASGI + pydantic = 1", bare, one, at_least(0.85)),
        ("its promises written out in one function, bare ASGI + pydantic = 1", bare, limit, None),
        ("the only action, its promises written out = 1", limit, one, None),
    )
    return Table(
        "Steps: the ASGI application in process, without a server",
        ("CPU",),
        tuple(Row(label, (median_ratio(over, under),), asked) for label, over, under, asked in rows),
        f"Calls per CPU second, as medians of the ratios of {rounds} interleaved rounds of {calls:,} calls. "
        "Written out: one function for one action that does the same where all is well, and nothing else.",
    )


async def _measure_all(rounds: int, calls: int, many: int) -> tuple[Found, Found, Found]:
    doors = {
        "one": asking(actionary(1), 1),
        "last": asking(actionary(many), many),
        "bare": asking(pydantic(1), 1),
        "limit": asking(written_out(), 1),
    }
    return (
        await measure(_plain_steps(), rounds, calls),
        await measure(_gate_steps(), rounds, calls),
        await measure(doors, rounds, calls),
    )


def _plain_steps() -> dict[str, Step]:
    """What every call goes through, in its order, and at last all of it."""
    each = work(1)
    action = action_of(each)
    define_actions([action], Registry())
    validate = each.order.__pydantic_validator__.validate_json
    to_json = each.quote.__pydantic_serializer__.to_json
    prepared = action.prepared
    given = prepared.read_json(BODY)
    quote = each.quote(total_cents=6300, items=3, delivery="express")
    context: Context[Any] = Context(caller="http", action=action.name)
    scope, limits = scope_of(1), Limits()
    headers = dict(scope["headers"])
    places = {path_of(1): {"POST": action}}

    def timed() -> Call:
        return Call(running_here(), action.name, monotonic(), 30)

    async def alone() -> None:
        to_json(await each.handler(validate(BODY)))

    def find() -> None:
        dict(scope["headers"])
        places[path_in_app(scope)].get(scope["method"])

    async def deadline() -> None:
        with timed():
            pass

    async def make_context() -> None:
        HttpContext(scope, call, b"r-1", None)

    async def read_body() -> None:
        await body_input(headers, call, receive, limits, action)

    async def handle() -> None:
        await action.binding.call(given, context)

    async def read(_: Any) -> BaseModel:
        return prepared.read_json(BODY)

    async def whole() -> None:
        await perform(action, None, read, context, timed())

    call = timed()
    return {
        ALONE: awaiting(alone),
        "find: path, look-up, headers": calling(find),
        "request id": calling(new_request_id),
        "context": awaiting(make_context),
        "deadline: made, begun and ended": awaiting(deadline),
        "read the body": awaiting(read_body),
        "read_json: validation alone": calling(lambda: prepared.read_json(BODY)),
        "handler": awaiting(handle),
        "write_output: serialization": calling(lambda: prepared.write_output(quote)),
        "envelope": calling(lambda: ok_envelope(REPLY, action.name, 0.042)),
        "perform: the pipeline": awaiting(whole),
        WHOLE: asking(actionary(1), 1),
    }


def _gate_steps() -> dict[str, Step]:
    """What a call goes through only where its action or server has it."""
    each = work(1)
    action = action_of(each)
    given = action.prepared.read_json(BODY)
    call = Call(running_here(), action.name, monotonic(), 3600)
    context = HttpContext(scope_of(1), call, b"r-1", None)
    context.principal = ANN
    scopes = frozenset({"quote"})
    rate = RateLimit(read_rates(RATE), Counters("memory://"))

    async def ask_who() -> None:
        await authenticate(who, context, call)

    async def ask_whether() -> None:
        await authorize(may, given, context, call)

    async def count() -> None:
        await check_rate(rate, context)

    def tell_hook() -> None:
        Observed(context, (notice,), None, "POST", path_of(1)).end(None, 0.001)

    def tell_log() -> None:
        Observed(context, (), None, "POST", path_of(1)).end(None, 0.001)

    return {
        "auth": awaiting(ask_who),
        "scopes": calling(lambda: check_scopes(scopes, context)),
        "authorize": awaiting(ask_whether),
        "rate limit in memory": awaiting(count),
        "on_invoke": calling(tell_hook),
        "call log": _logging(calling(tell_log)),
        "door, call log on": _logging(asking(actionary(1), 1)),
        "door, every gate": asking(guarded(1), 1),
        "door, every gate, call log on": _logging(asking(guarded(1), 1)),
    }


def _logging(step: Step) -> Step:
    """Go through a step with the call log on, until all its lines are written, to nowhere."""

    async def repeat(calls: int) -> None:
        with open(os.devnull, "w") as nowhere:  # noqa: ASYNC230, PTH123 - it is no file
            handler = logging.StreamHandler(nowhere)
            handler.setFormatter(JsonFormatter())
            with call_log(handler):
                await step(calls)

    return repeat
