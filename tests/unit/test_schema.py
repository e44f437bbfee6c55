from __future__ import annotations

import dataclasses
import datetime as dt
import random
import uuid
from collections.abc import Iterable
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Generic, Literal, NamedTuple, NotRequired, TypeVar

import pytest
from actionary.catalog import Catalog
from actionary.json_schema import map_schema, subschemas
from actionary.schema import Types, core_schema_of, describe_types
from actionary.type_rules import Mode
from jsonschema import Draft202012Validator
from pydantic import (
    AliasChoices,
    AliasPath,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    computed_field,
    create_model,
)
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticUndefinedAnnotation
from pydantic.json_schema import models_json_schema
from typing_extensions import TypedDict

T = TypeVar("T")


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Size(IntEnum):
    """How big."""

    SMALL = 1
    BIG = 2


class Item(BaseModel):
    """What is sold."""

    name: str
    note: str | None = None


class Plain(BaseModel):
    name: str
    note: str | None


class Tree(BaseModel):
    name: str
    branches: list[Tree]


class Basket(BaseModel):
    items: list[Item]
    by_name: dict[str, Item] = {}


class Money(BaseModel):
    amount: Decimal


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Node(BaseModel):
    value: int
    children: list[Node] = []


class Left(BaseModel):
    right: Right | None = None


class Right(BaseModel):
    left: Left | None = None
    price: Decimal = Decimal(1)


class Page(BaseModel, Generic[T]):
    items: list[T]


class Titled(BaseModel):
    model_config = ConfigDict(title="A title of its own")
    price: Annotated[int, Field(title="Price", description="In cents.")]
    some_name: int = 0


class Same(BaseModel):
    model_config = ConfigDict(title="Same")


class Renamed(BaseModel):
    from_: Annotated[int, Field(validation_alias="from", serialization_alias="since")]


class Computed(BaseModel):
    x: int

    @computed_field
    def twice(self) -> int:
        return self.x * 2


@dataclasses.dataclass
class Point:
    x_axis: int
    y: float = 0


class Options(TypedDict):
    dark: bool
    size: NotRequired[int]


class Point2(NamedTuple):
    x: int
    y: str


class Pair(NamedTuple):
    first_one: int
    second: str = "x"


def types_of(*roots: tuple[Any, Any, Mode]) -> Types:
    return describe_types(
        (key, mode, core_schema_of(TypeAdapter(described))) for key, described, mode in roots
    )


def described(given: Any, mode: Mode = "validation") -> tuple[Any, dict[str, Any]]:
    types = types_of(("x", given, mode))
    return types.schemas["x"], dict(types.definitions)


def schema_of(given: Any, mode: Mode = "validation") -> Any:
    """The schema of a type, a named one in place of its reference."""
    schema, definitions = described(given, mode)
    return definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


STRING, INTEGER, NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}
ITEM = {
    "type": "object",
    "description": "What is sold.",
    "properties": {
        "name": STRING,
        "note": {"anyOf": [STRING, {"type": "null"}], "default": None},
    },
    "required": ["name"],
}


