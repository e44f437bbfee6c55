from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

import pytest
from actionary import Action, ActionError, Example, Http, Registry, action, define_action
from actionary.action_spec import ExampleSpec, HttpSpec, RateSpec
from actionary.catalog import Catalog, load
from actionary.describe import DefinitionErrors, describe, describe_all, outline
from actionary.settings import Settings
from jsonschema import Draft202012Validator
from pydantic import AliasPath, BaseModel, ConfigDict, Field, create_model, field_serializer, field_validator


class Item(BaseModel):
    name: str
    price: Decimal = Decimal("1.50")


class Found(BaseModel):
    items: list[Item]
    more: bool = False


class Stock(BaseModel):
    left: int


class OutOfStock(ActionError[Stock], code="out_of_stock", status=410, retryable=True):
    """Too few
    are left."""


class ClosedError(ActionError, code="closed"):
    pass


@action(
    public=True,
    http=Http("GET"),
    title="Search",
    when_to_use="To find.",
    tags=["shop"],
    examples=[Example({"query": "x"}, {"items": [{"name": "x"}]}), Example({"query": "y", "limit": 2})],
    errors=[OutOfStock, ClosedError],
    timeout=1.5,
)
def search(query: str, limit: int = 10) -> Found:
    """Find items.

    All of them.
    """
    return Found(items=[])


@action(public=True, auth=lambda _: True, timeout=None)
def order(item: Item) -> None:
    """Order an item."""


@action(public=True, http=False, agent_tool=False)
def raw():
    """Give whatever it is."""


@action
def secret(item: Item, given: Stock) -> Found:
    return Found(items=[item])


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(
        root=tmp_path,
        out=tmp_path / "out",
        title="Shop",
        version="1.2.3",
        description="A shop.",
        base_url="https://shop.example.com",
        servers=("https://eu.example.com",),
        prefix="/v1",
    )


def registry_of(*actions: Action[..., Any]) -> Registry:
    registry = Registry()
    registry.register(actions)
    return registry


def dumped(catalog: Catalog) -> str:
    return json.dumps(catalog.dump(), sort_keys=True)


def spec(made: Action[..., Any], settings: Settings) -> Any:
    return describe_all(registry_of(made), settings).actions[0]


class TestWhatTheDefinitionSays:
    def test_all_of_it_is_in_the_catalog(self, settings):
        described = spec(search, settings)
        assert (described.name, described.title, described.description, described.more) == (
            "search",
            "Search",
            "Find items.",
            "All of them.",
        )
        assert (described.when_to_use, described.when_not_to_use, described.tags) == (
            "To find.",
            None,
            ("shop",),
        )
        assert described.http == HttpSpec(method="GET", path="/v1/actions/search")
        assert (described.public, described.auth, described.deprecated, described.agent_tool) == (
            True,
            False,
            None,
            True,
        )
        assert (described.read_only, described.destructive, described.idempotent) == (True, False, True)
        assert (described.open_world, described.parallel_safe, described.timeout_ms) == (True, False, 1500)

    def test_the_projects_settings_are(self, settings):
        catalog = describe(registry_of(), settings)
        assert (catalog.title, catalog.version, catalog.description) == ("Shop", "1.2.3", "A shop.")
        assert (catalog.prefix, catalog.base_url, catalog.servers) == (
            "/v1",
            "https://shop.example.com",
            ("https://eu.example.com",),
        )

    def test_errors_are_with_their_details(self, settings):
        first, second = spec(search, settings).errors
        assert (first.code, first.status, first.retryable) == ("out_of_stock", 410, True)
        assert (first.description, first.details) == ("Too few are left.", {"$ref": "#/$defs/Stock"})
        assert (second.code, second.status, second.description, second.details) == ("closed", 409, "", None)

    def test_output_null_and_unchecked_output_are_told_apart(self, settings):
        assert spec(order, settings).output == {"type": "null"}
        assert spec(raw, settings).output == {}

    def test_no_http_no_limit_and_auth_are_said(self, settings):
        assert spec(raw, settings).http is None
        assert (spec(order, settings).timeout_ms, spec(order, settings).auth) == (None, True)

    def test_a_rate_limit_is_said_and_not_where_calls_are_counted(self, settings):
        limited = action(public=True, rate_limit="100/hour;5/2 seconds")(order.handler)
        described = spec(limited, settings)
        assert described.rate_limit == (RateSpec(calls=5, seconds=2), RateSpec(calls=100, seconds=3600))
        registry = Registry(rate_limits="redis://:s3cret@h:1")
        registry.register([limited])
        catalog = dumped(describe(registry, settings))
        assert "s3cret" not in catalog
        assert load(json.loads(catalog)).actions[0].rate_limit == described.rate_limit

    def test_a_timeout_below_a_millisecond_is_one(self, settings):
        assert spec(action(timeout=0.0001)(order.handler), settings).timeout_ms == 1

    def test_inputs_are_read_and_outputs_written(self, settings):
        catalog = describe(registry_of(search, order), settings)
        assert set(catalog.types) >= {"ItemInput", "ItemOutput", "SearchInput", "Found"}
        price = catalog.types["ItemOutput"]["properties"]["price"]
        assert price == {"type": "string", "format": "decimal", "default": "1.50"}


