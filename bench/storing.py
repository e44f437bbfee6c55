"""The store: calls with keys and approvals beside transactions by hand, and what calls without them pay."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, Final

from actionary import ActionError, Context, Registry, define_actions
from actionary.defining import AnyAction
from actionary.http import create_app
from actionary.store import Store, open_store
from actionary.store.engines import Database, Engines
from actionary.store.postgres import PostgresDatabase
from actionary.store.sqlite import SqliteDatabase
from by_hand import ByHand, engines_by_hand
from in_process import Step, asking, awaiting, scope_of
from measure import median_ratio
from own_peers import action_of, who
from report import Asked, Row, Table, at_least
from servers.postgres_server import Postgres, found_programs
from sqlalchemy import make_url
from starlette.requests import Request
from workload import BODY, work

AT_ONCE: Final = 8
"""Calls under way at once; on SQLite they wait for the one connection that writes, ours and theirs."""

SHARE: Final = 20
"""One over the part of the requests that are made as calls that write."""

TURNS: Final = 20
"""So often in a round the two take turns where a difference of some percent is looked for."""

ORDER: Final = json.loads(BODY)

Once = Callable[[], Awaitable[object]]
"""Does something once."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What is done through Actionary, and by hand; and what each round found: seconds for one."""

    label: str
    ours: Once
    theirs: Once
    asked: Asked | None = None
    took: list[float] = field(default_factory=list[float])
    took_them: list[float] = field(default_factory=list[float])

    async def measure(self, calls: int) -> None:
        """Do each so many times."""
        self.took.append(await _all_of(self.ours, calls))
        self.took_them.append(await _all_of(self.theirs, calls))

    def row(self) -> Row:
        """Give what was found in all rounds."""
        ratios = [theirs / ours for theirs, ours in zip(self.took_them, self.took, strict=True)]
        per_second = [1 / median(took) for took in (self.took, self.took_them)]
        return Row(self.label, (median(ratios), min(ratios), max(ratios), *per_second), self.asked)


@dataclass(frozen=True, slots=True)
class Places:
    """Two empty databases of one kind: the URL of ours, and the one for what is done by hand."""

    kind: str
    ours: str
    theirs: Database


