"""`Hooks`: what is called around validating an input and running a handler (R002.4)."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from actionary import (
    ActionError,
    Context,
    Err,
    Hooks,
    Ok,
    Registry,
    action,
    define_action,
    invoke_action,
    unwrap,
)
from actionary.testing import TestClient, assert_contract, refused
from pydantic import BaseModel, Field


class Room(BaseModel):
    left: int


class Full(ActionError[Room], code="full", status=409):
    """No room."""


class UndeclaredError(ActionError, code="other"):
    """Not declared."""


class Total(BaseModel):
    total: int = Field(ge=0)
    day: date | None = None


class Item(BaseModel):
    name: str
    amount: int = 1
    day: date | None = None


def adding(**hooks: Any) -> Any:
    async def add(item: Item) -> Total:
        """Add."""
        return Total(total=item.amount)

    return define_action(handler=add, public=True, errors=[Full], hooks=Hooks(**hooks))


async def call(asked: Any, given: Any, caller: Any = "code") -> Ok[Any] | Err:
    registry = Registry()
    registry.register([asked])
    return await invoke_action(asked.name, given, Context(caller=caller), registry=registry)


def code_of(result: Ok[Any] | Err) -> str:
    return "ok" if isinstance(result, Ok) else result.code


def constant(value: Any, *, plain: bool) -> Any:
    async def give(*_: Any) -> Any:
        return value

    return (lambda *_: value) if plain else give


def raising(error: BaseException, *, plain: bool) -> Any:
    async def fail(*_: Any) -> Any:
        raise error

    def fail_plainly(*_: Any) -> Any:
        raise error

    return fail_plainly if plain else fail


PLAIN = pytest.mark.parametrize("plain", [True, False])


async def test_they_are_called_in_their_order_around_the_gates():
    steps = list[str]()

    def noting(name: str) -> Any:
        def note(value: Any, ctx: Context) -> None:
            steps.append(f"{name} {type(value).__name__} {ctx.action}")

        return note

    async def count(number: int) -> Total:
        """Count."""
        steps.append("run")
        return Total(total=number)

    async def authorize(_input: Any, _ctx: Context) -> bool:
        steps.append("authorize")
        return True

    names = ["before_validate", "after_validate", "before_output", "after_output", "on_error", "after_run"]
    made = define_action(
        handler=count, authorize=authorize, hooks=Hooks(**{name: noting(name) for name in names})
    )
    assert unwrap(await call(made, {"number": 1})) == Total(total=1)
    assert steps == [
        "before_validate dict count",
        "after_validate CountInput count",
        "authorize",
        "run",
        "before_output Total count",
        "after_output Total count",
        "after_run Ok count",
    ]


@PLAIN
async def test_before_validate_gives_what_is_validated(plain):
    made = adding(before_validate=constant({"name": "a", "amount": 3}, plain=plain))
    assert unwrap(await call(made, {"wrong": 1})).total == 3
    wrong = adding(before_validate=constant({"name": "a", "amount": "3"}, plain=plain))
    refusal = await call(wrong, {"name": "a"})
    assert (code_of(refusal), getattr(refusal, "message", "")) == (
        "invalid_input",
        "amount: must be an integer",
    )


async def test_what_it_changes_in_place_counts_and_the_callers_data_stay_as_they_are():
    class Basket(BaseModel):
        items: list[Item]

    async def count(basket: Basket) -> int:
        """Count."""
        return sum(item.amount for item in basket.items)

    def double(data: dict[str, Any], _ctx: Context) -> None:
        for item in data["items"]:
            item["amount"] *= 2

    given = {"items": [{"name": "a", "amount": 2}]}
    assert unwrap(await call(define_action(handler=count, hooks=Hooks(before_validate=double)), given)) == 4
    assert given == {"items": [{"name": "a", "amount": 2}]}


async def test_it_sees_python_objects_in_process_and_json_from_elsewhere():
    seen = list[Any]()
    made = adding(before_validate=lambda data, _ctx: seen.append(data["day"]))
    day = date(2026, 1, 31)
    assert (await call(made, {"name": "a", "day": day})).ok
    registry = Registry()
    registry.register([made])
    assert (await TestClient(registry).call("add", {"name": "a", "day": day})).ok
    assert seen == [day, "2026-01-31"]


async def test_it_sees_what_models_give_already_read_by_the_schema():
    seen = list[Any]()
    made = adding(before_validate=lambda data, _ctx: seen.append(data["amount"]))
    assert (await call(made, {"name": "a", "amount": "42"}, "tool")).ok
    assert seen == [42]


@pytest.mark.parametrize("given", [[1], "text", 3, Item(name="a")])
async def test_what_is_no_object_or_a_model_already_is_not_shown_to_it(given):
    seen = list[Any]()
    result = await call(adding(before_validate=lambda data, _ctx: seen.append(data)), given)
    assert (seen, result.ok) == ([], isinstance(given, Item))


async def test_an_input_without_an_end_is_refused():
    endless: dict[str, Any] = {}
    endless["a"] = endless
    assert code_of(await call(adding(before_validate=constant(None, plain=True)), endless)) == "invalid_input"


@pytest.mark.parametrize(
    "body", [b"{", b'{"name": "a", "name": "b"}', b'{"name": NaN}', b"[]", b'{"name": "\\ud800"}']
)
def test_what_is_no_json_is_refused_with_hooks_too(body):
    registry = Registry()
    registry.register([adding(before_validate=constant(None, plain=True))])
    refused(TestClient(registry).call_sync("add", body), "invalid_input")


@PLAIN
async def test_after_validate_gives_the_input_that_is_authorized_and_run(plain):
    seen = list[int]()

    async def authorize(item: Item, _ctx: Context) -> bool:
        seen.append(item.amount)
        return True

    async def add(item: Item) -> int:
        """Add."""
        return item.amount

    made = define_action(
        handler=add,
        authorize=authorize,
        hooks=Hooks(after_validate=constant(Item(name="b", amount=7), plain=plain)),
    )
    assert (unwrap(await call(made, {"name": "a"})), seen) == (7, [7])


async def test_keywords_are_a_model_for_it():
    async def find(query: str, limit: int = 10) -> str:
        """Find."""
        return f"{query} {limit}"

    def most(given: Any, _ctx: Context) -> Any:
        return given.model_copy(update={"limit": min(given.limit, 5)})

    made = define_action(handler=find, hooks=Hooks(after_validate=most))
    assert unwrap(await call(made, {"query": "a"})) == "a 5"
    assert unwrap(await call(made, {"query": "a", "limit": 2})) == "a 2"


INPUT_HOOKS = pytest.mark.parametrize("name", ["before_validate", "after_validate"])


@PLAIN
@INPUT_HOOKS
async def test_a_value_error_of_an_input_hook_refuses_the_input_and_is_not_quoted(name, plain, caplog):
    made = adding(**{name: raising(ValueError("secret"), plain=plain)})
    with caplog.at_level(logging.INFO, "actionary"):
        result = await call(made, {"name": "a"})
    assert isinstance(result, Err)
    assert (result.code, result.message) == ("invalid_input", "the input is refused by the action")
    assert result.details == [{"path": [], "type": "refused", "message": "is refused by the action"}]
    assert f"action add: `{name}` refused the input" in caplog.text
    assert "ValueError: secret" in caplog.text


@PLAIN
@INPUT_HOOKS
@pytest.mark.parametrize(
    "error", [KeyError("secret"), SystemExit(3), UndeclaredError("secret"), asyncio.CancelledError()]
)
async def test_anything_else_that_it_raises_is_masked(name, plain, error, caplog):
    result = await call(adding(**{name: raising(error, plain=plain)}), {"name": "a"})
    assert isinstance(result, Err)
    assert (result.code, result.message) == ("handler_error", "The action failed.")
    assert f"action add failed in `{name}`" in caplog.text


ALL_BUT_ON_ERROR = ["before_validate", "after_validate", "before_output", "after_output", "after_run"]


@PLAIN
@pytest.mark.parametrize("name", ALL_BUT_ON_ERROR)
async def test_a_declared_error_is_what_callers_get(name, plain):
    made = adding(**{name: raising(Full("Full.", details=Room(left=0)), plain=plain)})
    result = await call(made, {"name": "a"})
    assert isinstance(result, Err)
    assert (result.code, result.message, result.details) == ("full", "Full.", {"left": 0})
    with pytest.raises(Full):
        await made.run({"name": "a"})


@PLAIN
@pytest.mark.parametrize("name", ["before_output", "after_output", "after_run"])
@pytest.mark.parametrize("error", [ValueError("secret"), UndeclaredError("secret"), SystemExit(1)])
async def test_what_the_other_hooks_raise_is_masked(name, plain, error, caplog):
    result = await call(adding(**{name: raising(error, plain=plain)}), {"name": "a"})
    assert isinstance(result, Err)
    assert (result.code, result.message) == ("handler_error", "The action failed.")
    assert f"action add failed in `{name}`" in caplog.text


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        ("before_validate", [1], "`before_validate` gave a list; it has to give a dict or None"),
        (
            "after_validate",
            {"name": "a"},
            "`after_validate` gave a dict; it has to give an instance of Item or None",
        ),
        ("after_run", Total(total=1), "`after_run` gave a Total; it has to give an Ok, an Err or None"),
    ],
)
async def test_what_is_no_answer_of_a_hook_is_a_failure_that_the_log_explains(name, answer, said, caplog):
    result = await call(adding(**{name: constant(answer, plain=False)}), {"name": "a"})
    assert code_of(result) == "handler_error"
    assert said in caplog.text


@PLAIN
async def test_output_hooks_change_the_result_before_and_after_it_is_validated(plain):
    before = adding(before_output=constant({"total": 5}, plain=plain))
    assert unwrap(await call(before, {"name": "a"})) == Total(total=5)
    after = adding(after_output=constant(Total(total=6), plain=plain))
    assert unwrap(await call(after, {"name": "a"})) == Total(total=6)


@pytest.mark.parametrize("name", ["before_output", "after_output", "after_run"])
@pytest.mark.parametrize("value", [{"total": -1}, Total.model_construct(total="x"), "text"])
async def test_nothing_that_a_hook_gives_leaves_unvalidated(name, value):
    value = Ok(value, "", 0) if name == "after_run" else value
    assert (
        code_of(await call(adding(**{name: constant(value, plain=False)}), {"name": "a"})) == "invalid_output"
    )


def change_total(total: Total, _ctx: Context) -> None:
    total.total = 9


@pytest.mark.parametrize("name", ["before_output", "after_output"])
def test_what_they_change_in_place_travels(name):
    registry = Registry()
    registry.register([adding(**{name: change_total})])
    sent: Any = TestClient(registry).call_sync("add", {"name": "a"})
    assert (sent.data.total, sent.json["total"]) == (9, 9)


def spoil(total: Total, _ctx: Context) -> None:
    total.total = "many"  # type: ignore[assignment]  # on purpose


async def test_what_they_spoil_in_place_does_not():
    assert code_of(await call(adding(after_output=spoil), {"name": "a"})) == "invalid_output"


def failing(error: BaseException, **fields: Any) -> Any:
    async def fail() -> Total:
        """Fail."""
        raise error

    return define_action(handler=fail, public=True, errors=[Full], **fields)


async def test_on_error_is_told_what_callers_get_and_its_cause():
    told = list[tuple[str, Any, str]]()

    def note(error: ActionError[Any], ctx: Context) -> None:
        told.append((error.code, error.__cause__, ctx.action))

    cause = KeyError("mine")
    assert code_of(await call(failing(cause, hooks=Hooks(on_error=note)), {})) == "handler_error"
    assert told == [("handler_error", cause, "fail")]
    assert (await call(adding(on_error=note), {"name": "a"})).ok
    assert len(told) == 1


@PLAIN
async def test_on_error_may_raise_a_declared_error_in_place_of_another(plain):
    full = Full("Full.", details=Room(left=0))
    made = failing(KeyError("mine"), hooks=Hooks(on_error=raising(full, plain=plain)))
    assert code_of(await call(made, {})) == "full"
    worse = failing(full, hooks=Hooks(on_error=raising(KeyError("oh"), plain=plain)))
    assert code_of(await call(worse, {})) == "handler_error"


@PLAIN
async def test_after_run_may_give_another_end(plain):
    recovered = failing(
        KeyError("mine"), hooks=Hooks(after_run=constant(Ok({"total": 0}, "", 0), plain=plain))
    )
    assert unwrap(await call(recovered, {})) == Total(total=0)


def after(change: Any) -> Hooks:
    return Hooks(after_run=lambda result, _ctx: change(result))


async def test_after_run_sees_the_whole_result_and_may_change_its_parts():
    full = Full("Full.", details=Room(left=3))
    said = await call(failing(full, hooks=after(lambda err: replace(err, message="Come back."))), {})
    assert isinstance(said, Err)
    assert (said.code, said.status, said.message, said.details) == ("full", 409, "Come back.", {"left": 3})
    other = await call(failing(full, hooks=after(lambda err: replace(err, details={"left": 1}))), {})
    assert getattr(other, "details", None) == {"left": 1}
    masked = await call(failing(KeyError(), hooks=after(lambda err: replace(err, message="Sorry."))), {})
    assert isinstance(masked, Err)
    assert (masked.code, masked.message, masked.status) == ("handler_error", "Sorry.", 500)
    with pytest.raises(Full, match="Come back"):
        await failing(full, hooks=after(lambda err: replace(err, message="Come back."))).run()


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (
            {"code": "forbidden", "status": 403},
            "handler_error",
            "the code 'forbidden', which is none of `errors`",
        ),
        ({"code": "mine"}, "handler_error", "the code 'mine'"),
        ({"details": {"left": "many"}}, "invalid_output", "left"),
        ({"details": None}, "invalid_output", "Room"),
        ({"message": 3}, "handler_error", "a text as the message"),
        ({"message": "\ud800"}, "invalid_output", "surrogates"),
    ],
)
async def test_after_run_gives_nothing_that_the_action_does_not_declare(change, code, said, caplog):
    full = Full("Full.", details=Room(left=3))
    result = await call(failing(full, hooks=after(lambda err: replace(err, **change))), {})
    assert code_of(result) == code
    assert said in caplog.text


async def test_after_run_may_turn_a_success_into_a_declared_failure_and_no_other():
    def fail(code: str, details: Any) -> Any:
        return lambda _ok: Err(code, "No.", 400, False, details, "", 0, "")  # noqa: FBT003 - as it is declared

    declared = await call(adding(after_run=lambda ok, _ctx: fail("full", {"left": 0})(ok)), {"name": "a"})
    assert isinstance(declared, Err)
    assert (declared.code, declared.status, declared.details) == ("full", 409, {"left": 0})
    unknown = await call(adding(after_run=lambda ok, _ctx: fail("timeout", None)(ok)), {"name": "a"})
    assert code_of(unknown) == "handler_error"


async def test_after_run_is_not_asked_about_what_did_not_run():
    asked = list[Any]()
    made = adding(after_run=lambda result, _ctx: asked.append(result))
    assert code_of(await call(made, {"wrong": 1})) == "invalid_input"
    assert asked == []


@pytest.mark.parametrize("name", ALL_BUT_ON_ERROR)
async def test_hooks_count_under_the_deadline(name):
    async def forever(*_: Any) -> None:
        await asyncio.Event().wait()

    made = adding(**{name: forever})
    registry = Registry()
    registry.register([made])
    registry_call = invoke_action("add", {"name": "a"}, _hurried(), registry=registry)
    assert code_of(await registry_call) == "timeout"


def _hurried() -> Context:
    from time import monotonic

    return Context(deadline=monotonic() + 0.02)


@pytest.mark.parametrize("name", ALL_BUT_ON_ERROR)
async def test_plain_hooks_run_in_a_thread_and_see_the_context(name):
    seen = list[Any]()

    def look(_value: Any, ctx: Context) -> None:
        seen.extend([threading.current_thread() is threading.main_thread(), ctx.caller])

    assert (await call(adding(**{name: look}), {"name": "a"}, "cli")).ok
    assert seen == [False, "cli"]


@pytest.mark.parametrize("name", ALL_BUT_ON_ERROR)
async def test_they_see_the_resources_that_are_opened_once(name):
    opened = list[str]()
    seen = list[Any]()

    @asynccontextmanager
    async def lifespan() -> Any:
        opened.append("open")
        yield "db"

    registry = Registry(lifespan=lifespan)
    registry.register([adding(**{name: lambda _value, ctx: seen.append(ctx.resources)})])
    assert (await invoke_action("add", {"name": "a"}, registry=registry)).ok
    assert (opened, seen) == (["open"], ["db"])


async def test_unknown_keys_that_a_hook_adds_reach_the_handler():
    async def look(ctx: Context) -> dict[str, Any]:
        """Look."""
        return dict(ctx.extra_input)

    made = define_action(
        handler=look, unknown_keys="allow", hooks=Hooks(before_validate=lambda data, _ctx: {**data, "b": 2})
    )
    assert unwrap(await call(made, {"a": 1})) == {"a": 1, "b": 2}


async def test_an_input_of_a_json_schema_is_validated_after_the_hook():
    async def look(given: dict[str, Any]) -> Any:
        """Look."""
        return given

    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    made = define_action(
        handler=look, input=schema, hooks=Hooks(before_validate=lambda data, _ctx: {"a": data["b"]})
    )
    assert unwrap(await call(made, {"b": 2})) == {"a": 2}
    assert code_of(await call(made, {"b": "2"})) == "invalid_input"


async def test_an_action_that_is_included_under_another_name_has_its_hooks():
    main, shop = Registry(), Registry()
    shop.register([adding(after_output=constant(Total(total=8), plain=False))])
    main.include(shop, prefix="shop_")
    assert unwrap(await invoke_action("shop_add", {"name": "a"}, registry=main)).total == 8


async def test_a_hook_that_is_an_object_or_a_partial_works():
    class Adder:
        async def __call__(self, total: Total, _ctx: Context) -> Total:
            return Total(total=total.total + 1)

    assert unwrap(await call(adding(after_output=Adder()), {"name": "a"})).total == 2


def test_the_test_kit_raises_what_a_hook_raised():
    registry = Registry()
    registry.register([adding(before_output=raising(KeyError("mine"), plain=True))])
    with pytest.raises(KeyError) as caught:
        TestClient(registry).call_sync("add", {"name": "a"})
    assert "mine" in str(caught.value)


def test_assert_contract_takes_what_hooks_refuse_and_change():
    @action(public=True, read_only=True, hooks=Hooks(before_validate=lambda data, _ctx: data))
    async def double(number: int) -> int:
        """Double."""
        return 2 * number

    def small(given: Any, _ctx: Context) -> None:
        if given.number > 10:
            raise ValueError("too much")

    @action(public=True, read_only=True, hooks=Hooks(after_validate=small))
    async def halve(number: int) -> float:
        """Halve."""
        return number / 2

    registry = Registry()
    registry.register([double, halve])
    assert_contract(registry, examples=20)


def test_the_body_over_http_goes_through_them():
    from actionary.http import create_app
    from starlette.testclient import TestClient as WebClient

    @action(
        public=True, read_only=True, hooks=Hooks(before_validate=lambda data, _ctx: {"text": data["old"]})
    )
    async def say(text: str) -> str:
        """Say."""
        return text

    registry = Registry()
    registry.register([say])
    with WebClient(create_app(registry)) as web:
        answer = web.post("/api/actions/say", json={"old": "a"})
        assert (answer.status_code, answer.json()["data"]) == (200, "a")
        refusal = web.post("/api/actions/say", content=json.dumps({"old": 1}))
        assert refusal.status_code == 415
        refusal = web.post("/api/actions/say", json={"old": 1})
        assert (refusal.status_code, refusal.json()["details"][0]["path"]) == (400, ["text"])