class TestShapes:
    @pytest.mark.parametrize(
        ("given", "schema"),
        [
            (int, INTEGER),
            (float, NUMBER),
            (bool, {"type": "boolean"}),
            (str, STRING),
            (None, {"type": "null"}),
            (Any, {}),
            (int | None, {"anyOf": [INTEGER, {"type": "null"}]}),
            (int | str, {"anyOf": [INTEGER, STRING]}),
            (Literal["a"], {"const": "a", **STRING}),
            (Literal["a", "b"], {"enum": ["a", "b"], **STRING}),
            (Literal["a", 1], {"enum": ["a", 1]}),
            (Colour, {"enum": ["red", "blue"], **STRING}),
            (Size, {"enum": [1, 2], "description": "How big.", **INTEGER}),
            (list[int], {"type": "array", "items": INTEGER}),
            (set[int], {"type": "array", "items": INTEGER, "uniqueItems": True}),
            (tuple[int, ...], {"type": "array", "items": INTEGER}),
            (
                tuple[int, str],
                {"type": "array", "prefixItems": [INTEGER, STRING], "minItems": 2, "maxItems": 2},
            ),
            (
                Pair,
                {
                    "type": "array",
                    "prefixItems": [INTEGER, {**STRING, "default": "x"}],
                    "minItems": 1,
                    "maxItems": 2,
                },
            ),
            (dict[str, int], {"type": "object", "additionalProperties": INTEGER}),
            (dict[str, Any], {"type": "object", "additionalProperties": True}),
            (
                dict[int, str],
                {
                    "type": "object",
                    "additionalProperties": STRING,
                    "propertyNames": {"pattern": "^-?(0|[1-9][0-9]*)$"},
                },
            ),
            (
                dict[bool, str],
                {
                    "type": "object",
                    "additionalProperties": STRING,
                    "propertyNames": {"enum": ["false", "true"]},
                },
            ),
            (
                dict[Colour, str],
                {
                    "type": "object",
                    "additionalProperties": STRING,
                    "propertyNames": {"$ref": "#/$defs/Colour"},
                },
            ),
            (
                dict[Size, str],
                {"type": "object", "additionalProperties": STRING, "propertyNames": {"enum": ["1", "2"]}},
            ),
            (
                dict[Annotated[str, Field(pattern="^a", max_length=3)], int],
                {
                    "type": "object",
                    "additionalProperties": INTEGER,
                    "propertyNames": {"pattern": "^a", "maxLength": 3},
                },
            ),
            (
                dict[Annotated[str, Field(pattern="^a")], Any],
                {"type": "object", "additionalProperties": True, "propertyNames": {"pattern": "^a"}},
            ),
            (dt.date, {**STRING, "format": "date"}),
            (dt.datetime, {"anyOf": [{**STRING, "format": f"date-time{more}"} for more in ("", "-local")]}),
            (AwareDatetime, {**STRING, "format": "date-time"}),
            (dt.time, {**STRING, "format": "time"}),
            (dt.timedelta, {**STRING, "format": "duration"}),
            (uuid.UUID, {**STRING, "format": "uuid"}),
            (Item, ITEM),
            (
                Point,
                {
                    "type": "object",
                    "properties": {"x_axis": INTEGER, "y": {**NUMBER, "default": 0}},
                    "required": ["x_axis"],
                },
            ),
            (
                Options,
                {
                    "type": "object",
                    "properties": {"dark": {"type": "boolean"}, "size": INTEGER},
                    "required": ["dark"],
                },
            ),
            (
                Annotated[int, Field(ge=1, lt=9, multiple_of=2)],
                {**INTEGER, "minimum": 1, "exclusiveMaximum": 9, "multipleOf": 2},
            ),
            (
                Annotated[str, Field(min_length=1, max_length=3, pattern="^a")],
                {**STRING, "minLength": 1, "maxLength": 3, "pattern": "^a"},
            ),
            (
                Annotated[list[int], Field(min_length=1, max_length=3)],
                {"type": "array", "items": INTEGER, "minItems": 1, "maxItems": 3},
            ),
        ],
    )
    def test_a_type_is_described_alike_for_reading_and_writing(self, given, schema):
        assert schema_of(given) == schema
        written = schema_of(given, "serialization")
        if given in {Item, Point}:  # defaults are always written
            assert written.pop("required") == list(schema["properties"])
            schema = {key: value for key, value in schema.items() if key != "required"}
        if given is Pair:
            assert written.pop("minItems") == 2
            schema = {key: value for key, value in schema.items() if key != "minItems"}
        assert written == schema

    def test_nested_models_stand_once_and_are_referred_to(self):
        schema, definitions = described(Basket)
        item = {"$ref": "#/$defs/Item"}
        assert schema == {"$ref": "#/$defs/Basket"}
        assert definitions == {
            "Basket": {
                "type": "object",
                "properties": {
                    "items": {"type": "array", "items": item},
                    "by_name": {"type": "object", "additionalProperties": item, "default": {}},
                },
                "required": ["items"],
            },
            "Item": ITEM,
        }

    def test_a_discriminated_union_names_its_branches(self):
        schema, definitions = described(Annotated[Cat | Dog, Field(discriminator="kind")])
        assert schema == {
            "oneOf": [{"$ref": "#/$defs/Cat"}, {"$ref": "#/$defs/Dog"}],
            "discriminator": {
                "propertyName": "kind",
                "mapping": {"cat": "#/$defs/Cat", "dog": "#/$defs/Dog"},
            },
        }
        assert set(definitions) == {"Cat", "Dog"}

    def test_a_decimal_is_read_as_number_or_text_and_written_as_text(self):
        text = {**STRING, "format": "decimal"}
        assert schema_of(Decimal) == {"anyOf": [NUMBER, text]}
        assert schema_of(Decimal, "serialization") == text
        bounded = schema_of(Annotated[Decimal, Field(ge=0)])
        assert bounded == {"anyOf": [{**NUMBER, "minimum": 0.0}, text]}

    def test_aliases_are_those_of_each_direction(self):
        assert set(schema_of(Renamed)["properties"]) == {"from"}
        assert set(schema_of(Renamed, "serialization")["properties"]) == {"since"}

    def test_aliases_are_used_whatever_the_models_configuration(self):
        class ByName(BaseModel):
            model_config = ConfigDict(validate_by_alias=False, validate_by_name=True)
            from_: Annotated[int, Field(alias="from")]

        assert set(schema_of(ByName)["properties"]) == {"from"}

    def test_of_several_aliases_the_first_is_described(self):
        class Choice(BaseModel):
            x: Annotated[int, Field(validation_alias=AliasChoices("a", AliasPath("b", 0), "c"))]

        assert schema_of(Choice)["required"] == ["a"]

    @pytest.mark.parametrize("alias", [AliasPath("a", 0), AliasPath("a"), AliasChoices(AliasPath("a", "b"))])
    def test_an_alias_that_leads_into_another_value_is_refused(self, alias):
        class Deep(BaseModel):
            x: Annotated[int, Field(validation_alias=alias)]

        with pytest.raises(PydanticInvalidForJsonSchema, match="alias path"):
            described(Deep)
        assert described(Deep, "serialization")

    def test_computed_fields_are_written_only(self):
        assert set(schema_of(Computed)["properties"]) == {"x"}
        assert schema_of(Computed, "serialization")["required"] == ["x", "twice"]

    def test_a_type_without_schema_is_refused(self):
        class Odd:
            pass

        class Holds(BaseModel):
            model_config = ConfigDict(arbitrary_types_allowed=True)
            odd: Odd

        with pytest.raises(PydanticInvalidForJsonSchema):
            described(Holds)


