from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace as replaced
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx2
import pytest
from actionary.action_spec import ActionSpec, HttpSpec
from actionary.catalog import Catalog, with_digests
from pydantic import BaseModel, Field, TypeAdapter, ValidationError


class Colour(StrEnum):
    RED = "red"
    ODD = "a-b"


class Level(Enum):
    LOW = 1
    HIGH = 2


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    name: Annotated[str, Field(min_length=1)]


class Branch(BaseModel):
    value: int
    left: Branch | None = None
    rest: list[Branch] = []


class Tagged(BaseModel):
    """Told apart by a field whose name is no name in Python."""

    from_: Annotated[Literal["tagged"], Field(alias="from")]


class Other(BaseModel):
    from_: Annotated[Literal["other"], Field(alias="from")]


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


class Shapes(BaseModel):
    from_: Annotated[str, Field(alias="from")]
    dashed: Annotated[int, Field(alias="a-b")] = 1
    copy_: Annotated[str, Field(alias="copy")] = "x"
    dumped: Annotated[str, Field(alias="model_dump")] = "x"
    type: str = "t"
    date_: Annotated[date, Field(alias="date")]
    uuid_: Annotated[UUID, Field(alias="UUID")]
    at: datetime
    clock: time
    span: timedelta
    price: Decimal
    colour: Colour = Colour.RED
    level: Level = Level.LOW
    pet: Pet
    pets: list[Pet] = []
    pet_or_none: Pet | None = None
    by_name: dict[str, Pet] = {}
    sender: Annotated[Tagged | Other, Field(discriminator="from_")]
    plain_union: Cat | Branch | int | None = None
    branch: Branch
    made: list[str] = Field(default_factory=lambda: ["made"])
    nullable: int | None
    absent_or_null: str | None = "default"
    pair: tuple[int, str]
    many: set[int]
    anything: Any = None
    pattern: Annotated[str, Field(pattern=r"^(?:a)b$")] = "ab"
    part: Annotated[float, Field(ge=0, lt=10)] = 1.5
    default_model: Cat = Cat()
    big: int = 2**70


def takes(name: str) -> dict[str, Any]:
    return {"type": "object", "properties": {"value": {"$ref": f"#/$defs/{name}"}}, "required": ["value"]}


def shapes_catalog(sample: Catalog) -> Catalog:
    """An action that takes a `Shapes` and a list of pets, and gives the `Shapes` back."""
    adapter = TypeAdapter(Shapes)
    given = adapter.json_schema(mode="validation", ref_template="#/$defs/{model}In")
    taken = adapter.json_schema(mode="serialization", ref_template="#/$defs/{model}Out")
    types = {f"{name}In": schema for name, schema in given.pop("$defs").items()}
    types |= {f"{name}Out": schema for name, schema in taken.pop("$defs").items()}
    action: ActionSpec | None = sample.get("create_order")
    assert action is not None
    echo = replaced(
        action,
        name="echo",
        http=HttpSpec(method="POST", path="/api/actions/echo"),
        tags=(),
        errors=(),
        examples=(),
        input={
            "type": "object",
            "properties": {"value": {"$ref": "#/$defs/ShapesIn"}},
            "required": ["value"],
        },
        output={"$ref": "#/$defs/ShapesOut"},
    )
    types |= {"ShapesIn": given, "ShapesOut": taken}
    return with_digests(replaced(sample, actions=(echo,), types=types))