class TestCatalog:
    def test_it_survives_being_saved(self, settings):
        catalog = describe_all(registry_of(search, order, raw, secret), settings)
        assert load(json.loads(dumped(catalog))) == catalog

    def test_it_does_not_depend_on_the_order_of_registration(self, settings):
        actions = [search, order, raw]
        first = describe(registry_of(*actions), settings)
        assert dumped(describe(registry_of(*actions[::-1]), settings)) == dumped(first)

    def test_the_surface_needs_no_schema(self, settings):
        registry = registry_of(search, order, raw, secret)
        assert outline(registry, settings).surface == describe(registry, settings).surface
        assert outline(registry, settings).surface == describe_all(registry, settings).surface

    def test_the_surface_is_there_even_where_a_type_cannot_be_described(self, settings):
        registry = registry_of(search, undescribable("broken"))
        assert len(outline(registry, settings).surface) == 64

    def test_a_private_action_changes_no_byte_of_the_public_catalog(self, settings):
        other = create_model("Item", __module__="elsewhere", x=(int, ...))
        hidden = define_action(name="hidden", input=other, handler=lambda _: None)
        before = describe(registry_of(search, order), settings)
        after = describe(registry_of(search, order, secret, hidden), settings)
        assert dumped(after) == dumped(before)

    def test_the_private_catalog_has_the_digests_of_the_public_one(self, settings):
        other = create_model("Item", __module__="elsewhere", x=(int, ...))
        hidden = define_action(name="hidden", input=other, handler=lambda _: None)
        registry = registry_of(search, order, secret, hidden)
        public, private = describe(registry, settings), describe_all(registry, settings)
        assert [each.name for each in private] == ["hidden", "order", "search", "secret"]
        assert set(private.types) - set(public.types)
        assert (private.surface, private.fingerprint) == (public.surface, public.fingerprint)

    def test_what_is_public_changes_the_digests(self, settings):
        before = describe(registry_of(search), settings)
        after = describe(registry_of(search, order), settings)
        assert before.surface != after.surface
        assert before.fingerprint != after.fingerprint

    def test_every_schema_is_valid_on_its_own(self, settings):
        catalog = describe_all(registry_of(search, order, raw, secret), settings)
        for each in catalog:
            for schema in each.schemas:
                Draft202012Validator.check_schema(catalog.standalone(schema))
            assert catalog.standalone(each.input)["type"] == "object"


def with_example(example: Example, output: Any = Found) -> Action[..., Any]:
    return define_action(
        name="find",
        handler=search.handler,
        description="Find.",
        public=True,
        output=output,
        examples=[example],
    )


class TestExamples:
    def test_the_catalog_has_them_as_callers_see_them(self, settings):
        first, second = spec(search, settings).examples
        whole = {"items": [{"name": "x", "price": "1.50"}], "more": False}
        assert first == ExampleSpec(input={"query": "x"}, output=whole, has_output=True)
        assert second == ExampleSpec(input={"query": "y", "limit": 2})

    def test_an_output_may_be_what_the_handler_returns(self, settings):
        made = with_example(Example({"query": "x"}, Found(items=[Item(name="x", price=Decimal(2))])))
        assert spec(made, settings).examples[0].output["items"] == [{"name": "x", "price": "2"}]

    def test_null_is_an_output(self, settings):
        made = with_example(Example({"query": "x"}, None), None)
        assert spec(made, settings).examples[0] == ExampleSpec(input={"query": "x"}, has_output=True)

    @pytest.mark.parametrize(
        ("example", "said"),
        [
            (Example({}), "the input of example 1 does not fit: query: is required"),
            (Example({"query": 3}), "the input of example 1 does not fit: query: must be a text"),
            (Example({"query": "x", "limit": "3"}), "limit: must be an integer"),
            (Example({"query": "x", "page": 1}), "page: is not known"),
            (Example({"query": object()}), "the input of example 1 does not fit: .*serialize"),
            (Example({"query": "x", "limit": float("nan")}), "a number that is not finite"),
            (Example({"query": "x"}, {}), "the output of example 1 does not fit: items: is required"),
            (Example({"query": "x"}, None), "the output of example 1 does not fit"),
            (Example({"query": "x"}, {"items": [{"name": 3}]}), r"items\[0\]\.name: must be a text"),
        ],
    )
    def test_one_that_does_not_fit_is_refused(self, settings, example, said):
        with pytest.raises(DefinitionErrors, match=said) as caught:
            describe(registry_of(with_example(example)), settings)
        (error,) = caught.value.errors
        assert (error.action, error.field) == ("find", "examples")
        assert error.where.file == __file__
        assert error.mend.startswith("give ")

    def test_one_that_makes_the_users_own_code_fail_is_refused(self, settings):
        class Fails(BaseModel):
            x: int

            @field_validator("x")
            @classmethod
            def fail_reading(cls, value: int) -> int:
                return {1: 1}[value]

            @field_serializer("x")
            def fail_writing(self, value: int) -> int:
                raise KeyError(value)

        def handler(given: Fails) -> Fails:
            """Do."""
            return given

        for example, side in ((Example({"x": 2}), "input"), (Example({"x": 1}, Fails(x=1)), "output")):
            made = action(public=True, examples=[example])(handler)
            with pytest.raises(DefinitionErrors, match=f"the {side} of example 1 does not fit"):
                describe(registry_of(made), settings)

    def test_all_that_do_not_fit_are_named(self, settings):
        two = [Example({}), Example({"query": "x"}, {}), Example({"query": "x"})]
        one = with_example(Example({"query": 1}))
        other = define_action(
            name="other", handler=search.handler, description="Find.", public=True, examples=two
        )
        with pytest.raises(DefinitionErrors) as caught:
            describe(registry_of(one, other), settings)
        assert [(error.action, error.what.split(" does")[0]) for error in caught.value.errors] == [
            ("find", "the input of example 1"),
            ("other", "the input of example 1"),
            ("other", "the output of example 2"),
        ]

    def test_those_of_private_actions_are_checked_in_the_private_catalog(self, settings):
        private = action(examples=[Example({"x": 1})])(lambda_free)
        assert describe(registry_of(private), settings).actions == ()
        with pytest.raises(DefinitionErrors):
            describe_all(registry_of(private), settings)