class TestRecursion:
    def test_a_recursive_root_stays_an_object(self):
        schema, definitions = described(Node)
        catalog = Catalog(title="T", version="1", types=definitions)
        assert catalog.resolve(schema)["type"] == "object"
        alone = catalog.standalone(schema)
        assert alone["type"] == "object"
        Draft202012Validator.check_schema(alone)
        validator = Draft202012Validator(alone)
        assert validator.is_valid({"value": 1, "children": [{"value": 2, "children": [{"value": 3}]}]})
        assert not validator.is_valid({"value": 1, "children": [{"value": 2, "children": [{"value": "3"}]}]})

    def test_it_stands_once_for_both_directions(self):
        types = types_of(("in", Tree, "validation"), ("out", Tree, "serialization"))
        assert set(types.definitions) == {"Tree"}
        assert types.schemas["in"] == types.schemas["out"]

    def test_a_circle_that_reaches_a_difference_is_two_throughout(self):
        types = types_of(("in", Left, "validation"), ("out", Left, "serialization"))
        assert set(types.definitions) == {"LeftInput", "LeftOutput", "RightInput", "RightOutput"}
        right = types.definitions["RightOutput"]["properties"]
        assert right["left"]["anyOf"][0] == {"$ref": "#/$defs/LeftOutput"}


