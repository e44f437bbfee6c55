from __future__ import annotations

import copy
import json
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from actionary.action_spec import CursorSpec, DeprecationSpec, ErrorSpec, ExampleSpec, HttpSpec
from actionary.catalog import Catalog, CatalogError, digest, load, surface_of, with_digests
from actionary.json_schema import REF, map_schema, move_references, references, subschemas

COMPONENTS = "#/components/schemas/"


@pytest.fixture
def dumped(sample: Catalog) -> dict[str, Any]:
    return json.loads(json.dumps(sample.dump()))


def with_action(catalog: Catalog, name: str, **changes: Any) -> Catalog:
    """The catalog with one action changed and its digests made anew."""
    actions = tuple(
        replace(action, **changes) if action.name == name else action for action in catalog.actions
    )
    return with_digests(replace(catalog, actions=actions))


class TestDumpAndLoad:
    def test_a_catalog_survives_json(self, sample, dumped):
        assert load(dumped) == sample

    def test_the_dump_is_plain_json_with_its_format(self, sample, dumped):
        assert sample.dump() == dumped
        assert dumped["format"] == 1

    def test_an_example_without_a_result_is_not_one_that_gives_null(self, sample):
        examples = (ExampleSpec(input={}), ExampleSpec(input={}, output=None, has_output=True))
        changed = with_action(sample, "add_node", examples=examples)
        assert changed.dump()["actions"][0]["examples"] == [{"input": {}}, {"input": {}, "output": None}]
        assert load(changed.dump()) == changed

    def test_errors_and_routes_come_back_as_they_were(self, dumped):
        order = load(dumped).get("create_order")
        assert order is not None
        assert order.errors[0] == ErrorSpec(
            code="out_of_stock",
            status=409,
            retryable=False,
            description="Fewer items are in stock than were asked for.",
            details={"$ref": "#/$defs/StockDetails"},
        )
        assert order.http == HttpSpec(method="POST", path="/api/actions/create_order")

    def test_references_resolve_inside_the_dumped_document(self, dumped):
        for schema in subschemas({"$defs": dumped["$defs"]}):
            if "$ref" in schema:
                assert schema["$ref"].removeprefix(REF) in dumped["$defs"]

    def test_a_newer_format_is_refused_with_the_way_out(self, dumped):
        with pytest.raises(CatalogError, match=r"has format 2, this version reads 1; upgrade actionary"):
            load({**dumped, "format": 2})

    @pytest.mark.parametrize("older", [0, -1, "1", None, True, 1.5])
    def test_another_format_is_refused_and_no_upgrade_promised(self, dumped, older):
        with pytest.raises(CatalogError, match=r"this version reads 1; build the catalog again") as caught:
            load({**dumped, "format": older})
        assert f"has format {older!r}" in str(caught.value)

    @pytest.mark.parametrize("data", [None, [], "catalog", {}, {"openapi": "3.1.0"}])
    def test_what_is_no_catalog_is_refused(self, data):
        with pytest.raises(CatalogError, match="this is not a catalog"):
            load(data)

    @pytest.mark.parametrize("key", ["title", "prefix", "servers", "actions", "$defs", "surface"])
    def test_a_missing_part_is_named(self, dumped, key):
        del dumped[key]
        with pytest.raises(CatalogError, match=f"damaged: KeyError.*{key.replace('$', '[$]')}"):
            load(dumped)

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("actions", None),
            ("actions", ["search_products"]),
            ("servers", 3),
            ("$defs", None),
        ],
    )
    def test_a_part_of_another_kind_is_refused(self, dumped, key, value):
        with pytest.raises(CatalogError, match="damaged"):
            load({**dumped, key: value})

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("surprise", 1),
            ("http", {"method": "GET"}),
            ("http", "GET"),
            ("tags", None),
            ("examples", [{"output": 1}]),
            ("examples", ["x"]),
            ("errors", [{"code": "gone"}]),
        ],
    )
    def test_a_damaged_action_is_refused(self, dumped, key, value):
        dumped["actions"][0][key] = value
        with pytest.raises(CatalogError, match="damaged"):
            load(dumped)

    @pytest.mark.parametrize("key", ["name", "input", "description", "public"])
    def test_an_action_without_one_of_its_fields_is_refused(self, dumped, key):
        del dumped["actions"][0][key]
        with pytest.raises(CatalogError, match=f"damaged.*{key}"):
            load(dumped)

    def test_a_type_that_is_not_there_is_named(self, dumped):
        del dumped["$defs"]["Line"]
        with pytest.raises(CatalogError, match=r"damaged: KeyError.*Line"):
            load(dumped)