@pytest.fixture(scope="module")
def shapes_project(sample: Catalog, emit: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return emit(shapes_catalog(sample), tmp_path_factory.mktemp("shapes"), package="shapes_client")


@pytest.fixture(scope="module")
def shapes(shapes_project: Path, importable: Any) -> Iterator[Any]:
    with importable(shapes_project, "shapes_client") as package:
        yield package


def echo(shapes: Any, value: Any) -> tuple[Any, Any]:
    """Send a value to a server that validates it strictly; give what the server got, and the result."""
    received: list[Shapes] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent = json.loads(request.content)["value"]
        received.append(Shapes.model_validate_json(json.dumps(sent), strict=True))
        data = received[0].model_dump(mode="json", by_alias=True)
        return httpx2.Response(200, json={"ok": True, "data": data, "action": "echo", "latencyMs": 0})

    with shapes.Client("http://server", transport=httpx2.MockTransport(answer)) as client:
        result = client.echo(value=value)
    return received[0], result


def least(models: Any) -> dict[str, Any]:
    return {
        "from_": "me",
        "date": date(2026, 1, 2),
        "UUID": UUID(int=7),
        "at": datetime(2026, 1, 2, 3, 4, 5, 600, tzinfo=UTC),
        "clock": time(1, 2, 3),
        "span": timedelta(days=1, seconds=2),
        "price": Decimal("1.50"),
        "pet": models.CatIn(),
        "sender": models.TaggedIn(from_="tagged"),
        "branch": models.BranchIn(value=1, rest=[models.BranchIn(value=2, left=models.BranchIn(value=3))]),
        "nullable": None,
        "pair": (1, "a"),
        "many": [1, 2],
    }


def test_what_is_not_given_is_the_servers_default(shapes: Any) -> None:
    got, result = echo(shapes, shapes.models.ShapesIn(**least(shapes.models)))
    assert got.made == ["made"]
    assert got.absent_or_null == "default"
    assert (got.colour, got.level, got.big) == (Colour.RED, Level.LOW, 2**70)
    assert got.price == Decimal("1.50")
    assert got.pet == Cat()
    assert result.data.made == ["made"]
    assert result.data.big == 2**70
    assert result.data.from_ == "me"
    assert result.data.branch.rest[0].left.value == 3
    assert result.data.at == least(shapes.models)["at"]


def test_every_value_arrives_as_it_was_given(shapes: Any) -> None:
    models = shapes.models
    value = models.ShapesIn(
        **{
            **least(models),
            "a_b": 2,
            "copy_": "c",
            "model_dump_": "m",
            "type": "u",
            "at": datetime(2026, 1, 2, 3, 4, 5),  # noqa: DTZ001 - a naive one is allowed as on the server
            "colour": "a-b",
            "level": 2,
            "pet": models.DogIn(name="Rex"),
            "pets": [models.DogIn(name="Rex"), models.CatIn(lives=1)],
            "pet_or_none": models.DogIn(name="Rex"),
            "by_name": {"a": models.CatIn()},
            "sender": models.OtherIn(from_="other"),
            "plain_union": models.BranchIn(value=1),
            "made": [],
            "nullable": 3,
            "absent_or_null": None,
            "anything": {"a": [None, 1.5]},
            "part": 0.0,
            "default_model": models.CatIn(lives=2),
            "big": -(2**80),
        }
    )
    got, result = echo(shapes, value)
    assert got.pets == [Dog(name="Rex"), Cat(lives=1)]
    assert got.pet_or_none == Dog(name="Rex")
    assert got.sender == Other.model_validate({"from": "other"})
    assert got.plain_union == Branch(value=1)
    assert got.absent_or_null is None
    assert got.made == []
    assert (got.colour, got.level, got.big) == (Colour.ODD, Level.HIGH, -(2**80))
    assert got.anything == {"a": [None, 1.5]}
    assert type(result.data.pets[0]) is models.DogOut
    assert type(result.data.pet_or_none) is models.DogOut
    assert type(result.data.by_name["a"]) is models.CatOut
    assert type(result.data.sender) is models.OtherOut
    assert result.data.span == timedelta(days=1, seconds=2)
    assert result.data.model_dump(mode="json", by_alias=True) == got.model_dump(mode="json", by_alias=True)


def test_a_model_that_is_changed_is_sent_as_it_is_then(shapes: Any) -> None:
    value = shapes.models.ShapesIn(**least(shapes.models))
    value.made = ["mine"]
    value.pet.lives = 3
    value.absent_or_null = None
    value.colour = shapes.UNSET
    got, _ = echo(shapes, value)
    assert (got.made, got.pet.lives, got.absent_or_null, got.colour) == (["mine"], 3, None, Colour.RED)


def test_a_union_is_told_apart_by_its_tag(shapes: Any) -> None:
    with pytest.raises(ValidationError, match="does not match any of the expected tags: 'cat', 'dog'"):
        shapes.models.ShapesIn(**{**least(shapes.models), "pet": {"kind": "cow"}})
    with pytest.raises(ValidationError, match="expected tags"):
        shapes.models.ShapesIn(**{**least(shapes.models), "pet_or_none": {"kind": "cow"}})


def test_recursive_types_without_a_class(
    *, sample: Catalog, tmp_path: Path, emit: Any, importable: Any, check_types: Any
) -> None:
    tree = {"anyOf": [{"type": "array", "items": {"$ref": "#/$defs/Tree"}}, {"type": "integer"}]}
    catalog = shapes_catalog(sample)
    action = replaced(
        catalog.actions[0],
        input=takes("Tree"),
        output={"$ref": "#/$defs/Tree"},
    )
    project = emit(
        replaced(catalog, actions=(action,), types={"Tree": tree}), tmp_path, package="tree_client"
    )
    check_types(project, "tree_client")
    with importable(project, "tree_client") as package:
        body = {"ok": True, "data": [1, [2, []]], "action": "echo", "latencyMs": 0}
        transport = httpx2.MockTransport(lambda _: httpx2.Response(200, json=body))
        with package.Client("http://server", transport=transport) as client:
            assert client.echo(value=[1, [2]]).data == [1, [2, []]]
        body["data"] = [1, ["x"]]
        with package.Client("http://server", transport=transport) as client:
            assert type(client.echo(value=3)) is package.InvalidResponse


def test_models_of_every_shape_pass_strict_type_checks(shapes_project: Path, check_types: Any) -> None:
    check_types(shapes_project, "shapes_client")


def test_names_that_mean_something_to_python_pass_strict_type_checks(
    *, sample: Catalog, tmp_path: Path, emit: Any, importable: Any, check_types: Any
) -> None:
    words = ["copy", "self", "from", "a-b", "a_b", "", "__proto__", "list", "str", "Odd", "date", "options"]
    dates = {"type": "array", "items": {"type": "string", "format": "date"}}
    odd = {"type": "object", "properties": dict.fromkeys(words, dates), "required": words[::2]}
    types = {
        "Odd": odd,
        "list": {"type": "object", "properties": {"a": {"$ref": "#/$defs/str"}}},
        "str": {"enum": ["a", '"""', "_models.Odd"]},
        "annotations": {"type": "array", "items": {"$ref": "#/$defs/Odd"}},
        "lists": {"type": "array", "items": {"$ref": "#/$defs/list"}},
    }
    properties = {**odd["properties"], **{f"x{name}": {"$ref": f"#/$defs/{name}"} for name in types}}
    shape = {**odd, "properties": properties}
    catalog = shapes_catalog(sample)
    base = replaced(catalog.actions[0], input=shape, output={"$ref": "#/$defs/annotations"})
    names = ("list", "models", "typing", "class", "errors", "close", "unset")
    actions = tuple(replaced(base, name=name, tags=(name,)) for name in names)
    project = emit(replaced(catalog, actions=actions, types=types), tmp_path, package="odd_client")
    check_types(project, "odd_client")
    with importable(project, "odd_client") as package:
        needed = {key: [date(2026, 1, 2)] for key in ("copy_", "from_", "a_b", "proto__", "str_", "date")}
        model = package.models.Odd(**needed, value=[])
        assert set(model.model_dump(by_alias=True)) == {*words[::2], ""}


def test_a_misspelt_field_is_refused_where_the_schema_of_what_is_sent_says_so(
    sample: Catalog, tmp_path: Path, emit: Any, importable: Any
) -> None:
    lax = {"type": "object", "properties": {"x": {"type": "integer"}}}
    closed = {**lax, "additionalProperties": False}
    names = {"Sent": closed, "Lax": lax, "Got": closed, "Both": closed}
    uses = {name: {"$ref": f"#/$defs/{name}"} for name in names}
    both = {"type": "object", "properties": {"x": uses["Both"], "y": uses["Got"]}}
    action = replaced(
        shapes_catalog(sample).actions[0],
        input={"type": "object", "properties": {key: uses[key] for key in ("Sent", "Lax", "Both")}},
        output=both,
    )
    project = emit(
        replaced(shapes_catalog(sample), actions=(action,), types=names), tmp_path, package="keys_client"
    )
    with importable(project, "keys_client") as package:
        models = package.models
        with pytest.raises(ValidationError, match=r"typo\n  Extra inputs are not permitted"):
            models.Sent(x=1, typo=2)
        for lenient in (models.Lax, models.Both, models.Got):
            assert lenient(x=1, typo=2).model_dump() == {"x": 1}
    told = " ".join((project / "README.md").read_text().split())
    assert "whose server refuses keys that it does not know, refuses them when it is built, too." in told


def test_a_value_that_does_not_fit_is_complained_of_once(shop: Any, project: Path) -> None:
    with pytest.raises(ValidationError) as raised:
        shop.models.Line(product_id="p", quantity=0)
    assert [(each["loc"], each["type"]) for each in raised.value.errors()] == [
        (("quantity",), "greater_than_equal")
    ]
    assert "Unset" not in str(raised.value)
    assert shop.models.Line(product_id="p", quantity=shop.UNSET).model_dump() == {"product_id": "p"}
    with pytest.raises(ValidationError, match="quantity"):
        shop.models.Line.model_validate_json('{"product_id": "p", "quantity": "UNSET"}')
    assert "raises pydantic's `ValidationError`" in (project / "README.md").read_text()
