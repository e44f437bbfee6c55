"""What a caller's ``Idempotency-Key`` stands for: one call, however often it is made (DESIGN §4).

A key is claimed before anything else of a call outlives it, and the claim says when the
handler began. Whoever comes with the same key gets the answer that is kept; while there
is none, or it is not known what the handler did, a ``conflict`` says so. So of a handler
that began, nobody ever begins a second run unseen.

A claim is a lease: if its process dies before the handler began, the key is free again
when the lease is over, and if it dies later the effect is told to be unknown from then on.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Coroutine
from dataclasses import dataclass
from hashlib import blake2b
from time import monotonic
from typing import Any, Final, Literal

from pydantic import BaseModel

from actionary.canonical import digest_of
from actionary.context import Context
from actionary.messages import invalid_input
from actionary.result import CommonError, KeptError, unavailable
from actionary.running import Call
from actionary.store import Entry, Store, StorePlace, StoreUnavailableError

HEADER: Final = b"idempotency-key"

KEPT: Final = 24 * 60 * 60.0
"""Seconds for which answers are kept."""

LEASE: Final = 60.0
"""Seconds that a claim lasts; one whose call takes longer is renewed."""

MARGIN: Final = 5.0
"""Seconds that a lease lasts beyond its call's deadline; clocks of servers may differ by as much."""

_KEY: Final = re.compile(rb"[\x21-\x7e]{1,255}")

_log: Final = logging.getLogger("actionary")

State = Literal["claimed", "begun", "answered", "unknown"]


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept under a key: how far its call has come, of which input, until when the lease lasts.

    ``error`` is what the call failed with; ``data`` is the JSON of what it gave, if it did not.
    """

    state: State
    input: str
    until: float
    error: dict[str, Any] | None = None
    data: bytes = b""

    def dump(self) -> bytes:
        """Give it as bytes: a line of JSON, and the data after it as they are."""
        head = {"state": self.state, "input": self.input, "until": self.until, "error": self.error}
        return json.dumps(head).encode() + b"\n" + self.data

    @classmethod
    def load(cls, value: bytes) -> Record:
        """Read what `dump` wrote."""
        head, _, data = value.partition(b"\n")
        return cls(**json.loads(head), data=data)


@dataclass(slots=True)
class Claim:
    """A key that this call has claimed."""

    store: Store
    entry: Entry
    record: Record
    renewing: asyncio.Task[None] | None = None

    async def begin(self, call: Call) -> None:
        """Say that the handler begins now; from here on a caller who hangs up is not listened for.

        The answer is kept for when that caller comes again.

        Raises:
            CommonError: ``conflict``: another call has the key by now; or ``unavailable``.
        """
        if self.record.state == "claimed" and not await self._write(
            Record("begun", self.record.input, _lease_of(self.store, call)), KEPT
        ):
            raise _conflict("in_progress")
        call.listen_no_more()
        if call.deadline - monotonic() > LEASE:
            self.renewing = asyncio.create_task(self._renew())

    async def release(self) -> None:
        """Give the key back: the handler did not begin, or says that it may run again."""
        await asyncio.shield(_in_background(self.give_back()))

    async def keep(self, data: bytes) -> None:
        """Keep what the call gave; it is kept even if the call is cancelled meanwhile."""
        record = Record("answered", self.record.input, 0, data=data)
        await asyncio.shield(_in_background(self._settle(record)))

    async def keep_error(self, error: dict[str, Any]) -> None:
        """Keep what the call failed with."""
        record = Record("answered", self.record.input, 0, error=error)
        await asyncio.shield(_in_background(self._settle(record)))

    def keep_unknown(self) -> None:
        """Keep that nobody knows what the handler did; its caller does not wait for that."""
        _ = _in_background(self._settle(Record("unknown", self.record.input, 0)))

    async def _settle(self, record: Record) -> None:
        self._renew_no_more()
        try:
            if not await self._write(record, KEPT):
                _log.error("an answer could not be kept: its idempotency key was not its own any more")
        except CommonError:
            # The effect is there, and its caller is told; who repeats the call is told that it is unknown.
            _log.error("an answer could not be kept for its idempotency key")

    async def give_back(self) -> None:
        """Give the key back, as far as the store lets us."""
        self._renew_no_more()
        try:
            await self.store.delete(self.entry)
        except StoreUnavailableError as error:
            _log.error("an idempotency key could not be given back (%s); its lease will end", error)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(LEASE / 3)
            try:
                if not await self._write(Record("begun", self.record.input, self.store.now() + LEASE), KEPT):
                    return
            except CommonError:
                continue  # which is logged; a renewal comes after it

    def _renew_no_more(self) -> None:
        if self.renewing is not None:
            self.renewing.cancel()

    async def _write(self, record: Record, seconds: float) -> bool:
        try:
            entry = await self.store.replace(self.entry, record.dump(), seconds=seconds)
        except StoreUnavailableError as error:
            raise _away(error) from error
        if entry is None:
            return False
        self.entry, self.record = entry, record
        return True


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that is kept from an earlier call."""

    record: Record

    def give(self, ctx: Context[Any]) -> tuple[Any, bytes]:
        """Give its data, as JSON data and as JSON.

        Raises:
            KeptError: The call failed with that.
        """
        ctx.replayed = True
        if self.record.error is not None:
            raise KeptError(**self.record.error)
        return json.loads(self.record.data), self.record.data


