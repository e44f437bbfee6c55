"""The steps of calls of which something outlives them: claim, approval, answer, change (DESIGN §4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from pydantic import BaseModel

from actionary.action import AnyAction
from actionary.changes import tell
from actionary.context import Context
from actionary.failures import kept_error
from actionary.gates import Gates
from actionary.gates.approval import approve
from actionary.gates.credentials import give_credentials, unleaked
from actionary.gates.idempotency import Claim, Kept, claim_key
from actionary.result import ActionError
from actionary.running import Call

Outcome: TypeAlias = tuple[Any, bytes]
"""What a call gives: the value, and its JSON."""

Ran: TypeAlias = Callable[[], Awaitable[Outcome]]
"""Lets the handler run, and gives what comes of it."""


async def lasting(
    gates: Gates, action: AnyAction, given: BaseModel, ctx: Context[Any], *, call: Call, ran: Ran
) -> Outcome:
    """Let the handler run if it may, and tell of what it changed.

    Raises:
        ActionError: The call is refused or fails.
    """
    if gates.changes is None:
        return await _once(gates, action, given, ctx, call=call, ran=ran)
    succeeded = False
    try:
        outcome = await _once(gates, action, given, ctx, call=call, ran=ran)
        succeeded = True
    finally:
        await tell(gates.changes, ctx, succeeded=succeeded)
    return outcome


async def _once(
    gates: Gates, action: AnyAction, given: BaseModel, ctx: Context[Any], *, call: Call, ran: Ran
) -> Outcome:
    """Let the handler run if a human says yes, with its credentials, and once for its idempotency key."""
    claim = None
    if gates.keys is not None:
        begins = gates.approval is None and gates.credentials is None
        claim = await claim_key(gates.keys, given, ctx, call, begins=begins)
    if isinstance(claim, Kept):
        return claim.give(ctx)
    try:
        if gates.approval is not None:
            await approve(gates.approval, given, ctx, call)
        if gates.credentials is not None:
            await give_credentials(gates.credentials, ctx, call)
        if claim is not None:
            await claim.begin(call)
    except BaseException:
        if claim is not None:
            await claim.release()
        raise
    outcome = ran() if gates.credentials is None else unleaked(ran(), action, ctx)
    return await (outcome if claim is None else _kept(claim, action, outcome))


async def _kept(claim: Claim, action: AnyAction, outcome: Awaitable[Outcome]) -> Outcome:
    """Keep what comes of a call for who repeats it."""
    try:
        value, json = await outcome
    except ActionError as error:
        if error.retryable:
            await claim.release()
        else:
            await claim.keep_error(kept_error(error, action))
        raise
    except BaseException:
        claim.keep_unknown()
        raise
    await claim.keep(json)
    return value, json
