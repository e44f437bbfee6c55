"""What a caller's ``Idempotency-Key`` stands for: one call, however often it is made (DESIGN §4).

A key is claimed before anything else of a call outlives it, and the claim says when the
handler began. Whoever comes with the same key gets the answer that is kept; while there
is none, or it is not known what the handler did, a ``conflict`` says so. So of a handler
that began, nobody ever begins a second run unseen.

A claim is a lease: if its process dies before it says that the handler begins, the key is
free again when the lease is over; if it dies later, the effect is told to be unknown from
then on. Where nobody can know whether the store did as it was told, what it holds for this
call is found by the claim's ``owner`` and taken back.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
from collections.abc import AsyncGenerator, Coroutine
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import blake2b
from time import monotonic
from typing import Any, Final, Literal

from pydantic import BaseModel

from actionary.away import store_away
from actionary.background import in_background
from actionary.canonical import digest_of
from actionary.context import Context
from actionary.gates import KEY
from actionary.messages import invalid_input
from actionary.result import CommonError, KeptError
from actionary.running import Call
from actionary.store import Entry, Store, StorePlace, StoreUnavailableError

KEPT: Final = 24 * 60 * 60.0
"""Seconds for which answers are kept."""

LEASE: Final = 60.0
"""Seconds that a claim lasts; one whose call takes longer is renewed."""

MARGIN: Final = 5.0
"""Seconds that a lease lasts beyond its call's deadline; clocks of servers may differ by as much."""

MOST_WAITING: Final = 100
"""So many claims are seen to at once when a store was away; of more, the leases have to end."""

_KEY: Final = re.compile(rb"[\x21-\x7e]{1,255}")

_log: Final = logging.getLogger("actionary")

State = Literal["claimed", "begun", "answered", "unknown"]


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept under a key: how far its call has come, of which input, until when the lease lasts.

    ``owner`` is a text that no other call has, ``request`` its id in the log. ``error`` is
    what the call failed with; ``data`` is the JSON of what it gave, if it did not.
    """

    state: State
    input: str
    until: float
    owner: str
    request: str
    error: dict[str, Any] | None = None
    data: bytes = b""

    def dump(self) -> bytes:
        """Give it as bytes: a line of JSON, and the data after it as they are."""
        head = {name: getattr(self, name) for name in _HEAD}
        return json.dumps(head).encode() + b"\n" + self.data

    @classmethod
    def load(cls, value: bytes) -> Record | None:
        """Read what `dump` wrote, if it can be read; what a later version says more is left aside."""
        head, _, data = value.partition(b"\n")
        try:
            said = json.loads(head)
            return cls(**{name: said[name] for name in _HEAD}, data=data)
        except (ValueError, LookupError, TypeError):
            _log.error(
                "what is kept under an idempotency key cannot be read; another version may have written it"
            )
            return None


_HEAD: Final = ("state", "input", "until", "owner", "request", "error")


@dataclass(slots=True)
class Claim:
    """A key that this call has claimed."""

    store: Store
    entry: Entry
    record: Record
    renewing: asyncio.Task[None] | None = None
    writing: asyncio.Task[bool] | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def begin(self, call: Call) -> None:
        """Say that the handler begins now; from here on a caller who hangs up is not listened for.

        The answer is kept for when that caller comes again.

        Raises:
            CommonError: ``conflict``: another call has the key by now; or ``unavailable``.
        """
        if self.record.state == "claimed" and not await self._write(
            replace(self.record, state="begun", until=_lease_of(self.store, call)), KEPT
        ):
            raise _conflict("in_progress")
        call.listen_no_more()
        if call.deadline - monotonic() > LEASE:
            self.renewing = asyncio.create_task(self._renew())

    async def release(self) -> None:
        """Give the key back: the handler did not begin, or says that it may run again."""
        await asyncio.shield(in_background(self.give_back()))

    async def keep(self, *, data: bytes = b"", error: dict[str, Any] | None = None) -> None:
        """Keep what the call gave, or failed with."""
        await self._settle(replace(self.record, state="answered", until=0, error=error, data=data))

    async def keep_unknown(self) -> None:
        """Keep that nobody knows what the handler did."""
        await self._settle(replace(self.record, state="unknown", until=0))

    async def _settle(self, record: Record) -> None:
        """Keep how the call ended, now or when the store is back; its caller is told either way."""
        await self._at_rest()
        if not await self._settled(record):
            _later(self._settle_later(record))

    async def _settled(self, record: Record) -> bool:
        try:
            if not await self._write(record, KEPT):
                _log.error("an answer is lost: its key has another call (request %s)", record.request)
        except CommonError:
            _log.error("an answer cannot be kept now for its idempotency key (request %s)", record.request)
            return False
        return True

    async def _settle_later(self, record: Record) -> None:
        async for _ in _moments(self.store, self.record.until):
            if await self._settled(record):
                return

    async def give_back(self) -> None:
        """Give the key back, now or when the store lets us."""
        await self._at_rest()
        try:
            if await self.store.delete(self.entry):
                return
        except StoreUnavailableError as error:
            _log.error("an idempotency key cannot be given back now: %s", error)
        _take_back(self.store, self.entry.key, self.record)

    async def _renew(self) -> None:
        while not await self._is_over_in(LEASE / 3):
            try:
                if not await self._write(replace(self.record, until=self.store.now() + LEASE), KEPT):
                    return
            except CommonError:
                continue  # which is logged; a renewal comes after it

    async def _is_over_in(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self.over.wait()
        except TimeoutError:
            return False

    async def _at_rest(self) -> None:
        """Renew no more, and wait for what is being written: what follows has to know the entry it leaves."""
        self.over.set()
        under_way = {task for task in (self.renewing, self.writing) if task is not None}
        if under_way:
            await asyncio.wait(under_way)
        if self.writing is not None and not self.writing.cancelled():
            self.writing.exception()  # whoever waited for it may have been cancelled

    async def _write(self, record: Record, seconds: float) -> bool:
        """Write, and say whether the key was this call's; what was begun is done, whoever is cancelled."""
        self.writing = in_background(self._replaced(record, seconds))
        try:
            return await asyncio.shield(self.writing)
        except StoreUnavailableError as error:
            raise store_away(error) from error

    async def _replaced(self, record: Record, seconds: float) -> bool:
        entry = await self.store.replace(self.entry, record.dump(), seconds=seconds)
        if entry is None:  # an earlier step may have been done, though the store could not say so
            found = await self.store.get(self.entry.key)
            if found is None or not _is_of(found, record):
                return False
            entry = await self.store.replace(found, record.dump(), seconds=seconds)
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
    store, digest = place.ready(), digest_of(given, key=key)
    lease = _lease_of(store, call)
    record = Record("begun" if begins else "claimed", digest, lease, secrets.token_hex(8), ctx.request_id)
    seconds = KEPT if begins else lease - store.now()
    where = _place_of(ctx, key)
    adding = in_background(store.add(where, record.dump(), seconds=seconds))
    try:
        entry, is_new = await asyncio.shield(adding)
    except StoreUnavailableError as error:
        _take_back(store, where, record)
        raise store_away(error) from error
    except asyncio.CancelledError:
        adding.add_done_callback(partial(_added_for_nobody, store, where, record))
        raise
    if is_new:
        return Claim(store, entry, record)
    return _found(store, entry, digest, ctx)


