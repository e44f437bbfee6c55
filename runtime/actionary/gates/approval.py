"""Has a human said yes to exactly this call: an action's ``needs_approval`` (R001.13, R001.14)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel
from pydantic_core import to_json, to_jsonable_python

from actionary.approvals import Approval, Asked, ask, use
from actionary.canonical import digest_of
from actionary.catalog import digest
from actionary.context import Context
from actionary.gates.auth import answer_in_time, warn_of_answer
from actionary.result import CommonError, unavailable
from actionary.running import Call
from actionary.store import StorePlace, StoreUnavailableError
from actionary.threads import called

if TYPE_CHECKING:
    from actionary.action import Action

GATED: Final = frozenset({"http", "mcp", "app", "tool", "automation"})
"""Callers whose calls a human may have to approve (DESIGN §4)."""

MOST_OF_SUMMARY: Final = 300
"""Characters of a summary."""

NO_STORE: Final = (
    "needs approval, and there is no store to keep that in",
    'give the registry one, such as `Registry(store="sqlite:///state.db")`',
)
"""What is wrong with an action whose registry has no store, and the mend."""

_log: Final = logging.getLogger("actionary")


@dataclass(frozen=True, slots=True)
class ApprovalGate:
    """The action whose calls a human may have to approve, and where that is kept."""

    action: Action[..., Any]
    store: StorePlace | None


async def approve(gate: ApprovalGate, given: BaseModel, ctx: Context[Any], call: Call) -> None:
    """Let a call go on that needs no approval, or that brings a grant for itself, which is used up then.

    Raises:
        CommonError: ``approval_required``: a human was asked now; ``forbidden``: one has denied the
            call; or ``unavailable``: the store is away.
    """
    if ctx.caller not in GATED or not await _is_needed(gate, given, ctx, call):
        return
    if gate.store is None:
        _log.error("%s %s; %s", ctx.action, *NO_STORE)
        raise unavailable()
    principal = ctx.principal
    asked = Asked(
        action=ctx.action,
        definition=definition_digest(gate.action),
        principal=None if principal is None else principal.id,
        organisation=None if principal is None else principal.organisation,
        input=digest_of(given),
    )
    store = gate.store.ready()
    try:
        found = await use(store, ctx.approval, asked) if ctx.approval else None
        if found is None:
            shown = _shown(given, ctx)
            found = await ask(store, asked, summary=_summary(ctx, shown), given=shown)
    except StoreUnavailableError as error:
        _log.error("the store is away: %s", error)
        raise unavailable() from error
    if found.state == "denied":
        raise CommonError("forbidden", "A human has denied this call.")
    if found.state == "pending":
        raise _required(found)


async def _is_needed(gate: ApprovalGate, given: BaseModel, ctx: Context[Any], call: Call) -> bool:
    """Say whether a human has to be asked, which only the action's own function can deny, by ``False``."""
    needed = gate.action.definition.needs_approval
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
            "types": described.definitions,
        }
    )


def _required(approval: Approval) -> CommonError:
    details = {
        "approval_key": approval.key,
        "expires_at": datetime.fromtimestamp(approval.expires_at, UTC).isoformat(timespec="seconds"),
        "summary": approval.summary,
    }
    return CommonError("approval_required", "A human has to approve this call first.", details=details)


def _shown(given: BaseModel, ctx: Context[Any]) -> Any:
    """Give an input as a human may see it, as JSON data; secrets are asterisks."""
    try:
        return to_jsonable_python(given, by_alias=True, fallback=lambda value: f"<{type(value).__name__}>")
    except ValueError as error:  # a serializer of the user's own
        _log.warning("the input of %s cannot be shown: %s (request %s)", ctx.action, error, ctx.request_id)
        return None


def _summary(ctx: Context[Any], shown: Any) -> str:
    """Give one line that says what the call would do."""
    line = " ".join(f"{ctx.action} {to_json(shown).decode()}".split())
    return line if len(line) <= MOST_OF_SUMMARY else line[: MOST_OF_SUMMARY - 1] + "…"