def lambda_free() -> None:
    """Do nothing."""


class Opaque:
    pass


class Holds(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    opaque: Opaque


class OddDefault(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    x: Annotated[Any, Field(default=Opaque())]


class DeepAlias(BaseModel):
    x: Annotated[int, Field(validation_alias=AliasPath("a", 0))]


class Waits(BaseModel):
    x: Nowhere  # type: ignore[name-defined]  # noqa: F821 - that is the point


class Step(BaseModel):
    then: Callable[[int], str]


class HoldsFunctions(BaseModel):
    each: list[Step]


class Kind(BaseModel):
    kind: type[int] | None


class HoldsClasses(BaseModel):
    each: dict[str, tuple[int, Kind]]


class HoldsNumber(BaseModel):
    value: complex


class HoldsError(ActionError[Holds], code="holds"):
    pass


def undescribable(name: str, kind: str = "input") -> Action[..., Any]:
    inputs = {"input": Holds, "default": OddDefault, "alias": DeepAlias, "waits": Waits}
    inputs |= {"function": HoldsFunctions, "class": HoldsClasses, "complex": HoldsNumber}
    return define_action(
        name=name,
        description="Do.",
        public=True,
        input=inputs.get(kind, Stock),
        output={"output": Holds, "waiting output": Waits}.get(kind, int),
        errors=[HoldsError] if kind == "errors.holds" else [],
        handler=lambda _: 1,
    )


class TestTypesWithoutSchema:
    @pytest.mark.parametrize(
        ("kind", "field"),
        [
            ("input", "input.opaque"),
            ("default", "input.x"),
            ("alias", "input.x"),
            ("function", "input.each[].then"),
            ("class", "input.each.*[1].kind"),
            ("complex", "input.value"),
            ("waits", "input"),
            ("output", "output.opaque"),
            ("waiting output", "output"),
            ("errors.holds", "errors.holds.opaque"),
        ],
    )
    def test_the_action_and_the_side_are_named(self, settings, kind, field):
        with pytest.raises(DefinitionErrors, match="cannot be described as JSON Schema") as caught:
            describe(registry_of(search, undescribable("broken", kind)), settings)
        (error,) = caught.value.errors
        assert (error.action, error.field) == ("broken", field)
        assert error.where.file == __file__
        assert error.mend

    def test_all_of_them_are_named_at_once(self, settings):
        broken = [
            undescribable(f"broken_{index}", kind) for index, kind in enumerate(("input", "waits", "output"))
        ]
        with pytest.raises(DefinitionErrors) as caught:
            describe(registry_of(search, *broken), settings)
        found = sorted((error.action, error.field) for error in caught.value.errors)
        assert found == [("broken_0", "input.opaque"), ("broken_1", "input"), ("broken_2", "output.opaque")]
        for error in caught.value.errors:
            assert str(error) in str(caught.value)

    def test_a_private_one_does_not_stand_in_the_way_of_the_public_catalog(self, settings):
        private = define_action(name="broken", input=Holds, handler=lambda _: None)
        assert [each.name for each in describe(registry_of(search, private), settings)] == ["search"]
