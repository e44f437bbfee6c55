"""Approvals as records in a store: a call is asked for, a human decides, and one call uses that (R001.14).

A grant stands for exactly one call: of this action as it is defined now, by this
principal, with this input. Each step is one atomic change, so of all who decide, and of
all who come with a grant, in whatever process, one succeeds. All else that is kept about
a call is what a human has to see of it: secrets (``SecretStr``) are masked.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal, TypeAlias

from actionary.store import Entry, Store

SECONDS: Final = 60 * 60.0
"""How long a human has to decide, and then the caller to make the call."""

State: TypeAlias = Literal["pending", "approved", "denied", "used"]
Decision: TypeAlias = Literal["approved", "denied"]

_PLACE: Final = "approval/"
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{32}")
_PAGE: Final = 100


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

    Raises:
        StoreUnavailableError: It cannot be kept.
    """
    now = store.now()
    approval = Approval(
        key=secrets.token_urlsafe(24),
        asked=asked,
        summary=summary,
        given=given,
        asked_at=now,
        expires_at=now + SECONDS,
    )
    await store.add(_PLACE + approval.key, _dump(approval), seconds=SECONDS)
    return approval


async def find(store: Store, key: str) -> Approval | None:
    """Give what was asked for under a key, as long as it has not expired."""
    found = await _found(store, key)
    return None if found is None else found[0]


async def page(store: Store, after: str, *, limit: int = _PAGE) -> tuple[list[Approval], str | None]:
    """Give what was asked for and has not expired, in the order of keys, and where the next page begins.

    ``after`` is what the page before gave for that, or empty.
    """
    entries = await store.list(_PLACE, after=_PLACE + after, limit=limit)
    found = [_load(entry) for entry in entries]
    return found, found[-1].key if len(found) == limit else None


async def decide(store: Store, key: str, decision: Decision, *, by: str | None) -> Approval:
    """Decide about a call. What was approved may still be denied, until it is used; the reverse may not.

    Raises:
        DecisionError: There is nothing under the key, or it was decided otherwise.
        StoreUnavailableError: It cannot be kept.
    """
    while (found := await _found(store, key)) is not None:
        approval, entry = found
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


async def use(store: Store, key: str, asked: Asked) -> Approval | None:
    """Use what was asked for this very call, and give it: a grant is ``"used"`` for one of all who try.

    ``None`` says that there is nothing for this call: another one was asked for, it has
    expired, or it was used before.

    Raises:
        StoreUnavailableError: It cannot be said.
    """
    found = await _found(store, key)
    if found is None or found[0].asked != asked or found[0].state == "used":
        return None
    approval, entry = found
    if approval.state != "approved":
        return approval
    used = replace(approval, state="used")
    return used if await store.replace(entry, _dump(used)) is not None else None


async def _found(store: Store, key: str) -> tuple[Approval, Entry] | None:
    if not _KEY.fullmatch(key):
        return None
    entry = await store.get(_PLACE + key)
    return None if entry is None else (_load(entry), entry)


def _dump(approval: Approval) -> bytes:
    return json.dumps(asdict(approval)).encode()


def _load(entry: Entry) -> Approval:
    data: dict[str, Any] = json.loads(entry.value)
    asked = Asked(**data.pop("asked"))
    return Approval(asked=asked, **data)
