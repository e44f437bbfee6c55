from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from actionary.catalog import Catalog
from actionary_build.emit.mcp import emitter
from actionary_build.emit.no_options import NoOptions


def tools_of(catalog: Catalog) -> dict[str, dict[str, Any]]:
    (file,) = emitter.emit(catalog, NoOptions(), {})
    return {tool["name"]: tool for tool in json.loads(file.content)["tools"]}


@pytest.fixture
def tools(sample: Catalog) -> dict[str, dict[str, Any]]:
    return tools_of(sample)


def test_one_file_that_is_not_served(sample):
    (file,) = emitter.emit(sample, NoOptions(), {})
    assert (file.path, file.served) == ("mcp/tools.json", False)


def test_tools_are_the_listed_public_actions_by_name(sample):
    turned = replace(sample, actions=tuple(reversed(sample.actions)))
    expected = ["add_node", "create_order", "delete", "list_events", "navigate", "search_products"]
    assert list(tools_of(turned)) == expected
    assert emitter.emit(turned, NoOptions(), {}) == emitter.emit(sample, NoOptions(), {})


def test_a_tool_without_a_route_is_listed(sample, tools):
    assert sample.get("navigate").http is None
    assert "navigate" in tools


def test_nothing_of_private_or_unlisted_actions_is_written(sample):
    (file,) = emitter.emit(sample, NoOptions(), {})
    assert b"internal_report" not in file.content
    assert b"old_ping" not in file.content


def test_the_description_says_when_to_use_the_tool_but_not_the_rest(tools):
    assert tools["create_order"]["description"] == (
        "Create an order. Use when: The user wants to buy. Do not use when: The user is only looking."
    )


def test_a_title_stands_in_both_its_places_and_is_left_out_without_one(tools):
    assert tools["create_order"]["title"] == "Create order"
    assert tools["create_order"]["annotations"]["title"] == "Create order"
    assert "title" not in tools["add_node"]
    assert "title" not in tools["add_node"]["annotations"]


def test_all_four_hints_are_written_out(sample, tools):
    assert tools["search_products"]["annotations"] == {
        "readOnlyHint": True,
        "destructiveHint": False,
        "idempotentHint": True,
        "openWorldHint": True,
    }
    turned = replace(
        sample.get("add_node"), read_only=False, destructive=False, idempotent=False, open_world=False
    )
    (tool,) = tools_of(replace(sample, actions=(turned,))).values()
    assert tool["annotations"] == dict.fromkeys(
        ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"], False
    )


def test_every_input_is_an_object_at_its_root_and_needs_nothing_else(tools):
    for tool in tools.values():
        assert tool["inputSchema"]["type"] == "object"
        assert "$ref" not in tool["inputSchema"]
    assert set(tools["create_order"]["inputSchema"]["$defs"]) == {"Card", "Invoice", "Line"}


def test_a_recursive_input_stays_an_object_at_its_root(tools):
    schema = tools["add_node"]["inputSchema"]
    assert schema["type"] == "object"
    assert schema["properties"]["children"]["items"] == {"$ref": "#/$defs/Node"}
    assert schema["$defs"]["Node"]["required"] == ["value", "children"]


def test_an_input_that_only_implies_an_object_says_so(sample):
    schema = {"properties": {"x": {"type": "string"}}, "required": ["x"]}
    (tool,) = tools_of(replace(sample, actions=(replace(sample.get("navigate"), input=schema),))).values()
    assert tool["inputSchema"] == {**schema, "type": "object"}


def test_no_input_is_the_form_that_mcp_recommends(sample):
    (tool,) = tools_of(replace(sample, actions=(replace(sample.get("old_ping"), agent_tool=True),))).values()
    assert tool["inputSchema"] == {"type": "object", "additionalProperties": False}


def test_an_output_keeps_its_own_root(tools):
    assert tools["list_events"]["outputSchema"]["type"] == "array"
    assert set(tools["list_events"]["outputSchema"]["$defs"]) == {"Event"}
    assert tools["navigate"]["outputSchema"] == {"type": "string"}
    assert tools["delete"]["outputSchema"] == {"type": "null"}


def test_an_output_that_is_not_checked_is_not_promised(sample):
    (tool,) = tools_of(replace(sample, actions=(replace(sample.get("navigate"), output={}),))).values()
    assert "outputSchema" not in tool


def test_without_actions_the_list_is_empty(sample):
    (file,) = emitter.emit(replace(sample, actions=()), NoOptions(), {})
    assert json.loads(file.content) == {"tools": []}