class TestLookingThings:
    def test_a_catalog_is_frozen(self, sample):
        with pytest.raises(FrozenInstanceError):
            sample.title = "Other"

    def test_an_action_is_found_by_its_name_only(self, sample):
        assert sample.get("add_node").name == "add_node"
        assert sample.get("add-node") is None
        assert sample.get("ADD_NODE") is None

    def test_iterating_gives_every_action(self, sample):
        assert list(sample) == list(sample.actions)

    def test_http_actions_are_public_and_have_a_route(self, sample):
        names = [action.name for action in sample.http_actions]
        assert names == ["add_node", "create_order", "delete", "list_events", "old_ping", "search_products"]

    def test_tool_actions_are_public_and_listed_to_models(self, sample):
        names = [action.name for action in sample.tool_actions]
        assert names == ["add_node", "create_order", "delete", "list_events", "navigate", "search_products"]

    def test_an_action_has_its_three_forms(self, sample):
        action = sample.get("create_order")
        assert (action.slug, action.camel, action.pascal) == ("create-order", "createOrder", "CreateOrder")

    def test_the_schemas_of_an_action_hold_the_details_of_its_errors(self, sample):
        action = sample.get("create_order")
        assert action.schemas == (action.input, action.output, {"$ref": "#/$defs/StockDetails"})

    def test_a_model_reads_description_use_and_no_use_in_this_order(self, sample):
        assert sample.get("search_products").tool_description == (
            "Search the product catalogue. Use when: The user wants to find products. "
            "Do not use when: The user already has a product id."
        )
        assert sample.get("add_node").tool_description == "Store a tree."
        assert "Nothing is paid yet" not in sample.get("create_order").tool_description

    @pytest.mark.parametrize(
        ("name", "codes"),
        [
            ("old_ping", ["invalid_input", "timeout", "handler_error", "invalid_output", "unavailable"]),
            (
                "search_products",
                ["invalid_input", "timeout", "handler_error", "invalid_output", "unavailable"],
            ),
            (
                "delete",
                [
                    "unauthorized",
                    "rate_limited",
                    "payload_too_large",
                    "unsupported_media_type",
                    "invalid_input",
                    "forbidden",
                    "conflict",
                    "approval_required",
                    "timeout",
                    "handler_error",
                    "invalid_output",
                    "unavailable",
                ],
            ),
        ],
    )
    def test_common_codes_are_those_a_caller_can_get(self, sample, name, codes):
        assert [code.name for code in sample.get(name).common_codes] == codes


