"""Credentials behind a real server: who gets `missing_credentials`, and that no secret ever leaves."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass
from typing import Any

import pytest
from actionary import (
    ActionError,
    Context,
    Credential,
    Http,
    Principal,
    Registry,
    action,
    define_action,
    define_actions,
)
from actionary.auth import BearerAuth
from actionary.credentials import MappingCredentials
from actionary.http import create_app
from actionary.store import MemoryStore
from pydantic import BaseModel, SecretBytes, SecretStr

VALUE = 'sk-"0123\\456789é'
LINES = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\nEFAASCBKcwggSjAgEAAoIBAQ\n-----END KEY-----\n"
PIN = "4711"


class Keys(BaseModel):
    api_key: SecretStr
    pem: SecretBytes
    pin: SecretStr


class Told(BaseModel):
    text: str


class Refused(ActionError[Told], code="refused", status=409):
    """The other side refused."""


class Quiet(ActionError, code="quiet", status=409):  # noqa: N818 - as users name them
    """The other side refused, and that is all."""


KEYS = Credential("keys", fields=Keys)
RESOLVER = MappingCredentials({KEYS: {"api_key": VALUE, "pem": LINES.encode(), "pin": PIN}})


def secret(ctx: Context) -> str:
    return ctx.credentials[KEYS].api_key.get_secret_value()


def send(serve: Any, handler: Any, *, headers: Any = None, **fields: Any) -> Any:
    """Call a handler as an action that has the credentials."""
    registry = Registry(credentials=RESOLVER, store=MemoryStore())
    fields = {"errors": [Refused, Quiet], "public": True, "description": "Try."} | fields
    define_actions([define_action(name="tried", handler=handler, credentials=[KEYS], **fields)], registry)
    return serve(create_app(registry)).post("/api/actions/tried", json={}, headers=headers or {})


def values_in(text: str) -> list[str]:
    """Give the secrets that a text holds, in whatever spelling."""
    plain = text.replace("\\\\", "\\").replace('\\"', '"').replace("\\u00e9", "é").replace("\\n", "\n")
    return [each for each in (VALUE, *LINES.splitlines()[1:3]) for where in (text, plain) if each in where]


RETURNED = {
    "its text": secret,
    "its text in a text": lambda ctx: f"Bearer {secret(ctx)}!",
    "its text as a key": lambda ctx: {secret(ctx): 1},
    "its text deep inside": lambda ctx: [[{"a": [secret(ctx)]}]],
    "its text in an address": lambda ctx: (
        f"https://exa.example/?key={__import__('urllib.parse').parse.quote(secret(ctx))}"
    ),
    "a line of it": lambda _: LINES.splitlines()[2],
    "a short one alone": lambda _: f"the pin is {PIN}",
    "the model": lambda ctx: ctx.credentials[KEYS],
    "all of them": lambda ctx: dict(ctx.credentials),
    "the secret itself": lambda ctx: {"key": ctx.credentials[KEYS].api_key},
}


@pytest.mark.parametrize("how", RETURNED)
@pytest.mark.parametrize(
    "fields",
    [{}, {"on_invalid_output": "fallback", "output_fallback": "nothing"}, {"on_invalid_output": "warn"}],
)
def test_a_returned_secret_is_invalid_output_whatever_is_done_with_results_that_do_not_fit(
    serve, caplog, how, fields
):
    async def handler(ctx: Context) -> Any:
        return RETURNED[how](ctx)

    answer = send(serve, handler, **fields)
    assert (answer.status_code, answer.json()["code"]) == (500, "invalid_output")
    assert "the result holds a secret of its credentials" in caplog.text
    assert not values_in(answer.text + caplog.text)


def test_a_result_without_secrets_goes_out_even_if_it_looks_a_little_like_one(serve):
    async def handler(ctx: Context) -> Any:
        return {"count": f"1{PIN}1", "masked": "**********", "begin": "-----BEGIN KEY-----"}

    assert send(serve, handler).json()["data"] == {
        "count": "147111",
        "masked": "**********",
        "begin": "-----BEGIN KEY-----",
    }


async def raises(ctx: Context) -> None:
    raise ValueError(f"exa refused the key {secret(ctx)} and {LINES}")


async def raises_from(ctx: Context) -> None:
    try:
        await raises(ctx)
    except ValueError as error:
        raise RuntimeError("exa is cross") from error


async def raises_several(ctx: Context) -> None:
    error = OSError(5, "cannot connect", f"https://{secret(ctx)}@exa.example")
    error.add_note(f"with {ctx.credentials[KEYS].pem.get_secret_value()!r}")
    raise BaseExceptionGroup("several", [error, ValueError(repr(secret(ctx)))])


def raises_in_a_thread(ctx: Context) -> None:
    raise KeyError(secret(ctx))


@dataclass
class UnhashableError(Exception):
    """As a dataclass makes it: equal to its like, and without a hash."""

    text: str


class ProudError(Exception):
    """Compares itself with nobody."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("compared")

    def __hash__(self) -> int:
        raise RuntimeError("hashed")


