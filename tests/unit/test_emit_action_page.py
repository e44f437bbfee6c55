from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from actionary.action_spec import ActionSpec, ExampleSpec, RateSpec, SchemeSpec
from actionary.catalog import Catalog
from actionary_build.emit.action_page import action_page, groups


def find(catalog: Catalog, name: str) -> ActionSpec:
    action = catalog.get(name)
    assert action is not None
    return action


def request(catalog: Catalog, name: str, **given) -> str:
    example = replace(find(catalog, name), examples=(ExampleSpec(input=given),))
    return action_page(catalog, example).calls[0].request


def test_an_example_of_a_get_action_is_its_query(sample):
    assert request(sample, "list_events", **{"from": "2026-01-02"}) == (
        "GET /api/actions/list_events?from=2026-01-02\nX-Shop-Key: KEY"
    )


@pytest.mark.parametrize(
    ("given", "query"),
    [
        ({}, []),
        ({"tag": ["a", "b&c"]}, [("tag", "a"), ("tag", "b&c")]),
        ({"tag": []}, [("tag", "[]")]),
        ({"tag": ["[]"]}, [("tag[]", "[]")]),
        ({"hours": {"min": 1, "max": 2}}, [("hours", '{"min":1,"max":2}')]),
        ({"hours": None, "to": None}, []),
        ({"kind": ""}, [("kind", "")]),
        ({"kind": "talk", "from": "ä ü"}, [("from", "ä ü"), ("kind", "talk")]),
    ],
)
def test_the_query_is_what_the_wire_understands(sample, given, query):
    written = request(sample, "list_events", **given)
    assert parse_qsl(written.split("\n")[0].partition("?")[2], keep_blank_values=True) == query
    assert ("?" in written) is bool(query)


def test_numbers_and_booleans_in_a_query_are_json(sample):
    search = find(sample, "search_products")
    flags = {"type": "object", "properties": {"on": {"type": "boolean"}, "n": {"type": "number"}}}
    search = replace(search, input=flags, examples=(ExampleSpec(input={"on": True, "n": 1.5}),))
    assert action_page(sample, search).calls[0].request.endswith("?n=1.5&on=true")


def test_an_example_of_a_post_action_is_its_body_and_the_whole_reply(sample):
    order = find(sample, "create_order")
    (call,) = action_page(sample, order).calls
    head, _, body = call.request.partition("\n\n")
    assert head == "POST /api/actions/create_order\nContent-Type: application/json"
    assert json.loads(body) == order.examples[0].input
    reply = json.loads(call.reply)
    assert list(reply) == ["ok", "data", "action", "latencyMs"]
    assert (reply["ok"], reply["data"], reply["action"]) == (True, order.examples[0].output, "create_order")


def test_an_example_without_output_shows_no_reply(sample):
    order = replace(find(sample, "create_order"), examples=(ExampleSpec(input={}),))
    assert action_page(sample, order).calls[0].reply == ""


def test_an_example_without_http_is_input_and_output_alone(sample):
    example = ExampleSpec(input={"view": "home"}, output=None, has_output=True)
    (call,) = action_page(sample, replace(find(sample, "navigate"), examples=(example,))).calls
    assert json.loads(call.request) == {"view": "home"}
    assert call.reply == "null"


def test_addresses_are_absolute_only_with_a_base_url(sample):
    based = replace(sample, base_url="https://shop.example/x/")
    order = find(sample, "create_order")
    assert action_page(sample, order).address == "/api/actions/create_order"
    assert action_page(based, order).address == "https://shop.example/x/api/actions/create_order"
    assert action_page(based, find(sample, "navigate")).address == ""


def test_errors_are_the_common_codes_and_the_actions_own(sample):
    order = find(sample, "create_order")
    errors = {error.code: error for error in action_page(sample, order).errors}
    assert [*errors] == [code.name for code in order.common_codes] + ["out_of_stock", "shop_closed"]
    assert errors["timeout"].status == 504
    assert errors["out_of_stock"].meaning == "Fewer items are in stock than were asked for."
    assert [piece.text for piece in errors["out_of_stock"].details] == ["StockDetails"]
    assert errors["shop_closed"].details == ()
    assert "unauthorized" not in errors
    assert "unauthorized" in {error.code for error in action_page(sample, find(sample, "delete")).errors}