class TestSchemas:
    def test_resolve_follows_references_to_the_end(self):
        catalog = Catalog(title="T", version="1", types={"A": {"$ref": "#/$defs/B"}, "B": {"type": "string"}})
        assert catalog.resolve({"$ref": "#/$defs/A"}) == {"type": "string"}
        assert catalog.resolve({"$ref": "#/$defs/A", "title": "x"}) == {
            "$ref": "#/$defs/A",
            "title": "x",
        }

    def test_types_used_names_them_through_other_types_once(self, sample):
        order = sample.get("create_order").input
        assert sample.types_used(order, order) == ["Card", "Invoice", "Line", "NewOrder"]
        assert sample.types_used({"type": "string"}) == []

    def test_a_standalone_schema_holds_exactly_the_types_it_needs(self, sample):
        schema = sample.standalone(sample.get("create_order").output)
        assert schema["type"] == "object"
        assert set(schema["$defs"]) == {"Status"}
        assert schema["$defs"]["Status"] == sample.types["Status"]

    def test_a_standalone_schema_that_needs_no_type_has_none(self, sample):
        assert sample.standalone({"type": "string"}) == {"type": "string"}

    def test_a_recursive_root_stays_an_object(self, sample):
        schema = sample.standalone({"$ref": "#/$defs/Node"})
        assert schema["type"] == "object"
        assert schema["properties"]["children"]["items"] == {"$ref": "#/$defs/Node"}
        assert schema["$defs"] == {"Node": sample.types["Node"]}

    def test_making_forms_of_a_schema_leaves_the_catalog_as_it_is(self, sample):
        before = copy.deepcopy(sample.dump())
        for name, schema in sample.types.items():
            sample.standalone({"$ref": REF + name})["title"] = "changed"
            move_references(schema, COMPONENTS)["title"] = "changed"
        assert sample.dump() == before

    def test_every_place_that_holds_a_schema_is_visited(self):
        def named(name: str) -> dict[str, str]:
            return {"$ref": REF + name}

        single = ["items", "additionalProperties", "contains", "not", "if", "then", "else"]
        single += ["propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema"]
        listed = ["allOf", "anyOf", "oneOf", "prefixItems"]
        mapped = ["properties", "patternProperties", "dependentSchemas", "$defs"]
        schema = {
            **{key: named(key) for key in single},
            **{key: [named(key), True] for key in listed},
            **{key: {"x": named(key)} for key in mapped},
        }
        assert set(references(schema)) == {*single, *listed, *mapped}
        moved = move_references(schema, COMPONENTS)
        assert set(references(moved)) == set()
        assert moved["oneOf"] == [{"$ref": COMPONENTS + "oneOf"}, True]

    def test_properties_named_like_keywords_are_properties(self):
        schema = {
            "type": "object",
            "properties": {
                "$ref": {"type": "string"},
                "properties": {"type": "object", "additionalProperties": {"$ref": "#/$defs/A"}},
                "discriminator": {"type": "string"},
                "items": {"$ref": "#/$defs/B"},
            },
            "required": ["$ref", "properties"],
        }
        assert sorted(references(schema)) == ["A", "B"]
        moved = move_references(schema, COMPONENTS)
        assert moved["properties"]["$ref"] == {"type": "string"}
        assert moved["properties"]["properties"]["additionalProperties"] == {"$ref": COMPONENTS + "A"}
        assert moved["properties"]["items"] == {"$ref": COMPONENTS + "B"}

    @pytest.mark.parametrize("key", ["default", "const", "examples", "enum", "x-anything"])
    def test_data_that_looks_like_a_reference_is_data(self, key):
        data = {"$ref": "#/$defs/Ghost", "properties": {"x": {"$ref": "#/$defs/Ghost"}}}
        schema = {"type": "object", key: [data] if key in {"examples", "enum"} else data}
        assert list(references(schema)) == []
        assert move_references(schema, COMPONENTS) == schema

    def test_a_discriminator_moves_with_its_references(self, sample):
        payment = move_references(sample.types["NewOrder"], COMPONENTS)["properties"]["payment"]
        assert payment["discriminator"] == {
            "propertyName": "kind",
            "mapping": {"card": COMPONENTS + "Card", "invoice": COMPONENTS + "Invoice"},
        }
        assert payment["oneOf"] == [{"$ref": COMPONENTS + "Card"}, {"$ref": COMPONENTS + "Invoice"}]

    def test_references_to_elsewhere_stay(self):
        schema = {
            "oneOf": [{"$ref": "https://example.org/a"}],
            "discriminator": {"propertyName": "k", "mapping": {"a": "https://example.org/a"}},
        }
        assert move_references(schema, COMPONENTS) == schema

    def test_a_change_is_applied_to_the_innermost_first(self):
        order: list[Any] = []

        def note(node: dict[str, Any]) -> dict[str, Any]:
            order.append(node.get("title"))
            return {**node, "seen": True}

        schema = {"title": "outer", "properties": {"x": {"title": "inner"}}}
        assert map_schema(schema, note) == {
            "title": "outer",
            "seen": True,
            "properties": {"x": {"title": "inner", "seen": True}},
        }
        assert order == ["inner", "outer"]
        assert schema == {"title": "outer", "properties": {"x": {"title": "inner"}}}


