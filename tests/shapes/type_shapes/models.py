"""Pydantic models."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import (
    AliasChoices,
    AliasGenerator,
    AliasPath,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    SecretStr,
    computed_field,
    field_serializer,
    field_validator,
    model_serializer,
)
from pydantic.alias_generators import to_camel, to_snake
from type_shapes.shape import As, Shape

T = TypeVar("T")
K = TypeVar("K")


class Line(BaseModel):
    """One line of an order."""

    product: Annotated[str, Field(min_length=1)]
    count: Annotated[int, Field(ge=1)] = 1
    note: str | None = None


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    a: int


class OpenTyped(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int]
    name: str


class Empty(BaseModel):
    pass


class Aliased(BaseModel):
    from_: Annotated[date, Field(alias="from")]
    class_: Annotated[str, Field(alias="class")] = "x"


class TwoAliases(BaseModel):
    given: Annotated[int, Field(validation_alias="in", serialization_alias="out")]


class Choices(BaseModel):
    name: Annotated[str, Field(validation_alias=AliasChoices("name", "title", AliasPath("names", 0)))]


class Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)
    first_name: str
    last_seen_on: date | None = None


class TwoGenerators(BaseModel):
    model_config = ConfigDict(
        alias_generator=AliasGenerator(validation_alias=to_snake, serialization_alias=to_camel)
    )
    home_town: str


class Box(BaseModel):
    width: int
    height: int

    @computed_field
    @property
    def area(self) -> int:
        """Width by height."""
        return self.width * self.height


class Hidden(BaseModel):
    user: str
    password: Annotated[SecretStr, Field(exclude=True)]


class Told(BaseModel):
    old: Annotated[int, Field(deprecated="Use `new`.", title="Old one", examples=[1, 2])] = 0
    new: Annotated[int, Field(description='The */ new """ one.', json_schema_extra={"x-unit": "m"})]


class Money(BaseModel):
    amount: Annotated[Decimal, Field(max_digits=8, decimal_places=2)]
    currency: Literal["EUR", "USD"] = "EUR"


class Unit(StrEnum):
    KG = "kg"
    G = "g"


class Defaults(BaseModel):
    line: Line = Line(product="tea")
    lines: list[Line] = [Line(product="a"), Line(product="b", count=2)]
    day: date = date(2026, 1, 31)
    unit: Unit = Unit.KG
    price: Money = Money(amount=Decimal("1.50"))
    wait: timedelta = timedelta(minutes=5)
    tags: set[str] = set()
    made: list[int] = Field(default_factory=lambda: [1])
    limit: ClassVar[int] = 3


class Page(BaseModel, Generic[T]):
    items: list[T]
    next: str | None = None


class Two(BaseModel, Generic[K, T]):
    key: K
    value: T


class Numbers(RootModel[list[int]]):
    """Some numbers."""


class Prices(RootModel[dict[str, Money]]):
    pass


class Score(RootModel[Annotated[int, Field(ge=0)]]):
    pass


class Being(BaseModel):
    kind: str
    age: int | None = None


class Person(Being):
    kind: Literal["person"] = "person"
    name: str


class Tree(BaseModel):
    value: int
    branches: list[Tree] = []


class Folder(BaseModel):
    name: str
    files: list[File] = []


class File(BaseModel):
    name: str
    folder: Folder | None = None


class Later(BaseModel):
    line: Line | None
    lines: list[Line] = []


class Written(BaseModel):
    price: Decimal
    when: date

    @field_serializer("price")
    def _price(self, price: Decimal) -> str:
        return f"{price} EUR"

    @field_serializer("when")
    def _when(self, when: date) -> list[int]:
        return [when.year, when.month, when.day]


class Rewritten(BaseModel):
    low: int
    high: int

    @model_serializer
    def _range(self) -> list[int]:
        return [self.low, self.high]


class Checked(BaseModel):
    name: str

    @field_validator("name")
    @classmethod
    def _not_admin(cls, name: str) -> str:
        if name == "admin":
            raise ValueError("is taken")
        return name