class TestNames:
    def test_types_that_differ_by_direction_are_two_and_others_one(self):
        both = [("in", dict[str, Plain | Money], "validation"), ("out", list[Plain | Money], "serialization")]
        assert set(types_of(*both).definitions) == {"Plain", "MoneyInput", "MoneyOutput"}

    def test_a_default_may_be_left_out_of_what_is_read_but_is_always_written(self):
        assert schema_of(Item)["required"] == ["name"]
        assert schema_of(Item, "serialization")["required"] == ["name", "note"]
        assert schema_of(Options, "serialization")["required"] == ["dark"]

    def test_the_tag_of_a_union_must_be_there_although_it_has_a_default(self):
        class Car(BaseModel):
            kind: Literal["car"] = "car"

        class Bike(BaseModel):
            kind: Literal["bike"] = "bike"

        _, definitions = described(list[Annotated[Car | Bike, Field(discriminator="kind")]])
        assert definitions["Car"]["required"] == definitions["Bike"]["required"] == ["kind"]

    def test_the_tag_stands_in_the_order_of_the_properties_so_both_modes_are_one_type(self):
        class Car(BaseModel):
            kind: Literal["car"] = "car"
            doors: int

        class Bike(BaseModel):
            bell: bool
            kind: Literal["bike"] = "bike"

        either = Annotated[Car | Bike, Field(discriminator="kind")]
        types = types_of(("in", either, "validation"), ("out", either, "serialization"))
        assert set(types.definitions) == {"Car", "Bike"}
        assert types.definitions["Car"]["required"] == ["kind", "doors"]
        assert types.definitions["Bike"]["required"] == ["bell", "kind"]

    def test_equal_class_names_of_different_modules_never_mix(self):
        shop, meals = (
            create_model("Item", __module__=name, **{name: (int, ...)}) for name in ("shop", "meals")
        )
        types = types_of(("a", shop, "validation"), ("b", meals, "validation"))
        assert types.schemas == {"a": {"$ref": "#/$defs/ShopItem"}, "b": {"$ref": "#/$defs/MealsItem"}}
        assert set(types.definitions["ShopItem"]["properties"]) == {"shop"}
        assert set(types.definitions["MealsItem"]["properties"]) == {"meals"}

    def test_as_much_of_the_module_is_taken_as_tells_them_apart(self):
        names = ("one.shop", "two.shop", "three")
        made = [create_model("Item", __module__=name, x=(int, ...)) for name in names]
        types = types_of(*((str(index), model, "validation") for index, model in enumerate(made)))
        assert set(types.definitions) == {"OneShopItem", "TwoShopItem", "ThreeItem"}

    def test_names_do_not_depend_on_the_order_of_roots(self):
        made = [create_model("Item", __module__=name, x=(int, ...)) for name in ("b", "a", "a.b", "c.a")]
        roots: list[tuple[Any, Any, Mode]] = [
            *((f"{index}", model, "validation") for index, model in enumerate(made)),
            ("in", Left, "validation"),
            ("out", list[Left], "serialization"),
            ("page", Page[Item], "serialization"),
            ("basket", Basket, "validation"),
        ]
        expected = types_of(*roots)
        for seed in range(5):
            random.Random(seed).shuffle(roots)
            types = types_of(*roots)
            assert types.schemas == expected.schemas
            assert types.definitions == expected.definitions
            assert list(types.definitions) == sorted(types.definitions)

    def test_classes_that_one_function_makes_are_numbered_in_order(self):
        def make(kind: Any) -> type[BaseModel]:
            class Made(BaseModel):
                x: kind

            return Made

        made = [make(kind) for kind in (int, str, bool, float)]
        for order in (made, made[::-1]):
            types = types_of(*((index, model, "validation") for index, model in enumerate(order)))
            names = [schema["$ref"].rpartition("/")[2] for schema in types.schemas.values()]
            assert len(set(names)) == 4
            assert [name[-1] for name in names[1:]] == ["2", "3", "4"]

    @pytest.mark.parametrize(
        ("given", "name"),
        [
            (Page[Item], "PageItem"),
            (Page[int], "PageInt"),
            (Page[Page[Item]], "PagePageItem"),
            (Page[Literal["a b"]], "PageLiteralAB"),
            (create_model("_Hidden", x=(int, ...)), "Hidden"),
            (create_model("snake_case", x=(int, ...)), "SnakeCase"),
            (create_model("Ü", x=(int, ...)), "Type"),
        ],
    )
    def test_a_name_is_one_of_letters_and_digits(self, given, name):
        assert described(given)[0] == {"$ref": f"#/$defs/{name}"}

    def test_a_name_that_a_suffix_would_take_is_left_to_its_class(self):
        taken = create_model("MoneyInput", x=(int, ...))
        types = types_of(
            ("a", Money, "validation"), ("b", Money, "serialization"), ("c", taken, "validation")
        )
        assert types.schemas["c"] == {"$ref": "#/$defs/MoneyInput"}
        assert set(types.definitions) == {"MoneyInput", "MoneyInput2", "MoneyOutput"}

    def test_types_that_nothing_refers_to_are_left_out(self):
        assert set(described(list[int])[1]) == set()
        assert set(described(dict[Size, int])[1]) == set()


