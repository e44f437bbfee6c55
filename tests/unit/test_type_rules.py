from __future__ import annotations

import dataclasses
import re
import sys
from collections import Counter, OrderedDict
from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum, IntEnum, IntFlag
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

import pytest
from actionary import ActionDefinitionError, ActionError, Registry, action, define_action
from actionary.describe import DefinitionErrors, describe
from actionary.settings import Settings
from actionary.type_rules import TAGGED, first_misfit
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    EmailStr,
    Field,
    ImportString,
    JsonValue,
    PlainSerializer,
    Secret,
    SecretBytes,
    SecretStr,
    Tag,
    TypeAdapter,
    computed_field,
    create_model,
    field_serializer,
)
from typing_extensions import TypedDict


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"


class Key(BaseModel):
    model_config = ConfigDict(frozen=True)
    a: int


class Size(IntEnum):
    BIG = 2


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"


def told_apart(_: Any) -> str:
    return "cat"


class Untold(BaseModel):
    kind: str


ByFunction = Annotated[
    Annotated[Cat, Tag("cat")] | Annotated[Dog, Tag("dog")],
    Discriminator(told_apart),
]

ITERATOR = ("is an iterator", "use `list`")
FUNCTION = ("is told apart by a function", TAGGED)
NO_KEYS = "use `str` or `int` keys"
FLOATS = ("has floats as keys", NO_KEYS)
NULLS = ("has null as keys", NO_KEYS)
LISTS = ("has lists as keys", NO_KEYS)
OBJECTS = ("has objects as keys", NO_KEYS)

REFUSED = [
    *((each, *ITERATOR) for each in (Iterable[int], Iterable, Generator[int, None, None])),
    *((each, *ITERATOR) for each in (list[Iterable[int]], dict[str, Iterable[str]], Iterable[int] | None)),
    (ByFunction, *FUNCTION),
    (list[ByFunction], *FUNCTION),
    (dict[float, int], *FLOATS),
    (dict[Annotated[float, Field(ge=0)], int], *FLOATS),
    (dict[int | float, int], *FLOATS),
    (Counter[float], *FLOATS),
    (OrderedDict[float, int], *FLOATS),
    (dict[None, int], *NULLS),
    (dict[str | None, int], *NULLS),
    (dict[tuple[int, str], int], *LISTS),
    (dict[frozenset[int], int], *LISTS),
    (dict[Key, int], *OBJECTS),
    (dict[Literal[1, 2], int], "has other values than texts of a Literal as keys", NO_KEYS),
    (dict[complex, int], "has complex numbers as keys", NO_KEYS),
]


def step(given):
    """The step that leads to what is refused of a type above."""
    inside = {list: "[]", dict: ".*"}.get(get_origin(given), "")
    return "" if inside == ".*" and get_origin(get_args(given)[1]) is not Iterable else inside


@pytest.mark.parametrize(
    "given",
    [
        Annotated[Cat | Annotated[Dog, Tag("dog")], Discriminator(told_apart)],
        Annotated[Untold | Dog, Field(discriminator="kind")],
        Annotated[Untold | Dog, Field(discriminator="name")],
    ],
    ids=["no tags", "no Literal", "no such field"],
)
def test_for_a_union_that_pydantic_cannot_tell_apart_the_same_is_advised(given):
    with pytest.raises(ActionDefinitionError) as caught:
        define_action(name="out", handler=lambda: None, output=given)
    assert (caught.value.field, caught.value.mend) == ("output", TAGGED)