async def raises_unhashable(ctx: Context) -> None:
    raise UnhashableError(f"exa refused {secret(ctx)}")


async def raises_proud(ctx: Context) -> None:
    raise ProudError(f"exa refused {secret(ctx)}")


async def raises_with_odd_notes(ctx: Context) -> None:
    error = ValueError("exa refused")
    error.__notes__ = (secret(ctx), 4, [secret(ctx)])  # type: ignore[assignment]  # whatever users do
    raise error


HANDLERS = [raises, raises_from, raises_several, raises_in_a_thread, raises_unhashable, raises_proud]


@pytest.mark.parametrize("handler", [*HANDLERS, raises_with_odd_notes])
def test_a_raised_secret_is_neither_told_nor_logged_but_where_it_was_raised(serve, caplog, handler):
    answer = send(serve, handler)
    assert answer.json()["code"] == "handler_error"
    assert "**********" in caplog.text
    assert handler.__name__ in caplog.text
    assert not values_in(answer.text + caplog.text)
    assert not any(record.exc_info for record in caplog.records)


def test_what_was_raised_without_a_secret_is_logged_as_ever(serve, caplog):
    async def handler(ctx: Context) -> None:
        raise ValueError("exa is away")

    send(serve, handler)
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert isinstance(record.exc_info[1], ValueError)


def test_a_declared_error_that_tells_a_secret_is_invalid_output(serve, caplog):
    async def in_details(ctx: Context) -> None:
        raise Refused("It said no.", details=Told(text=f"key {secret(ctx)}"))

    async def in_its_message(ctx: Context) -> None:
        raise Quiet(f"It said no to {secret(ctx)}.")

    for handler in (in_details, in_its_message):
        answer = send(serve, handler)
        assert answer.json()["code"] == "invalid_output"
        assert not values_in(answer.text + caplog.text)
    assert "its error refused holds a secret" in caplog.text


def test_a_declared_error_without_a_secret_is_told(serve):
    async def handler(ctx: Context) -> None:
        raise Refused("It said no.", details=Told(text="no"))

    assert send(serve, handler).json()["details"] == {"text": "no"}


async def test_in_process_the_chain_of_an_error_has_asterisks_too():
    def chained(raising: Any) -> Any:
        async def handler(ctx: Context) -> None:
            try:
                await raising(ctx)
            except Exception as error:
                raise Quiet("It said no.") from error

        return handler

    async def noted(ctx: Context) -> None:
        error = Quiet("It said no.")
        error.__notes__ = (secret(ctx), 4)  # type: ignore[assignment]  # whatever users do
        raise error

    raising = (raises, raises_from, raises_unhashable, raises_proud)
    for handler in (*raising, *map(chained, raising), noted):
        registry = Registry(credentials=RESOLVER)
        tried = define_action(name="tried", handler=handler, credentials=[KEYS], errors=[Quiet])
        define_actions([tried], registry)
        with pytest.raises(ActionError) as caught:
            await tried.run()
        told = "".join(traceback.format_exception(caught.value))
        assert "**********" in told
        assert not values_in(told)


