"""JSON Web Tokens that somebody else has signed (RFC 7519, RFC 8725)."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from actionary.action_spec import SchemeSpec
from actionary.auth.bearer import BearerScheme
from actionary.auth.checks import check_texts, fail
from actionary.auth.jwks import FetchedKeys
from actionary.auth.key_set import ALGORITHMS, SHARED, KeySet, KeySetError, read_key_set
from actionary.auth_scheme import AuthUnavailable
from actionary.principal import Principal

if TYPE_CHECKING:
    from jwt import PyJWK

_REQUIRED: Final = ("exp", "iss", "aud", "sub")
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_log: Final = logging.getLogger("actionary")


class _UnfitError(ValueError):
    """A token is not as it has to be; the text holds nothing of it."""


@dataclass(frozen=True, eq=False, kw_only=True)
class JWTAuth(BearerScheme):
    """Callers send ``Authorization: Bearer TOKEN`` with a token of an issuer; needs the extra ``jwt``.

    A token must be signed by a key of the issuer with one of ``algorithms``, be of this
    ``issuer`` and for this ``audience`` (or one of several), and say when it ends;
    clocks may differ by ``leeway`` seconds. Its ``sub`` is the principal's id,
    ``organisation_claim`` names the claim with the organisation, ``scopes_claim`` that
    with the scopes, a text with blanks or a list: ``scope`` or else ``scp`` unless
    given. All of it is in ``claims``.

    The keys are a JWK Set: given as data, ``jwks``, or fetched from ``jwks_url`` when
    the first token comes and again every ``lifetime`` seconds. The address is HTTPS, but
    on this machine or with ``allow_http``.

    Raises:
        ActionDefinitionError: Something of it may not be; the message holds no key.
    """

    issuer: str
    audience: str | Sequence[str]
    jwks: InitVar[Mapping[str, Any] | None] = None
    jwks_url: str | None = None
    algorithms: Sequence[str] = ("RS256", "ES256")
    leeway: float = 30
    organisation_claim: str | None = None
    scopes_claim: str | None = None
    lifetime: float = 600
    allow_http: bool = False
    name: str = "jwt"
    _keys: KeySet | FetchedKeys = field(init=False, repr=False)

    def __post_init__(self, jwks: Mapping[str, Any] | None) -> None:
        check_texts(self)
        _check_installed()
        self._check_claims()
        self._check_algorithms()
        if (jwks is None) == (self.jwks_url is None):
            what = "there are no keys" if jwks is None else "there are `jwks` and a `jwks_url`"
            fail("jwks", what, "give either the JWK Set, `jwks={...}`, or its address, `jwks_url=`")
        keys = self._given_keys(jwks) if self.jwks_url is None else self._keys_at(self.jwks_url)
        object.__setattr__(self, "algorithms", tuple(self.algorithms))
        if not isinstance(self.audience, str):
            object.__setattr__(self, "audience", tuple(self.audience))
        object.__setattr__(self, "_keys", keys)

    @property
    def scheme(self) -> SchemeSpec:
        """What callers are told of it."""
        return SchemeSpec(name=self.name, kind="bearer", format="JWT", description=self.description)

    async def who(self, token: str) -> Principal | None:
        """Say who is known by a token.

        Raises:
            AuthUnavailable: The keys cannot be fetched.
        """
        try:
            return self._principal(self._claims(token, await self._key(token)))
        except AuthUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with what a stranger sent
            why = str(error) if isinstance(error, _UnfitError) else type(error).__name__  # others quote it
            _log.debug("scheme %s refuses a token: %s", self.name, why)
            return None

    async def _key(self, token: str) -> PyJWK:
        """Give the key that a token says it was signed by.

        Raises:
            Exception: The token is out of form, or there is no such key.
        """
        import jwt  # noqa: PLC0415 - an extra

        header = jwt.get_unverified_header(token)
        kid, algorithm = header.get("kid"), header.get("alg")
        if not isinstance(algorithm, str) or algorithm not in self.algorithms:
            raise _UnfitError("its algorithm is none of those that may be")
        keys = self._keys
        key = keys.find(kid, algorithm) if isinstance(keys, KeySet) else await keys.find(kid, algorithm)
        if key is None:
            raise _UnfitError("no key that is known has signed it")
        return key

    def _claims(self, token: str, key: PyJWK) -> dict[str, Any]:
        import jwt  # noqa: PLC0415 - an extra

        return jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            issuer=self.issuer,
            audience=self.audience,
            leeway=self.leeway,
            options={"require": list(_REQUIRED)},
        )

    def _principal(self, claims: dict[str, Any]) -> Principal:
        """Say who a token is about.

        Raises:
            _UnfitError: A claim is not of its form.
        """
        organisation = None
        if self.organisation_claim is not None and claims.get(self.organisation_claim) is not None:
            organisation = _text(claims[self.organisation_claim])
        if self.scopes_claim is not None:
            scopes = claims.get(self.scopes_claim)
        else:
            scopes = claims.get("scope", claims.get("scp"))
        return Principal(
            id=_text(claims["sub"]),
            organisation=organisation,
            scopes=_scopes(scopes),
            claims=MappingProxyType(claims),
        )

    def _check_claims(self) -> None:
        audience: Any = self.audience
        audiences = [audience] if isinstance(audience, str) else audience
        is_list = isinstance(audiences, Sequence) and bool(audiences)
        if not is_list or not all(isinstance(each, str) and each for each in audiences):
            fail(
                "audience", f"{audience!r} is no audience", "name whom tokens have to be for, as they say it"
            )
        _check_name("issuer", self.issuer, "name who signs the tokens, as they say it")
        for claim in ("organisation_claim", "scopes_claim"):
            if getattr(self, claim) is not None:
                _check_name(claim, getattr(self, claim), "name a claim, or leave it out")
        _check_seconds("leeway", self.leeway, 0)
        _check_seconds("lifetime", self.lifetime, 1)

    def _check_algorithms(self) -> None:
        algorithms: Any = self.algorithms
        if isinstance(algorithms, str) or not isinstance(algorithms, Sequence) or not algorithms:
            fail("algorithms", f"{algorithms!r} is no list of algorithms", 'write `algorithms=["RS256"]`')
        for each in algorithms:
            if not isinstance(each, str) or each not in ALGORITHMS:
                known = ", ".join(sorted(ALGORITHMS))
                fail("algorithms", f"{each!r} is no way to sign that is known", f"use some of {known}")
        shared = SHARED.intersection(algorithms)
        if shared and not SHARED.issuperset(algorithms):
            fail(
                "algorithms",
                "algorithms with a shared secret stand beside those with public keys",
                "use the kind that the issuer signs with; whoever has a public key could sign with the other",
            )
        if shared and self.jwks_url is not None:
            fail("algorithms", "a shared secret is not to be had at an address", "give it as `jwks=`")

    def _given_keys(self, jwks: Mapping[str, Any] | None) -> KeySet:
        def unfit(what: str) -> None:
            raise KeySetError(what)

        try:
            return read_key_set(jwks, self.algorithms, unfit)
        except KeySetError as error:
            fail("jwks", str(error), "give the JWK Set that the issuer publishes")

    def _keys_at(self, url: Any) -> FetchedKeys:
        mend = 'give an address such as "https://login.example/.well-known/jwks.json"'
        try:
            parts = urlsplit(url)
            host, with_login = parts.hostname, parts.username is not None or parts.password is not None
            port_is_fine = parts.port != 0
        except (ValueError, TypeError, AttributeError):
            fail("jwks_url", "it is no address", mend)
        if parts.scheme not in {"https", "http"} or not host or not port_is_fine:
            fail("jwks_url", "it is no address", mend)
        if with_login:
            fail("jwks_url", "it holds a name or a password, which would be seen", mend)
        if parts.scheme == "http" and host not in _LOCAL and not self.allow_http:
            what = "whoever is on the way there could give keys of their own"
            fail("jwks_url", what, "use https, or `allow_http=True` where the way is safe")
        return FetchedKeys(url, tuple(self.algorithms), self.lifetime)


def _check_installed() -> None:
    try:
        from jwt.algorithms import has_crypto  # noqa: PLC0415 - an extra
    except ImportError:
        has_crypto = False
    if not has_crypto or find_spec("httpx2") is None:
        what = "tokens are checked by packages that are not installed"
        fail("", what, "pip install 'actionary[jwt]'")


def _check_name(name: str, value: Any, mend: str) -> None:
    if not isinstance(value, str) or not value:
        fail(name, f"{value!r} is no text that could be one", mend)


def _check_seconds(name: str, value: Any, least: float) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not least <= value < math.inf:
        fail(name, f"{value!r} are no seconds", f"give a number of seconds, {least} or more")


def _text(value: Any) -> str:
    """Give a claim that has to be a text.

    Raises:
        _UnfitError: It is none, or holds half a character.
    """
    if not isinstance(value, str) or not value or any("\ud800" <= each <= "\udfff" for each in value):
        raise _UnfitError("a claim that has to be a text is none")
    return value


def _scopes(claim: Any) -> frozenset[str]:
    if claim is None:
        return frozenset()
    given = claim.split() if isinstance(claim, str) else claim
    if not isinstance(given, list):
        raise _UnfitError("the scopes are neither a text nor a list")
    return frozenset(map(_text, given))
