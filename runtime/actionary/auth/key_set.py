"""The keys of a JWK Set (RFC 7517) that may sign tokens, each bound to its algorithms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jwt import PyJWK

_FITS: Final[Mapping[tuple[str, str | None], frozenset[str]]] = {
    ("RSA", None): frozenset("RS256 RS384 RS512 PS256 PS384 PS512".split()),
    ("EC", "P-256"): frozenset({"ES256"}),
    ("EC", "P-384"): frozenset({"ES384"}),
    ("EC", "P-521"): frozenset({"ES512"}),
    ("OKP", "Ed25519"): frozenset({"EdDSA"}),
    ("OKP", "Ed448"): frozenset({"EdDSA"}),
    ("oct", None): frozenset("HS256 HS384 HS512".split()),
}
"""Which algorithms a key of a kind, and for some a curve, can be for."""

SHARED: Final = _FITS["oct", None]
"""Algorithms whose keys are secrets that both sides share."""

ALGORITHMS: Final = frozenset().union(*_FITS.values())
"""Every algorithm that a token may be signed by; ``none`` is no signature."""


class KeySetError(ValueError):
    """A JWK Set, or a key of it, cannot be used; the text holds nothing of a key."""


class KeySet:
    """Keys by their id and algorithm. A token without an id is for the only key of its algorithm."""

    def __init__(self, keys: Iterable[tuple[str | None, str, PyJWK]]) -> None:
        self._keys: Final[dict[tuple[str | None, str], PyJWK]] = {}
        self._alone: Final[dict[str, PyJWK | None]] = {}
        for kid, algorithm, key in keys:
            if kid is not None:
                self._keys[kid, algorithm] = key
            self._alone[algorithm] = None if algorithm in self._alone else key

    def find(self, kid: str | None, algorithm: str) -> PyJWK | None:
        """Give the key that a token says it was signed by."""
        return self._alone.get(algorithm) if kid is None else self._keys.get((kid, algorithm))


def read_key_set(data: Any, algorithms: Iterable[str], unfit: Callable[[str], None]) -> KeySet:
    """Read the keys that are for some of these algorithms; all others are left out.

    ``unfit`` is told of each key that is for them and cannot be used; it may raise.

    Raises:
        KeySetError: It is no JWK Set, or holds no key for them.
    """
    keys: Any = data.get("keys") if isinstance(data, Mapping) else None
    if not isinstance(keys, list):
        raise KeySetError("it is no JWK Set, an object with a list of `keys`")
    read: list[tuple[str | None, str, PyJWK]] = []
    for number, jwk in enumerate(keys, 1):
        try:
            read += [(_kid_of(jwk), each, _key(jwk, each)) for each in _algorithms_of(jwk, algorithms)]
        except KeySetError as error:
            unfit(f"key number {number} {error}")
    if not read:
        raise KeySetError(f"it holds no key for {', '.join(sorted(algorithms))}")
    return KeySet(read)


def _algorithms_of(jwk: Any, algorithms: Iterable[str]) -> list[str]:
    """Name those of the algorithms that a key is for."""
    if not isinstance(jwk, Mapping):
        raise KeySetError("is no JWK, an object")
    kind, curve = jwk.get("kty"), jwk.get("crv")
    if kind != "oct" and "d" in jwk:
        raise KeySetError("is private: whoever checks tokens needs the public one only")
    operations = jwk.get("key_ops", ["verify"])
    may_verify = isinstance(operations, list) and "verify" in operations and jwk.get("use", "sig") == "sig"
    if not may_verify or not isinstance(kind, str) or not isinstance(curve, str | None):
        return []
    fitting = _FITS.get((kind, curve if kind in {"EC", "OKP"} else None), frozenset())
    return [each for each in algorithms if each in fitting and jwk.get("alg", each) == each]


def _kid_of(jwk: Mapping[str, Any]) -> str | None:
    kid = jwk.get("kid")
    if not isinstance(kid, str | None):
        raise KeySetError("has a `kid` that is no text")
    return kid


def _key(jwk: Mapping[str, Any], algorithm: str) -> PyJWK:
    from jwt import PyJWK  # noqa: PLC0415 - an extra

    try:
        key = PyJWK(dict(jwk), algorithm)
        too_short = key.Algorithm.check_key_length(key.key)
    except Exception as error:  # noqa: BLE001 - the library's own, and of what it stands on; texts quote keys
        raise KeySetError(f"cannot be read ({type(error).__name__})") from None
    if too_short:
        raise KeySetError(f"is too short for {algorithm}")
    return key
