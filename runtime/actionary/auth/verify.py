"""Ask a function of the user's who is known by what a request sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from actionary.auth_scheme import AuthUnavailable
from actionary.principal import Principal
from actionary.running import PASSED_ON
from actionary.threads import ThreadsExhausted, called
from actionary.unquoted import Unquoted, unquoted

Answer: TypeAlias = bool | Principal | None

Verify: TypeAlias = Callable[[str], Answer | Awaitable[Answer]]
"""Who is known by a token or key; a plain function runs in a thread."""

VerifyLogin: TypeAlias = Callable[[str, str], Answer | Awaitable[Answer]]
"""Who is known by a name and a password; a plain function runs in a thread."""


async def ask(verify: Verify | VerifyLogin, *sent: str) -> Answer:
    """Ask a ``verify``. What it raises may quote a secret, so no text of it is kept.

    Raises:
        AuthUnavailable: It says so, or no thread is left for it.
        Unquoted: It raised something else.
    """
    try:
        answer: Answer = await called(verify, *sent)
    except (AuthUnavailable, asyncio.CancelledError, *PASSED_ON):
        raise
    except ThreadsExhausted as error:
        raise AuthUnavailable(str(error)) from None
    except BaseException as error:  # noqa: BLE001 - whatever it raises is told of by its place
        failed = unquoted("verify", error)
    else:
        return answer
    raise Unquoted(failed)  # here, where it has no context that a log would show
