"""The steps of calls of which something outlives them: claim, approval, answer, change (DESIGN §4)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeAlias

from pydantic import BaseModel

from actionary.background import in_background
from actionary.changes import tell
from actionary.context import Context
from actionary.defining import AnyAction
from actionary.failures import kept_error
from actionary.gates import Gates
from actionary.gates.approval import check_approved, use_grant
from actionary.gates.credentials import give_credentials, unleaked
from actionary.gates.idempotency import Claim, Kept, claim_key
from actionary.result import ActionError, CommonError, NotBegunError
from actionary.running import Call

Outcome: TypeAlias = tuple[Any, bytes]
"""What a call gives: the value, and its JSON."""

Ran: TypeAlias = Callable[[], Awaitable[Outcome]]
"""Lets the handler run, and gives what comes of it."""


class Lasting(Protocol):
    """What `lasting` is, for whoever holds on to it."""

    def __call__(
        self, gates: Gates, action: AnyAction, given: BaseModel, ctx: Context[Any], *, call: Call, ran: Ran
    ) -> Awaitable[Outcome]:
        """Do what `lasting` says."""
        ...


async def lasting(
    gates: Gates, action: AnyAction, given: BaseModel, ctx: Context[Any], *, call: Call, ran: Ran
) -> Outcome:
    """Let the handler run if it may, and keep and tell what comes of it.

    That is done whatever becomes of the call meanwhile: what the handler did, it did.

    Raises:
        ActionError: The call is refused or fails.
    """
    claim = await _let_begin(gates, given, ctx, call)
    if isinstance(claim, Kept):
        return claim.give(ctx)
    outcome = ran() if gates.credentials is None else unleaked(ran(), action, ctx)
    try:
        value, json = await outcome
    except ActionError as error:
        await asyncio.shield(in_background(_failed(gates, claim, error, action, ctx)))
        raise
    except BaseException:
        _ = in_background(_cut_off(gates, claim, ctx))  # nobody waits for that
        raise
    await asyncio.shield(in_background(_succeeded(gates, claim, json, ctx)))
    return value, json


async def _let_begin(gates: Gates, given: BaseModel, ctx: Context[Any], call: Call) -> Claim | Kept | None:
    """Claim the key of a call, and let the handler begin if a human says yes, with its credentials.

    A grant is used last, when nothing else can refuse the call.
    """
    claim = None
    if gates.keys is not None:
        begins = gates.approval is None and gates.credentials is None
        claim = await claim_key(gates.keys, given, ctx, call, begins=begins)
    if isinstance(claim, Kept):
        return claim
    try:
        grant = None
        if gates.approval is not None:
            grant = await check_approved(gates.approval, given, ctx, call)
        if gates.credentials is not None:
            await give_credentials(gates.credentials, ctx, call)
        if claim is not None:
            await claim.begin(call)
        if grant is not None:
            await use_grant(grant, given, ctx)
    except BaseException:
        if claim is not None:
            await claim.release()
        raise
    return claim


async def _succeeded(gates: Gates, claim: Claim | None, json: bytes, ctx: Context[Any]) -> None:
    if claim is not None:
        await claim.keep(data=json)
    if gates.changes is not None:
        await tell(gates.changes, ctx, succeeded=True)


async def _failed(
    gates: Gates, claim: Claim | None, error: ActionError[Any], action: AnyAction, ctx: Context[Any]
) -> None:
    if claim is not None:
        # Only the handler's own word that it may run again counts, and that it did not begin.
        own = not isinstance(error, CommonError)
        if isinstance(error, NotBegunError) or (own and error.retryable):
            await claim.give_back()
        else:
            await claim.keep(error=kept_error(error, action))
    if gates.changes is not None:
        await tell(gates.changes, ctx, succeeded=False)


async def _cut_off(gates: Gates, claim: Claim | None, ctx: Context[Any]) -> None:
    if claim is not None:
        await claim.keep_unknown()
    if gates.changes is not None:
        await tell(gates.changes, ctx, succeeded=False)
