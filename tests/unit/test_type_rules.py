from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterable, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from actionary import ActionDefinitionError, ActionError, Registry, action, define_action
from actionary.describe import DefinitionErrors, describe
from actionary.settings import Settings
from actionary.type_rules import first_misfit
from pydantic import BaseModel, Discriminator, Field, Tag, TypeAdapter, create_model
from typing_extensions import TypedDict


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"


def told_apart(_: Any) -> str:
    return "cat"


ByFunction = Annotated[
    Annotated[Cat, Tag("cat")] | Annotated[Dog, Tag("dog")],
    Discriminator(told_apart),
]

ITERATOR = ("is an iterator", "use `list`")
FUNCTION = ("is told apart by a function", "use a Literal field as discriminator")
FLOATS = ("has floats as keys", "use `str` or `int` keys")

REFUSED = [
    *((each, *ITERATOR) for each in (Iterable[int], Iterable, Generator[int, None, None])),
    *((each, *ITERATOR) for each in (list[Iterable[int]], dict[str, Iterable[str]], Iterable[int] | None)),
    (ByFunction, *FUNCTION),
    (list[ByFunction], *FUNCTION),
    (dict[float, int], *FLOATS),
    (dict[Annotated[float, Field(ge=0)], int], *FLOATS),
    (dict[int | float, int], *FLOATS),
]


@pytest.mark.parametrize(("given", "what", "mend"), REFUSED, ids=str)
class TestWhereItStands:
    def test_it_is_refused_as_a_parameter_by_its_name(self, given, what, mend):
        def handler(fine: int, items: Any) -> None:
            """Do."""

        handler.__annotations__["items"] = given
        with pytest.raises(ActionDefinitionError, match=what) as caught:
            action(handler)
        assert (caught.value.field, caught.value.mend) == ("items", mend)
        assert caught.value.where.file == __file__

    def test_it_is_refused_deep_in_a_model_by_class_and_field(self, given, what, mend):
        inner = create_model("Inner", items=(given, ...))
        with pytest.raises(ActionDefinitionError, match=f"`Inner.items` {what}") as caught:
            define_action(
                name="deep", handler=lambda _: None, input=create_model("Outer", inner=(list[inner], ...))
            )
        assert (caught.value.action, caught.value.field, caught.value.mend) == ("deep", "input", mend)

    def test_it_is_refused_as_output(self, given, what, mend):
        with pytest.raises(ActionDefinitionError, match=f"field `output`: it {what}") as caught:
            define_action(name="out", handler=lambda: None, output=given)
        assert caught.value.mend == mend

    def test_it_is_refused_as_details(self, given, what, mend):
        class Odd(ActionError[given], code="odd"):
            pass

        with pytest.raises(ActionDefinitionError, match=what) as caught:
            define_action(name="fails", handler=lambda: None, errors=[Odd])
        assert (caught.value.field, caught.value.mend) == ("errors.odd", mend)


@dataclasses.dataclass
class Held:
    items: Iterable[int]


class Typed(TypedDict):
    items: Iterable[int]


class Aliased(BaseModel):
    from_: Annotated[Iterable[int], Field(alias="from")]


@pytest.mark.parametrize(
    ("given", "named"), [(Held, "Held.items"), (Typed, "Typed.items"), (Aliased, "Aliased.from")]
)
def test_the_field_is_named_in_every_kind_of_class(given, named):
    with pytest.raises(ActionDefinitionError, match=f"`{named}` is an iterator"):
        define_action(name="out", handler=lambda: None, output=given)


class Waits(BaseModel):
    later: list[Later]  # type: ignore[name-defined]  # noqa: F821 - that is the point


def test_what_was_missing_at_the_definition_is_refused_when_it_is_described(monkeypatch, tmp_path):
    made = define_action(name="waits", handler=lambda _: None, input=Waits, description="Wait.", public=True)
    later = create_model("Later", items=(Iterable[int], ...))
    monkeypatch.setitem(globals(), "Later", later)
    registry = Registry()
    registry.register([made])
    with pytest.raises(DefinitionErrors) as caught:
        describe(registry, Settings(root=tmp_path, out=tmp_path / "out", title="T", version="1"))
    (error,) = caught.value.errors
    assert (error.action, error.field, error.mend) == ("waits", "input", "use `list`")
    assert "`Later.items` is an iterator" in error.what


class Tree(BaseModel):
    branches: list[Tree] = []
    data: Annotated[Any, Field(json_schema_extra={"type": "generator"})] = {"type": "generator"}
    kind: Literal["generator"] = "generator"


@pytest.mark.parametrize(
    "given",
    [
        *(Sequence[int], list[int], tuple[int, ...], set[int], dict[str, float], dict[Decimal, int]),
        *(dict[bool, int], Tree, Held.__class__, Annotated[Cat | Dog, Field(discriminator="kind")]),
        Annotated[Cat | Dog, Discriminator("kind")],
    ],
    ids=str,
)
def test_other_types_are_fine(given):
    assert first_misfit(TypeAdapter(given).core_schema) is None
