"""What changed, told to whoever shows it (R001.15): events in a store, which every process sees.

An event names what was called, not what it did: whoever hears it asks again. The names
of private actions are in none.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal
from weakref import WeakKeyDictionary, WeakSet

from actionary.context import Context
from actionary.store import StoreError, StorePlace, StoreUnavailableError

STREAM: Final = "changes"

SECONDS: Final = 60 * 60.0
"""How long events are kept for those who come back."""

SOURCE: Final = "actionary-source"
"""The request header by which a caller names itself, to know its own changes again."""

MOST_MARKS: Final = 100
"""So many changes one call may tell of by itself."""

_SOURCE: Final = re.compile(r"[!-~]{1,128}")

_log: Final = logging.getLogger("actionary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change: by which public action, or told of by hand; of what, if that is known; seen by whom.

    ``request_source`` is what the caller named itself; ``organisation`` is whose the
    change is, where that is known: others do not hear of it.
    """

    action: str | None
    source: Literal["action", "manual"]
    scope: str | None
    organisation: str | None
    request_source: str | None

    def dump(self) -> bytes:
        """Give it as JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def load(cls, value: bytes) -> Change:
        """Read what `dump` wrote."""
        return cls(**json.loads(value))

    def is_for(self, organisation: str | None) -> bool:
        """Say whether somebody of an organisation may hear of it."""
        return self.organisation is None or self.organisation == organisation


@dataclass(frozen=True, slots=True)
class Changes:
    """Where an action's changes are told, and whether each success is one."""

    place: StorePlace
    by_calls: bool
    is_public: bool


async def tell(changes: Changes, ctx: Context[Any], *, succeeded: bool) -> None:
    """Tell of what a call changed: what it says itself, and that it succeeded.

    That an event cannot be told is logged; the call is what it is.
    """
    found: list[Change] = []
    if changes.by_calls and succeeded and not ctx.replayed:
        found.append(_change(changes, ctx, "action", None))
    found += [_change(changes, ctx, "manual", scope) for scope in ctx.marks[:MOST_MARKS]]
    if not found:
        return
    try:
        store = changes.place.ready()
        for change in found:
            await store.append(STREAM, change.dump(), seconds=SECONDS)
    except (StoreUnavailableError, StoreError) as error:  # what was done is done
        _log.error("changes of %s could not be told: %s (request %s)", ctx.action, error, ctx.request_id)
        return
    for waker in tuple(wakers()):
        waker.set()


def _change(
    changes: Changes, ctx: Context[Any], source: Literal["action", "manual"], scope: str | None
) -> Change:
    named = ctx.headers.get(SOURCE, "")
    return Change(
        action=ctx.action if changes.is_public else None,
        source=source,
        scope=scope,
        organisation=None if ctx.principal is None else ctx.principal.organisation,
        request_source=named if _SOURCE.fullmatch(named) else None,
    )


_wakers: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, WeakSet[asyncio.Event]]] = WeakKeyDictionary()
"""Those who wait for changes in an event loop, and need not wait for their next look."""


def wakers() -> WeakSet[asyncio.Event]:
    """Give those who wait in the running event loop."""
    return _wakers.setdefault(asyncio.get_running_loop(), WeakSet())
