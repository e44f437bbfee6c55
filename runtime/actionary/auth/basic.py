"""A name and a password in the header ``Authorization`` (RFC 7617)."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, InitVar, dataclass, field
from typing import Any, Final

from actionary.action_spec import SchemeSpec
from actionary.auth.checks import check_sources, check_texts, fail, fitting, known_by, plain
from actionary.auth.headers import challenge, credentials
from actionary.auth.known import Known, Logins
from actionary.auth.verify import Answer, VerifyLogin, ask
from actionary.auth_scheme import AuthScheme
from actionary.context import Request
from actionary.principal import Principal

_USER: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff:]+")
_PASSWORD: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


@dataclass(frozen=True, eq=False)
class BasicAuth(AuthScheme):
    """Callers send a name and a password, as browsers and ``curl -u`` do; only ever over HTTPS.

    ``logins`` says who is known by which name and password, ``verify`` is a function of
    the two that says it; one of the two is given. An empty ``logins`` lets nobody in.
    Only a digest of them is kept. Whoever stores passwords stores slow hashes of them,
    and compares those in a ``verify``.

    Raises:
        ActionDefinitionError: Something of it may not be; the message holds no name and no password.
    """

    logins: InitVar[Logins | None] = None
    _: KW_ONLY
    verify: VerifyLogin | None = None
    name: str = "basic"
    _known: Known | None = field(init=False, repr=False)

    def __post_init__(self, logins: Logins | None) -> None:
        check_texts(self)
        check_sources("logins", logins, self.verify, 2)
        known = None
        if logins is not None:
            pairs = list(_pairs(logins))
            fitting("logins", [user for user, _ in pairs], _USER, "use a name without colons and controls")
            fitting("logins", [word for _, word in pairs], _PASSWORD, "use a password without controls")
            written = [_joined(plain(user), plain(word)) for user, word in pairs]
            known = known_by("logins", written, logins.values())
        object.__setattr__(self, "_known", known)

    @property
    def scheme(self) -> SchemeSpec:
        """What callers are told of it."""
        return SchemeSpec(name=self.name, kind="basic", description=self.description)

    async def __call__(self, request: Request) -> Answer:
        """Say who is known by a request's name and password."""
        sent = credentials(request, b"basic")
        login = None if sent is None else _login(sent)
        if login is None:
            return None
        if self._known is not None:
            return self._known.who(_joined(*login))
        assert self.verify is not None, "the definition was checked"  # noqa: S101 - tells the type checkers
        return await ask(self.verify, *login)

    def challenge(self, request: Request, scopes: frozenset[str]) -> str:
        """Ask for a name and a password, in UTF-8 (RFC 7617 §2.1)."""
        del request, scopes
        return challenge("Basic", realm=self.realm, charset="UTF-8")


def _pairs(logins: Mapping[Any, Principal]) -> Iterator[tuple[Any, Any]]:
    for number, login in enumerate(logins, 1):
        if not isinstance(login, tuple) or len(login) != 2:
            what = f"number {number} is a {type(login).__name__}"
            fail("logins", what, "let each be a tuple of a name and a password")
        yield login


def _joined(user: str, password: str) -> bytes:
    """Write a login in one way: one letter may be written with several code points."""
    return unicodedata.normalize("NFC", f"{user}:{password}").encode()


def _login(sent: bytes) -> tuple[str, str] | None:
    """Read a name and a password; ``None`` for what is none."""
    try:
        text = unicodedata.normalize("NFC", base64.b64decode(sent, validate=True).decode())
    except (binascii.Error, UnicodeDecodeError):
        return None
    user, colon, password = text.partition(":")
    if not colon or not _USER.fullmatch(user) or not _PASSWORD.fullmatch(password):
        return None
    return user, password
