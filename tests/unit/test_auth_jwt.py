"""`JWTAuth`: which tokens say who calls, and what of its definition may be."""

from __future__ import annotations

import base64
import json
import logging
import sys
import time
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from actionary import ActionDefinitionError, Principal
from actionary.action_spec import SchemeSpec
from actionary.auth import JWTAuth
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

RSA = rsa.generate_private_key(65537, 2048)
STRANGER = rsa.generate_private_key(65537, 2048)
CURVE = ec.generate_private_key(ec.SECP256R1())
EDWARDS = ed25519.Ed25519PrivateKey.generate()
SHARED = b"0123456789abcdef0123456789abcdef"
ISSUER, AUDIENCE = "https://login.example/", "shop"


def public(key: Any, **more: Any) -> dict[str, Any]:
    """Give the public half of a key as a JWK."""
    kinds = {"RSAPublicKey": RSAAlgorithm, "ECPublicKey": ECAlgorithm, "Ed25519PublicKey": OKPAlgorithm}
    half = key.public_key()
    to_jwk = next(each.to_jwk for name, each in kinds.items() if name in type(half).__name__)
    return {**json.loads(to_jwk(half)), **more}


def octets(secret: bytes, **more: Any) -> dict[str, Any]:
    return {"kty": "oct", "k": base64.urlsafe_b64encode(secret).rstrip(b"=").decode(), **more}


JWKS = {"keys": [public(RSA, kid="rsa"), public(CURVE, kid="ec")]}


def auth_of(**changes: Any) -> JWTAuth:
    return JWTAuth(**{"issuer": ISSUER, "audience": AUDIENCE, "jwks": JWKS, **changes})


def token(
    key: Any = RSA,
    algorithm: str | None = "RS256",
    kid: str | None = "rsa",
    headers: dict[str, Any] | None = None,
    **changes: Any,
) -> str:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "exp": time.time() + 600, **changes}
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, key, algorithm, headers={**({"kid": kid} if kid else {}), **(headers or {})})


async def ask(auth: JWTAuth, sent: str) -> Any:
    return await auth(SimpleNamespace(scope={"headers": [(b"authorization", f"Bearer {sent}".encode())]}))


async def test_a_token_says_who_calls():
    who = await ask(auth_of(organisation_claim="org_id"), token(org_id="acme", scope="read  write", x=[1]))
    assert (who.id, who.organisation, who.scopes) == ("ann", "acme", {"read", "write"})
    assert (who.claims["x"], who.claims["iss"]) == ([1], ISSUER)
    with pytest.raises(TypeError):
        who.claims["x"] = 2


@pytest.mark.parametrize(
    ("field", "claims", "scopes"),
    [
        (None, {}, set()),
        (None, {"scope": "a b"}, {"a", "b"}),
        (None, {"scp": ["a", "b"]}, {"a", "b"}),
        (None, {"scp": "a b"}, {"a", "b"}),
        (None, {"scope": "a", "scp": ["b"]}, {"a"}),
        (None, {"scope": ""}, set()),
        ("permissions", {"permissions": ["a"], "scope": "b"}, {"a"}),
        ("permissions", {"scope": "b"}, set()),
    ],
)
async def test_scopes_are_a_text_or_a_list(field, claims, scopes):
    who = await ask(auth_of(scopes_claim=field), token(**claims))
    assert who.scopes == scopes


@pytest.mark.parametrize("kid", ["rsa", None])
async def test_a_token_without_a_key_id_is_for_the_only_key_of_its_algorithm(kid):
    assert await ask(auth_of(), token(kid=kid)) is not None
    two = {"keys": [*JWKS["keys"], public(STRANGER, kid="other")]}
    assert (await ask(auth_of(jwks=two), token(kid=kid)) is not None) == (kid == "rsa")


@pytest.mark.parametrize(
    ("key", "algorithm", "jwk"),
    [
        (RSA, "PS256", public(RSA, kid="rsa")),
        (RSA, "RS512", public(RSA, kid="rsa", alg="RS512", use="sig")),
        (CURVE, "ES256", public(CURVE, kid="rsa")),
        (EDWARDS, "EdDSA", public(EDWARDS, kid="rsa", key_ops=["verify"])),
        (SHARED, "HS256", octets(SHARED, kid="rsa")),
    ],
)
async def test_the_definition_says_which_algorithms_may_be(key, algorithm, jwk):
    auth = auth_of(jwks={"keys": [jwk]}, algorithms=[algorithm])
    assert isinstance(await ask(auth, token(key, algorithm)), Principal)