def store_tables(*, rounds: int, requests: int) -> Iterator[Table]:
    """Compare what the store makes of a call with what is written by hand, and calls without it with others.

    Raises:
        CalledProcessError: PostgreSQL could not be set up.
    """
    calls = max(1, requests // SHARE)
    pairs: list[Pair] = []
    with _sqlite() as places:
        pairs += asyncio.run(_measure_store(places, rounds, calls))
    left_out = ""
    if found_programs() is None:
        left_out = " PostgreSQL is left out: there is no postgres on the path, nor where Debian has it."
    else:
        with _postgres() as places:
            pairs += asyncio.run(_measure_store(places, rounds, calls))
    yield Table(
        "Store: order quotes that are kept, and transactions by hand",
        ("by hand = 1", "lowest", "highest", "a second", "by hand"),
        tuple(pair.row() for pair in pairs),
        f"Calls per second in process, {AT_ONCE} at once, as medians of the ratios of {rounds} interleaved "
        f"rounds of {calls:,} calls; by hand is the same driver, pool, table and durability." + left_out,
    )
    yield _without_store(asyncio.run(_measure_without(rounds, requests)), rounds, requests)


async def _measure_store(places: Places, rounds: int, calls: int) -> list[Pair]:
    store = open_store(places.ours)
    try:
        async with engines_by_hand(places.theirs) as engines:
            pairs = await _pairs(places.kind, store, engines)
            for pair in pairs:
                await pair.measure(max(1, calls // 4))
                pair.took.clear()
                pair.took_them.clear()
            for _ in range(rounds):
                for pair in pairs:
                    await pair.measure(calls)
    finally:
        await store.close()
    return pairs


async def _pairs(kind: str, store: Store, engines: Engines) -> list[Pair]:
    """Make what is compared; each of ours is done once, so that those by hand know the sizes."""
    registry = Registry(store=store, approver=who)
    keyed, approved = action_of(work(1)), action_of(work(2), needs_approval=True)
    define_actions([keyed, approved], registry)
    approve = registry.get("approve_call")
    assert approve is not None, "a registry with an approver has it"
    keys = count()

    async def call() -> None:
        await keyed.run(ORDER, _from_http(b"%032x" % next(keys)))

    async def replay() -> None:
        await keyed.run(ORDER, _from_http(b"the-same-one"))

    async def approval() -> None:
        key = await _refused(approved)
        await approve.run({"key": key}, _from_http())
        await approved.run(ORDER, Context(caller="http", approval=key))

    await replay()
    await approval()
    [answer], [asked_for] = [await store.list(prefix) for prefix in ("idempotency/", "approval/")]
    answers, approvals = ByHand(engines, answer), ByHand(engines, asked_for)
    kept = await answers.keep()
    return [
        Pair(f"{kind}: call with a new key", call, answers.call, at_least(0.5)),
        Pair(f"{kind}: replay of an answer", replay, lambda: answers.look_up(kept)),
        Pair(f"{kind}: refused, approved, called", approval, approvals.approval, at_least(0.5)),
    ]


async def _refused(action: AnyAction) -> str:
    """Make a call that needs approval, and give the key of that."""
    try:
        await action.run(ORDER, Context(caller="http"))
    except ActionError as error:
        if error.code != "approval_required" or error.details is None:
            raise
        return str(error.details["approval_key"])
    raise SystemExit(f"{action.name} ran, though nobody has approved that")


def _from_http(key: bytes = b"") -> Context[Any]:
    headers = [(b"idempotency-key", key)] if key else []
    return Context(caller="http", request=Request(scope_of(1, *headers)))


async def _all_of(once: Once, calls: int) -> float:
    """Do something so many times, several at once, and give the seconds of each."""
    left = iter(range(calls))

    async def some() -> None:
        for _ in left:
            await once()

    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(some())
    return (perf_counter() - began) / calls


@contextmanager
def _sqlite() -> Generator[Places]:
    with TemporaryDirectory() as folder:
        theirs = SqliteDatabase(str(Path(folder, "by_hand.db")))
        yield Places("SQLite", f"sqlite:///{folder}/ours.db", theirs)


@contextmanager
def _postgres() -> Generator[Places]:
    server = Postgres(is_durable=True)
    try:
        server.start()
        ours, theirs = (server.url(server.database()) for _ in range(2))
        yield Places("PostgreSQL", ours, PostgresDatabase(make_url(theirs)))
    finally:
        server.remove()


async def _measure_without(rounds: int, calls: int) -> Mapping[str, tuple[list[float], list[float]]]:
    """Give the CPU time of calls that ask for nothing that lasts, without a store and with one."""
    with TemporaryDirectory() as folder:
        without = _plain(Registry())
        beside = _plain(Registry(store=f"sqlite:///{folder}/unused.db", approver=who))
        found: dict[str, tuple[list[float], list[float]]] = {label: ([], []) for label in without}
        for _ in range(rounds):
            for label, took in found.items():
                spent = [0.0, 0.0]
                for _ in range(TURNS):
                    for which, steps in enumerate((without, beside)):
                        began = process_time()
                        await steps[label](max(1, calls // TURNS))
                        spent[which] += process_time() - began
                for times, seconds in zip(took, spent, strict=True):
                    times.append(seconds)
        return found


def _plain(registry: Registry) -> Mapping[str, Step]:
    """Make the order quote as most actions are, which takes keys where there is a store."""
    action = action_of(work(1))
    define_actions([action], registry)

    async def run() -> None:
        await action.run(ORDER)

    return {"Action.run": awaiting(run), "the ASGI application": asking(create_app(registry), 1)}


def _without_store(found: Mapping[str, tuple[list[float], list[float]]], rounds: int, calls: int) -> Table:
    return Table(
        "Store: calls that ask for none of it, in a registry with a store and an approver",
        ("a registry without = 1",),
        tuple(
            Row(label, (median_ratio(without, beside),), at_least(0.97))
            for label, (without, beside) in found.items()
        ),
        f"Calls per CPU second in process, as medians of the ratios of {rounds} rounds of {calls:,} calls, "
        f"in which both take turns {TURNS} times; the calls bring no idempotency key.",
    )
