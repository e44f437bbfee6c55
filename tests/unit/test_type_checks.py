"""What the types of an action have to hold to because of its other fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from actionary import ActionDefinitionError, Cursor, Http, define_action
from pydantic import BaseModel, ByteSize, Field, SecretStr, create_model


class Page(BaseModel):
    items: list[int]
    next_cursor: str | None = None


@dataclass
class DataPage:
    rows: tuple[int, ...]
    after: int | None


class Required(BaseModel):
    q: int | None


class NoItems(BaseModel):
    items: int
    next_cursor: str | None


class Endless(BaseModel):
    items: list[int]
    next_cursor: str


class Hidden(BaseModel):
    pin: SecretStr


class MadeAnew(BaseModel):
    q: int | None = Field(default_factory=lambda: 3)


class Aliased(BaseModel):
    since: int | None = Field(default=3, alias="from")


def refused(handler: Any, **fields: Any) -> ActionDefinitionError:
    with pytest.raises(ActionDefinitionError) as caught:
        define_action(handler=handler, **fields)
    return caught.value


class TestNullInAQuery:
    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_a_parameter_that_has_to_say_null_is_refused(self, method):
        def required(q: int | None) -> None: ...
        def other_default(q: int | None = 3) -> None: ...
        def literal(q: Literal["a", None] = "a") -> None: ...  # noqa: PYI061 - pydantic keeps it apart
        def model(given: Required) -> None: ...
        def aliased(given: Aliased) -> None: ...
        def deep(q: Annotated[Annotated[int, Field(ge=1)] | None, Field(description="x")]) -> None: ...
        def made(given: MadeAnew) -> None: ...

        for handler, field in (
            *((each, "q") for each in (required, other_default, literal, model, deep)),
            (aliased, "from"),
            (made, "q"),
        ):
            error = refused(handler, http=Http(method))
            assert (error.field, "a query cannot say null" in error.what) == (f"input.{field}", True)
            assert "POST or PUT" in error.mend

    @pytest.mark.parametrize("method", ["POST", "PUT"])
    def test_a_body_can_say_it(self, method):
        def required(q: int | None) -> None: ...

        assert define_action(handler=required, http=Http(method)).definition.http == Http(method)

    def test_null_as_default_and_no_null_at_all_are_fine(self):
        def fine(a: int, b: int | None = None, c: Any = 3) -> None: ...

        assert define_action(handler=fine, http=Http("GET")).name == "fine"


class Odd(Enum):
    TEXT = "3"
    NUMBER = 3


class TestTextThatIsTwoValues:
    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    @pytest.mark.parametrize(
        ("described", "why"),
        [
            (int | str, "it may be text or a number"),
            (str | bool | None, "it may be text or a boolean"),
            (date | float, "it may be text or a number"),
            (str | Literal[7], "it may be text or a number"),
            (list[int | str], "it may be text or a number"),
            (tuple[str, int | str], "it may be text or a number"),
            (int | Literal["all", "5"], "'5' may be text or a number"),
            (bool | Literal["TRUE"], "'TRUE' may be text or a boolean"),
            (Literal["1", 1], "'1' may be text or a number"),
            (Odd | None, "'3' may be text or a number"),
            (Annotated[int | str, Field(union_mode="left_to_right")], "it may be text or a number"),
        ],
    )
    def test_a_query_cannot_tell_them_apart(self, method, described, why):
        given = create_model("Given", q=(described, None))

        def search(given) -> None: ...  # type: ignore[no-untyped-def]  # given below

        search.__annotations__["given"] = given
        error = refused(search, http=Http(method))
        assert (error.field, error.what) == ("input.q", f"{why}, and a query has only text")
        assert error.mend == "take one of them out of its type, or use POST or PUT"
        assert define_action(handler=search, http=Http("PUT")).name == "search"

    @pytest.mark.parametrize(
        "described",
        [
            *(Any, Decimal, str, int | bool, Literal["x", 1], int | Literal["all"], Literal["1", 2, True]),
            *(Literal["0", False], str | list[str], str | list[int], tuple[int, str], ByteSize, Path),
            *(date | str, dict[str, int | str], list[list[int | str]], list[int | str] | dict[str, int]),
        ],
    )
    def test_what_it_can_tell_apart_is_fine(self, described):
        model = create_model("Given", x=(described, ...))
        assert (
            define_action(name="fine", input=model, handler=lambda _: None, http=Http("GET")).name == "fine"
        )

    @pytest.mark.parametrize(
        ("schema", "why"),
        [
            ({"type": ["integer", "string"]}, "it may be text or a number"),
            ({"enum": ["1", 1]}, "'1' may be text or a number"),
            ({"type": "array", "items": {"type": ["boolean", "string"]}}, "it may be text or a boolean"),
        ],
    )
    def test_nor_of_an_input_that_is_given_as_a_schema(self, schema, why):
        raw = {"type": "object", "properties": {"q": schema}, "additionalProperties": False}
        with pytest.raises(ActionDefinitionError) as caught:
            define_action(name="raw", input=raw, handler=lambda _: None, http=Http("GET"))
        assert (caught.value.field, caught.value.what) == ("input.q", f"{why}, and a query has only text")

    @pytest.mark.parametrize("schema", [{}, {"enum": ["x", 1]}, {"type": "string"}, {"type": "integer"}])
    def test_what_a_schema_tells_apart_is_fine(self, schema):
        raw = {"type": "object", "properties": {"q": schema}, "additionalProperties": False}
        assert define_action(name="raw", input=raw, handler=lambda _: None, http=Http("GET")).name == "raw"


class TestSecretInAQuery:
    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_it_would_stand_in_addresses_and_logs(self, method):
        def plain(key: SecretStr) -> None: ...
        def nested(keys: list[Hidden] | None = None) -> None: ...

        for handler, path in ((plain, "input.key"), (nested, "input.keys[].pin")):
            error = refused(handler, http=Http(method))
            assert (error.field, error.mend) == (path, "use POST or PUT")
            assert "stands in addresses and in logs" in error.what

    def test_a_body_may_have_it(self):
        def plain(key: SecretStr) -> None: ...

        assert define_action(handler=plain, http=Http("PUT")).name == "plain"


class TestPaginate:
    def test_fields_may_have_any_names(self):
        async def usual(cursor: str | None = None) -> Page: ...  # type: ignore[empty-body]  # never called
        async def other(after: int = 0) -> DataPage: ...  # type: ignore[empty-body]  # never called

        names = Cursor("after", "after", "rows")
        assert define_action(handler=usual, paginate=Cursor()).definition.paginate == Cursor()
        assert define_action(handler=other, paginate=names).definition.paginate == names

    def test_a_cursor_may_be_narrower_and_wider_than_what_is_taken(self):
        def text(cursor: Annotated[str, Field(max_length=99)] = "") -> Page: ...  # type: ignore[empty-body]  # never called
        def either(cursor: str | int | None = None) -> Page: ...  # type: ignore[empty-body]  # never called
        def anything(cursor: Any = None) -> Page: ...  # type: ignore[empty-body]  # never called
        def number(after: float | None = None) -> DataPage: ...  # type: ignore[empty-body]  # never called

        for handler in (text, either, anything):
            assert define_action(handler=handler, paginate=Cursor()).name == handler.__name__
        assert define_action(handler=number, paginate=Cursor("after", "after", "rows")).name == "number"

    def test_a_cursor_that_the_input_does_not_take_is_refused(self):
        def number(cursor: int = 0) -> Page: ...  # type: ignore[empty-body]  # never called
        def text(after: str | None = None) -> DataPage: ...  # type: ignore[empty-body]  # never called

        error = refused(number, paginate=Cursor())
        assert "the output's `next_cursor` is a text" in error.what
        assert "the input's `cursor`, as which callers send it, takes an integer" in error.what
        assert error.mend.startswith("give both the same type")
        error = refused(text, paginate=Cursor("after", "after", "rows"))
        assert "`after` is an integer" in error.what
        assert "takes a text" in error.what

    def test_what_does_not_lead_from_page_to_page_is_refused(self):
        def no_input() -> Page: ...  # type: ignore[empty-body]  # never called
        def required(cursor: str) -> Page: ...  # type: ignore[empty-body]  # never called
        def no_object(cursor: str = "") -> list[int]: ...  # type: ignore[empty-body]  # never called
        def no_items(cursor: str = "") -> NoItems: ...  # type: ignore[empty-body]  # never called
        def endless(cursor: str = "") -> Endless: ...  # type: ignore[empty-body]  # never called

        for handler, said in (
            (no_input, "the input has no `cursor`"),
            (required, "the input's `cursor` is required"),
            (no_object, "the output has no `next_cursor`"),
            (no_items, "the output has no list in `items`"),
            (endless, "the output must allow null in `next_cursor`"),
        ):
            error = refused(handler, paginate=Cursor())
            assert (error.field, said in error.what) == ("paginate", True), error
