"""Whether there is a store for what a server has to remember; without it the server does not start."""

from __future__ import annotations

from collections.abc import Iterable

from actionary.action import AnyAction
from actionary.gates.approval import NO_STORE
from actionary.http.built import CannotServe
from actionary.registry import Registry
from actionary.store import StoreError, StorePlace


def check_stores(registry: Registry, actions: Iterable[AnyAction], *, alone: bool) -> None:
    """Make sure that what actions rely on can be kept, and by all processes together unless one is ``alone``.

    Raises:
        CannotServe: There is no store, or none that fits.
    """
    for action in actions:
        definition, place = action.definition, registry.store_of(action)
        if place is None and definition.needs_approval:
            raise CannotServe(f"{action.name} {NO_STORE[0]}", NO_STORE[1])
        if place is not None and (definition.takes_key or definition.needs_approval):
            what = "approvals" if definition.needs_approval else "the answers to idempotency keys"
            _check(place, f"{what} of {action.name}", alone=alone)
    if registry.changes_place is not None:
        _check(registry.changes_place, "changes", alone=alone)


def _check(place: StorePlace, what: str, *, alone: bool) -> None:
    try:
        is_shared = place.ready().is_shared
    except StoreError as error:
        raise CannotServe(error.what, error.mend) from error
    if not is_shared and not alone:
        raise CannotServe(
            f"{what} are kept in memory, which each worker has for itself",
            'name a database: `Registry(store="sqlite:///state.db")`, or serve with one worker',
        )
