"""Has the action what it needs of others: its ``credentials`` are looked up right before it runs (R000.9).

Each is what was given for the call, or what the resolvers have in its own scope, in the
project, or in the organisation of who calls, in that order. One that is there and does
not fit is not passed over: another account would be used than was meant.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from actionary.context import Context
from actionary.credentials.credential import Credential
from actionary.credentials.resolvers import CredentialScope, Resolvers
from actionary.credentials.values import Credentials, read_fields
from actionary.defining import AnyAction
from actionary.failures import invalid_output
from actionary.gates.auth import answer_in_time
from actionary.leaks import Secrets
from actionary.outputs import OutputError
from actionary.result import ActionError, CommonError, unavailable
from actionary.running import Call
from actionary.threads import called
from actionary.unquoted import unquoted

_log: Final = logging.getLogger("actionary")


@dataclass(frozen=True, slots=True)
class CredentialGate:
    """The credentials that an action needs, and who has them."""

    needed: tuple[Credential[Any], ...]
    resolvers: Resolvers


async def give_credentials(gate: CredentialGate, ctx: Context[Any], call: Call) -> None:
    """Let the handler see the credentials of its action.

    Raises:
        CommonError: ``missing_credentials`` with the keys of all that are not set, or do not fit;
            or ``unavailable``: who has them raised, or took too long.
    """
    found = await answer_in_time(_found(gate, ctx), "credentials", ctx, call)
    if found is False:  # which is logged, with no text that may hold a secret
        raise unavailable()
    missing = [credential.key for credential in gate.needed if credential.key not in found]
    if missing:
        keys = ", ".join(missing)
        raise CommonError(
            "missing_credentials", f"These credentials are not set: {keys}.", details={"keys": missing}
        )
    ctx.take_credentials(Credentials(found), Secrets(found.values()))


async def unleaked(
    ran: Awaitable[tuple[Any, bytes]], action: AnyAction, ctx: Context[Any]
) -> tuple[Any, bytes]:
    """Give what came of a run, unless a secret is in it.

    Raises:
        ActionError: The run failed; or ``invalid_output``: the result, or the declared error, holds one.
    """
    secrets = ctx.secrets
    try:
        value, json = await ran
    except BaseException as error:
        if not isinstance(error, ActionError) or not _tells(error, action, secrets):
            secrets.conceal(error)
            raise
        what = f"its error {error.code}"
    else:
        if not secrets.are_in(value, json):
            return value, json
        what = "the result"
    unfit = OutputError(f"{what} holds a secret of its credentials; leave that out")
    raise invalid_output(ctx, unfit) from unfit


async def _found(gate: CredentialGate, ctx: Context[Any]) -> dict[str, BaseModel]:
    found = {each.key: await _value_of(each, gate.resolvers, ctx) for each in gate.needed}
    return {key: value for key, value in found.items() if value is not None}


async def _value_of(credential: Credential[Any], resolvers: Resolvers, ctx: Context[Any]) -> BaseModel | None:
    """Give a credential's value, ``None`` where there is none that fits."""
    if credential.key in ctx.given_credentials:
        return _fitted(credential, ctx.given_credentials.get(credential.key), ctx, "given for the call")
    for scope in _scopes_of(credential, ctx):
        for resolver in resolvers:
            value = await called(resolver.resolve, credential, scope)
            if value is not None:
                return _fitted(credential, value, ctx, f"of the {scope.kind}")
    _log.info(
        "action %s: its credential %s is not set (request %s)", ctx.action, credential.key, ctx.request_id
    )
    return None


def _scopes_of(credential: Credential[Any], ctx: Context[Any]) -> Iterator[CredentialScope]:
    """Give the scopes to look in, its own first; those of a caller nobody knows are left out."""
    who = ctx.principal
    for kind in dict.fromkeys((credential.scope or "project", "project", "organisation")):
        if kind == "project":
            yield CredentialScope("project")
        elif kind == "user" and who is not None:
            yield CredentialScope("user", who.id)
        elif kind == "organisation" and who is not None and who.organisation is not None:
            yield CredentialScope("organisation", who.organisation)


def _fitted(credential: Credential[Any], value: Any, ctx: Context[Any], whose: str) -> BaseModel | None:
    """Give a value as the model of its credential; ``None``, and a line in the log, where it does not fit."""
    try:
        fitted: BaseModel = read_fields(credential, value)
    except ValidationError as error:
        why = _why_unfit(credential, error)
    except Exception as error:  # noqa: BLE001 - no mapping, or a validator of the user's own model
        why = unquoted("reading it", error)  # whose text may hold a secret
    else:
        return fitted
    _log.error(
        "action %s: its credential %s, %s, does not fit: %s (request %s)",
        ctx.action,
        credential.key,
        whose,
        why,
        ctx.request_id,
    )
    return None


def _why_unfit(credential: Credential[Any], error: ValidationError) -> str:
    """Name the fields that do not fit, and never their values."""
    wrong = error.errors(include_url=False, include_context=False, include_input=False)
    return ", ".join(
        f"{'.'.join(map(str, each['loc'])) or credential.fields.__name__} ({each['type']})" for each in wrong
    )


def _tells(error: ActionError[Any], action: AnyAction, secrets: Secrets) -> bool:
    """Say whether a declared error, whose details fit by now, holds a secret."""
    if isinstance(error, CommonError):
        return False
    write = action.prepared.write_details.get(error.code)
    written = b"" if write is None else write(error.details)[1]
    return secrets.are_in_text(error.message) or secrets.are_in(error.details, written)