class TestTitles:
    def test_nobody_but_the_user_writes_titles(self):
        everything = (Basket, Colour, Size, Point, Options, Pair, Page[Item], Node, Money, dict[Colour, int])
        for given in everything:
            for mode in ("validation", "serialization"):
                schema, definitions = described(given, mode)
                assert not [each for each in subschemas({**schema, "$defs": definitions}) if "title" in each]

    def test_the_users_own_are_kept(self):
        schema = schema_of(Titled)
        assert schema["title"] == "A title of its own"
        assert schema["properties"]["price"] == {**INTEGER, "title": "Price", "description": "In cents."}
        assert schema["properties"]["some_name"] == {**INTEGER, "default": 0}
        assert schema_of(Same)["title"] == "Same"

    def test_a_property_called_title_is_no_title(self):
        model = create_model("Book", title=(str, ...))
        assert schema_of(model)["properties"] == {"title": STRING}


MODELS: list[type[BaseModel]] = [
    *(Basket, Money, Node, Left, Right, Page[Item], Page[Money], Titled, Renamed, Computed),
    create_model(
        "Uses", colour=(Colour, ...), size=(Size, Size.BIG), point=(Point, ...), options=(Options, ...)
    ),
    create_model("Pet", pet=(Annotated[Cat | Dog, Field(discriminator="kind")], ...), pair=(Point2, ...)),
    *(create_model("Item", __module__=name, **{name: (int, ...)}) for name in ("one", "two")),
]


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_it_says_what_pydantic_says_but_for_names_titles_required_keys_and_the_format_of_decimals(mode):
    """We give the final names ourselves, so pydantic's own pass of renaming must have nothing to do."""
    ours = types_of(*((model, model, mode) for model in MODELS))
    theirs, document = models_json_schema([(model, mode) for model in MODELS])
    for model in MODELS:
        expected = unfolded(theirs[model, mode], document["$defs"])
        assert unfolded(ours.schemas[model], ours.definitions) == expected
        alone = model.model_json_schema(mode=mode)
        assert unfolded(alone, alone.get("$defs", {})) == expected


