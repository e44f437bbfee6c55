"""Who is let in by a declared scheme, and what those are told who are not, over a real socket."""

from __future__ import annotations

import asyncio
import base64
import logging
from typing import Any

import pytest
from actionary import Context, Principal, Registry, action, define_actions
from actionary import threads as threads_module
from actionary.auth import ApiKeyAuth, AuthUnavailable, BasicAuth, BearerAuth
from actionary.gates import auth as gate
from actionary.http import create_app

ANN = Principal(id="ann", scopes=frozenset({"read", "write"}))
BOB = Principal(id="bob", scopes=frozenset({"read"}))
SECRET = "s3cret-s3cret"


async def who(ctx: Context) -> str | None:
    """Say who calls."""
    return None if ctx.principal is None else ctx.principal.id


def basic(text: str | bytes) -> bytes:
    return b"Basic " + base64.b64encode(text.encode() if isinstance(text, str) else text)


def app_of(*actions: Any, **fields: Any) -> Any:
    registry = Registry(**fields)
    define_actions(actions, registry)
    return create_app(registry)


@pytest.fixture
def client(serve):
    return serve(
        app_of(
            action(public=True)(who),
            action(public=True, name="write", scopes=["write", "read"])(who),
            action(public=True, name="picky", scopes=["read"], authorize=lambda *_: False)(who),
            action(public=True, name="free", auth=False)(who),
            action(public=True, name="key", auth=ApiKeyAuth({"k y": ANN}), scopes=["write"])(who),
            action(
                public=True,
                name="basic",
                auth=BasicAuth({("ann", "pä:ss"): ANN, ("bob", "b"): BOB}, realm='a "b" \\'),
                scopes=["write"],
            )(who),
            auth=BearerAuth({"ann": ANN, "bob": BOB}, realm="shop"),
        )
    )


def ask(client: Any, name: str, *values: str | bytes, header: str = "authorization") -> tuple[Any, ...]:
    """Give the status, what was said, and the challenge."""
    headers = [(header, value) for value in values]
    answer = client.post(f"/api/actions/{name}", headers=headers)
    said = answer.json()
    return answer.status_code, said.get("data", said.get("code")), answer.headers.get("www-authenticate")


ASKED = 'Bearer realm="shop"'
INVALID = 'Bearer realm="shop", error="invalid_token"'


def test_a_token_says_who_calls(client):
    assert ask(client, "who", "Bearer ann") == (200, "ann", None)
    assert ask(client, "who", "bEARER   bob") == (200, "bob", None)
    assert ask(client, "free") == (200, None, None)


def test_who_sends_no_token_is_asked_for_one(client):
    assert ask(client, "who") == (401, "unauthorized", ASKED)
    assert ask(client, "who", basic("ann:ann")) == (401, "unauthorized", ASKED)
    assert ask(client, "who", "Bearerx ann") == (401, "unauthorized", ASKED)
    assert ask(client, "write") == (401, "unauthorized", f'{ASKED}, scope="read write"')


@pytest.mark.parametrize(
    "values",
    [
        ["Bearer carl"],
        ["Bearer"],
        ["Bearer ann bob"],
        ["Bearer ann, Bearer bob"],
        ["Bearer ann", "Bearer ann"],
        ["Bearer ann", "Bearer bob"],
        ["Bearer ann", basic("ann:ann")],
        ["Bearer\tann"],
        ["Bearer ann=x"],
        [b"Bearer ann\xff"],
        [b"Bearer \xc3\xa4"],
        ['Bearer "ann"'],
        ["Bearer " + "a" * 17_000],
    ],
)
def test_a_token_that_is_none_is_refused_and_told_so(client, values):
    assert ask(client, "who", *values) == (401, "unauthorized", INVALID)


def test_who_lacks_scopes_is_told_which(client):
    lacking = 'Bearer realm="shop", error="insufficient_scope", scope="read write"'
    assert ask(client, "write", "Bearer bob") == (403, "forbidden", lacking)
    assert ask(client, "write", "Bearer ann") == (200, "ann", None)


def test_who_may_not_for_another_reason_is_asked_for_no_other_token(client):
    assert ask(client, "picky", "Bearer ann") == (403, "forbidden", None)


def test_a_key_says_who_calls(client):
    asked = 'ApiKey realm="actions", header="X-Api-Key"'
    assert ask(client, "key", "k y", header="x-api-key") == (200, "ann", None)
    for values in ([], ["k"], ["k y", "k y"], [b"k y\xff"], ["k y" * 9000], [""]):
        assert ask(client, "key", *values, header="x-api-key") == (401, "unauthorized", asked)
    assert ask(client, "key", "Bearer ann") == (401, "unauthorized", asked)


def test_a_name_and_a_password_say_who_calls(client):
    asked = 'Basic realm="a \\"b\\" \\\\", charset="UTF-8"'
    assert ask(client, "basic", basic("ann:pä:ss")) == (200, "ann", None)
    assert ask(client, "basic", basic("bob:b")) == (403, "forbidden", None)
    for value in (
        *("Basic", "Basic !!!", "Basic YQ", "Basic YW5u", "Bearer ann"),
        *(
            basic("ann:pä"),
            basic("ann"),
            basic(":pä:ss"),
            basic("ann:"),
            basic("\x00:x"),
            basic("ann:pä:ss\n"),
        ),
        *(basic("ann:pä:ss".encode("latin-1")), basic(b"\xff:\xff")),
    ):
        assert ask(client, "basic", value) == (401, "unauthorized", asked)
    assert ask(client, "basic", basic("ann:pä:ss"), basic("ann:pä:ss"))[0] == 401


