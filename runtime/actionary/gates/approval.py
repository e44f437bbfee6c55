"""Has a human said yes to exactly this call: an action's ``needs_approval`` (R001.13, R001.14)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel
from pydantic_core import to_json

from actionary.approvals import Approval, Asked, Useless, ask, look, use
from actionary.away import store_away
from actionary.canonical import digest_of, shown
from actionary.catalog import digest
from actionary.context import Context
from actionary.gates.auth import answer_in_time, warn_of_answer
from actionary.principal import organisation_of
from actionary.registry_checks import NO_STORE
from actionary.result import CommonError, unavailable
from actionary.running import Call
from actionary.store import Store, StorePlace, StoreUnavailableError
from actionary.threads import called

if TYPE_CHECKING:
    from actionary.defining import Action
    from actionary.fields import NeedsApproval

GATED: Final = frozenset({"http", "mcp", "app", "tool", "automation"})
"""Callers whose calls a human may have to approve (DESIGN §4)."""

MOST_OF_SUMMARY: Final = 300
"""Characters of a summary."""

_WAITS: Final = "Nobody has decided about it yet."

_USELESS: Final[Mapping[Useless, str]] = {
    "used": "The approval that was sent has been used.",
    "another": "The approval that was sent is for another call, or for the action as it was before.",
    "unknown": "The approval that was sent is unknown or has expired.",
}

_ANEW: Final = "The details have the key to send from now on."

_log: Final = logging.getLogger("actionary")


@dataclass(frozen=True, slots=True)
class ApprovalGate:
    """The action whose calls a human may have to approve, which of them, and where that is kept."""

    action: Action[..., Any]
    needed: bool | NeedsApproval
    store: StorePlace | None


@dataclass(frozen=True, slots=True)
class Grant:
    """A human's yes to a call, which is not used yet."""

    store: Store
    key: str
    asked: Asked


async def check_approved(gate: ApprovalGate, given: BaseModel, ctx: Context[Any], call: Call) -> Grant | None:
    """Let a call go on that needs no approval, or that brings a grant for itself, which is given.

    Raises:
        CommonError: ``approval_required``: a human was asked now; ``forbidden``: one has denied the
            call; or ``unavailable``: the store is away.
    """
    if ctx.caller not in GATED or not await _is_needed(gate, given, ctx, call):
        return None
    if gate.store is None:
        _log.error("%s %s; %s", ctx.action, *NO_STORE)
        raise unavailable()
    principal = ctx.principal
    asked = Asked(
        action=ctx.action,
        definition=definition_digest(gate.action),
        principal=None if principal is None else principal.id,
        organisation=organisation_of(principal),
        input=digest_of(given),
    )
    grant = Grant(gate.store.ready(), ctx.approval or "", asked)
    try:
        found = await look(grant.store, grant.key, asked)
        if isinstance(found, Approval) and found.state == "approved":
            return grant
        raise await _refusal(grant, found, given, ctx)
    except StoreUnavailableError as error:
        raise store_away(error) from error


async def use_grant(grant: Grant, given: BaseModel, ctx: Context[Any]) -> None:
    """Use a grant up, right before the handler begins.

    Raises:
        CommonError: It was used or denied meanwhile, and refuses the call as `check_approved` does.
    """
    try:
        if not await use(grant.store, grant.key, grant.asked):
            found = await look(grant.store, grant.key, grant.asked)
            raise await _refusal(grant, found, given, ctx)
    except StoreUnavailableError as error:
        raise store_away(error) from error


async def _refusal(
    grant: Grant, found: Approval | Useless, given: BaseModel, ctx: Context[Any]
) -> CommonError:
    """Give what refuses a call, given what was asked for it; where nothing was, a human is asked now."""
    if isinstance(found, Approval):
        if found.state == "denied":
            return CommonError("forbidden", "A human has denied this call.")
        return _required(found, _WAITS)
    visible = shown(given)
    asked = await ask(grant.store, grant.asked, summary=_summary(ctx, visible), given=visible)
    return _required(asked, f"{_USELESS[found]} {_ANEW}" if grant.key else "")


async def _is_needed(gate: ApprovalGate, given: BaseModel, ctx: Context[Any], call: Call) -> bool:
    """Say whether a human has to be asked, which only the action's own function can deny, by ``False``."""
    needed = gate.needed
    if isinstance(needed, bool):
        return needed

    async def is_free() -> bool:
        answer = await called(needed, given, ctx)
        if not isinstance(answer, bool):
            warn_of_answer("needs_approval", ctx, answer, "True or False")
        return answer is False

    # What raises or hangs is answered with False, so the question is whether the call is free.
    return not await answer_in_time(is_free(), "needs_approval", ctx, call)


def definition_digest(action: Action[..., Any]) -> str:
    """Give the digest of what an action is: a grant for what it was before is none for what it is now."""
    definition, described = action.definition, action.prepared.described
    return digest(
        {
            "name": definition.name,
            "title": definition.title,
            "texts": [definition.description, definition.more],
            "uses": [definition.when_to_use, definition.when_not_to_use],
            "hints": [definition.read_only, definition.destructive, definition.idempotent],
            "input": described.schemas["input"],
            "output": described.schemas.get("output"),
            "types": described.definitions,
        }
    )


def _required(approval: Approval, about_key: str) -> CommonError:
    details = {
        "approval_key": approval.key,
        "expires_at": datetime.fromtimestamp(approval.expires_at, UTC).isoformat(timespec="seconds"),
        "summary": approval.summary,
    }
    message = f"A human has to approve this call first. {about_key}".rstrip()
    return CommonError("approval_required", message, details=details)


def _summary(ctx: Context[Any], visible: Any) -> str:
    """Give one line that says what the call would do."""
    line = " ".join(f"{ctx.action} {to_json(visible).decode()}".split())
    return line if len(line) <= MOST_OF_SUMMARY else line[: MOST_OF_SUMMARY - 1] + "…"
