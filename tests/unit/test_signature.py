from __future__ import annotations

import datetime as dt
import functools
import inspect
import re
import typing
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, TypeVar

import pytest
from actionary import Action, ActionDefinitionError, Context, action, define_action
from actionary.signature import UNCHECKED
from pydantic import BaseModel, Field, RootModel
from starlette.requests import Request
from typing_extensions import TypedDict


class Order(BaseModel):
    product: str
    quantity: int = 1


class Colour(Enum):
    RED = "red"


class Plain: ...


class OldDict(typing.TypedDict):
    a: int


class NewDict(TypedDict):
    a: int


def schema_of(made: Action) -> dict[str, Any]:
    return made.binding.input.model_json_schema()


def properties_of(made: Action) -> list[str]:
    return list(schema_of(made)["properties"])


class TestInputs:
    async def test_parameters_are_the_input_as_keywords(self):
        @action
        def greet(name: str, times: int = 2, *, loud: bool = False) -> str:
            return f"{name * times}{loud}"

        assert properties_of(greet) == ["name", "times", "loud"]
        assert schema_of(greet)["required"] == ["name"]
        assert schema_of(greet)["additionalProperties"] is False
        assert greet.binding.input.__name__ == "GreetInput"
        assert await greet.run({"name": "a"}) == "aaFalse"
        assert greet("b", 1, loud=True) == "bTrue"

    async def test_one_model_is_the_input_itself(self):
        @action
        async def order(order: Order) -> str:
            return f"{order.quantity} {order.product}"

        assert order.binding.input is Order
        assert await order.run({"product": "shoe"}) == "1 shoe"
        assert await order.run(Order(product="shoe", quantity=2)) == "2 shoe"

    async def test_a_model_may_be_positional_only_and_annotated(self):
        @action
        def order(given: Annotated[Order, "note"], /) -> str:
            return given.product

        assert order.binding.input is Order
        assert await order.run({"product": "shoe"}) == "shoe"

    async def test_a_model_after_the_star_is_one_of_the_parameters(self):
        @action
        def order(*, order: Order) -> str:
            return order.product

        assert properties_of(order) == ["order"]
        assert await order.run({"order": {"product": "shoe"}}) == "shoe"

    def test_two_models_are_two_parameters(self):
        @action
        def swap(one: Order, two: Order) -> None: ...

        assert properties_of(swap) == ["one", "two"]

    async def test_no_parameter_is_an_empty_input(self):
        @action
        def ping() -> str:
            return "pong"

        assert schema_of(ping)["properties"] == {}
        assert await ping.run() == "pong"

    @pytest.mark.parametrize(
        "name",
        [
            *("model_config", "model_fields", "model_dump", "model_x", "_x", "__dunder__"),
            *("copy", "json", "dict", "schema", "validate", "construct", "self", "cls", "field_0", "class_"),
        ],
    )
    async def test_parameters_with_names_that_pydantic_reserves_keep_them(self, name):
        space: dict[str, Any] = {}
        exec(f"def odd({name}: int, field_1: str = 'b') -> list[object]:\n return [{name}, field_1]", space)
        odd = action(space["odd"])
        assert properties_of(odd) == [name, "field_1"]
        assert schema_of(odd)["required"] == [name]
        assert await odd.run({name: 3}) == [3, "b"]
        assert await odd.run({name: 3, "field_1": "c"}) == [3, "c"]
        space = {}
        exec(f"def odd(first: int = 1, {name}: int = 2) -> list[int]:\n return [first, {name}]", space)
        odd = action(space["odd"])
        assert await odd.run({}) == [1, 2]
        assert await odd.run({name: 5}) == [1, 5]

    async def test_an_alias_names_the_input_and_the_handler_keeps_its_parameter(self):
        @action
        def find(from_: Annotated[int, Field(alias="from")]) -> int:
            return from_

        assert properties_of(find) == ["from"]
        assert await find.run({"from": 3}) == 3

    async def test_a_list_as_default_is_not_shared_between_calls(self):
        @action
        def grow(items: list[int] = []) -> list[int]:  # noqa: B006 - that is the point
            items.append(1)
            return items

        assert await grow.run({}) == [1]
        assert await grow.run({}) == [1]


