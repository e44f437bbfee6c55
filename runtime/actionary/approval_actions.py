"""The actions by which humans decide about calls: a registry with an ``approver`` has them.

They are actions like any others, so OpenAPI, clients and documentation have them. No
model sees them, and keys stand in no URL, which proxies log.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, Field

from actionary.approvals import Approval, Decision, DecisionError, State, decide, find, page
from actionary.away import own_store
from actionary.context import Context
from actionary.defining import AnyAction, define_action
from actionary.fields import ActionFields, Auth, Cursor, Http
from actionary.principal import organisation_of
from actionary.result import ActionError
from actionary.store import StorePlace

Key = Annotated[str, Field(description="The key that the refused call was answered with.", max_length=64)]


class AskedCall(BaseModel):
    """A call that somebody wants to make, and what became of that."""

    key: str = Field(description="What the caller repeats the call with once it is approved.")
    state: State = Field(description="Whether it waits, may be made, may not, or was made.")
    action: str
    summary: str = Field(description="One line of what the call would do.")
    input: Any = Field(description="The input, with asterisks for its secrets.")
    principal: str | None = Field(description="Who wants to make the call, where that is known.")
    organisation: str | None
    asked_at: AwareDatetime
    expires_at: AwareDatetime = Field(description="Until when it can be decided about and made.")
    decided_by: str | None = Field(description="Who decided, where that is known.")


class AskedCalls(BaseModel):
    """Calls that somebody wants to make."""

    approvals: list[AskedCall]
    next_cursor: str | None = Field(description="What leads to the next page; null on the last one.")


class NoSuchApproval(ActionError[None], code="no_such_approval", status=404):
    """There is nothing under this key, or it has expired."""


class AlreadyDecided(ActionError[None], code="already_decided", status=409):
    """The call was denied before, or it was made already."""


def approval_actions(approver: Auth, place: StorePlace) -> list[AnyAction]:
    """Make the actions by which those whom ``approver`` lets in decide about calls."""

    async def list_approvals(
        state: Annotated[State, Field(description="What became of them.")] = "pending",
        cursor: Annotated[str | None, Field(description="The next_cursor of the page before.")] = None,
        *,
        ctx: Context[Any],
    ) -> AskedCalls:
        """List the calls that wait for a human's yes, or that had one."""
        shown: list[AskedCall] = []
        after: str | None = cursor or ""
        while not shown and after is not None:  # what others are may fill whole pages
            with own_store():
                found, after = await page(place.ready(), after, organisation=organisation_of(ctx.principal))
            shown = [view(approval) for approval in found if approval.state == state]
        return AskedCalls(approvals=shown, next_cursor=after)

    async def show_approval(key: Key, *, ctx: Context[Any]) -> AskedCall:
        """Show a call that somebody wants to make, with its input."""
        with own_store():
            found = await find(place.ready(), key, organisation=organisation_of(ctx.principal))
        if found is None:
            raise NoSuchApproval("There is nothing under this key, or it has expired.")
        return view(found)

    async def approve_call(key: Key, *, ctx: Context[Any]) -> AskedCall:
        """Say that a call may be made, once, by who asked for it."""
        return await _decided(place, key, "approved", ctx)

    async def deny_call(key: Key, *, ctx: Context[Any]) -> AskedCall:
        """Say that a call may not be made; what was approved may be denied until it is made."""
        return await _decided(place, key, "denied", ctx)

    decides: ActionFields = {
        "http": Http("POST"),
        "idempotent": True,
        "destructive": False,
        "errors": [NoSuchApproval, AlreadyDecided],
    }
    shows: ActionFields = {"http": Http("POST"), "read_only": True, "errors": [NoSuchApproval]}
    return [
        _made(list_approvals, "", approver, {"http": Http("GET"), "paginate": Cursor(items="approvals")}),
        _made(show_approval, "/show", approver, shows),
        _made(approve_call, "/approve", approver, decides),
        _made(deny_call, "/deny", approver, decides),
    ]


def _made(handler: Callable[..., Any], path: str, approver: Auth, fields: ActionFields) -> AnyAction:
    """Make an action at a path that definitions of users may not have."""
    all_fields: ActionFields = {
        "public": True,
        "agent_tool": False,
        "tool_callable": False,
        "open_world": False,
        "tags": ["approvals"],
        "auth": approver,
        **fields,
    }
    action = define_action(handler=handler, **all_fields)
    http = action.definition.http
    assert http is not None, "each of them has one"  # noqa: S101 - tells the type checkers
    definition = replace(action.definition, http=replace(http, path=f"/approvals{path}"))
    return type(action)(definition, handler, action.binding, action.output, is_checked=action.is_checked)


def view(approval: Approval) -> AskedCall:
    """Give an approval as those see it who decide."""
    return AskedCall(
        key=approval.key,
        state=approval.state,
        action=approval.asked.action,
        summary=approval.summary,
        input=approval.given,
        principal=approval.asked.principal,
        organisation=approval.asked.organisation,
        asked_at=datetime.fromtimestamp(approval.asked_at, UTC),
        expires_at=datetime.fromtimestamp(approval.expires_at, UTC),
        decided_by=approval.decided_by,
    )


async def _decided(place: StorePlace, key: str, decision: Decision, ctx: Context[Any]) -> AskedCall:
    by = None if ctx.principal is None else ctx.principal.id
    try:
        with own_store():
            return view(
                await decide(place.ready(), key, decision, by=by, organisation=organisation_of(ctx.principal))
            )
    except DecisionError as refused:
        if refused.reason == "unknown":
            raise NoSuchApproval(str(refused)) from refused
        raise AlreadyDecided(str(refused)) from refused