def spelled(value: object) -> str:
    """The text of a value, the same in each process of the tests."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))


@pytest.mark.parametrize(("given", "what", "mend"), REFUSED, ids=spelled)
class TestWhereItStands:
    def test_it_is_refused_as_a_parameter_by_its_name(self, given, what, mend):
        def handler(fine: int, items: Any) -> None:
            """Do."""

        handler.__annotations__["items"] = given
        with pytest.raises(ActionDefinitionError, match=what) as caught:
            action(handler)
        assert (caught.value.field, caught.value.mend) == (f"input.items{step(given)}", mend)
        assert caught.value.where.file == __file__

    def test_it_is_refused_deep_in_a_model_by_its_path(self, given, what, mend):
        inner = create_model("Inner", items=(given, ...))
        with pytest.raises(ActionDefinitionError, match=f"it {what}") as caught:
            define_action(
                name="deep", handler=lambda _: None, input=create_model("Outer", inner=(list[inner], ...))
            )
        field = f"input.inner[].items{step(given)}"
        assert (caught.value.action, caught.value.field, caught.value.mend) == ("deep", field, mend)

    def test_it_is_refused_as_output(self, given, what, mend):
        with pytest.raises(ActionDefinitionError, match=f"it {what}") as caught:
            define_action(name="out", handler=lambda: None, output=given)
        assert (caught.value.field, caught.value.mend) == (f"output{step(given)}", mend)

    def test_it_is_refused_as_details(self, given, what, mend):
        class Odd(ActionError[given], code="odd"):
            pass

        with pytest.raises(ActionDefinitionError, match=what) as caught:
            define_action(name="fails", handler=lambda: None, errors=[Odd])
        assert (caught.value.field, caught.value.mend) == (f"errors.odd{step(given)}", mend)


@dataclasses.dataclass
class Held:
    items: Iterable[int]


class Typed(TypedDict):
    items: Iterable[int]


class Aliased(BaseModel):
    from_: Annotated[Iterable[int], Field(alias="from")]


class Pair(NamedTuple):
    first: int
    second: Iterable[int]


class Loop(BaseModel):
    loop: list[Loop] = []
    held: Held | None = None


class Extras(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Iterable[int]]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (Held, "output.items"),
        (Typed, "output.items"),
        (Aliased, "output.from"),
        (list[Held], "output[].items"),
        (tuple[int, Held], "output[1].items"),
        (tuple[Held, ...], "output[].items"),
        (Pair, "output.second"),
        (dict[str, Held] | None, "output.*.items"),
        (Annotated[Held, BeforeValidator(str)], "output.items"),
        (Loop, "output.held.items"),
        (Extras, "output.*"),
    ],
)
def test_the_path_leads_through_every_kind_of_type(given, path):
    with pytest.raises(ActionDefinitionError, match="it is an iterator") as caught:
        define_action(name="out", handler=lambda: None, output=given)
    assert caught.value.field == path


class Rights(IntFlag):
    READ = 1
    WRITE = 2


class Days(Enum):
    FIRST = date(2026, 1, 1)


class Plain(Enum):
    A = "a"


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (Days, "is an enum whose values no JSON gives"),
        (Literal[b"x"], "is a Literal of values that no JSON gives"),
        (Literal[Plain.A], "is a Literal of values that no JSON gives"),
        (ImportString, "imports whatever a caller names"),
        (ImportString[Callable[[], int]], "imports whatever a caller names"),
    ],
)
def test_what_no_json_gives_is_refused_where_it_is_read(given, what):
    line = create_model("Line", kind=(given, ...))
    with pytest.raises(ActionDefinitionError, match=f"it {what}") as caught:
        define_action(
            name="take", handler=lambda _: None, input=create_model("Order", lines=(list[line], ...))
        )
    assert caught.value.field == "input.lines[].kind"
    define_action(name="give", handler=lambda: None, output=line)


@pytest.mark.parametrize("given", [Literal[Size.BIG], Literal["a", 1, True], Literal["a"] | None])
def test_values_that_json_gives_are_fine(given):
    define_action(name="take", handler=lambda _: None, input=create_model("In", x=(given, ...)))


def test_of_flags_no_schema_lists_the_combinations():
    model = create_model("Given", rights=(Rights, ...))
    with pytest.raises(ActionDefinitionError, match=r"field `input\.rights`: it is a set of flags"):
        define_action(name="take", handler=lambda _: None, input=model)
    with pytest.raises(ActionDefinitionError, match=r"field `output\.rights`: it is a set of flags"):
        define_action(name="give", handler=lambda: None, output=model)


class Login(BaseModel):
    user: str
    password: SecretStr


class Hidden(BaseModel):
    password: Annotated[SecretStr, Field(exclude=True)]


class Shown(BaseModel):
    password: SecretStr

    @field_serializer("password")
    def _show(self, password: SecretStr) -> str:
        return password.get_secret_value()


class Computed(BaseModel):
    @computed_field
    @property
    def token(self) -> Secret[str]:
        return Secret("x")


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (SecretStr, ""),
        (SecretBytes, ""),
        (Secret[int], ""),
        (SecretStr | None, ""),
        (list[SecretStr], "[]"),
        (dict[str, Login], ".*.password"),
        (dict[SecretStr, int], ""),
        (Login, ".password"),
        (Shown, ".password"),
        (Computed, ".token"),
        (Annotated[SecretStr, PlainSerializer(lambda secret: secret.get_secret_value())], ""),
    ],
)
def test_a_secret_is_refused_in_what_is_given_out(given, path):
    with pytest.raises(ActionDefinitionError, match="it is a secret, which never leaves") as caught:
        define_action(name="out", handler=lambda: None, output=given)
    assert caught.value.field == f"output{path}"

    class Odd(ActionError[given], code="odd"):
        pass

    with pytest.raises(ActionDefinitionError, match="it is a secret") as caught:
        define_action(name="fails", handler=lambda: None, errors=[Odd])
    assert caught.value.field == f"errors.odd{path}"


def test_a_secret_may_be_taken_and_be_held_by_what_is_given_out():
    define_action(name="taken", handler=lambda _: None, input=Login)
    define_action(name="held", handler=lambda: None, output=Hidden)


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
    assert (error.action, error.field, error.mend) == ("waits", "input.later[].items", "use `list`")
    assert "it is an iterator" in error.what


class Tree(BaseModel):
    branches: list[Tree] = []
    data: Annotated[Any, Field(json_schema_extra={"type": "generator"})] = {"type": "generator"}
    kind: Literal["generator"] = "generator"


@pytest.mark.parametrize(
    "given",
    [
        *(Sequence[int], list[int], tuple[int, ...], set[int], dict[str, float], dict[Decimal, int]),
        *(
            dict[bool, int],
            JsonValue,
            dict[str, JsonValue],
            Tree,
            Held.__class__,
            Annotated[Cat | Dog, Field(discriminator="kind")],
        ),
        Annotated[Cat | Dog, Discriminator("kind")],
    ],
    ids=str,
)
def test_other_types_are_fine(given):
    assert first_misfit(TypeAdapter(given).core_schema, "validation") is None
    assert first_misfit(TypeAdapter(given).core_schema, "serialization") is None


@pytest.mark.parametrize(
    ("annotations", "field"),
    [
        ({"mail": EmailStr}, "mail"),
        ({"number": int, "mail": list[EmailStr]}, "mail"),
        ({"return": EmailStr | None}, "output"),
    ],
)
def test_a_type_whose_library_is_missing_is_refused_with_what_to_install(monkeypatch, annotations, field):
    monkeypatch.setitem(sys.modules, "email_validator", None)

    def handler(*, number: Any = 1, mail: Any = "") -> None: ...

    handler.__annotations__ = {"number": int, "mail": str} | annotations
    with pytest.raises(ActionDefinitionError, match="email-validator is not installed") as caught:
        define_action(name="write", handler=handler)
    assert (caught.value.field, caught.value.mend) == (field, "install it, or use another type")