class TestAnnotations:
    async def test_types_of_the_function_around_are_found(self):
        class Local(BaseModel):
            x: int

        @action
        def bare(given: Local) -> Local:
            return given

        @action(timeout=1)
        def with_fields(given: Local) -> Local:
            return given

        def plain(given: Local) -> Local:
            return given

        for made in (bare, with_fields, define_action(handler=plain)):
            assert made.binding.input is Local
            assert made.binding.output is Local

    def test_locals_of_another_module_do_not_shadow_the_handlers_own_names(self):
        space: dict[str, Any] = {"__name__": "elsewhere", "action": action}
        exec("def make(handler):\n Order = int\n return action(handler)", space)

        def order(given: Order) -> Order:
            return given

        assert space["make"](order).binding.input is Order

    @pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
    def test_texts_are_read_and_texts_inside_of_them_too(self, future):
        space: dict[str, Any] = {
            "Order": Order,
            "Annotated": Annotated,
            "Found": TypeVar("Found", bound=Order),
        }
        given = (
            "a: list['Order'], b: Annotated['Order | None', 1], c: \"dict[str, 'Order']\","
            "d: 'Found', e: '\"int\"'"
        )
        exec(f"{future}def odd({given}) -> tuple['Order', ...]: ...", space)
        binding = action(space["odd"]).binding
        read = [field.annotation for field in binding.input.model_fields.values()]
        assert read == [list[Order], Order | None, dict[str, Order], space["Found"], int]
        assert binding.output == tuple[Order, ...]

    @pytest.mark.parametrize(("where", "field"), [("a: Missing", "a"), ("a: int", "output")])
    def test_a_name_that_is_not_there_is_named_with_its_parameter(self, where, field):
        space: dict[str, Any] = {}
        exec(f"from __future__ import annotations\ndef odd({where}) -> Missing: ...", space)
        with pytest.raises(ActionDefinitionError, match="names 'Missing', which is not defined") as caught:
            action(space["odd"])
        assert caught.value.field == field
        assert "TYPE_CHECKING" in caught.value.mend

    @pytest.mark.parametrize("text", ["int[", "x y", "1/0", "int.nothing", "typing.ClassVar[int]"])
    def test_an_annotation_that_is_no_type_expression_is_named(self, text):
        def odd(a): ...

        odd.__annotations__["a"] = text
        with pytest.raises(ActionDefinitionError, match="the annotation cannot be read") as caught:
            action(odd)
        assert caught.value.field == "a"

    def test_the_output_is_the_return_annotation(self):
        def unchecked(): ...

        def nothing() -> None: ...

        def some() -> list[Order]: ...

        assert action(unchecked).binding.output is UNCHECKED
        assert action(unchecked).output is None
        assert action(nothing).binding.output is type(None)
        assert action(some).binding.output == list[Order]
        assert define_action(handler=some, output=int).binding.output is int
        assert define_action(handler=some, output=None).binding.output is None

    def test_the_handlers_place_is_named_for_what_is_wrong_in_its_signature(self):
        def odd(a) -> None: ...

        with pytest.raises(ActionDefinitionError) as caught:
            action(odd)
        assert caught.value.where.file == __file__
        assert caught.value.where.line == inspect.getsourcelines(odd)[1]


def star(*args: int): ...
def stars(**kwargs: int): ...
def positional(a: int, /, b: int): ...
def unannotated(a): ...
def unannotated_ctx(a: int, ctx): ...
def field_default(a: int = Field(3)): ...
def hidden_default(a: Annotated[int, Field(default=3)]): ...
def hidden_factory(a: Annotated[list[int], Field(default_factory=list)]): ...
def dots(a: int = ...): ...  # type: ignore[assignment]  # that is the point
def root_model(a: RootModel[int]): ...
def default_model(order: Order = Order(product="x")): ...  # noqa: B008 - that is the point
def no_type(a: Plain): ...
def a_request(request: Request, a: int): ...
def a_value(a: 3): ...  # type: ignore[valid-type]  # that is the point
def bad_pattern(a: Annotated[str, Field(pattern="(")]): ...
def no_none(a: str = None): ...  # type: ignore[assignment]  # noqa: RUF013 - that is the point
def out_of_bounds(a: Annotated[int, Field(ge=5)] = 1): ...
def date_as_text(a: dt.date = "2020-01-01"): ...  # type: ignore[assignment]  # that is the point
def enum_as_text(a: Colour = "red"): ...  # type: ignore[assignment]  # that is the point
def decimal_as_int(a: Decimal = 0): ...  # type: ignore[assignment]  # that is the point
def reserved_default(copy: int = "x"): ...  # type: ignore[assignment]  # that is the point
def two_contexts(a: int, one: Context, two: Context[int]): ...
def positional_context(ctx: Context, /): ...