NOW = time.time()
PUBLIC_TEXT = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def unsigned(**header: Any) -> str:
    def part(data: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()

    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "exp": NOW + 600}
    return f"{part({'alg': 'none', 'kid': 'rsa', **header})}.{part(claims)}."


def signed_by_public_key() -> str:
    """Sign with what everybody knows: the oldest attack on those who mix kinds of algorithms."""
    head = unsigned(alg="HS256").removesuffix(".")
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
        head.encode(), PUBLIC_TEXT
    )
    return f"{head}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


REFUSED = {
    "signed by a stranger": token(STRANGER),
    "signed by a stranger without a key id": token(STRANGER, kid=None),
    "an unknown key": token(kid="other"),
    "a key of another kind": token(kid="ec"),
    "another algorithm than may be": token(algorithm="RS384"),
    "not signed": unsigned(),
    "not signed and empty": unsigned() + "e30",
    "signed by the public key": signed_by_public_key(),
    "an algorithm that is no text": unsigned(alg=["RS256"]),
    "a key id that is no text": unsigned(alg="RS256", kid=7),
    "a critical header": token(headers={"crit": ["x"], "x": 1}),
    "over": token(exp=NOW - 60),
    "without an end": token(exp=None),
    "an end that is no number": token(exp="soon"),
    "an end beyond all numbers": token(exp=float("inf")),
    "not yet": token(nbf=NOW + 600),
    "made in the future": token(iat=NOW + 600),
    "another issuer": token(iss="https://login.example"),
    "no issuer": token(iss=None),
    "another audience": token(aud="shops"),
    "audiences without ours": token(aud=["a", "b"]),
    "no audience": token(aud=None),
    "about nobody": token(sub=None),
    "about an empty text": token(sub=""),
    "about a number": token(sub=7),
    "about half a character": token(sub="\ud800"),
    "an organisation that is no text": token(org_id=7),
    "scopes that are a number": token(scope=7),
    "scopes that are no texts": token(scp=["a", 7]),
    "changed": token()[:-8] + "AAAAAAAA",
    "one part": "abc",
    "two parts": "abc.def",
    "five parts": "a.b.c.d.e",
    "dots": "...",
    "deep": base64.urlsafe_b64encode(b"[" * 9000).rstrip(b"=").decode() + ".e30.e30",
    "a header that is no object": base64.urlsafe_b64encode(b'"RS256"').decode().rstrip("=") + ".e30.e30",
}


@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED.keys())
async def test_other_tokens_say_nothing_and_stand_in_no_log(sent, caplog):
    caplog.set_level(logging.DEBUG)
    assert await ask(auth_of(organisation_claim="org_id"), sent) is None
    assert "scheme jwt refuses a token: " in caplog.text
    assert sent not in caplog.text
    assert [part for part in sent.split(".") if len(part) > 3 and part in caplog.text] == []


async def test_clocks_may_differ_by_the_leeway():
    over = token(exp=time.time() - 120)
    assert await ask(auth_of(), over) is None
    assert await ask(auth_of(leeway=0), over) is None
    assert await ask(auth_of(leeway=3600), over) is not None


async def test_a_token_may_be_for_one_of_several_audiences():
    auth = auth_of(audience=["a", AUDIENCE])
    assert auth.audience == ("a", AUDIENCE)
    assert await ask(auth, token(aud=["b", AUDIENCE])) is not None
    assert await ask(auth, token(aud=["b"])) is None


@pytest.mark.parametrize("more", [{"use": "enc"}, {"key_ops": ["encrypt"]}, {"key_ops": 7}, {"alg": "RS512"}])
def test_keys_for_something_else_are_none(more):
    with pytest.raises(ActionDefinitionError, match="holds no key for ES256, RS256"):
        auth_of(jwks={"keys": [public(RSA, **more), {"kty": ["RSA"]}, {"kty": "EC", "crv": "P-9"}]})


