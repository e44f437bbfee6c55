"""Who is let in over HTTP: a registry's `auth`, scopes, `authorize`."""

from __future__ import annotations

from typing import Any

import pytest
from actionary import (
    ActionDefinitionError,
    ActionError,
    Context,
    Principal,
    Registry,
    Request,
    action,
    define_actions,
)
from actionary.http import create_app
from starlette.testclient import TestClient

PEOPLE = {
    "Bearer ann": Principal(id="ann", scopes=frozenset({"read", "write"})),
    "Bearer bob": Principal(id="bob", organisation="acme", scopes=frozenset({"read"})),
}


async def people(request: Request) -> Principal | None:
    return PEOPLE.get(request.headers.get("authorization", ""))


async def who(ctx: Context) -> str | None:
    """Say who calls."""
    return None if ctx.principal is None else ctx.principal.id


def registry_of(*actions: Any, **fields: Any) -> Registry:
    registry = Registry(**fields)
    define_actions(actions, registry)
    return registry


def ask(registry: Registry, name: str, token: str = "", **body: Any) -> tuple[int, Any]:
    with TestClient(create_app(registry)) as client:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = client.post(f"/api/actions/{name}", json=body, headers=headers)
        said = answer.json()
        return answer.status_code, said["data"] if said["ok"] else said["code"]


def test_a_registrys_auth_holds_for_all_that_say_nothing_else():
    registry = registry_of(
        action(public=True)(who),
        action(public=True, name="open_to_all", auth=False)(who),
        action(public=True, name="own", auth=lambda _: True)(who),
        auth=people,
    )
    assert ask(registry, "who") == (401, "unauthorized")
    assert ask(registry, "who", "ann") == (200, "ann")
    assert ask(registry, "open_to_all", "ann") == (200, None)
    assert ask(registry, "own") == (200, None)


class Keys(dict[str, Principal]):
    """Who has which key; nobody at first, which makes it false."""

    def __call__(self, request: Request) -> Principal | None:
        return self.get(request.headers.get("authorization", ""))


@pytest.mark.parametrize("of", ["the action", "the registry", "the included registry"])
def test_an_auth_that_is_false_lets_nobody_in(of):
    keys = Keys()
    registry = registry_of(
        action(public=True, auth=keys)(who) if of == "the action" else action(public=True)(who),
        auth=None if of == "the action" else keys,
    )
    if of == "the included registry":
        inner, registry = registry, Registry(auth=lambda _: True)
        registry.include(inner)
    assert ask(registry, "who") == (401, "unauthorized")
    keys["Bearer ann"] = Principal(id="ann")
    assert ask(registry, "who", "ann") == (200, "ann")
    assert ask(registry, "who") == (401, "unauthorized")


def test_it_holds_for_what_is_included_unless_that_has_its_own():
    guarded, plain = (
        registry_of(action(public=True)(who), auth=lambda _: True),
        registry_of(action(public=True)(who)),
    )
    known = registry_of(action(public=True, name="scoped", scopes=["read"])(who), auth=people)
    middle = Registry(auth=people)
    middle.include(guarded, prefix="guarded_")
    middle.include(plain, prefix="plain_")
    middle.include(known, tags=["more"])
    outer = Registry()
    outer.include(middle, prefix="x_")
    for registry, prefix in ((middle, ""), (outer, "x_")):
        assert ask(registry, f"{prefix}guarded_who") == (200, None)
        assert ask(registry, f"{prefix}plain_who") == (401, "unauthorized")
        assert ask(registry, f"{prefix}plain_who", "bob") == (200, "bob")
        assert ask(registry, f"{prefix}scoped", "bob") == (200, "bob")


def test_scopes_are_needed_all_of_them():
    registry = registry_of(action(public=True, scopes=["read", "write"])(who), auth=people)
    assert ask(registry, "who") == (401, "unauthorized")
    assert ask(registry, "who", "bob") == (403, "forbidden")
    assert ask(registry, "who", "ann") == (200, "ann")


def test_true_is_nobody_who_could_have_scopes():
    registry = registry_of(action(public=True, scopes=["read"])(who), auth=lambda _: True)
    assert ask(registry, "who") == (403, "forbidden")


@pytest.mark.parametrize("auth", [None, False])
def test_scopes_without_auth_are_a_mistake(auth):
    with pytest.raises(ActionDefinitionError, match="nobody is asked who calls") as caught:
        registry_of(action(public=True, scopes=["read"], auth=auth)(who))
    assert caught.value.field == "scopes"


async def own_only(given: Any, ctx: Context) -> bool:
    return ctx.principal is not None and given.owner == ctx.principal.id


def raises(_given: Any, _ctx: Context) -> bool:
    raise RuntimeError("secret")


@pytest.mark.parametrize(
    ("authorize", "outcome"),
    [
        (own_only, (200, "bob's")),
        (lambda given, ctx: given.owner == ctx.principal.id, (200, "bob's")),
        (lambda *_: False, (403, "forbidden")),
        (lambda *_: 1, (403, "forbidden")),
        (lambda *_: None, (403, "forbidden")),
        (raises, (403, "forbidden")),
    ],
)
def test_authorize_sees_the_input_and_who_calls_and_only_true_lets_go_on(authorize, outcome):
    @action(public=True, authorize=authorize)
    async def read_diary(owner: str) -> str:
        """Read a diary."""
        return f"{owner}'s"

    registry = registry_of(read_diary, auth=people)
    assert ask(registry, "read_diary", "bob", owner="bob") == outcome
    assert ask(registry, "read_diary", "bob") == (400, "invalid_input")
    if outcome[0] == 200:
        assert ask(registry, "read_diary", "ann", owner="bob") == (403, "forbidden")


async def test_code_of_your_own_needs_no_scopes_unless_it_acts_for_somebody():
    guarded = action(scopes=["write"])(who)
    registry_of(guarded, auth=people)
    assert (await guarded.run()) is None
    assert (await guarded.run(None, Context(principal=PEOPLE["Bearer ann"]))) == "ann"
    with pytest.raises(ActionError, match=r"^This needs the scope write\.$"):
        await guarded.run(None, Context(principal=PEOPLE["Bearer bob"]))
    twice = action(name="twice", scopes=["write", "read"])(who)
    registry_of(twice, auth=people)
    with pytest.raises(ActionError, match=r"^This needs the scopes read, write\.$"):
        await twice.run(None, Context(principal=PEOPLE["Bearer bob"]))


@pytest.mark.parametrize("auth", [3, Principal, lambda: True])
def test_a_registrys_auth_must_be_one(auth):
    with pytest.raises(ActionDefinitionError) as caught:
        Registry(auth=auth)
    assert caught.value.field == "auth"