@pytest.mark.parametrize(
    ("handler", "field", "said", "mend"),
    [
        (star, "args", "does not say what may be given", "name every parameter"),
        (stars, "kwargs", "does not say what may be given", "name every parameter"),
        (positional, "a", "positional only", "remove the `/`"),
        (unannotated, "a", "no annotation", "write `a: str`"),
        (unannotated_ctx, "ctx", "no annotation", "write `ctx: Context`"),
        (field_default, "a", "as default would reach direct callers", "Annotated"),
        (hidden_default, "a", "would not reach direct callers", "`a: <type> = <default>`"),
        (hidden_factory, "a", "would not reach direct callers", "`a: <type> = <default>`"),
        (dots, "a", "would not reach direct callers", "`a: <type> = <default>`"),
        (root_model, "input", "is a RootModel", "plain model"),
        (default_model, "input", "cannot have a default", "give its fields defaults"),
        (no_type, "a", "schema for <class", "type that pydantic describes"),
        (a_request, "request", "a request is no input", "take `ctx: Context`"),
        (a_value, "a", "schema for 3", "type that pydantic describes"),
        (bad_pattern, "a", "unclosed group", "type that pydantic describes"),
        (no_none, "a", "default None does not fit", "`str | None = None`"),
        (out_of_bounds, "a", "default 1 does not fit.*greater than or equal to 5", "of that type"),
        (date_as_text, "a", "does not fit the annotation", "of that type"),
        (enum_as_text, "a", "does not fit the annotation", "of that type"),
        (decimal_as_int, "a", "does not fit the annotation", "of that type"),
        (reserved_default, "copy", "does not fit the annotation", "of that type"),
        (two_contexts, "ctx", "two parameters are annotated with Context", "keep one"),
        (positional_context, "ctx", "cannot be positional only", r"after `\*`"),
    ],
)
def test_a_signature_that_cannot_be_bound_is_refused(handler, field, said, mend):
    with pytest.raises(ActionDefinitionError, match=said) as caught:
        action(handler)
    assert caught.value.action == handler.__name__
    assert caught.value.field == field
    assert re.search(mend, caught.value.mend)
    assert caught.value.where.file == __file__
    assert "arbitrary_types_allowed" not in str(caught.value)


def test_defaults_that_fit_are_taken():
    @action
    def fine(
        *,
        a: float = 1,
        b: Sequence[str] = (),
        c: Colour = Colour.RED,
        d: dt.date = dt.date(2020, 1, 1),
        e: Order = Order(product="x"),  # noqa: B008 - that is the point
        f: int | None = None,
        g: Decimal = Decimal(3),
    ) -> None: ...

    assert "required" not in schema_of(fine)


@pytest.mark.skipif("sys.version_info >= (3, 12)")
@pytest.mark.parametrize("place", ["input", "output", "nested"])
def test_typings_own_typed_dict_is_refused_with_the_one_to_import(place):
    def takes(a: OldDict) -> int: ...

    def gives(a: int) -> OldDict: ...

    def gives_many(a: int) -> list[OldDict]: ...

    handler, field = {"input": (takes, "a"), "output": (gives, "output"), "nested": (gives_many, "output")}[
        place
    ]
    with pytest.raises(ActionDefinitionError) as caught:
        action(handler)
    assert caught.value.field == field
    assert caught.value.mend == "import TypedDict from typing_extensions"


async def test_typed_dicts_of_typing_extensions_are_fine():
    @action
    def both(a: NewDict) -> NewDict:
        return a

    assert await both.run({"a": {"a": 1}}) == {"a": 1}


class TestContext:
    @pytest.mark.parametrize("annotation", ["Context", "Context[int]", "Annotated[Context[int], 'x']"])
    @pytest.mark.parametrize("form", ["a: int, c: {}", "c: {}, a: int", "a: int, *, c: {}"])
    async def test_it_is_bound_by_its_annotation_under_any_name(self, annotation, form):
        space: dict[str, Any] = {"Context": Context, "Annotated": Annotated}
        exec(f"def odd({form.format(annotation)}) -> str:\n return f'{{a}} {{c.request_id}}'", space)
        odd = action(space["odd"])
        assert properties_of(odd) == ["a"]
        assert await odd.run({"a": 1}, Context.for_test()) == "1 test"

    async def test_it_may_be_optional_for_direct_callers(self):
        @action
        def who(ctx: Context[int] | None = None) -> str:
            return "nobody" if ctx is None else ctx.caller

        assert properties_of(who) == []
        assert who() == "nobody"
        assert await who.run() == "code"

    async def test_beside_one_model(self):
        @action
        async def order(order: Order, *, ctx: Context) -> str:
            return f"{order.product} {ctx.caller}"

        assert order.binding.input is Order
        assert await order.run({"product": "shoe"}) == "shoe code"

    def test_a_parameter_that_is_only_called_ctx_is_an_ordinary_one(self):
        @action
        def odd(ctx: int) -> None: ...

        assert properties_of(odd) == ["ctx"]


