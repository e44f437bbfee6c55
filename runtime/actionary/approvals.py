"""Approvals as records in a store: a call is asked for, a human decides, and one call uses that (R001.14).

A grant stands for exactly one call: of this action as it is defined now, by this
principal, with this input. Each step is one atomic change, so of all who decide, and of
all who come with a grant, in whatever process, one succeeds. All else that is kept about
a call is what a human has to see of it: secrets (``SecretStr``) are masked. Those who
decide and belong to an organisation see the calls of that one only; for all others they
are not there.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import secrets
import string
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final, Literal, TypeAlias

from actionary.store import Entry, Store

SECONDS: Final = 60 * 60.0
"""How long a human has to decide, and then the caller to make the call."""

State: TypeAlias = Literal["pending", "approved", "denied", "used"]
Decision: TypeAlias = Literal["approved", "denied"]
Useless: TypeAlias = Literal["used", "another", "unknown"]
"""Why a key is no use: the call was made, it is for another one, or there is none or no more."""

_PLACE: Final = "approval/"
_LETTERS: Final = string.ascii_letters + string.digits
_KEY: Final = re.compile(r"[A-Za-z0-9]{32}")
_PAGE: Final = 100

_log: Final = logging.getLogger("actionary")


class DecisionError(Exception):
    """There is nothing to decide; ``reason`` says why."""

    def __init__(self, reason: Literal["unknown", "used", "decided"], message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Asked:
    """The call that an approval is for, and for no other.

    ``definition`` and ``input`` are digests of what the action is and of what it is given.
    """

    action: str
    definition: str
    principal: str | None
    organisation: str | None
    input: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What somebody asked a human for, and what became of it.

    ``given`` is the input as JSON data without its secrets, ``summary`` one line of it.
    Moments are in seconds since the epoch. ``decided_by`` names who decided, where that
    is known.
    """

    key: str
    asked: Asked
    state: State = "pending"
    summary: str
    given: Any
    asked_at: float
    expires_at: float
    decided_by: str | None = None


async def ask(store: Store, asked: Asked, *, summary: str, given: Any) -> Approval:
    """Ask for a call, under a key that nobody can guess.

    A principal who asks again for what still waits gets that: nobody decides about it
    twice. Where it is not known who asks, the key is all that a grant is bound to, and
    each has its own.

    Raises:
        StoreUnavailableError: It cannot be kept.
    """
    approval = _new(store.now(), asked, summary=summary, given=given)
    if asked.principal is not None:
        place, key = _place_of(asked), approval.key.encode()
        entry, is_new = await store.add(place, key, seconds=SECONDS)
        while not is_new:
            waiting = await _found(store, entry.value.decode())
            if waiting is not None and waiting[0].state == "pending":
                return waiting[0]
            is_new = await store.replace(entry, key, seconds=SECONDS) is not None
            if not is_new:  # somebody else has asked meanwhile
                entry, is_new = await store.add(place, key, seconds=SECONDS)
    await store.add(_place(approval.key), _dump(approval), seconds=SECONDS)
    return approval


def _new(now: float, asked: Asked, *, summary: str, given: Any) -> Approval:
    return Approval(
        key="".join(secrets.choice(_LETTERS) for _ in range(32)),
        asked=asked,
        summary=summary,
        given=given,
        asked_at=now,
        expires_at=now + SECONDS,
    )


async def find(store: Store, key: str, *, organisation: str | None = None) -> Approval | None:
    """Give what was asked for under a key, as long as it has not expired, to one of an organisation."""
    found = await _found(store, key)
    return found[0] if found is not None and _is_for(organisation, found[0]) else None