@pytest.mark.parametrize(
    ("name", "again"),
    [
        ("search_products", "may be tried again"),
        ("add_node", "may be tried again"),
        ("create_order", "may be tried again only with the same Idempotency-Key"),
        ("navigate", "its effect is not known, so look before it is tried again"),
    ],
    ids=["read-only", "idempotent", "takes a key", "takes none"],
)
def test_a_call_that_was_late_is_tried_again_where_that_is_safe(sample, name, again):
    late = action_page(sample, replace(find(sample, name), timeout_ms=1000))
    errors = {error.code: error.again for error in late.errors}
    assert errors["timeout"] == again
    assert errors["handler_error"] == "not to be tried again"


def test_the_headers_of_keys_and_approvals_are_named(sample):
    traits = {trait.name: trait.meaning for trait in action_page(sample, find(sample, "delete")).traits}
    assert "Idempotency-Key: KEY" in traits["Idempotency key"]
    assert "Actionary-Approval: KEY" in traits["Approval"]


def test_traits_say_what_the_flags_mean(sample):
    traits = {trait.name: trait for trait in action_page(sample, find(sample, "search_products")).traits}
    assert traits["Read-only"].value == "yes"
    assert traits["Destructive"].meaning == "A call overwrites and removes nothing."
    assert traits["Time limit"].value == "30 s"
    ping = action_page(sample, replace(find(sample, "old_ping"), timeout_ms=None))
    assert ping.traits[-1].value == "none"
    rates = (RateSpec(calls=10, seconds=1), RateSpec(calls=1000, seconds=3600))
    delete = action_page(sample, replace(find(sample, "delete"), rate_limit=rates))
    limited = {trait.name: trait.value for trait in delete.traits}
    assert limited["Rate limit"] == "10 calls per second and 1,000 calls per hour"
    assert "Rate limit" not in traits


def said(words) -> str:
    return "".join(f"`{piece.text}`" if piece.kind == "code" else piece.text for piece in words)


def test_who_may_call_is_told_with_what_to_send(sample):
    def told(name: str, **changes) -> str:
        return said(action_page(sample, replace(find(sample, name), **changes)).access)

    assert told("create_order") == ""
    assert told("delete") == "The server asks who is calling; how to say it is told elsewhere."
    assert told("list_events") == "Send the header `X-Shop-Key: KEY`, where KEY is an API key."
    assert told("list_events", http=None) == told("delete")
    assert told("add_node") == (
        "Send the header `Authorization: Bearer TOKEN`, where TOKEN is a bearer token (`JWT`)."
        " It needs the scope `nodes:write`."
    )
    assert told("add_node", scheme=SchemeSpec(name="b", kind="basic"), scopes=("a", "b")) == (
        "Send the header `Authorization: Basic CREDENTIALS`, where CREDENTIALS is a name, a colon and a"
        " password as base64. It needs the scopes `a`, `b`."
    )


def test_an_example_call_has_the_header(sample):
    written = request(sample, "add_node", value=1)
    assert written.startswith("POST /api/actions/add_node\nAuthorization: Bearer TOKEN\nContent-Type:")
    assert request(sample, "list_events", kind="talk") == (
        "GET /api/actions/list_events?kind=talk\nX-Shop-Key: KEY"
    )


def test_the_heading_is_the_title_or_else_the_name(sample):
    assert action_page(sample, find(sample, "create_order")).heading == "Create order"
    assert action_page(sample, find(sample, "delete")).heading == "delete"
    assert action_page(sample, replace(find(sample, "delete"), title=" \n")).heading == "delete"


def test_actions_are_grouped_by_their_first_tag_and_those_without_come_last(sample):
    found = [(tag, [action.name for action in actions]) for tag, actions in groups(sample.tool_actions)]
    assert found == [
        ("calendar", ["list_events"]),
        ("shop", ["create_order", "search_products"]),
        ("trees", ["add_node"]),
        ("", ["delete", "navigate"]),
    ]