def _added_for_nobody(
    store: Store, place: str, record: Record, adding: asyncio.Task[tuple[Entry, bool]]
) -> None:
    """Give back what was added when its call was over already."""
    unknown = adding.cancelled() or adding.exception() is not None
    if unknown or adding.result()[1]:
        _take_back(store, place, record)


def _take_back(store: Store, place: str, record: Record) -> None:
    """Give a key back, in the background, for a call that is not made, if the store has it for that call."""
    _later(_taken_back(store, place, record))


_waiting: Final[set[asyncio.Task[None]]] = set()


def _later(work: Coroutine[Any, Any, None]) -> None:
    """Do what a store that is away has to be told when it is back, unless too much waits for that."""
    if len(_waiting) >= MOST_WAITING:
        work.close()
        return
    task = in_background(work)
    _waiting.add(task)
    task.add_done_callback(_waiting.discard)


async def _moments(store: Store, until: float) -> AsyncGenerator[None]:
    """Give moments in which to ask a store again, more and more rarely, as long as a lease lasts."""
    pause = 0.1
    while store.now() < until:
        yield
        await asyncio.sleep(pause)
        pause = min(2 * pause, 5.0)


async def _taken_back(store: Store, place: str, record: Record) -> None:
    """Look for what is kept for a call until it is gone; a store that was away may keep it late."""
    async for _ in _moments(store, record.until):
        try:
            found = await store.get(place)
            if found is not None and (not _is_of(found, record) or await store.delete(found)):
                return
        except StoreUnavailableError as error:
            _log.warning("an idempotency key cannot be given back yet: %s", error)


def _is_of(entry: Entry, record: Record) -> bool:
    """Say whether an entry is of the same call as a record."""
    found = Record.load(entry.value)
    return found is not None and found.owner == record.owner


def _found(store: Store, entry: Entry, digest: str, ctx: Context[Any]) -> Kept:
    """Give the answer of the call that has the key.

    Raises:
        CommonError: ``conflict``: there is none, or it is another call's.
    """
    record = Record.load(entry.value)
    if record is None:
        raise _conflict("unknown_effect")
    if record.input != digest:
        raise _conflict("idempotency_key_reused")
    if record.state == "answered":
        return Kept(record)
    if record.state == "begun" and record.until <= store.now():
        _log.error("action %s: a call was cut off while it ran (request %s)", ctx.action, record.request)
        _ = in_background(_forget(store, entry, replace(record, state="unknown", until=0)))
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


def _key_of(ctx: Context[Any]) -> bytes | None:
    request = ctx.request
    if request is None:
        return None
    keys = [value for name, value in request.scope["headers"] if name == KEY]
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