async def page(
    store: Store, after: str, *, organisation: str | None = None, limit: int = _PAGE
) -> tuple[list[Approval], str | None]:
    """Give what was asked for and has not expired, in no order, and where the next page begins.

    ``after`` is what the page before gave for that, or empty; it tells no key.
    """
    entries = await store.list(_PLACE, after=_PLACE + after, limit=limit)
    found = [approval for entry in entries if (approval := _load(entry)) is not None]
    after = entries[-1].key.removeprefix(_PLACE) if len(entries) == limit else ""
    return [approval for approval in found if _is_for(organisation, approval)], after or None


async def decide(
    store: Store, key: str, decision: Decision, *, by: str | None, organisation: str | None = None
) -> Approval:
    """Decide about a call. What was approved may still be denied, until it is used; the reverse may not.

    Raises:
        DecisionError: There is nothing under the key, or it was decided otherwise.
        StoreUnavailableError: It cannot be kept.
    """
    while (found := await _found(store, key)) is not None:
        approval, entry = found
        if not _is_for(organisation, approval):
            break
        if approval.state == decision:
            return approval
        if approval.state == "used":
            raise DecisionError("used", "The call was approved and has been made already.")
        if approval.state == "denied":
            raise DecisionError("decided", "The call was denied already; whoever wants it has to ask again.")
        decided = replace(approval, state=decision, decided_by=by)
        if await store.replace(entry, _dump(decided)) is not None:
            return decided
    raise DecisionError("unknown", "There is no such approval, or it has expired.")


async def look(store: Store, key: str, asked: Asked) -> Approval | Useless:
    """Give what was asked for this very call and was not used yet, or why a key is no use to it.

    What others asked for is ``unknown``, whatever became of it.

    Raises:
        StoreUnavailableError: It cannot be said.
    """
    found = await _found(store, key)
    if found is None or not _is_of_same(found[0].asked, asked):
        return "unknown"
    approval = found[0]
    if approval.asked != asked:
        return "another"
    return "used" if approval.state == "used" else approval


def _is_of_same(one: Asked, other: Asked) -> bool:
    return (one.principal, one.organisation) == (other.principal, other.organisation)


async def use(store: Store, key: str, asked: Asked) -> bool:
    """Use a grant for this very call; it is one's of all who try.

    Raises:
        StoreUnavailableError: It cannot be said.
    """
    found = await _found(store, key)
    if found is None or found[0].asked != asked or found[0].state != "approved":
        return False
    approval, entry = found
    return await store.replace(entry, _dump(replace(approval, state="used"))) is not None


def _is_for(organisation: str | None, approval: Approval) -> bool:
    """Say whether one who decides, of an organisation or none, may see what was asked for."""
    return organisation is None or organisation == approval.asked.organisation


def _place_of(asked: Asked) -> str:
    """Give the place of the key under which a call was asked for last."""
    return f"asked/{hashlib.sha256(json.dumps(asdict(asked)).encode()).hexdigest()}"


def _place(key: str) -> str:
    """Give the place of what was asked for under a key; pages are told by it, and tell no key."""
    return _PLACE + hashlib.sha256(key.encode()).hexdigest()


async def _found(store: Store, key: str) -> tuple[Approval, Entry] | None:
    if not _KEY.fullmatch(key):
        return None
    entry = await store.get(_place(key))
    approval = None if entry is None else _load(entry)
    return None if entry is None or approval is None else (approval, entry)


def _dump(approval: Approval) -> bytes:
    return json.dumps(asdict(approval)).encode()


_ASKED: Final = tuple(field.name for field in fields(Asked))
_OWN: Final = tuple(field.name for field in fields(Approval) if field.name != "asked")


def _load(entry: Entry) -> Approval | None:
    """Read what `_dump` wrote, if it can be read; what a later version says more is left aside."""
    try:
        said: dict[str, Any] = json.loads(entry.value)
        asked = Asked(**{name: said["asked"][name] for name in _ASKED})
        return Approval(asked=asked, **{name: said[name] for name in _OWN})
    except (ValueError, LookupError, TypeError):
        _log.error("an approval in the store cannot be read; another version may have written it")
        return None