class SometimesThere(BaseModel):
    a: int
    b: Annotated[int | None, Field(exclude_if=lambda value: value is None)] = None


class Shop(BaseModel):
    owner: Person | None
    lines: list[Line | None]
    by_name: dict[str, Line | None]
    either: Line | Money | None = None


class Level0(BaseModel):
    value: int
    inner: None = None


Deep: Any = Level0
for level in range(1, 30):
    Deep = type(
        f"Level{level}",
        (BaseModel,),
        {"__annotations__": {"value": int, "inner": Deep}, "__module__": __name__},
    )

TITLE = "Pydantic models"


def nested(depth: int) -> Any:
    """Nest a value in models."""
    return {"value": depth} | ({"inner": nested(depth - 1)} if depth > 1 else {"inner": None})


LINE = {"product": "tea", "count": 1, "note": None}
DEFAULTS = {
    "line": LINE,
    "lines": [{**LINE, "product": "a"}, {**LINE, "product": "b", "count": 2}],
    "day": "2026-01-31",
    "unit": "kg",
    "price": {"amount": "1.50", "currency": "EUR"},
    "wait": "PT5M",
    "tags": [],
    "made": [1],
}

SHAPES = [
    Shape(
        name="model",
        type="Line",
        right=(LINE, As({"product": "tea"}, LINE), As({"product": "tea", "more": 1}, LINE, untyped=True)),
        wrong=(
            {},
            {"product": ""},
            {"product": "tea", "count": 0},
            {"product": "tea", "count": None},
            [LINE],
        ),
    ),
    Shape(name="model_empty", type="Empty", right=({}, As({"a": 1}, {}, untyped=True)), wrong=([], 1, None)),
    Shape(name="model_closed", type="Closed", right=({"a": 1},), wrong=({"a": 1, "b": 2},)),
    Shape(name="model_open", type="Open", right=({"a": 1, "b": [None]}, {"a": 1}), wrong=({"b": 2},)),
    Shape(
        name="model_open_typed",
        type="OpenTyped",
        right=({"name": "x", "b": 2},),
        wrong=({"name": "x", "b": "c"},),
    ),
    Shape(name="models_in_list", type="list[Line]", right=([], [LINE]), wrong=([{}],)),
    Shape(name="models_in_map", type="dict[str, Line]", right=({"a": LINE},), wrong=({"a": {}},)),
    Shape(name="model_nullable", type="Line | None", right=(None, LINE), wrong=({}, 1)),
    Shape(
        name="nullable_everywhere",
        type="Shop",
        right=(
            {"owner": None, "lines": [None, LINE], "by_name": {"a": None, "b": LINE}, "either": None},
            {
                "owner": {"kind": "person", "age": None, "name": "Ann"},
                "lines": [],
                "by_name": {},
                "either": {"amount": "1.00", "currency": "USD"},
            },
        ),
        wrong=({}, {"owner": None, "lines": [1], "by_name": {}}),
    ),
    Shape(
        name="alias",
        type="Aliased",
        right=(
            {"from": "2026-01-31", "class": "y"},
            As({"from": "2026-01-31"}, {"from": "2026-01-31", "class": "x"}),
        ),
        wrong=({"from_": "2026-01-31"},),
    ),
    Shape(
        name="alias_two",
        type="TwoAliases",
        right=(As({"in": 1}, {"out": 1}),),
        wrong=({"out": 1}, {"given": 1}),
    ),
    Shape(
        name="alias_choices",
        type="Choices",
        right=(As({"name": "a"}, {"name": "a"}),),
        wrong=({}, {"name": 1}),
        read_too=({"title": "a"}, {"names": ["a"]}),
        why="only the first choice of an alias is described",
    ),
    Shape(
        name="alias_generator",
        type="Camel",
        right=({"firstName": "Ann", "lastSeenOn": None},),
        wrong=({}, {"firstName": 1}),
    ),
    Shape(
        name="alias_generators",
        type="TwoGenerators",
        right=(As({"home_town": "Ulm"}, {"homeTown": "Ulm"}),),
        wrong=({"homeTown": "Ulm"},),
    ),
    Shape(
        name="computed_field",
        type="Box",
        right=(As({"width": 2, "height": 3}, {"width": 2, "height": 3, "area": 6}),),
        wrong=({"width": 2},),
    ),
    Shape(
        name="field_excluded",
        type="Hidden",
        right=(As({"user": "ann", "password": "secret"}, {"user": "ann"}),),
        wrong=({"user": "ann"},),
    ),
    Shape(
        name="field_sometimes",
        type="SometimesThere",
        right=({"a": 1}, {"a": 1, "b": 2}, As({"a": 1, "b": None}, {"a": 1})),
        wrong=({},),
    ),
    Shape(
        name="field_told",
        type="Told",
        right=({"old": 1, "new": 2}, As({"new": 2}, {"old": 0, "new": 2})),
        wrong=({},),
    ),
    Shape(
        name="defaults",
        type="Defaults",
        right=(As({}, DEFAULTS), DEFAULTS),
        wrong=({"unit": "t"}, {"line": None}),
    ),
    Shape(
        name="generic",
        type="Page[Line]",
        right=({"items": [LINE], "next": None},),
        wrong=({"items": [1], "next": None},),
    ),
    Shape(
        name="generic_of_integers",
        type="Page[int]",
        right=({"items": [1], "next": "a"},),
        wrong=({"items": ["a"]},),
    ),
    Shape(
        name="generic_nested",
        type="Two[str, Page[Line]]",
        right=({"key": "a", "value": {"items": [], "next": None}},),
        wrong=({"key": 1, "value": {"items": []}},),
    ),
    Shape(name="root_list", type="Numbers", right=([1, 2],), wrong=(["a"], {"root": [1]})),
    Shape(
        name="root_map",
        type="Prices",
        right=({"a": {"amount": "1.00", "currency": "EUR"}},),
        wrong=({"a": 1},),
    ),
    Shape(name="root_number", type="Score", right=(3,), wrong=(-1, "a")),
    Shape(
        name="inheritance",
        type="Person",
        right=(
            {"kind": "person", "age": 1, "name": "Ann"},
            As({"name": "Ann"}, {"kind": "person", "age": None, "name": "Ann"}),
        ),
        wrong=({"kind": "cat", "name": "Tom"},),
    ),
    Shape(
        name="recursive",
        type="Tree",
        right=({"value": 1, "branches": [{"value": 2, "branches": []}]},),
        wrong=({"value": 1, "branches": [{}]},),
    ),
    Shape(
        name="mutually_recursive",
        type="Folder",
        right=({"name": "a", "files": [{"name": "b", "folder": {"name": "c", "files": []}}]},),
        wrong=({"name": "a", "files": [{"folder": None}]},),
    ),
    Shape(name="forward_reference", type="Later", right=({"line": None, "lines": [LINE]},), wrong=({},)),
    Shape(
        name="nested_30",
        type="Deep",
        right=(nested(30),),
        wrong=({"value": 30}, {"value": 30, "inner": {"value": 1}}),
    ),
    Shape(
        name="serialized_fields",
        type="Written",
        right=(As({"price": "2.50", "when": "2026-01-31"}, {"price": "2.50 EUR", "when": [2026, 1, 31]}),),
        wrong=({"price": "x", "when": "2026-01-31"},),
    ),
    Shape(
        name="serialized_model", type="Rewritten", right=(As({"low": 1, "high": 2}, [1, 2]),), wrong=([1, 2],)
    ),
    Shape(
        name="validated_field",
        type="Checked",
        right=({"name": "ann"},),
        wrong=({"name": 1},),
        unsaid=({"name": "admin"},),
        why="a validator is code",
    ),
]
