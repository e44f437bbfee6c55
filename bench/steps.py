"""The steps of one call, in process: what each part of the pipeline takes, by CPU time."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from time import monotonic, process_time
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
from measure import median_ratio
from own_peers import ANN, RATE, action_of, actionary, guarded, may, notice, who
from plain_peers import pydantic
from pydantic import BaseModel
from report import Asked, Row, Table, at_least
from workload import BODY, REPLY, path_of, work

Step = Callable[[int], Awaitable[None]]
"""Goes through a step so many times."""

Found = Mapping[str, list[float]]
"""By step the seconds per call of each round."""

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
    one, last, bare = doors.values()
    rows: tuple[tuple[str, list[float], list[float], Asked | None], ...] = (
        (f"the last of {many:,} actions, the only one = 1", one, last, at_least(0.95)),
        ("the only action, bare ASGI + pydantic = 1", bare, one, None),
    )
    return Table(
        "Steps: the ASGI application in process, without a server",
        ("CPU",),
        tuple(Row(label, (median_ratio(over, under),), asked) for label, over, under, asked in rows),
        f"Calls per CPU second, as medians of the ratios of {rounds} interleaved rounds of {calls:,} calls.",
    )


async def _measure_all(rounds: int, calls: int, many: int) -> tuple[Found, Found, Found]:
    doors = {
        "one": _asking(actionary(1), 1),
        "last": _asking(actionary(many), many),
        "bare": _asking(pydantic(1), 1),
    }
    return (
        await _measure(_plain_steps(), rounds, calls),
        await _measure(_gate_steps(), rounds, calls),
        await _measure(doors, rounds, calls),
    )


async def _measure(steps: Mapping[str, Step], rounds: int, calls: int) -> Found:
    found: dict[str, list[float]] = {label: [] for label in steps}
    for _ in range(rounds):
        for label, step in steps.items():
            began = process_time()
            await step(calls)
            found[label].append((process_time() - began) / calls)
    return found


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
    scope, limits = _scope(1), Limits()
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
        await body_input(headers, call, _receive, limits, action)

    async def handle() -> None:
        await action.binding.call(given, context)

    async def read(_: Any) -> BaseModel:
        return prepared.read_json(BODY)

    async def whole() -> None:
        await perform(action, None, read, context, timed())

    call = timed()
    return {
        ALONE: _awaiting(alone),
        "find: path, look-up, headers": _calling(find),
        "request id": _calling(new_request_id),
        "context": _awaiting(make_context),
        "deadline: made, begun and ended": _awaiting(deadline),
        "read the body": _awaiting(read_body),
        "read_json: validation alone": _calling(lambda: prepared.read_json(BODY)),
        "handler": _awaiting(handle),
        "write_output: serialization": _calling(lambda: prepared.write_output(quote)),
        "envelope": _calling(lambda: ok_envelope(REPLY, action.name, 0.042)),
        "perform: the pipeline": _awaiting(whole),
        WHOLE: _asking(actionary(1), 1),
    }


def _gate_steps() -> dict[str, Step]:
    """What a call goes through only where its action or server has it."""
    each = work(1)
    action = action_of(each)
    given = action.prepared.read_json(BODY)
    call = Call(running_here(), action.name, monotonic(), 3600)
    context = HttpContext(_scope(1), call, b"r-1", None)
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
        "auth": _awaiting(ask_who),
        "scopes": _calling(lambda: check_scopes(scopes, context)),
        "authorize": _awaiting(ask_whether),
        "rate limit in memory": _awaiting(count),
        "on_invoke": _calling(tell_hook),
        "call log": _logging(_calling(tell_log)),
        "door, call log on": _logging(_asking(actionary(1), 1)),
        "door, every gate": _asking(guarded(1), 1),
        "door, every gate, call log on": _logging(_asking(guarded(1), 1)),
    }


def _calling(step: Callable[[], object]) -> Step:
    async def repeat(calls: int) -> None:
        for _ in range(calls):
            step()

    return repeat


def _awaiting(step: Callable[[], Awaitable[None]]) -> Step:
    async def repeat(calls: int) -> None:
        for _ in range(calls):
            await step()

    return repeat


def _asking(app: Any, number: int) -> Step:
    """Call an ASGI application's quote of a number."""

    async def ask() -> None:
        await app(_scope(number), _receive, _send)

    return _awaiting(ask)


def _logging(step: Step) -> Step:
    """Go through a step with the call log on, until all its lines are written, to nowhere."""

    async def repeat(calls: int) -> None:
        with open(os.devnull, "w") as nowhere:  # noqa: ASYNC230, PTH123 - it is no file
            handler = logging.StreamHandler(nowhere)
            handler.setFormatter(JsonFormatter())
            with call_log(handler):
                await step(calls)

    return repeat


def _scope(number: int) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "POST",
        "path": path_of(number),
        "query_string": b"",
        "headers": [
            (b"host", b"localhost"),
            (b"accept", b"*/*"),
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(BODY)),
        ],
    }


async def _receive() -> dict[str, Any]:
    return {"type": "http.request", "body": BODY, "more_body": False}


async def _send(_: Any) -> None:
    pass