def test_no_secret_is_kept_for_who_repeats_a_call(serve, caplog):
    effects: list[int] = []

    async def handler(ctx: Context) -> Any:
        effects.append(1)
        return secret(ctx)

    _ask_twice(serve, caplog, handler, effects, "invalid_output")


@pytest.mark.parametrize("error", [UnhashableError, ProudError])
def test_a_failure_is_kept_whatever_its_exception_makes_of_being_compared(serve, caplog, error):
    effects: list[int] = []

    async def handler(ctx: Context) -> Any:
        effects.append(1)
        raise error(secret(ctx))

    _ask_twice(serve, caplog, handler, effects, "handler_error")


def _ask_twice(serve: Any, caplog: Any, handler: Any, effects: list[int], code: str) -> None:
    registry = Registry(credentials=RESOLVER, store=(store := MemoryStore()))
    tried = define_action(
        name="tried", handler=handler, credentials=[KEYS], public=True, description="Try.", output=str
    )
    define_actions([tried], registry)
    client = serve(create_app(registry))
    answers = [client.post("/api/actions/tried", json={}, headers={"idempotency-key": "k"}) for _ in range(2)]
    assert [answer.json()["code"] for answer in answers] == [code] * 2
    assert (len(effects), answers[1].headers["idempotency-replayed"]) == (1, "true")
    assert not values_in(str(vars(store)) + caplog.text)


def test_a_key_is_free_again_where_credentials_were_missing(serve):
    known: dict[str, Any] = {}

    class Late:
        async def resolve(self, credential: Any, _: Any) -> Any:
            return known.get(credential.key)

    async def handler(ctx: Context) -> str:
        return "done"

    registry = Registry(credentials=Late(), store=MemoryStore())
    tried = define_action(name="tried", handler=handler, credentials=[KEYS], public=True, description="Try.")
    define_actions([tried], registry)
    client = serve(create_app(registry))
    first = client.post("/api/actions/tried", json={}, headers={"idempotency-key": "k"})
    known["keys"] = {"api_key": VALUE, "pem": LINES.encode(), "pin": PIN}
    second = client.post("/api/actions/tried", json={}, headers={"idempotency-key": "k"})
    assert [first.status_code, second.json()["data"]] == [424, "done"]
    assert first.json()["details"] == {"keys": ["keys"]}


def test_each_caller_gets_what_is_done_with_its_own_credential(serve):
    class Own(BaseModel):
        token: SecretStr

    own = Credential("own", fields=Own, scope="user")
    people = {f"{name}-token": Principal(id=name, organisation="acme") for name in ("ann", "bob", "eve")}
    resolver = MappingCredentials(
        organisations={"other": {own: {"token": "of the others"}}},
        users={name: {own: {"token": f"s3cret of {name}"}} for name in ("ann", "bob")},
    )

    @action(public=True, http=Http("GET"), auth=BearerAuth(people), credentials=[own])
    async def whose(ctx: Context) -> str:
        """Say whose credential it is."""
        return ctx.credentials[own].token.get_secret_value()[-3:]

    registry = Registry(credentials=resolver)
    define_actions([whose], registry)
    client = serve(create_app(registry))
    answers = {
        name: client.get("/api/actions/whose", headers={"authorization": f"Bearer {name}-token"}).json()
        for name in ("ann", "bob", "eve", "nobody")
    }
    assert (answers["ann"]["data"], answers["bob"]["data"]) == ("ann", "bob")
    assert (answers["eve"]["code"], answers["nobody"]["code"]) == ("missing_credentials", "unauthorized")
