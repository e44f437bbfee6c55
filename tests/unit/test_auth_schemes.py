"""The schemes of `actionary.auth` as they are defined: what may be, and that no secret shows."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from actionary import ActionDefinitionError, Principal, Registry, action, define_actions
from actionary.action_spec import SchemeSpec
from actionary.auth import ApiKeyAuth, AuthUnavailable, BasicAuth, BearerAuth
from actionary.describe import describe
from actionary.fields import Auth
from actionary.settings import Settings
from pydantic import SecretStr

ANN = Principal(id="ann")
BOB = Principal(id="bob")
SECRET = "hunter2-hunter2"


def requested(*headers: tuple[str, str]) -> Any:
    return SimpleNamespace(scope={"headers": [(name.encode(), value.encode()) for name, value in headers]})


SCHEMES: dict[str, Auth] = {
    "bearer": BearerAuth({SECRET: ANN}),
    "hidden bearer": BearerAuth({SecretStr(SECRET): ANN}),
    "key": ApiKeyAuth({SECRET: ANN}),
    "hidden key": ApiKeyAuth({SecretStr(SECRET): ANN}, header="X-Key"),
    "basic": BasicAuth({("ann", SECRET): ANN}),
    "hidden basic": BasicAuth({("ann", SecretStr(SECRET)): ANN}),
}


@pytest.mark.parametrize("auth", SCHEMES.values(), ids=SCHEMES.keys())
def test_no_secret_is_in_what_a_scheme_shows_or_holds(auth):
    assert dataclasses.is_dataclass(auth)
    shown = [repr(auth), str(auth), repr(vars(auth)), repr(auth.scheme)]
    assert [text for text in shown if SECRET in text] == []
    with pytest.raises(dataclasses.FrozenInstanceError):
        auth.name = "other"


@pytest.mark.parametrize("auth", SCHEMES.values(), ids=SCHEMES.keys())
def test_no_secret_is_in_the_catalog_nor_in_the_error_of_a_registry(auth):
    registry = Registry(auth=auth)

    @action(public=True)
    async def hello() -> None:
        """Say hello."""

    define_actions([hello], registry)
    with pytest.raises(ActionDefinitionError, match="is another one here") as caught:
        registry.register([action(public=True, auth=_renamed(auth))(other)])
    assert SECRET not in str(caught.value)
    catalog = describe(registry, Settings(root=None, out=None, title="a", version="1"))
    assert SECRET not in repr(catalog)
    assert catalog.actions[0].scheme == auth.scheme


async def other() -> None:
    """Say more."""


def _renamed(auth: Any) -> Any:
    """Give another scheme of the same name."""
    return BearerAuth(verify=lambda _: ANN, name=auth.name, format="opaque")


def test_a_registry_has_one_scheme_of_a_name():
    def registered(*auths: Any) -> None:
        define_actions(
            [action(public=True, name=f"a{n}", auth=auth)(other) for n, auth in enumerate(auths)], Registry()
        )

    registered(BearerAuth({"a": ANN}), BearerAuth({"b": BOB}))  # what callers are told is the same
    registered(BearerAuth({"a": ANN}), BearerAuth({"b": BOB}, name="b", description="Ask Bob."))
    with pytest.raises(ActionDefinitionError, match="scheme 'bearer' is another one here") as caught:
        registered(BearerAuth({"a": ANN}), BearerAuth({"b": BOB}, description="Ask Bob."))
    assert (caught.value.action, caught.value.field) == ("a1", "auth")


def test_what_two_teams_share_is_checked_too():
    one = Registry(auth=ApiKeyAuth({"a": ANN}))
    second = Registry(auth=ApiKeyAuth({"a": ANN}, header="X-Key"))
    define_actions([action(public=True, name="one")(other)], one)
    define_actions([action(public=True, name="second")(other)], second)
    both = Registry()
    both.include(one)
    with pytest.raises(ActionDefinitionError, match="scheme 'api_key' is another one here"):
        both.include(second)
    assert [each.name for each in both] == ["one"]


def test_a_mistake_is_told_where_it_was_made():
    with pytest.raises(ActionDefinitionError) as caught:
        BearerAuth()
    assert caught.value.where.file == __file__


def two(_one: str, _two: str) -> None: ...


MISTAKES: list[tuple[Any, str, str]] = [
    (BearerAuth, "tokens", "nobody could be known"),
    (lambda: BearerAuth({SECRET: ANN}, verify=lambda _: ANN), "tokens", "there are `tokens` and a `verify`"),
    (lambda: BearerAuth([SECRET]), "tokens", "a list is no mapping"),
    (lambda: BearerAuth({SECRET: "ann"}), "tokens", "number 1 leads to a str"),
    (lambda: BearerAuth({"a": ANN, f"{SECRET} ": ANN}), "tokens", "number 2 cannot be sent"),
    (lambda: BearerAuth({f"{SECRET}\n": ANN}), "tokens", "number 1 cannot be sent"),
    (lambda: BearerAuth({"": ANN}), "tokens", "number 1 is empty"),
    (lambda: BearerAuth({SecretStr(""): ANN}), "tokens", "number 1 is empty"),
    (lambda: BearerAuth({SECRET.encode(): ANN}), "tokens", "number 1 is a bytes"),
    (lambda: BearerAuth({SECRET: ANN, SecretStr(SECRET): BOB}), "tokens", "number 2 was given before"),
    (lambda: BearerAuth(verify=two), "verify", "no function of that"),
    (lambda: BearerAuth(verify=Principal), "verify", "no function of that"),
    (lambda: BearerAuth(verify=SECRET), "verify", "no function of that"),
    (lambda: BearerAuth({"a": ANN}, name="a b"), "name", "no name of a scheme"),
    (lambda: BearerAuth({"a": ANN}, name=""), "name", "no name of a scheme"),
    (lambda: BearerAuth({"a": ANN}, realm="a\r\nset-cookie: x"), "realm", "no realm"),
    (lambda: BearerAuth({"a": ANN}, realm="größe"), "realm", "no realm"),
    (lambda: BearerAuth({"a": ANN}, description=None), "description", "no text"),
    (lambda: BearerAuth({"a": ANN}, format=""), "format", "no format"),
    (lambda: ApiKeyAuth({"a": ANN}, header="Authorization"), "header", "meaning of its own"),
    (lambda: ApiKeyAuth({"a": ANN}, header="cookie"), "header", "meaning of its own"),
    (lambda: ApiKeyAuth({"a": ANN}, header="a b"), "header", "no name of a header"),
    (lambda: ApiKeyAuth({f" {SECRET}": ANN}), "keys", "cannot be sent"),
    (lambda: ApiKeyAuth({f"{SECRET}ü": ANN}), "keys", "cannot be sent"),
    (ApiKeyAuth, "keys", "nobody could be known"),
    (lambda: BasicAuth({SECRET: ANN}), "logins", "number 1 is a str"),
    (lambda: BasicAuth({("a:b", SECRET): ANN}), "logins", "number 1 cannot be sent"),
    (lambda: BasicAuth({("a", f"{SECRET}\x00"): ANN}), "logins", "number 1 cannot be sent"),
    (lambda: BasicAuth({("", SECRET): ANN}), "logins", "number 1 is empty"),
    (lambda: BasicAuth({("a", ""): ANN}), "logins", "number 1 is empty"),
    (lambda: BasicAuth(verify=lambda _: ANN), "verify", "no function of that"),
    (
        lambda: BasicAuth({("a", "e\u0301"): ANN, ("a", "\u00e9"): BOB}),
        "logins",
        "number 2 was given before",
    ),
]


@pytest.mark.parametrize(("make", "field", "what"), MISTAKES)
def test_a_mistake_names_its_field_and_no_secret(make, field, what):
    with pytest.raises(ActionDefinitionError) as caught:
        make()
    assert caught.value.field == field
    assert what in caught.value.what
    assert SECRET not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"


def test_an_auth_that_is_a_table_of_secrets_is_refused_without_showing_it():
    with pytest.raises(ActionDefinitionError, match="a value of type dict cannot be called") as caught:
        Registry(auth={SECRET: ANN})
    assert SECRET not in str(caught.value)


async def test_without_secrets_nobody_is_let_in():
    assert await BearerAuth({})(requested(("authorization", "Bearer a"))) is None


async def test_a_scheme_says_who_makes_a_request_whatever_the_case_of_names():
    bearer = BearerAuth({"a": ANN, "b": BOB})
    assert await bearer(requested(("Authorization", "bearer  b"))) is BOB
    assert await bearer(requested(("authorization", "BEARER a"))) is ANN
    key = ApiKeyAuth({"a b": ANN}, header="X-KEY")
    assert await key(requested(("x-key", "a b"))) is ANN
    basic = BasicAuth({("ann", "a:b"): ANN, ("z\u00e9", "p"): BOB})
    assert await basic(requested(("authorization", "basic YW5uOmE6Yg=="))) is ANN
    assert await basic(requested(("authorization", "Basic esOpOnA="))) is BOB
    assert await basic(requested(("authorization", "Basic emXMgTpw"))) is BOB, "one letter, written otherwise"


def test_what_callers_are_told_of_each():
    assert BearerAuth({}, name="b", format="opaque", description="Ask Bob.").scheme == SchemeSpec(
        name="b", kind="bearer", format="opaque", description="Ask Bob."
    )
    assert ApiKeyAuth({}).scheme == SchemeSpec(name="api_key", kind="api_key", header="X-Api-Key")
    assert BasicAuth({}).scheme == SchemeSpec(name="basic", kind="basic")


def test_a_predicate_is_no_scheme():
    registry = Registry(auth=lambda _: True)
    define_actions([action(public=True)(other)], registry)
    catalog = describe(registry, Settings(root=None, out=None, title="a", version="1"))
    assert (catalog.actions[0].auth, catalog.actions[0].scheme) == (True, None)


LIGHT = """
import sys
import actionary.auth
print(*({"jwt", "cryptography", "httpx2", "starlette"} & set(sys.modules)))
"""


def test_the_schemes_load_nothing_of_the_extras():
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("given", [None, "5", True, [5]])
def test_when_to_come_again_is_a_number(given):
    with pytest.raises(TypeError, match="`retry_after` must be a number of seconds, not "):
        AuthUnavailable("away", retry_after=given)


@pytest.mark.parametrize("given", [math.inf, -math.inf, math.nan])
def test_and_a_finite_one(given):
    with pytest.raises(ValueError, match="`retry_after` must be a finite number of seconds, not "):
        AuthUnavailable("away", retry_after=given)


@pytest.mark.parametrize(("given", "told"), [(0, 0), (7, 7), (1.2, 2), (-3, 0), (-0.5, 0)])
def test_it_is_told_in_whole_seconds_from_now(given, told):
    assert AuthUnavailable("away", retry_after=given).retry_after == told


def test_one_of_a_class_of_its_own_may_say_nothing_of_it():
    class Away(AuthUnavailable):
        def __init__(self) -> None:
            """Say nothing."""

    assert Away().retry_after == 5
