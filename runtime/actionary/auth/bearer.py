"""Bearer tokens in the header ``Authorization`` (RFC 6750)."""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import KW_ONLY, InitVar, dataclass, field
from typing import Final

from actionary.action_spec import SchemeSpec
from actionary.auth.checks import check_sources, check_texts, fail, fitting, known_by, plain
from actionary.auth.headers import challenge, credentials, tries
from actionary.auth.known import Known, Secrets
from actionary.auth.verify import Answer, Verify, ask
from actionary.auth_scheme import AuthScheme
from actionary.context import Request

_TOKEN: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
_FORMAT: Final = re.compile(r"[ -~]{1,64}")


@dataclass(frozen=True, eq=False, kw_only=True)
class BearerScheme(AuthScheme):
    """What all schemes with bearer tokens share: how the token comes, and what a refusal says."""

    async def __call__(self, request: Request) -> Answer:
        """Say who is known by a request's token."""
        token = credentials(request, b"bearer")
        return None if token is None else await self.who(token.decode())

    @abstractmethod
    async def who(self, token: str) -> Answer:
        """Say who is known by a token."""

    def challenge(self, request: Request, scopes: frozenset[str]) -> str:
        """Ask for a token; where one was sent, say that it is no good (RFC 6750 §3)."""
        error = "invalid_token" if tries(request, b"bearer") else ""
        return challenge("Bearer", realm=self.realm, error=error, scope=" ".join(sorted(scopes)))

    def scopes_challenge(self, scopes: frozenset[str]) -> str:
        """Say which scopes a token needs."""
        needed = " ".join(sorted(scopes))
        return challenge("Bearer", realm=self.realm, error="insufficient_scope", scope=needed)


@dataclass(frozen=True, eq=False)
class BearerAuth(BearerScheme):
    """Callers send ``Authorization: Bearer TOKEN``.

    ``tokens`` says who is known by which token, ``verify`` is a function of a token
    that says it; one of the two is given. An empty ``tokens`` lets nobody in. ``format``
    tells people what a token is. Only a digest of the tokens is kept.

    Raises:
        ActionDefinitionError: Something of it may not be; the message holds no token.
    """

    tokens: InitVar[Secrets | None] = None
    _: KW_ONLY
    verify: Verify | None = None
    name: str = "bearer"
    format: str | None = None
    _known: Known | None = field(init=False, repr=False)

    def __post_init__(self, tokens: Secrets | None) -> None:
        check_texts(self)
        if self.format is not None and not _FORMAT.fullmatch(self.format):
            fail("format", f"{self.format!r} is no format", 'name one, such as "JWT", or leave it out')
        check_sources("tokens", tokens, self.verify, 1)
        known = None
        if tokens is not None:
            fitting("tokens", tokens, _TOKEN, "use letters, digits and `-._~+/` (RFC 6750, section 2.1)")
            known = known_by("tokens", [plain(token).encode() for token in tokens], tokens.values())
        object.__setattr__(self, "_known", known)

    @property
    def scheme(self) -> SchemeSpec:
        """What callers are told of it."""
        return SchemeSpec(name=self.name, kind="bearer", format=self.format, description=self.description)

    async def who(self, token: str) -> Answer:
        """Say who is known by a token."""
        if self._known is not None:
            return self._known.who(token.encode())
        assert self.verify is not None, "the definition was checked"  # noqa: S101 - tells the type checkers
        return await ask(self.verify, token)
