"""The header by which a refusal tells a caller how to say who it is."""

from __future__ import annotations

from typing import Any

from actionary.auth_scheme import AuthScheme
from actionary.context import Context
from actionary.gates import Gates
from actionary.gates.authorize import lacks
from actionary.result import Err


def challenge_headers(err: Err, gates: Gates | None, ctx: Context[Any]) -> list[tuple[bytes, bytes]]:
    """Give ``WWW-Authenticate``, where a scheme let the caller not in or it lacks scopes.

    Scopes that are there and an ``authorize`` that says no are no matter of another token.
    """
    if gates is None or not isinstance(gates.auth, AuthScheme) or ctx.request is None:
        return []
    asked: str | None = None
    if err.code == "unauthorized":
        asked = gates.auth.challenge(ctx.request, gates.scopes)
    elif err.code == "forbidden" and gates.scopes and lacks(gates.scopes, ctx.principal):
        asked = gates.auth.scopes_challenge(gates.scopes)
    return [] if asked is None else [(b"www-authenticate", asked.encode())]