class TestDigests:
    def test_they_are_those_the_catalog_was_written_with(self, sample):
        assert with_digests(sample) == sample

    def test_a_private_action_moves_neither(self, sample):
        secret = replace(sample.get("internal_report"), name="secret", input={"$ref": "#/$defs/Secret"})
        more = replace(
            sample,
            actions=(*sample.actions, secret),
            types={**sample.types, "Secret": {"type": "object"}},
        )
        fewer = replace(sample, actions=tuple(action for action in sample if action.public))
        for catalog in (with_digests(more), with_digests(fewer)):
            assert (catalog.surface, catalog.fingerprint) == (sample.surface, sample.fingerprint)

    def test_making_an_action_public_moves_both(self, sample):
        changed = with_action(sample, "internal_report", public=True)
        assert changed.surface != sample.surface
        assert changed.fingerprint != sample.fingerprint

    @pytest.mark.parametrize(
        "changes",
        [
            {"input": {"type": "object"}},
            {"output": {"type": "string"}},
            {"examples": (ExampleSpec(input={"query": "hats"}),)},
        ],
    )
    def test_a_schema_or_an_example_moves_only_the_fingerprint(self, sample, changes):
        changed = with_action(sample, "search_products", **changes)
        assert changed.surface == sample.surface
        assert changed.fingerprint != sample.fingerprint

    def test_a_changed_type_moves_only_the_fingerprint(self, sample):
        types = {**sample.types, "Product": {"type": "object"}}
        changed = with_digests(replace(sample, types=types))
        assert changed.surface == sample.surface
        assert changed.fingerprint != sample.fingerprint

    def test_changed_details_of_an_error_move_only_the_fingerprint(self, sample):
        first, second = sample.get("create_order").errors
        other = replace(first, details={"type": "object"})
        changed = with_action(sample, "create_order", errors=(other, second))
        assert changed.surface == sample.surface
        assert changed.fingerprint != sample.fingerprint

    def test_details_that_come_or_go_move_both(self, sample):
        first, second = sample.get("create_order").errors
        changed = with_action(sample, "create_order", errors=(replace(first, details=None), second))
        assert changed.surface != sample.surface

    @pytest.mark.parametrize(
        "changes",
        [
            {"description": "Search."},
            {"title": "Search"},
            {"when_to_use": "Always."},
            {"more": "More."},
            {"tags": ()},
            {"deprecated": DeprecationSpec()},
            {"deprecated": DeprecationSpec(since="2026-01-01")},
            {"tool_callable": False},
            {"paginate": CursorSpec(input="a", output="b", items="c")},
            {"http": None},
            {"http": HttpSpec(method="POST", path="/api/actions/search_products")},
            {"agent_tool": False},
            {"read_only": False},
            {"auth": True},
            {"errors": (ErrorSpec(code="c", status=409, retryable=False, description="", details=None),)},
        ],
    )
    def test_texts_flags_codes_and_routes_move_both(self, sample, changes):
        changed = with_action(sample, "search_products", **changes)
        assert changed.surface != sample.surface
        assert changed.fingerprint != sample.fingerprint

    def test_the_order_in_which_things_came_does_not_matter(self, sample):
        turned = replace(
            sample,
            actions=tuple(reversed(sample.actions)),
            types=dict(reversed(sample.types.items())),
        )
        changed = with_digests(turned)
        assert (changed.surface, changed.fingerprint) == (sample.surface, sample.fingerprint)

    def test_the_surface_can_be_had_alone_and_of_actions_in_any_order(self, sample):
        assert surface_of(sample) == sample.surface
        assert surface_of(replace(sample, actions=sample.actions[::-1], types={})) == sample.surface
        assert surface_of(replace(sample, prefix="/v2")) != sample.surface

    def test_the_digest_of_data_ignores_the_order_of_keys_only(self):
        assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1})
        assert digest({"a": [1, 2]}) != digest({"a": [2, 1]})
        assert len(digest("\ud800")) == 64