async def in_time(token: str) -> Principal | None:
    return ANN if token == SECRET else None


def in_a_thread(token: str) -> Principal | None:
    return ANN if token == SECRET else None


def quoting(token: str) -> Principal:
    try:
        return {}[token]
    except LookupError as error:
        raise ValueError(token) from error


async def quoting_in_time(token: str) -> Principal:
    return quoting(token)


def leaving(token: str) -> Principal:
    raise SystemExit(token)


def away(token: str) -> Principal:
    raise AuthUnavailable("the database is away", retry_after=7)


async def forever(token: str) -> Principal:
    await asyncio.Event().wait()
    return ANN


@pytest.mark.parametrize("verify", [in_time, in_a_thread])
@pytest.mark.parametrize("kind", ["bearer", "key", "basic"])
def test_a_function_may_say_who_calls(serve, verify, kind):
    def of_login(name: str, password: str) -> Any:
        return verify(password) if name == "ann" else None

    auth, header, right, wrong = {
        "bearer": (BearerAuth(verify=verify), "authorization", f"Bearer {SECRET}", "Bearer x"),
        "key": (ApiKeyAuth(verify=verify), "x-api-key", SECRET, "x"),
        "basic": (BasicAuth(verify=of_login), "authorization", basic(f"ann:{SECRET}"), basic("ann:x")),
    }[kind]
    client = serve(app_of(action(public=True)(who), auth=auth))
    assert ask(client, "who", right, header=header)[:2] == (200, "ann")
    assert ask(client, "who", wrong, header=header)[:2] == (401, "unauthorized")


@pytest.mark.parametrize(
    "verify", [quoting, quoting_in_time, leaving, lambda _: 1, lambda _: "ann", lambda token: [token]]
)
def test_a_function_that_raises_or_gives_something_odd_refuses_and_no_secret_is_logged(serve, verify, caplog):
    caplog.set_level(logging.DEBUG)
    client = serve(app_of(action(public=True)(who), auth=BearerAuth(verify=verify)))
    status, code, challenge = ask(client, "who", f"Bearer {SECRET}")
    assert (status, code) == (401, "unauthorized")
    assert SECRET not in caplog.text
    assert "auth of who" in caplog.text
    assert challenge == 'Bearer realm="actions", error="invalid_token"'


def test_a_log_says_where_a_function_raised(serve, caplog):
    client = serve(app_of(action(public=True)(who), auth=BearerAuth(verify=quoting)))
    ask(client, "who", f"Bearer {SECRET}")
    assert "verify raised ValueError" in caplog.text
    assert "in quoting" in caplog.text


def test_a_function_that_hangs_refuses_in_time(serve, monkeypatch):
    monkeypatch.setattr(gate, "MOST_SECONDS", 0.05)
    client = serve(app_of(action(public=True)(who), auth=BearerAuth(verify=forever)))
    assert ask(client, "who", f"Bearer {SECRET}")[:2] == (401, "unauthorized")


@pytest.mark.parametrize("predicate", [False, True])
def test_where_nobody_can_say_who_calls_the_caller_may_come_again(serve, predicate, caplog):
    auth: Any = away if predicate else BearerAuth(verify=away)
    client = serve(app_of(action(public=True)(who), auth=auth))
    answer = client.post("/api/actions/who", headers={"authorization": f"Bearer {SECRET}"})
    assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (
        503,
        "unavailable",
        True,
    )
    assert answer.headers["retry-after"] == "7"
    assert "www-authenticate" not in answer.headers
    assert "the database is away" in caplog.text
    assert "database" not in answer.text


@pytest.mark.parametrize("retry_after", [None, float("inf"), float("nan")])
def test_who_cannot_say_when_to_come_again_refuses_and_is_told_so(serve, retry_after, caplog):
    async def auth(_: Any) -> bool:
        raise AuthUnavailable("away", retry_after=retry_after)

    assert ask(serve(app_of(action(public=True)(who), auth=auth)), "who")[:2] == (401, "unauthorized")
    assert "in __init__" in caplog.text


def test_a_server_without_a_thread_for_the_question_says_that_it_is_busy(serve, monkeypatch):
    monkeypatch.setattr(threads_module, "MOST_ABANDONED", 0)
    client = serve(app_of(action(public=True)(who), auth=BearerAuth(verify=in_a_thread)))
    assert ask(client, "who", f"Bearer {SECRET}")[:2] == (503, "unavailable")


async def test_a_call_from_outside_that_is_no_request_is_refused():
    guarded = action(public=True, auth=BearerAuth({"a": ANN}))(who)
    define_actions([guarded], Registry())
    with pytest.raises(Exception, match="not allowed in"):
        await guarded.run(None, Context(caller="mcp"))
    assert await guarded.run() is None


def test_scopes_of_an_action_that_asks_nobody_are_a_mistake_also_where_the_registry_asks():
    with pytest.raises(Exception, match="nobody is asked who calls"):
        app_of(action(public=True, scopes=["a"], auth=False)(who), auth=BearerAuth({"a": ANN}))
