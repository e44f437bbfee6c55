"""Secrets that were given in a definition, and who is known by each."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Final, TypeAlias

from pydantic import SecretStr

from actionary.principal import Principal

Secrets: TypeAlias = (
    Mapping[str, Principal] | Mapping[SecretStr, Principal] | Mapping[str | SecretStr, Principal]
)
"""Who is known by which secret; three types, since a mapping's keys are of one type only."""

Logins: TypeAlias = (
    Mapping[tuple[str, str], Principal]
    | Mapping[tuple[str, SecretStr], Principal]
    | Mapping[tuple[str, str | SecretStr], Principal]
)
"""Who is known by which name and password."""


class Known:
    """Who is known by which secret; the secrets themselves are not kept.

    What is kept, and looked up, is a digest with a key of this object's own. A look-up
    in a dictionary may take longer the more of two digests agrees; but since nobody
    outside has the key, nobody can foresee the digest of a guess, and the time it
    takes says nothing about the secret. That makes it as safe as to compare with every secret
    in constant time, and it takes as long for one as for a thousand.
    """

    __slots__ = ("_key", "_principals")

    def __init__(self, principals: Mapping[bytes, Principal]) -> None:
        self._key: Final = secrets.token_bytes(32)
        self._principals: Final = {self._digest(secret): who for secret, who in principals.items()}

    def who(self, secret: bytes) -> Principal | None:
        """Give who is known by a secret."""
        return self._principals.get(self._digest(secret))

    def _digest(self, secret: bytes) -> bytes:
        return hmac.digest(self._key, secret, "sha256")
