"""Gates, validators, fallbacks and lifespans that raise any class: refusals and envelopes all the same."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any

import httpx2
import pytest
from actionary import ActionError, Err, Registry, action, define_actions, invoke_action
from actionary.auth import BearerAuth
from actionary.http import create_app
from actionary.testing import TestClient
from pydantic import AfterValidator


class Gone(BaseException):
    """What no `except Exception` sees."""


RAISED: Any = pytest.mark.parametrize(
    "kind", [ValueError, KeyError, SystemExit, Gone, asyncio.CancelledError, StopIteration]
)
SECRET = "s3cret"


def throw(kind: type[BaseException], *_: Any) -> Any:
    raise kind(SECRET)


async def throw_here(kind: type[BaseException], *_: Any) -> Any:
    throw(kind)


def thrower(kind: type[BaseException]) -> Callable[[Any], Any]:
    return lambda _: throw(kind)


def client_of(serve: Any, handler: Callable[..., Any], lifespan: Any = None, **fields: Any) -> httpx2.Client:
    registry = Registry(lifespan=lifespan)
    define_actions([action(public=True, name="tried", description="Try.", **fields)(handler)], registry)
    return serve(create_app(registry))


def ask(client: httpx2.Client, **given: Any) -> tuple[int, str]:
    answer = client.post("/api/actions/tried", json=given, headers={"authorization": f"Bearer {SECRET}"})
    assert SECRET not in answer.text
    return answer.status_code, answer.json()["code"]


async def nothing() -> None:
    """Do nothing."""


@RAISED
@pytest.mark.parametrize("throws", [throw, throw_here])
def test_a_gate_that_raises_anything_refuses(serve, kind, throws):
    fails = partial(throws, kind)
    assert ask(client_of(serve, nothing, auth=fails)) == (401, "unauthorized")
    assert ask(client_of(serve, nothing, auth=BearerAuth(verify=fails))) == (401, "unauthorized")
    assert ask(client_of(serve, nothing, authorize=fails)) == (403, "forbidden")


@RAISED
def test_a_gate_that_raises_anything_is_told_to_a_test(kind):
    registry = Registry()
    guarded = action(public=True, auth=partial(throw, kind))(nothing)
    define_actions([guarded], registry)
    with pytest.raises(
        Exception, match=SECRET if issubclass(kind, LookupError | ValueError) else kind.__name__
    ):
        TestClient(registry).call_sync(guarded)


@RAISED
def test_a_validator_of_the_input_that_raises_anything_is_a_failure_of_the_action(serve, kind):
    async def tried(given: Annotated[int, AfterValidator(thrower(kind))]) -> None:
        """Try."""

    refused = kind is ValueError  # that is how validators refuse
    expected = (400, "invalid_input") if refused else (500, "handler_error")
    assert ask(client_of(serve, tried), given=1) == expected


@RAISED
def test_a_validator_of_the_result_that_raises_anything_is_a_failure_of_the_action(serve, kind):
    async def tried() -> Annotated[int, AfterValidator(thrower(kind))]:
        """Try."""
        return 1

    code = "invalid_output" if kind is ValueError else "handler_error"
    assert ask(client_of(serve, tried)) == (500, code)


@RAISED
def test_a_fallback_that_raises_anything_is_a_failure_of_the_action(serve, kind):
    async def tried() -> int:
        """Try."""
        return "no number"  # type: ignore[return-value]  # the mistake

    client = client_of(serve, tried, on_invalid_output="fallback", output_fallback=partial(throw, kind))
    assert ask(client) == (500, "handler_error")


@RAISED
def test_details_that_raise_anything_are_a_failure_of_the_action(serve, kind):
    class Lost(ActionError[Annotated[int, AfterValidator(thrower(kind))]], code="lost"):
        """It is lost."""

    async def tried() -> None:
        """Try."""
        raise Lost("lost", details=1)

    code = "invalid_output" if kind is ValueError else "handler_error"
    assert ask(client_of(serve, tried, errors=[Lost])) == (500, code)


@pytest.mark.parametrize("kind", [ValueError, Gone, asyncio.CancelledError])
async def test_a_lifespan_that_raises_anything_is_a_failure_of_the_action(kind):
    @asynccontextmanager
    async def lifespan() -> AsyncGenerator[None]:
        throw(kind)
        yield

    registry = Registry(lifespan=lifespan)
    tried = action(nothing)
    define_actions([tried], registry)
    failed = await invoke_action(tried)
    assert isinstance(failed, Err)
    assert failed.code == "handler_error"


@pytest.mark.parametrize("where", ["auth", "authorize", "handler"])
async def test_who_cancels_the_task_cancels_it_wherever_it_is(where):
    begun = asyncio.Event()

    async def forever(*_: Any) -> bool:
        begun.set()
        await asyncio.Event().wait()
        return True

    async def tried() -> None:
        """Try."""
        await forever()

    fields: dict[str, Any] = {} if where == "handler" else {where: forever}
    guarded = action(public=True, **fields)(tried)
    registry = Registry()
    define_actions([guarded], registry)
    task = asyncio.create_task(TestClient(registry).call(guarded))
    await begun.wait()
    task.cancel("from outside")
    with pytest.raises(asyncio.CancelledError, match="from outside"):
        await task


TOKENS = dict[str, bool]()


def looks_up(request: Any) -> bool:
    return TOKENS[request.headers["authorization"]]


async def looks_up_here(request: Any) -> bool:
    try:
        return looks_up(request)
    except LookupError as error:
        raise RuntimeError(f"nobody has {error}") from error


def quotes_the_input(given: Any, _: Any) -> bool:
    raise ValueError(given.word)


@pytest.mark.parametrize(
    ("fields", "kind", "place"),
    [
        ({"auth": looks_up}, "KeyError", "in looks_up"),
        ({"auth": looks_up_here}, "RuntimeError", "in looks_up_here"),
        ({"auth": BearerAuth(verify=partial(throw, Gone))}, "Gone", "in throw"),
        ({"authorize": quotes_the_input}, "ValueError", "in quotes_the_input"),
    ],
)
def test_a_log_says_where_a_gate_raised_and_nothing_of_what_the_caller_sent(
    serve, fields, kind, place, caplog
):
    async def tried(word: str) -> None:
        """Try."""

    ask(client_of(serve, tried, **fields), word=SECRET)
    text = caplog.text
    assert SECRET not in text
    assert f"raised {kind}; its text is left out" in text
    assert place in text
