"""What changed, told to whoever shows it (R001.15): events in a store, which every process sees.

An event names what was called, not what it did: whoever hears it asks again. The names
of private actions are in none.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal
from weakref import WeakKeyDictionary, WeakSet

from actionary.context import Context
from actionary.marks import MOST, Marks
from actionary.principal import organisation_of
from actionary.store import Event, StoreError, StorePlace, StoreUnavailableError

STREAM: Final = "changes"

SECONDS: Final = 60 * 60.0
"""How long events are kept for those who come back."""

SOURCE: Final = "actionary-source"
"""The request header by which a caller names itself, to know its own changes again."""

_SOURCES: Final = ("action", "manual")
_SOURCE: Final = re.compile(r"[!-~]{1,128}")

_log: Final = logging.getLogger("actionary")


@dataclass(frozen=True, slots=True)
class Gap:
    """Changes of which only that is known, and whose they are; ``None`` stands for everybody."""

    organisation: str | None

    def dump(self) -> bytes:
        """Give it as JSON."""
        return json.dumps({"gap": True, "organisation": self.organisation}).encode()


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


def is_for(told: Change | Gap, organisation: str | None) -> bool:
    """Say whether somebody of an organisation, or of none, is to hear of it."""
    return told.organisation is None or told.organisation == organisation


def load(event: Event) -> Change | Gap:
    """Read what `dump` wrote; fields that a newer version added are passed over.

    What cannot be read is logged, and is a gap for everybody: something changed.
    """
    try:
        return _read(event.value)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        _log.error(
            "event %d of the changes in the store cannot be read (%s); whoever listens is told to read all "
            "anew. It is damaged, or of another version of Actionary: run the same one everywhere",
            event.cursor,
            type(error).__name__,  # its text may quote the event
        )
        return Gap(None)


def _read(value: bytes) -> Change | Gap:
    given = json.loads(value)
    if not isinstance(given, dict):
        raise TypeError("it is no object")
    if given.get("gap"):
        return Gap(_text(given["organisation"]))
    if given["source"] not in _SOURCES:
        raise ValueError("it is of a source that is not known here")
    return Change(
        action=_text(given["action"]),
        source=given["source"],
        scope=_text(given["scope"]),
        organisation=_text(given["organisation"]),
        request_source=_text(given["request_source"]),
    )


def _text(given: Any) -> str | None:
    if given is not None and not isinstance(given, str):
        raise TypeError("it is no text")
    return given


@dataclass(frozen=True, slots=True)
class Changes:
    """Where an action's changes are told, and whether each success is one."""

    place: StorePlace
    by_calls: bool
    is_public: bool


async def tell(changes: Changes, ctx: Context[Any], *, succeeded: bool) -> None:
    """Tell of what a call changed: what it says itself, and that it succeeded.

    That an event cannot be kept is logged; the call is what it is, and those who listen to
    this process are told that they have missed something.
    """
    found: list[Change | Gap] = []
    if changes.by_calls and succeeded:
        found.append(_change(changes, ctx, "action", None))
    if ctx.marks is not None:
        found += _marked(changes, ctx, ctx.marks)
    if not found:
        return
    try:
        store = changes.place.ready()
        for each in found:
            await store.append(STREAM, each.dump(), seconds=SECONDS)
    except (StoreUnavailableError, StoreError) as error:  # what was done is done
        _log.error("changes of %s could not be told: %s (request %s)", ctx.action, error, ctx.request_id)
        for waker in tuple(wakers()):
            waker.lost.add(Gap(organisation_of(ctx.principal)))
    for waker in tuple(wakers()):
        waker.set()


def _marked(changes: Changes, ctx: Context[Any], marks: Marks) -> Iterator[Change | Gap]:
    for scope in marks.scopes:
        yield _change(changes, ctx, "manual", scope)
    if marks.are_more:
        _log.warning(
            "action %s told of more than %d changes; whoever listens is told to read all anew. "
            "Tell of many at once by a scope for all of them (request %s)",
            ctx.action,
            MOST,
            ctx.request_id,
        )
        yield Gap(organisation_of(ctx.principal))


def _change(
    changes: Changes, ctx: Context[Any], source: Literal["action", "manual"], scope: str | None
) -> Change:
    named = ctx.headers.get(SOURCE, "")
    return Change(
        action=ctx.action if changes.is_public else None,
        source=source,
        scope=None if scope is None else ctx.secrets.masked(scope),
        organisation=organisation_of(ctx.principal),
        request_source=named if _SOURCE.fullmatch(named) else None,
    )


class Waker(asyncio.Event):
    """Wakes somebody who waits for changes; ``lost`` are those that could not be kept."""

    def __init__(self) -> None:
        super().__init__()
        self.lost: Final[set[Gap]] = set()


_wakers: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, WeakSet[Waker]]] = WeakKeyDictionary()
"""Those who wait for changes in an event loop, and need not wait for their next look."""


def wakers() -> WeakSet[Waker]:
    """Give those who wait in the running event loop."""
    return _wakers.setdefault(asyncio.get_running_loop(), WeakSet())