SECRET = octets(SHARED)["k"]
PRIVATE = json.loads(RSAAlgorithm.to_jwk(RSA))
MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"jwks": None}, "jwks", "there are no keys"),
    ({"jwks_url": "https://a.example"}, "jwks", "there are `jwks` and a `jwks_url`"),
    ({"jwks": {}}, "jwks", "no JWK Set"),
    ({"jwks": []}, "jwks", "no JWK Set"),
    ({"jwks": {"keys": []}}, "jwks", "holds no key for ES256, RS256"),
    ({"jwks": {"keys": [7]}}, "jwks", "key number 1 is no JWK"),
    ({"jwks": {"keys": [public(RSA, kid=7)]}}, "jwks", "key number 1 has a `kid` that is no text"),
    ({"jwks": {"keys": [public(RSA, n="!")]}}, "jwks", "key number 1 cannot be read"),
    ({"jwks": {"keys": [*JWKS["keys"], PRIVATE]}}, "jwks", "key number 3 is private"),
    (
        {"jwks": {"keys": [public(rsa.generate_private_key(65537, 1024))]}},
        "jwks",
        "key number 1 is too short for RS256",
    ),
    (
        {"jwks": {"keys": [octets(b"short")]}, "algorithms": ["HS256"]},
        "jwks",
        "key number 1 is too short for HS256",
    ),
    ({"jwks": {"keys": [octets(SHARED)]}}, "jwks", "holds no key for"),
    ({"algorithms": ["none"]}, "algorithms", "'none' is no way to sign"),
    ({"algorithms": ["RS256", "HS256"]}, "algorithms", "shared secret stand beside"),
    ({"algorithms": "RS256"}, "algorithms", "no list"),
    ({"algorithms": []}, "algorithms", "no list"),
    ({"algorithms": [7]}, "algorithms", "7 is no way to sign"),
    ({"issuer": ""}, "issuer", "no text"),
    ({"issuer": None}, "issuer", "no text"),
    ({"audience": ""}, "audience", "no audience"),
    ({"audience": []}, "audience", "no audience"),
    ({"audience": None}, "audience", "no audience"),
    ({"audience": ["a", 7]}, "audience", "no audience"),
    ({"leeway": -1}, "leeway", "no seconds"),
    ({"leeway": float("inf")}, "leeway", "no seconds"),
    ({"leeway": True}, "leeway", "no seconds"),
    ({"lifetime": 0}, "lifetime", "no seconds"),
    ({"organisation_claim": ""}, "organisation_claim", "no text"),
    ({"scopes_claim": 7}, "scopes_claim", "no text"),
    ({"name": "a b"}, "name", "no name"),
]
URLS: list[tuple[Any, str]] = [
    ("login.example/jwks", "no address"),
    ("file:///etc/passwd", "no address"),
    ("https://", "no address"),
    ("https://a.example:99999", "no address"),
    ("https://[", "no address"),
    (7, "no address"),
    (f"https://ann:{SECRET}@a.example", "holds a name or a password"),
    ("http://a.example/jwks", "keys of their own"),
]
MISTAKES += [({"jwks": None, "jwks_url": url}, "jwks_url", what) for url, what in URLS]
MISTAKES += [
    (
        {"jwks": None, "jwks_url": "https://a.example", "algorithms": ["HS256"]},
        "algorithms",
        "not to be had at an address",
    )
]


@pytest.mark.parametrize(("changes", "field", "what"), MISTAKES)
def test_a_mistake_names_its_field_and_no_key(changes, field, what):
    with pytest.raises(ActionDefinitionError) as caught:
        auth_of(**changes)
    assert caught.value.field == field
    assert what in caught.value.what
    assert caught.value.where.file == __file__
    for secret in (SECRET, PRIVATE["d"], PRIVATE["n"]):
        assert secret not in f"{caught.value}"


def test_no_shared_secret_is_in_what_it_shows():
    auth = auth_of(jwks={"keys": [octets(SHARED)]}, algorithms=["HS256"])
    assert SECRET not in f"{auth!r} {vars(auth)!r} {auth.scheme!r}"
    assert SHARED.decode() not in f"{auth!r} {vars(auth)!r} {auth.scheme!r}"


def test_callers_are_told_that_it_is_a_jwt():
    assert auth_of(description="Log in.").scheme == SchemeSpec(
        name="jwt", kind="bearer", format="JWT", description="Log in."
    )


@pytest.mark.parametrize("url", ["http://localhost:1/jwks", "http://127.0.0.1/", "http://[::1]/"])
def test_an_address_on_this_machine_needs_no_https(url):
    assert auth_of(jwks=None, jwks_url=url).jwks_url == url


def test_another_one_only_where_that_is_said():
    assert auth_of(jwks=None, jwks_url="http://idp.internal/jwks", allow_http=True).allow_http


@pytest.mark.parametrize("package", ["jwt.algorithms", "httpx2", "cryptography"])
def test_without_the_extra_the_mistake_says_what_to_install(package, monkeypatch):
    if package == "cryptography":
        monkeypatch.setattr(jwt.algorithms, "has_crypto", False)
    else:
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ActionDefinitionError, match=r"pip install 'actionary\[jwt\]'"):
        auth_of()
