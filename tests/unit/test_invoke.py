"""The pipeline, called in process: what every door relies on (DESIGN §4)."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
from contextlib import asynccontextmanager
from datetime import date
from enum import Enum
from types import SimpleNamespace
from typing import Annotated, Any, get_args

import pytest
from actionary import (
    ActionError,
    Context,
    Err,
    Http,
    Ok,
    Registry,
    action,
    define_action,
    define_actions,
    invoke_action,
    invoke_action_sync,
    prompting_agent,
    unwrap,
)
from actionary.context import Caller
from actionary.invoke import invoke
from pydantic import BaseModel, Field, field_serializer, field_validator


class Colour(Enum):
    RED = "red"


class Item(BaseModel):
    name: str
    price: float = 1.0
    colour: Colour = Colour.RED
    day: date | None = None


class Shortage(BaseModel):
    available: int


class OutOfStock(ActionError[Shortage], code="out_of_stock", status=409, retryable=True):
    """Too few."""


class LikeIt(OutOfStock, code="like_it"):
    """Another code of the same family."""


def registry_of(*actions: Any, **options: Any) -> Registry:
    registry = Registry(**options)
    define_actions(actions, registry)
    return registry


async def call(asked: Any, given: Any = None, ctx: Any = None) -> Ok[Any] | Err:
    """Call an action in a registry of its own."""
    return await invoke_action(asked.name, given, ctx, registry=registry_of(asked))


def code_of(result: Ok[Any] | Err) -> str:
    return "ok" if isinstance(result, Ok) else result.code


class TestFinding:
    @action(public=True)
    async def shown() -> str:
        """Show."""
        return "shown"

    @action(public=True, agent_tool=False)
    async def not_for_models() -> str:
        """Show."""
        return "shown"

    @action(public=True, http=False)
    async def not_on_http() -> str:
        """Show."""
        return "shown"

    @action()
    async def hidden() -> str:
        return "hidden"

    async def test_by_itself_by_name_and_by_slug(self):
        registry = registry_of(self.not_on_http)
        for asked in (self.not_on_http, "not_on_http", "not-on-http"):
            assert unwrap(await invoke_action(asked, registry=registry)) == "shown"

    async def test_an_unknown_name_is_not_found(self):
        result = await invoke_action("nobody", {}, registry=Registry())
        assert isinstance(result, Err)
        assert (result.code, result.status, result.action, result.details) == (
            "not_found",
            404,
            "nobody",
            None,
        )

    async def test_what_is_neither_action_nor_name_is_a_mistake_of_the_caller(self):
        with pytest.raises(TypeError, match="int"):
            await invoke_action(5)  # type: ignore[call-overload]  # the point of the test

    @pytest.mark.parametrize("caller", get_args(Caller))
    async def test_who_reaches_what(self, caller):
        outside = caller in {"http", "mcp", "app", "tool"}
        request = SimpleNamespace(scope={}, headers={})
        ctx = Context(caller=caller, request=request)
        reached = {
            asked.name
            for asked in (self.shown, self.not_for_models, self.not_on_http, self.hidden)
            if (await call(asked, {}, ctx)).ok
        }
        expected = {"shown"}
        if caller not in {"mcp", "tool"}:
            expected.add("not_for_models")
        if caller != "http":
            expected.add("not_on_http")
        if not outside:
            expected.add("hidden")
        assert reached == expected

    async def test_a_refusal_in_process_says_not_public(self):
        assert code_of(await call(self.hidden, {}, Context(caller="http"))) == "not_public"
        with pytest.raises(ActionError) as caught:
            await self.hidden.run({}, Context(caller="tool"))
        assert caught.value.code == "not_public"

    async def test_a_request_as_ctx_is_an_http_caller(self):
        result = await call(self.hidden, {}, SimpleNamespace(scope={}, headers={}))
        assert code_of(result) == "not_public"

    async def test_any_other_ctx_is_a_mistake(self):
        with pytest.raises(TypeError, match="ctx"):
            await call(self.shown, {}, {"caller": "http"})


class TestAuth:
    @staticmethod
    def guarded(auth: Any, timeout: float | None = 30) -> Any:
        @action(public=True, auth=auth, timeout=timeout)
        async def guarded() -> str:
            """Be guarded."""
            return "in"

        return guarded

    request = SimpleNamespace(scope={}, headers={"authorization": "right"})

    @pytest.mark.parametrize("answer", [1, "yes", [True], object()])
    async def test_only_true_lets_in(self, answer, caplog):
        async def auth(_: Any) -> Any:
            return answer

        assert code_of(await call(self.guarded(auth), {}, self.request)) == "unauthorized"
        assert "is not True, False or a Principal" in caplog.text

    async def test_false_refuses_without_a_log_line(self, caplog):
        assert code_of(await call(self.guarded(lambda _: False), {}, self.request)) == "unauthorized"
        assert caplog.text == ""

    async def test_plain_and_coroutine_functions_and_objects_are_asked(self):
        class Asked:
            async def __call__(self, request: Any) -> bool:
                return request.headers["authorization"] == "right"

        async def asked(request: Any) -> bool:
            return request.headers["authorization"] == "right"

        def plain(request: Any) -> bool:
            assert threading.current_thread() is not threading.main_thread()
            return request.headers["authorization"] == "right"

        for auth in (Asked(), asked, plain, lambda request: asked(request)):  # noqa: PLW0108 - a plain function that gives an awaitable
            assert code_of(await call(self.guarded(auth), {}, self.request)) == "ok"

    @pytest.mark.parametrize("error", [ValueError("secret"), SystemExit(3), asyncio.CancelledError()])
    async def test_one_that_raises_refuses(self, error):
        async def auth(_: Any) -> bool:
            raise error

        assert code_of(await call(self.guarded(auth), {}, self.request)) == "unauthorized"

    async def test_a_plain_one_that_raises_stop_iteration_refuses_at_once(self, caplog):
        def auth(_: Any) -> bool:
            return next(token for token in ("a",) if token == "b")

        assert code_of(await call(self.guarded(auth), {}, self.request)) == "unauthorized"
        assert "StopIteration" in caplog.text

    async def test_one_that_hangs_lets_nobody_in_and_the_call_ends_at_its_timeout(self):
        async def auth(_: Any) -> bool:
            return await asyncio.get_running_loop().create_future()

        assert code_of(await call(self.guarded(auth, timeout=0.01), {}, self.request)) == "timeout"

    async def test_from_outside_without_a_request_nobody_gets_in(self):
        for caller in ("http", "mcp", "app", "tool"):
            result = await call(self.guarded(lambda _: True), {}, Context(caller=caller))
            assert code_of(result) == "unauthorized"

    async def test_callers_inside_are_not_asked(self):
        for caller in ("code", "cli", "workflow", "automation"):
            result = await call(self.guarded(lambda _: False), {}, Context(caller=caller))
            assert code_of(result) == "ok"

    async def test_it_is_asked_before_the_input_is_looked_at(self):
        result = await call(self.guarded(lambda _: False), {"unknown": 1}, self.request)
        assert code_of(result) == "unauthorized"


@action()
async def echo(item: Item) -> Item:
    return item


@action()
async def keywords(
    count: Annotated[int, Field(ge=0)],
    day: date | None = None,
    ratio: float = 1.0,
    colour: Colour = Colour.RED,
) -> list[Any]:
    return [count, day, ratio, colour]


class TestInput:
    async def test_json_data_means_in_process_what_it_means_at_every_door(self):
        assert unwrap(await call(keywords, {"count": 3.0, "day": "2026-01-31", "colour": "red"})) == [
            3,
            date(2026, 1, 31),
            1.0,
            Colour.RED,
        ]
        for wrong in ({"count": "3"}, {"count": True}, {"count": 3, "day": 5}, {"count": 3.5}):
            assert code_of(await call(keywords, wrong)) == "invalid_input"

    async def test_python_objects_are_taken(self):
        given = {"count": 3, "day": date(2026, 1, 31), "colour": Colour.RED}
        assert unwrap(await call(keywords, given))[1] == date(2026, 1, 31)
        assert unwrap(await call(keywords, {**given, "colour": "red"}))[3] is Colour.RED

    async def test_an_instance_of_the_model_is_trusted(self):
        item = Item.model_construct(name=5)
        result = await call(echo, item)
        assert code_of(result) == "invalid_output"  # nobody validated it, and its JSON would not fit
        assert unwrap(await call(echo, Item(name="a"))) == Item(name="a")

    async def test_no_input_is_an_empty_object(self):
        assert code_of(await call(echo)) == "invalid_input"

    @pytest.mark.parametrize(
        "given",
        [float("nan"), float("inf"), -float("inf"), 1e999, "NaN", "\ud800", object(), b"\xff", {1, 2}],
    )
    async def test_what_json_cannot_say_is_invalid_input(self, given):
        assert code_of(await call(echo, {"name": "a", "price": given})) == "invalid_input"

    @pytest.mark.parametrize("given", [5, "text", [1], None, object(), date.today(), float("nan")])  # noqa: DTZ011 - any date
    async def test_what_is_no_object_is_invalid_input(self, given):
        assert code_of(await call(echo, given)) == "invalid_input"

    async def test_what_contains_itself_is_invalid_input(self):
        loop: dict[str, Any] = {}
        loop["name"] = loop
        assert code_of(await call(echo, loop)) == "invalid_input"

    async def test_deep_nesting_is_invalid_input(self):
        deep: Any = "a"
        for _ in range(100_000):
            deep = [deep]
        assert code_of(await call(echo, {"name": deep})) == "invalid_input"

    async def test_bytes_that_are_no_text_are_taken_in_process(self):
        @action()
        async def size(data: bytes) -> int:
            return len(data)

        assert unwrap(await call(size, {"data": b"\xff\xfe"})) == 2

    async def test_what_a_validator_raises_is_masked_even_if_it_is_a_domain_error(self):
        class Hasty(BaseModel):
            text: str

            @field_validator("text")
            @classmethod
            def refuse(cls, text: str) -> str:
                raise OutOfStock(f"hunter2 {text}", details=Shortage(available=1))

        @action()
        async def hasty(given: Hasty) -> str:
            return given.text

        result = await call(hasty, {"text": "a"})
        assert isinstance(result, Err)
        assert (result.code, result.message) == ("handler_error", "The action failed.")

    async def test_a_validator_of_the_user_that_fails_is_no_answer_about_the_input(self, caplog):
        class Picky(BaseModel):
            text: str

            @field_validator("text")
            @classmethod
            def pick(cls, text: str) -> str:
                if text == "bad":
                    raise ValueError(f"{text} is not good")
                return {"a": "b"}[text]

        @action()
        async def picky(given: Picky) -> str:
            return given.text

        result = await call(picky, {"text": "bad"})
        assert isinstance(result, Err)
        assert result.message == "text: is not valid"
        assert code_of(await call(picky, {"text": "zzz"})) == "handler_error"
        assert "KeyError" in caplog.text


class TestRunning:
    async def test_a_plain_function_runs_in_a_thread_with_the_callers_context_variables(self):
        variable = contextvars.ContextVar("variable", default="")

        @action()
        def plain() -> list[Any]:
            return [variable.get(), threading.current_thread() is threading.main_thread()]

        variable.set("seen")
        assert unwrap(await call(plain)) == ["seen", False]

    async def test_a_plain_function_may_give_an_awaitable(self):
        async def later() -> int:
            return 5

        given = define_action(name="given", handler=lambda: later(), output=int)  # noqa: PLW0108 - a plain function
        assert unwrap(await call(given)) == 5

    @pytest.mark.parametrize("kind", ["async", "plain"])
    @pytest.mark.parametrize(
        "error",
        [
            RuntimeError("hunter2"),
            SystemExit("hunter2"),
            asyncio.CancelledError("hunter2"),
            StopIteration("hunter2"),
            TimeoutError("hunter2"),
            BaseExceptionGroup("hunter2", [ValueError("x")]),
            LikeIt("hunter2", details=Shortage(available=1)),
        ],
    )
    async def test_what_nobody_declared_is_a_masked_handler_error(self, kind, error, caplog):
        @action(errors=[OutOfStock])
        async def coroutine() -> None:
            raise error

        @action(errors=[OutOfStock])
        def plain() -> None:
            raise error

        result = await call(coroutine if kind == "async" else plain)
        assert isinstance(result, Err)
        assert (result.code, result.message, result.details) == ("handler_error", "The action failed.", None)
        assert result.request_id in caplog.text
        assert "hunter2" in caplog.text

    async def test_the_log_names_an_error_of_the_project_that_is_not_declared(self, caplog):
        class Torn(ActionError, code="torn"):  # noqa: N818 - as users name them
            pass

        @action(errors=[OutOfStock])
        async def tears() -> None:
            raise Torn("hunter2")

        result = await call(tears)
        assert isinstance(result, Err)
        assert (result.code, result.message, result.details) == ("handler_error", "The action failed.", None)
        [record] = caplog.records
        assert record.getMessage() == (
            "action tears failed in running: Torn (code `torn`) is not among the action's `errors`;"
            f" declare it, `errors=[OutOfStock, Torn]` (request {result.request_id})"
        )
        assert "hunter2" in caplog.text

    async def test_the_log_names_an_error_whose_code_another_one_has(self, caplog):
        class Sold(ActionError, code="out_of_stock"):  # noqa: N818 - as users name them
            pass

        @action(errors=[OutOfStock])
        def short() -> None:
            raise Sold("out")

        assert code_of(await call(short)) == "handler_error"
        assert "Sold (code `out_of_stock`) is not among the action's `errors`" in caplog.text
        assert "that code is OutOfStock's there, so raise that, or give this another code" in caplog.text

    async def test_the_log_asks_nobody_to_declare_what_no_action_can(self, caplog):
        @action
        async def passes_on() -> None:
            unwrap(
                Err(
                    "torn",
                    "Torn.",
                    409,
                    retryable=False,
                    details=None,
                    action="",
                    latency_ms=0,
                    request_id="",
                )
            )

        assert code_of(await call(passes_on)) == "handler_error"
        assert "action passes_on failed in running (request " in caplog.text
        assert "`errors`" not in caplog.text

    async def test_a_declared_error_keeps_its_message_and_details(self):
        @action(errors=[OutOfStock])
        async def short() -> None:
            raise OutOfStock("Only 2 left.", details=Shortage(available=2))

        result = await call(short)
        assert isinstance(result, Err)
        assert (result.code, result.status, result.retryable) == ("out_of_stock", 409, True)
        assert (result.message, result.details) == ("Only 2 left.", {"available": 2})
        with pytest.raises(OutOfStock) as caught:
            await short.run()
        assert caught.value.details == Shortage(available=2)

    async def test_details_that_do_not_fit_are_invalid_output(self):
        @action(errors=[OutOfStock])
        async def short() -> None:
            raise OutOfStock("Only 2 left.", details=Shortage.model_construct(available="many"))

        assert code_of(await call(short)) == "invalid_output"
        with pytest.raises(ActionError) as caught:
            await short.run()
        assert caught.value.code == "invalid_output"

    @pytest.mark.parametrize("message", ["\ud800", 123, None])
    async def test_an_error_whose_message_is_no_text_is_invalid_output(self, message):
        @action(errors=[OutOfStock])
        async def short() -> None:
            raise OutOfStock(message, details=Shortage(available=2))

        assert code_of(await call(short)) == "invalid_output"

    async def test_work_that_is_late_already_is_not_begun(self):
        begun: list[int] = []

        @action(timeout=0.01)
        async def work() -> None:
            begun.append(1)

        async def read_slowly(found: Any) -> BaseModel:
            await asyncio.sleep(0.02)
            return found.prepared.read_value({})

        outcome = await invoke(work, read_slowly, Context(), registry_of(work))
        assert isinstance(outcome, Err)
        assert (outcome.code, begun) == ("timeout", [])

    async def test_the_timeout_ends_a_handler_that_waits(self):
        ended = asyncio.Event()

        @action(timeout=0.01)
        async def slow() -> None:
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                ended.set()

        result = await call(slow)
        assert isinstance(result, Err)
        assert (result.code, result.status, result.retryable) == ("timeout", 504, True)
        assert ended.is_set()
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0

    async def test_a_handler_that_swallows_the_cancellation_still_timed_out(self):
        @action(timeout=0.01)
        async def stubborn() -> str:
            try:
                await asyncio.get_running_loop().create_future()
            except asyncio.CancelledError:
                return "too late"
            return "never"

        assert code_of(await call(stubborn)) == "timeout"

    async def test_the_callers_cancellation_passes_through(self):
        began = asyncio.Event()

        @action()
        async def slow() -> None:
            began.set()
            await asyncio.get_running_loop().create_future()

        task = asyncio.create_task(call(slow))
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async def test_the_request_id_and_name_reach_the_handler(self):
        @action()
        async def seen(*, ctx: Context) -> list[str]:
            return [ctx.caller, ctx.action, ctx.request_id]

        assert unwrap(await call(seen, {}, Context(request_id="r1"))) == ["code", "seen", "r1"]


class Sourly(BaseModel):
    text: str

    @field_serializer("text")
    def sour(self, text: str) -> str:
        raise RuntimeError(text)


class TestOutput:
    @staticmethod
    def giving(value: Any, output: Any) -> Any:
        async def give() -> Any:
            return value

        return define_action(name="give", handler=give, output=output)

    @pytest.mark.parametrize(
        ("value", "output"),
        [
            ({"name": "a"}, Item),
            ([{"name": "a"}, Item(name="b")], list[Item]),
            (None, None),
            ("2026-01-31", date),
            (5, int),
        ],
    )
    async def test_what_fits_is_given_as_its_type(self, value, output):
        result = await call(self.giving(value, output))
        assert isinstance(result, Ok)
        if output is Item:
            assert result.data == Item(name="a")

    @pytest.mark.parametrize(
        ("value", "output"),
        [
            ({"nam": "a"}, Item),
            (Item.model_construct(name=5), Item),
            (None, Item),
            ("x", None),
            (float("nan"), float),
            (Item(name="a", price=float("inf")), Item),
            ([Item(name="a", price=float("nan"))], list[Item]),
            ({"a": {"b": [float("nan")]}}, dict[str, Any]),
            (object(), Any),
            ("\ud800", str),
            (Sourly(text="x"), Sourly),
        ],
    )
    async def test_what_does_not_fit_is_invalid_output_and_quoted_nowhere(self, value, output, caplog):
        result = await call(self.giving(value, output))
        assert isinstance(result, Err)
        assert (result.code, result.status, result.details) == ("invalid_output", 500, None)
        assert "invalid_output" not in caplog.text
        assert result.request_id in caplog.text

    async def test_without_a_return_annotation_anything_json_can_say_goes(self):
        @action()
        async def free(value: Any):
            return {"given": value, "day": date(2026, 1, 31)}

        assert unwrap(await call(free, {"value": [1]}))["given"] == [1]

        @action()
        async def odd():
            return {"given": float("nan")}

        assert code_of(await call(odd)) == "invalid_output"

    async def test_the_value_of_a_wrong_result_is_not_logged(self, caplog):
        for value, output in (
            ({"name": 5, "secret": "hunter2"}, Item),
            (Item.model_construct(name=["hunter2"]), Item),
        ):
            await call(self.giving(value, output))
        assert "hunter2" not in caplog.text


class TestResources:
    async def test_a_call_opens_them_where_no_door_has(self):
        log: list[str] = []

        @asynccontextmanager
        async def lifespan():
            log.append("open")
            yield {"db": 1}
            log.append("close")

        @action()
        async def use(*, ctx: Context[dict[str, int]]) -> dict[str, int]:
            return ctx.resources

        registry = registry_of(use, lifespan=lifespan)
        assert unwrap(await invoke_action("use", registry=registry)) == {"db": 1}
        assert log == ["open", "close"]
        async with registry.open():
            for _ in range(2):
                await invoke_action(use, registry=registry)
        assert log == ["open", "close"] * 2
        given = Context.for_test(resources={"db": 2})
        assert unwrap(await invoke_action(use, {}, given, registry=registry)) == {"db": 2}

    async def test_an_action_that_is_not_in_the_registry_is_not_called_without_its_gates(self):
        @action
        async def use() -> str:
            return "used"

        with pytest.raises(LookupError, match=r"use .* is not in that registry: register it there"):
            await invoke_action(use, registry=Registry(auth=lambda _: False))
        team, main = registry_of(use), Registry()
        main.include(team, prefix="shop_")
        with pytest.raises(LookupError, match="the one it was included as"):
            await invoke_action(use, registry=main)
        assert unwrap(await invoke_action("shop_use", registry=main)) == "used"

    async def test_resources_that_cannot_be_opened_fail_the_call(self, caplog):
        @asynccontextmanager
        async def lifespan():
            raise RuntimeError("no database")
            yield

        result = await invoke_action("echo", {"name": "a"}, registry=registry_of(echo, lifespan=lifespan))
        assert isinstance(result, Err)
        assert result.code == "handler_error"
        assert "no database" in caplog.text

    async def test_resources_that_cannot_be_closed_do_not_cost_the_answer(self, caplog):
        @asynccontextmanager
        async def lifespan():
            yield 1
            raise RuntimeError("close boom")

        result = await invoke_action("echo", {"name": "a"}, registry=registry_of(echo, lifespan=lifespan))
        assert isinstance(result, Ok)
        assert "close boom" in caplog.text

    async def test_nothing_is_opened_for_a_call_that_is_refused(self):
        @asynccontextmanager
        async def lifespan():
            raise AssertionError("opened")
            yield

        @action(public=True, auth=lambda _: False)
        async def guarded(*, ctx: Context) -> None:
            """Be guarded."""

        registry = registry_of(guarded, lifespan=lifespan)
        request = SimpleNamespace(scope={}, headers={})
        assert code_of(await invoke_action("guarded", {}, request, registry=registry)) == "unauthorized"
        assert code_of(await invoke_action("guarded", {"x": 1}, registry=registry)) == "invalid_input"

    async def test_an_action_itself_brings_the_resources_of_its_registry(self):
        @asynccontextmanager
        async def lifespan():
            yield "db"

        @action()
        async def use(*, ctx: Context[str]) -> str:
            return ctx.resources

        registry_of(use, lifespan=lifespan)
        assert await use.run() == "db"
        assert unwrap(await invoke_action(use)) == "db"
        assert await use.run({}, Context.for_test(resources="given")) == "given"


class TestSync:
    def test_it_gives_what_invoke_action_gives(self):
        result = invoke_action_sync(echo, {"name": "a"})
        assert isinstance(result, Ok)
        assert result.data == Item(name="a")

    async def test_in_a_running_loop_it_says_what_to_do(self):
        with pytest.raises(RuntimeError, match="invoke_action"):
            invoke_action_sync(echo, {"name": "a"})


async def test_run_gives_the_output_or_raises():
    assert await echo.run({"name": "a"}) == Item(name="a")
    with pytest.raises(ActionError) as caught:
        await echo.run({"name": 5})
    assert (caught.value.code, caught.value.status) == ("invalid_input", 400)


async def test_calls_in_parallel_do_not_meet():
    @action(timeout=5)
    async def slow(number: int) -> int:
        await asyncio.sleep(0)
        return number

    results = await asyncio.gather(*(call(slow, {"number": number}) for number in range(50)))
    assert [unwrap(result) for result in results] == list(range(50))


def test_the_logger_is_quiet_on_the_good_path(caplog):
    with caplog.at_level(logging.DEBUG, "actionary"):
        invoke_action_sync(echo, {"name": "a"})
    assert [record for record in caplog.records if record.name == "actionary"] == []


def test_http_is_get_or_post():
    assert Http("GET").method == "GET"


@pytest.mark.parametrize("plain", [False, True])
async def test_a_call_of_an_agent_that_a_handler_prompts_has_no_more_time_than_its_own(plain):
    @action
    async def left(ctx: Context) -> float:
        """Say how much time is left."""
        return ctx.deadline

    if plain:

        @action(timeout=5)
        def outer(ctx: Context) -> tuple[float, float]:
            """Prompt an agent."""
            with prompting_agent():
                return ctx.deadline, unwrap(invoke_action_sync(left, None, ctx))
    else:

        @action(timeout=5)
        async def outer(ctx: Context) -> tuple[float, float]:
            """Prompt an agent."""
            with prompting_agent():
                return ctx.deadline, await left.run(None, ctx)

    own, inner = unwrap(await invoke_action(outer))
    assert inner == own
