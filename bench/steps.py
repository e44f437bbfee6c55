"""The steps of one call, in process: what each part of the pipeline takes beside pydantic alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from time import monotonic, process_time
from typing import Any

from actionary import Context, Registry, define_actions
from actionary.http import create_app
from actionary.invoke import perform
from actionary.running import Call, running_here
from pydantic import BaseModel
from report import Row, Table
from workload import BODY, action_of, path_of, work

Step = Callable[[int], Awaitable[None]]
"""Goes through a step so many times."""


def steps_tables(*, rounds: int, calls: int) -> Iterator[Table]:
    """Measure each step, best of the rounds."""
    best = asyncio.run(_measure(rounds, calls))
    pydantic = best["pydantic: validate_json, handler, to_json"]
    yield Table(
        "Steps: one call of the order quote in process, pydantic alone = 1",
        ("CPU", "microseconds"),
        tuple(Row(label, (seconds / pydantic, seconds * 1e6)) for label, seconds in best.items()),
        f"CPU time per call, best of {rounds} interleaved rounds of {calls:,} calls. "
        "`perform` holds the steps above it, `door` holds `perform`.",
    )


async def _measure(rounds: int, calls: int) -> dict[str, float]:
    steps = _steps()
    best = dict.fromkeys(steps, float("inf"))
    for _ in range(rounds):
        for label, step in steps.items():
            began = process_time()
            await step(calls)
            best[label] = min(best[label], (process_time() - began) / calls)
    return best


def _steps() -> dict[str, Step]:
    each = work(1)
    action = action_of(each)
    registry = Registry()
    define_actions([action], registry)
    validate = each.order.__pydantic_validator__.validate_json
    to_json = each.quote.__pydantic_serializer__.to_json
    prepared = action.prepared
    given = prepared.read_json(BODY)
    quote = each.quote(total_cents=6300, items=3, delivery="express")
    context: Context[Any] = Context(caller="http", action=action.name)
    door = create_app(registry)

    async def read(_: Any) -> BaseModel:
        return prepared.read_json(BODY)

    async def pydantic() -> None:
        to_json(await each.handler(validate(BODY)))

    def timed() -> Call:
        return Call(running_here(), action.name, monotonic(), 30)

    async def run() -> None:
        with timed():
            await action.binding.call(given, context)

    async def whole() -> None:
        await perform(action, None, read, context, timed())

    async def over_asgi() -> None:
        await door(_scope(), _receive, _send)

    return {
        "pydantic: validate_json, handler, to_json": _awaiting(pydantic),
        "read_json": _calling(lambda: prepared.read_json(BODY)),
        "call: the handler under its deadline": _awaiting(run),
        "write_output": _calling(lambda: prepared.write_output(quote)),
        "perform: the pipeline": _awaiting(whole),
        "door: the ASGI application": _awaiting(over_asgi),
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


def _scope() -> dict[str, Any]:
    return {
        "type": "http",
        "method": "POST",
        "path": path_of(1),
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