async def claim_key(
    place: StorePlace, given: BaseModel, ctx: Context[Any], call: Call, *, begins: bool
) -> Claim | Kept | None:
    """Claim the key of a call, or give what is kept for it; ``None`` where there is no key.

    ``begins`` says that nothing may refuse the call between this and its handler.

    Raises:
        CommonError: ``conflict``; ``invalid_input`` for what is no key; or ``unavailable``.
    """
    key = _key_of(ctx)
    if key is None:
        return None
    store, digest = place.ready(), digest_of(given)
    lease = _lease_of(store, call)
    record = Record("begun" if begins else "claimed", digest, lease)
    seconds = KEPT if begins else lease - store.now()
    adding = _in_background(_added(store, _place_of(ctx, key), record.dump(), seconds))
    try:
        entry, is_new = await asyncio.shield(adding)
    except asyncio.CancelledError:
        adding.add_done_callback(lambda done: _take_back(store, done))
        raise
    if is_new:
        return Claim(store, entry, record)
    return await _found(store, entry, digest)


async def _added(store: Store, place: str, value: bytes, seconds: float) -> tuple[Entry, bool]:
    try:
        return await store.add(place, value, seconds=seconds)
    except StoreUnavailableError as error:
        raise _away(error) from error


def _take_back(store: Store, adding: asyncio.Task[tuple[Entry, bool]]) -> None:
    """Give back a key that was claimed when its call was over already."""
    if adding.cancelled() or adding.exception() is not None:
        return
    entry, is_new = adding.result()
    if is_new:
        _ = _in_background(Claim(store, entry, Record.load(entry.value)).give_back())


async def _found(store: Store, entry: Entry, digest: str) -> Kept:
    """Give the answer of the call that has the key.

    Raises:
        CommonError: ``conflict``: there is none, or it is another call's.
    """
    record = Record.load(entry.value)
    if record.input != digest:
        raise _conflict("idempotency_key_reused")
    if record.state == "answered":
        return Kept(record)
    if record.state == "begun" and record.until <= store.now():
        _ = _in_background(_forget(store, entry, Record("unknown", digest, 0)))
        raise _conflict("unknown_effect")
    raise _conflict("unknown_effect" if record.state == "unknown" else "in_progress")


async def _forget(store: Store, entry: Entry, record: Record) -> None:
    """Keep that the effect of a call is unknown whose process died."""
    try:
        await store.replace(entry, record.dump())
    except StoreUnavailableError as error:
        _log.warning("the store is away (%s)", error)  # the next one to ask finds the same


_MESSAGES: Final = {
    "idempotency_key_reused": "The idempotency key stands for a call with another input; take a new key.",
    "in_progress": "The call with this idempotency key is still running; ask again when it is over.",
    "unknown_effect": (
        "The call with this idempotency key was cut off while it ran, so its effect is not known: "
        "look what it did, and take a new key to make it again."
    ),
}


def _conflict(reason: str) -> CommonError:
    return CommonError("conflict", _MESSAGES[reason], details={"reason": reason})


def _away(error: StoreUnavailableError) -> CommonError:
    _log.error("the store is away: %s", error)
    return unavailable()


def _key_of(ctx: Context[Any]) -> bytes | None:
    request = ctx.request
    if request is None:
        return None
    keys = [value for name, value in request.scope["headers"] if name == HEADER]
    if not keys:
        return None
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        known = "one text of 1 to 255 visible ASCII characters"
        raise invalid_input(([], "idempotency_key", f"must have {known} in Idempotency-Key"))
    return bytes(keys[0])


def _place_of(ctx: Context[Any], key: bytes) -> str:
    """Name the place of a key: each principal has its own for each action."""
    principal = ctx.principal
    who = None if principal is None else [principal.organisation, principal.id]
    text = json.dumps([who, ctx.action, key.decode("ascii")])
    return f"idempotency/{blake2b(text.encode(), digest_size=24).hexdigest()}"


def _lease_of(store: Store, call: Call) -> float:
    """Give the end of a lease for a call, in seconds since the epoch."""
    return store.now() + min(call.deadline - monotonic(), LEASE) + MARGIN


_tasks: Final[set[asyncio.Task[Any]]] = set()
"""What runs on when its call is over; a loop holds tasks only weakly."""


def _in_background(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    task = asyncio.create_task(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return task
