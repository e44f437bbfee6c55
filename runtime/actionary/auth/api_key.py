"""A key in a header of its own."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, InitVar, dataclass, field
from typing import Any, Final

from actionary.action_spec import SchemeSpec
from actionary.auth.checks import check_sources, check_texts, fail, fitting, known_by, plain
from actionary.auth.headers import challenge, only_value
from actionary.auth.known import Known, Secrets
from actionary.auth.verify import Answer, Verify, ask
from actionary.auth_scheme import AuthScheme
from actionary.context import Request

_KEY: Final = re.compile(r"[!-~]([ -~]*[!-~])?")
"""What a header carries as it is: printable ASCII, no space at either end."""

_HEADER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_TAKEN: Final = frozenset(
    """
    accept actionary-timeout-ms authorization connection content-length content-type cookie expect host
    idempotency-key keep-alive origin proxy-authorization te trailer transfer-encoding upgrade user-agent
    x-request-id
    """.split()
)
"""Headers with a meaning of their own."""


@dataclass(frozen=True, eq=False)
class ApiKeyAuth(AuthScheme):
    """Callers send a key in a header, ``X-Api-Key`` unless ``header`` names another.

    ``keys`` says who is known by which key, ``verify`` is a function of a key that says
    it; one of the two is given. An empty ``keys`` lets nobody in. Only a digest of the
    keys is kept.

    Raises:
        ActionDefinitionError: Something of it may not be; the message holds no key.
    """

    keys: InitVar[Secrets | None] = None
    _: KW_ONLY
    verify: Verify | None = None
    header: str = "X-Api-Key"
    name: str = "api_key"
    _known: Known | None = field(init=False, repr=False)

    def __post_init__(self, keys: Secrets | None) -> None:
        check_texts(self)
        header: Any = self.header
        if not isinstance(header, str) or not _HEADER.fullmatch(header):
            fail("header", f"{header!r} is no name of a header", "use letters, digits and hyphens")
        if header.lower() in _TAKEN:
            mend = "use BearerAuth or BasicAuth" if header.lower() == "authorization" else "use another one"
            fail("header", f"{header} has a meaning of its own", mend)
        check_sources("keys", keys, self.verify, 1)
        known = None
        if keys is not None:
            fitting("keys", keys, _KEY, "use printable ASCII characters, no space at either end")
            known = known_by("keys", [plain(key).encode() for key in keys], keys.values())
        object.__setattr__(self, "_known", known)

    @property
    def scheme(self) -> SchemeSpec:
        """What callers are told of it."""
        return SchemeSpec(name=self.name, kind="api_key", header=self.header, description=self.description)

    async def __call__(self, request: Request) -> Answer:
        """Say who is known by a request's key."""
        sent = only_value(request, self.header.lower())
        if sent is None or not sent.isascii() or not _KEY.fullmatch(sent.decode()):
            return None
        if self._known is not None:
            return self._known.who(sent)
        assert self.verify is not None, "the definition was checked"  # noqa: S101 - tells the type checkers
        return await ask(self.verify, sent.decode())

    def challenge(self, request: Request, scopes: frozenset[str]) -> str:
        """Ask for a key. No standard has a challenge for keys, but a 401 must have one."""
        del request, scopes
        return challenge("ApiKey", realm=self.realm, header=self.header)
