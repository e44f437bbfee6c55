"""Whether there is a store for what a server has to remember; without it the server does not start."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from concurrent.futures import Future
from threading import Thread
from time import monotonic
from typing import Final

from actionary.defining import AnyAction
from actionary.exposure import is_exposed
from actionary.http.built import CannotServe
from actionary.registry import Registry
from actionary.registry_checks import NO_APPROVER, NO_STORE
from actionary.store import StoreError, StorePlace, StoreUnavailableError
from actionary.store.opening import VARIABLE

LOOK: Final = 1.0
"""Seconds in which a store has to answer when a server starts; one that does not is away."""

_log: Final = logging.getLogger("actionary")


def check_stores(registry: Registry, actions: Collection[AnyAction], *, alone: bool) -> None:
    """Make sure that what actions rely on can be kept, and by all processes together unless one is ``alone``.

    Raises:
        CannotServe: There is no store, or none that fits, or nobody could decide about what is in it.
    """
    for place, what in _relied_on(registry, actions):
        _check(place, what, alone=alone)
    if registry.has_approver:
        return
    for action in actions:
        kept = registry.store_of(action) if action.definition.needs_approval else None
        if kept is not None and not kept.ready().is_shared:
            raise CannotServe(f"{action.name} {NO_APPROVER[0]}", f"{NO_APPROVER[1]}, or in {VARIABLE}")


def look_at_stores(registry: Registry) -> None:
    """Look once whether the stores that a server relies on answer; what may only be away is a warning.

    All are given `LOOK` seconds together, whatever hangs in them. A store says what is wrong
    with it by a method ``look``, as those on SQL do; others are not asked.

    Raises:
        CannotServe: A store cannot be used before somebody mends something.
    """
    actions = [action for action in registry if is_exposed(action, "http")]
    stores = [place.ready() for place, _ in _relied_on(registry, actions)]
    once = {id(store): store for store in stores}.values()
    asked = [_begin(look) for store in once if (look := getattr(store, "look", None)) is not None]
    deadline = monotonic() + LOOK
    for answer in asked:
        try:
            answer.result(timeout=max(0, deadline - monotonic()))
        except StoreError as error:
            raise CannotServe(f"the store cannot be used: {error.what}", error.mend) from error
        except StoreUnavailableError as error:
            _warn(str(error))
        except TimeoutError:
            _warn(f"it did not answer within {LOOK:g} second")


def _warn(why: str) -> None:
    _log.warning("the store is away: %s; calls that rely on it get 503 until it is there", why)


def _begin(look: Callable[[], Awaitable[None]]) -> Future[None]:
    """Look on an event loop of its own, in a thread that keeps nobody waiting."""
    answer: Future[None] = Future()

    async def looking() -> None:
        await look()

    def run() -> None:
        try:
            asyncio.run(looking())
        except BaseException as error:  # noqa: BLE001 - raised where the answer is read
            answer.set_exception(error)
        else:
            answer.set_result(None)

    Thread(target=run, name="actionary-look", daemon=True).start()
    return answer


def _relied_on(registry: Registry, actions: Iterable[AnyAction]) -> Iterator[tuple[StorePlace, str]]:
    """Give each place that something is kept in, with what.

    Raises:
        CannotServe: An action has to have a store, and has none.
    """
    for action in actions:
        definition, place = action.definition, registry.store_of(action)
        if place is None and definition.needs_approval:
            raise CannotServe(f"{action.name} {NO_STORE[0]}", NO_STORE[1])
        if place is not registry.store and definition.needs_approval:
            raise CannotServe(
                f"{action.name} needs approval, which the store of an included registry keeps: "
                "nobody could decide about it here",
                "give the `store` and the `approver` to the registry that is served",
            )
        if place is not None and (definition.takes_key or definition.needs_approval):
            what = "approvals" if definition.needs_approval else "the answers to idempotency keys"
            yield place, f"{what} of {action.name}"
    if registry.changes_place is not None:
        yield registry.changes_place, "changes"


def _check(place: StorePlace, what: str, *, alone: bool) -> None:
    try:
        is_shared = place.ready().is_shared
    except StoreError as error:
        raise CannotServe(error.what, error.mend) from error
    if not is_shared and not alone:
        why, where = "", '`Registry(store="sqlite:///state.db")`'
        if place.is_named_by_environment:
            why = f"{VARIABLE} says that "
            where = f"`{VARIABLE}=sqlite:///state.db`"
        raise CannotServe(
            f"{why}{what} are kept in memory, which each worker has for itself",
            f"name a database: {where}, or serve with one worker",
        )