def unfolded(schema: Any, definitions: Any, depth: int = 4) -> Any:
    """A schema with what it refers to in place, some levels deep, without names, titles, required keys."""

    def unfold(node: dict[str, Any]) -> Any:
        node.pop("title", None)
        node.pop("$defs", None)
        node.pop("required", None)  # which follows rules of our own
        if node.get("format") == "decimal":
            del node["format"]
        if "discriminator" in node:
            node["discriminator"] = {
                **node["discriminator"],
                "mapping": list(node["discriminator"]["mapping"]),
            }
        if "$ref" in node:
            target = definitions[node.pop("$ref").rpartition("/")[2]]
            return {**node, **unfolded(target, definitions, depth - 1)} if depth else {"cut": True}
        return node

    return map_schema(schema, unfold)


def test_all_of_it_is_valid_2020_12():
    modes: Iterable[Mode] = ("validation", "serialization")
    types = types_of(*(((model, mode), model, mode) for model in MODELS for mode in modes))
    for schema in types.schemas.values():
        Draft202012Validator.check_schema({**schema, "$defs": dict(types.definitions)})
    for schema in types.definitions.values():
        Draft202012Validator.check_schema(schema)


class Waits(BaseModel):
    later: Later


class Later(BaseModel):
    x: int


def test_a_model_that_waits_for_a_name_is_completed_when_it_is_there():
    class WaitsForEver(BaseModel):
        never: Nowhere  # type: ignore[name-defined]  # noqa: F821 - that is the point

    with pytest.raises(PydanticUndefinedAnnotation, match="Nowhere"):
        core_schema_of(WaitsForEver)
    assert set(described(Waits)[1]) == {"Waits", "Later"}


class Keys(BaseModel):
    key: SecretStr = SecretStr("built in")
    keys: list[SecretStr] = [SecretStr("built in")]
    pin: SecretStr | None = None


class Vault(BaseModel):
    keys: Keys = Keys()


class TestSecrets:
    def test_a_default_that_holds_one_is_not_told(self):
        told = describe_types([("input", "validation", core_schema_of(Vault))])
        assert "built in" not in str(told)
        assert "***" not in str(told)
        assert "default" not in told.definitions["Vault"]["properties"]["keys"]
        keys = told.definitions["Keys"]
        assert [name for name, schema in keys["properties"].items() if "default" in schema] == ["pin"]
        assert "required" not in keys

    def test_what_is_taken_is_marked_as_only_that(self):
        keys = describe_types([("input", "validation", core_schema_of(Keys))]).definitions["Keys"]
        secret = {"type": "string", "format": "password", "writeOnly": True}
        assert keys["properties"]["key"] == secret
        assert keys["properties"]["keys"]["items"] == secret


class TestBytes:
    @pytest.mark.parametrize(
        ("form", "shortest", "longest", "told"),
        [
            ("utf8", 3, 3, {"minLength": 1, "maxLength": 3}),
            ("base64", 1, 4, {"minLength": 2, "maxLength": 8}),
            ("hex", 1, 4, {"minLength": 2, "maxLength": 8}),
        ],
    )
    def test_their_limits_are_those_of_the_text(self, form, shortest, longest, told):
        config = ConfigDict(val_json_bytes=form, ser_json_bytes=form)
        limits = Annotated[bytes, Field(min_length=shortest, max_length=longest)]
        model = create_model("Limited", __config__=config, data=(limits, ...))
        types = describe_types([("input", "validation", core_schema_of(model))])
        schema = types.definitions["Limited"]["properties"]["data"]
        assert {key: schema[key] for key in schema if "Length" in key} == told

    def test_they_are_read_and_written_in_forms_of_their_own(self):
        model = create_model("Both", __config__=ConfigDict(val_json_bytes="base64"), data=(bytes, ...))
        core = core_schema_of(model)
        types = describe_types([("in", "validation", core), ("out", "serialization", core)])
        assert types.definitions["BothInput"]["properties"]["data"]["format"] == "base64url"
        assert types.definitions["BothOutput"]["properties"]["data"] == {"type": "string"}