class TestGivenInput:
    async def test_the_handler_takes_an_instance_and_needs_no_annotations(self):
        made = define_action(
            name="order", input=Order, output=str, handler=lambda given, ctx: given.product + ctx.caller
        )
        assert made.binding.input is Order
        assert await made.run({"product": "shoe"}) == "shoecode"

    async def test_the_handler_may_ignore_it(self):
        made = define_action(name="order", input=Order, handler=lambda: 3)
        assert await made.run({"product": "shoe"}) == 3
        with_context = define_action(name="order", input=Order, handler=lambda ctx: ctx.caller)
        assert await with_context.run({"product": "shoe"}) == "code"

    def test_a_handler_of_two_parameters_is_refused(self):
        with pytest.raises(ActionDefinitionError, match="2 parameters for one input model") as caught:
            define_action(name="order", input=Order, handler=lambda _one, _two: None)
        assert caught.value.field == "input"

    @pytest.mark.parametrize("given", [int, dict, "Order", RootModel[int], Order(product="x")])
    def test_what_is_no_model_is_refused(self, given):
        with pytest.raises(ActionDefinitionError, match="does not describe an object") as caught:
            define_action(name="order", input=given, handler=lambda _: None)
        assert (caught.value.action, caught.value.field) == ("order", "input")

    @pytest.mark.parametrize("given", [3, Plain, typing.NoReturn])
    def test_an_output_that_is_no_type_is_refused(self, given):
        with pytest.raises(ActionDefinitionError, match="pydantic cannot describe the type") as caught:
            define_action(name="order", input=Order, output=given, handler=lambda _: None)
        assert caught.value.field == "output"


class Adds:
    """Call me."""

    def __call__(self, a: int) -> int:
        return a + 1

    async def method(self, a: int) -> int:
        return a + 2


class AsyncCallable:
    async def __call__(self, a: int) -> int:
        return a + 3


def plain(b: str, a: int) -> str:
    return f"{b}{a}"


async def coroutine(b: str, a: int) -> str:
    return f"{b}{a}"


def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


class TestKindsOfHandlers:
    @pytest.mark.parametrize(
        ("handler", "is_async", "outcome"),
        [
            (Adds(), False, 2),
            (Adds().method, True, 3),
            (AsyncCallable(), True, 4),
            (functools.partial(plain, "x"), False, "x1"),
            (functools.partial(plain, b="y"), False, "y1"),
            (functools.partial(coroutine, "x"), True, "x1"),
            (functools.partial(functools.partial(coroutine), "x"), True, "x1"),
            (functools.partial(AsyncCallable()), True, 4),
            (wrapped(Adds().method), False, 3),
            (wrapped(functools.partial(plain, "x")), False, "x1"),
        ],
    )
    async def test_whatever_can_be_called_can_be_a_handler(self, handler, is_async, outcome):
        made = define_action(name="made", handler=handler)
        assert made.binding.is_async is is_async
        assert properties_of(made)[-1] == "a"
        assert await made.run({"a": 1}) == outcome

    @pytest.mark.parametrize("kind", ["generator", "async generator", "partial", "object"])
    def test_generators_are_refused(self, kind):
        def generator() -> Iterator[int]:
            yield 1

        async def agenerator() -> AsyncIterator[int]:
            yield 1

        class Generating:
            def __call__(self) -> Iterator[int]:
                yield 1

        handler = {
            "generator": generator,
            "async generator": agenerator,
            "partial": functools.partial(agenerator),
            "object": Generating(),
        }[kind]
        with pytest.raises(ActionDefinitionError, match="a generator cannot be an action") as caught:
            define_action(name="made", handler=handler)
        assert caught.value.field == "handler"
        assert caught.value.where.file == __file__

    def test_a_builtin_without_signature_is_refused(self):
        with pytest.raises(ActionDefinitionError, match="its signature cannot be read") as caught:
            define_action(name="made", handler=max)
        assert caught.value.field == "handler"

    @pytest.mark.parametrize("handler", [lambda: 1, functools.partial(plain, "x")])
    def test_what_has_no_name_needs_one(self, handler):
        with pytest.raises(ActionDefinitionError) as caught:
            define_action(handler=handler)
        assert caught.value.field == "name"
