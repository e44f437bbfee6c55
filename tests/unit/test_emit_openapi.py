from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from actionary.action_spec import (
    ActionSpec,
    CursorSpec,
    DeprecationSpec,
    ErrorSpec,
    ExampleSpec,
    HttpSpec,
    SchemeSpec,
)
from actionary.catalog import Catalog
from actionary.codes import COMMON
from actionary_build.emit.no_options import NoOptions
from actionary_build.emit.openapi import emitter

SCHEMAS = "#/components/schemas/"
ENVELOPE = ["ok", "code", "message", "status", "retryable", "details", "action", "latencyMs", "requestId"]


def openapi_of(catalog: Catalog) -> dict[str, Any]:
    (file,) = emitter.emit(catalog, NoOptions(), {})
    return json.loads(file.content)


@pytest.fixture
def document(sample: Catalog) -> dict[str, Any]:
    return openapi_of(sample)


def operation(document: dict[str, Any], name: str) -> dict[str, Any]:
    found = [
        described
        for methods in document["paths"].values()
        for described in methods.values()
        if described["operationId"] == name
    ]
    assert len(found) == 1
    return found[0]


def failure(document: dict[str, Any], name: str, status: str) -> dict[str, Any]:
    """The schema of an action's answer with that status."""
    reference = operation(document, name)["responses"][status]["$ref"]
    response = document["components"]["responses"][reference.removeprefix("#/components/responses/")]
    return response["content"]["application/json"]["schema"]


def component(document: dict[str, Any], reference: dict[str, str]) -> dict[str, Any]:
    return document["components"]["schemas"][reference["$ref"].removeprefix(SCHEMAS)]


def one_get(sample: Catalog, properties: dict[str, Any], **changes: Any) -> Catalog:
    """The catalog with one GET action that takes those properties."""
    fields = {"input": {"type": "object", "properties": properties}, "examples": (), **changes}
    return replace(sample, actions=(replace(sample.get("search_products"), **fields),))


class TestTheDocument:
    def test_it_is_one_served_file(self, sample):
        (file,) = emitter.emit(sample, NoOptions(), {})
        assert (file.path, file.served) == ("openapi.json", True)

    def test_it_says_what_the_api_is(self, sample, document):
        assert document["openapi"] == "3.1.0"
        assert document["info"] == {
            "title": "My Shop",
            "version": "1.2.0",
            "description": "A shop & <more>.",
        }
        assert openapi_of(replace(sample, description=""))["info"] == {"title": "My Shop", "version": "1.2.0"}

    def test_without_an_address_the_server_is_where_the_document_lies(self, document):
        assert document["servers"] == [{"url": "/"}]

    def test_servers_are_the_address_and_the_others_once_each(self, sample):
        catalog = replace(
            sample,
            base_url="https://shop.example/",
            servers=("https://two.example/v1", "https://shop.example"),
        )
        assert openapi_of(catalog)["servers"] == [
            {"url": "https://shop.example"},
            {"url": "https://two.example/v1"},
        ]

    def test_every_public_action_with_a_route_is_there_under_its_method_and_path(self, document):
        routes = {
            (method, path): described["operationId"]
            for path, methods in document["paths"].items()
            for method, described in methods.items()
        }
        assert routes == {
            ("get", "/api/actions"): "list_actions",
            ("post", "/api/actions/add_node"): "add_node",
            ("post", "/api/actions/create_order"): "create_order",
            ("post", "/api/actions/delete"): "delete",
            ("get", "/api/actions/list_events"): "list_events",
            ("get", "/api/actions/old_ping"): "old_ping",
            ("get", "/api/actions/search_products"): "search_products",
        }

    def test_nothing_of_an_action_without_a_route_is_written(self, sample):
        (file,) = emitter.emit(sample, NoOptions(), {})
        for text in (b"internal_report", b"navigate", b"NavigateInput"):
            assert text not in file.content

    def test_types_are_those_the_operations_use(self, sample, document):
        types = set(document["components"]["schemas"]) & set(sample.types)
        assert types == {
            *("Card", "Invoice", "Line", "NewOrder", "Order", "Status", "StockDetails"),
            *("DeleteInput", "Event", "Node", "Product", "SearchResult", "Window"),
        }

    def test_every_reference_has_its_component(self, document):
        text = json.dumps(document)
        assert "#/$defs/" not in text
        kinds = document["components"]
        for part in text.split('"#/components/')[1:]:
            kind, name = part.split('"')[0].split("/")
            assert name in kinds[kind]

    def test_the_order_of_the_catalog_does_not_matter(self, sample):
        types = {
            name: {
                key: dict(reversed(value.items())) if isinstance(value, dict) else value
                for key, value in schema.items()
            }
            for name, schema in reversed(sample.types.items())
        }
        turned = replace(sample, actions=tuple(reversed(sample.actions)), types=types)
        assert emitter.emit(turned, NoOptions(), {}) == emitter.emit(sample, NoOptions(), {})

    def test_two_methods_share_a_path(self, sample):
        path = "/api/events"
        read = replace(sample.get("list_events"), http=HttpSpec(method="GET", path=path))
        write = replace(sample.get("add_node"), http=HttpSpec(method="POST", path=path))
        document = openapi_of(replace(sample, actions=(read, write)))
        assert {method: each["operationId"] for method, each in document["paths"][path].items()} == {
            "get": "list_events",
            "post": "add_node",
        }

    @pytest.mark.parametrize("path", ["/api/actions/add_node", "/api/actions"])
    def test_two_operations_on_one_route_are_refused(self, sample, path):
        method = "GET" if path == "/api/actions" else "POST"
        other = replace(sample.get("create_order"), http=HttpSpec(method=method, path=path))
        with pytest.raises(ValueError, match=rf"{method} {path} is the route of \w+ and create_order"):
            openapi_of(replace(sample, actions=(sample.get("add_node"), other)))


class TestTheList:
    def test_it_lies_under_the_prefix(self, sample):
        assert "/v2/actions" in openapi_of(replace(sample, prefix="/v2"))["paths"]

    def test_it_answers_with_the_routes(self, document):
        answer = operation(document, "list_actions")["responses"]["200"]
        listed = answer["content"]["application/json"]["schema"]
        assert listed["required"] == ["actions"]
        assert listed["properties"]["actions"]["items"]["required"] == [
            "name",
            "method",
            "path",
            "description",
            "deprecated",
            "paginate",
        ]

    def test_an_action_of_its_name_keeps_the_name(self, sample):
        http = HttpSpec(method="POST", path="/api/actions/list_actions")
        action = replace(sample.get("add_node"), name="list_actions", http=http)
        document = openapi_of(replace(sample, actions=(action,)))
        assert document["paths"]["/api/actions"]["get"]["operationId"] == "list_actions_"
        assert document["paths"][http.path]["post"]["operationId"] == "list_actions"


class TestTexts:
    def test_the_title_is_the_summary_else_the_description_in_one_line(self, sample, document):
        assert operation(document, "create_order")["summary"] == "Create order"
        assert operation(document, "add_node")["summary"] == "Store a tree."
        broken = replace(sample.get("add_node"), description="Store\na tree.")
        summary = operation(openapi_of(replace(sample, actions=(broken,))), "add_node")["summary"]
        assert summary == "Store a tree."

    def test_the_description_holds_everything_the_action_says(self, document):
        assert operation(document, "create_order")["description"].split("\n\n") == [
            "Create an order.",
            "The order is placed at once.",
            'Nothing is paid yet: `*/` and ${x} and """ are only text.',
            "Use when: The user wants to buy.",
            "Do not use when: The user is only looking.",
        ]

    def test_programs_find_its_use_by_key(self, document):
        order = operation(document, "create_order")
        assert order["x-when-to-use"] == "The user wants to buy."
        assert order["x-when-not-to-use"] == "The user is only looking."
        assert not [key for key in operation(document, "add_node") if key.startswith("x-")]

    def test_people_and_programs_find_how_pages_are_got(self, sample):
        cursor = CursorSpec(input="after", output="next", items="rows")
        paged = replace(sample.get("search_products"), paginate=cursor)
        described = operation(openapi_of(replace(sample, actions=(paged,))), "search_products")
        assert described["x-actionary-pagination"] == {"input": "after", "output": "next", "items": "rows"}
        assert "send next of the output as after for the next page" in described["description"]

    def test_another_action_is_named_only_where_it_is_in_the_document(self, sample):
        old = replace(sample.get("old_ping"), deprecated=DeprecationSpec(use_instead="add_node"))
        new = sample.get("add_node")
        for other, said in ((new, True), (replace(new, http=None), False)):
            described = operation(openapi_of(replace(sample, actions=(old, other))), "old_ping")
            assert ("Use add_node instead." in described["description"]) is said
            assert described["description"].startswith("Answer.\n\nDeprecated.")

    def test_tags_and_deprecation_are_said_where_there_are_any(self, document):
        assert operation(document, "create_order")["tags"] == ["shop", "write"]
        old = operation(document, "old_ping")
        assert old["deprecated"] is True
        assert "Deprecated since 2026-01-31. It will be removed on 2027-01-31." in old["description"]
        for reply in old["responses"].values():
            name = reply.get("$ref", "").rpartition("/")[2]
            described = document["components"]["responses"][name] if name else reply
            assert {"Deprecation", "Sunset"} <= set(described["headers"])
        assert {"Deprecation", "Sunset"} <= set(document["components"]["headers"])
        for key in ("tags", "deprecated"):
            assert key not in operation(document, "delete")


class TestBodies:
    def test_a_body_is_the_input(self, document):
        order = operation(document, "create_order")
        assert order["requestBody"]["content"]["application/json"]["schema"] == {"$ref": SCHEMAS + "NewOrder"}
        parameters = "#/components/parameters/"
        assert order["parameters"] == [
            {"$ref": f"{parameters}Actionary-Timeout-Ms"},
            {"$ref": f"{parameters}Idempotency-Key"},
        ]
        assert {"$ref": f"{parameters}Actionary-Approval"} in operation(document, "delete")["parameters"]
        for header in order["parameters"]:
            assert header["$ref"].removeprefix(parameters) in document["components"]["parameters"]

    def test_a_body_is_required_only_where_a_property_is(self, sample, document):
        assert operation(document, "create_order")["requestBody"]["required"] is True
        optional = replace(sample.get("add_node"), input={"$ref": "#/$defs/Optional"})
        types = {**sample.types, "Optional": {"type": "object", "properties": {"x": {}}}}
        relaxed = openapi_of(replace(sample, actions=(optional,), types=types))
        assert operation(relaxed, "add_node")["requestBody"]["required"] is False

    def test_a_discriminated_union_points_at_its_components(self, document):
        payment = document["components"]["schemas"]["NewOrder"]["properties"]["payment"]
        assert payment["discriminator"]["mapping"] == {
            "card": SCHEMAS + "Card",
            "invoice": SCHEMAS + "Invoice",
        }

    def test_examples_of_the_input_are_shown(self, sample, document):
        content = operation(document, "create_order")["requestBody"]["content"]["application/json"]
        example = sample.get("create_order").examples[0]
        assert content["examples"] == {"example1": {"value": example.input}}


class TestResults:
    def test_a_result_comes_in_the_envelope(self, document):
        answer = operation(document, "create_order")["responses"]["200"]
        assert answer["content"]["application/json"]["schema"] == {
            "type": "object",
            "properties": {
                "ok": {"type": "boolean", "const": True},
                "data": {"$ref": SCHEMAS + "Order"},
                "action": {"type": "string", "const": "create_order"},
                "latencyMs": {"type": "number", "minimum": 0},
            },
            "required": ["ok", "data", "action", "latencyMs"],
        }

    def test_examples_come_in_the_envelope_and_only_those_with_a_result(self, sample):
        examples = (
            ExampleSpec(input={"query": "a"}),
            ExampleSpec(input={"query": "b"}, output=None, has_output=True),
        )
        document = openapi_of(one_get(sample, {"query": {"type": "string"}}, examples=examples))
        content = operation(document, "search_products")["responses"]["200"]["content"]["application/json"]
        assert content["examples"] == {
            "example1": {"value": {"ok": True, "data": None, "action": "search_products", "latencyMs": 1.0}}
        }

    def test_every_answer_of_an_action_has_both_headers(self, document):
        for name in ("create_order", "search_products"):
            for status, answer in operation(document, name)["responses"].items():
                shown = answer
                if status != "200":
                    kept = answer["$ref"].removeprefix("#/components/responses/")
                    shown = document["components"]["responses"][kept]
                late = {"Retry-After"} if status == "503" else set()
                tagged = {"ETag"} if name == "search_products" and status in {"200", "304"} else set()
                again = name == "create_order" and status in {"200", "409", "500"}
                kept = {"Idempotency-Replayed"} if again else set()
                assert set(shown["headers"]) == {"Actionary-Catalog", "X-Request-Id"} | late | tagged | kept
        pattern = document["components"]["headers"]["Actionary-Catalog"]["schema"]["pattern"]
        assert pattern == "^[0-9a-f]{16}$"

    def test_a_result_that_callers_may_keep_can_be_answered_without_a_body(self, sample):
        for change, kept in [
            ({}, True),
            ({"read_only": False}, False),
            ({"auth": True}, False),
            ({"authorize": True}, False),
            ({"http": HttpSpec(method="POST", path="/api/x")}, False),
        ]:
            action = replace(sample.get("search_products"), **change)
            shown = openapi_of(replace(sample, actions=(action,)))
            responses = operation(shown, "search_products")["responses"]
            assert ("304" in responses) is kept, change
            assert ("ETag" in shown["components"]["headers"]) is kept
            assert "content" not in shown["components"]["responses"].get("NotModified", {})


class TestErrors:
    @pytest.mark.parametrize(
        ("name", "statuses"),
        [
            ("old_ping", {"200", "304", "400", "500", "503", "504"}),
            ("search_products", {"200", "304", "400", "500", "503", "504"}),
            ("add_node", {"200", "400", "401", "403", "413", "415", "500", "503", "504"}),
            ("create_order", {"200", "400", "409", "413", "415", "500", "503", "504"}),
            ("delete", {"200", "400", "401", "403", "409", "413", "415", "428", "429", "500", "503", "504"}),
        ],
    )
    def test_every_status_an_action_can_give_is_there_and_no_other(self, document, name, statuses):
        assert set(operation(document, name)["responses"]) == statuses

    @pytest.mark.parametrize("name", ["create_order", "delete", "old_ping"])
    def test_common_codes_are_as_the_table_says(self, sample, document, name):
        shown = {}
        for status in set(operation(document, name)["responses"]) - {"200", "304"}:
            schema = failure(document, name, status)
            for reference in schema.get("oneOf", [schema]):
                fields = component(document, reference)["properties"]
                shown[fields["code"]["const"]] = (
                    int(status),
                    fields["status"]["const"],
                    fields["retryable"]["const"],
                )
        action = sample.get(name)
        own = {error.code: (error.status, error.status, error.retryable) for error in action.errors}
        assert shown == own | {
            code.name: (code.status, code.status, COMMON[code.name].retryable) for code in action.common_codes
        }

    def test_an_error_comes_in_its_envelope_with_closed_code(self, document):
        schema = component(document, failure(document, "delete", "401"))
        assert schema["required"] == ENVELOPE
        assert set(schema["properties"]) == set(ENVELOPE)
        assert schema["properties"]["ok"] == {"type": "boolean", "const": False}
        assert schema["properties"]["code"] == {"type": "string", "const": "unauthorized"}
        assert schema["properties"]["details"] == {"type": "null"}
        assert "additionalProperties" not in schema

    def test_invalid_input_lists_at_most_fifty_problems(self, document):
        details = component(document, failure(document, "delete", "400"))["properties"]["details"]
        assert details["maxItems"] == 50
        assert details["items"]["required"] == ["path", "type", "message"]
        assert details["items"]["properties"]["path"]["items"] == {"type": ["string", "integer"]}

    def test_codes_under_one_status_are_told_apart_by_code(self, document):
        assert failure(document, "create_order", "409") == {
            "oneOf": [
                {"$ref": SCHEMAS + f"{name}Error"} for name in ("Conflict", "OutOfStock", "ShopClosed")
            ],
            "discriminator": {
                "propertyName": "code",
                "mapping": {
                    "conflict": SCHEMAS + "ConflictError",
                    "out_of_stock": SCHEMAS + "OutOfStockError",
                    "shop_closed": SCHEMAS + "ShopClosedError",
                },
            },
        }

    def test_a_domain_error_joins_the_common_codes_of_its_status(self, sample):
        error = ErrorSpec(code="no_such_shelf", status=400, retryable=False, description="", details=None)
        action = replace(sample.get("old_ping"), errors=(error,))
        schema = failure(openapi_of(replace(sample, actions=(action,))), "old_ping", "400")
        assert set(schema["discriminator"]["mapping"]) == {"invalid_input", "no_such_shelf"}

    def test_details_of_a_domain_error_are_its_model_or_null(self, document):
        _, stock, closed = failure(document, "create_order", "409")["oneOf"]
        assert component(document, stock)["properties"]["details"] == {"$ref": SCHEMAS + "StockDetails"}
        assert component(document, closed)["properties"]["details"] == {"type": "null"}
        assert component(document, closed)["properties"]["retryable"] == {"type": "boolean", "const": True}

    def test_actions_share_their_errors(self, document):
        shared = {
            json.dumps(failure(document, name, "500")) for name in ("create_order", "delete", "old_ping")
        }
        assert len(shared) == 1

    def test_a_type_of_the_same_name_keeps_it(self, sample):
        types = {**sample.types, "InvalidInputError": {"type": "string"}}
        action = replace(sample.get("add_node"), output={"$ref": "#/$defs/InvalidInputError"})
        document = openapi_of(replace(sample, actions=(action,), types=types))
        assert document["components"]["schemas"]["InvalidInputError"] == {"type": "string"}
        assert failure(document, "add_node", "400") == {"$ref": SCHEMAS + "InvalidInputError_2"}
        data = operation(document, "add_node")["responses"]["200"]["content"]["application/json"]["schema"]
        assert data["properties"]["data"] == {"$ref": SCHEMAS + "InvalidInputError"}

    def test_one_code_with_two_shapes_is_two_schemas(self, sample):
        def gone(name: str, description: str) -> ActionSpec:
            error = ErrorSpec(code="gone", status=410, retryable=False, description=description, details=None)
            return replace(sample.get(name), errors=(error,))

        document = openapi_of(replace(sample, actions=(gone("delete", "B."), gone("add_node", "A."))))
        first, second = (failure(document, name, "410") for name in ("add_node", "delete"))
        assert first == {"$ref": SCHEMAS + "GoneError"}
        assert second == {"$ref": SCHEMAS + "GoneError_2"}
        assert component(document, first)["description"] == "A."
        assert component(document, second)["description"] == "B."


def test_who_may_call_is_said_where_it_is_known(sample):
    order = sample.get("create_order")
    for auth, said in ((False, []), (True, None)):
        document = openapi_of(replace(sample, actions=(replace(order, auth=auth),)))
        assert operation(document, "create_order").get("security") == said


def test_a_scheme_stands_once_and_operations_name_it_with_their_scopes(sample, document):
    assert document["components"]["securitySchemes"] == {
        "key": {"type": "apiKey", "in": "header", "name": "X-Shop-Key"},
        "tokens": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A token of the login page.",
        },
    }
    assert operation(document, "add_node")["security"] == [{"tokens": ["nodes:write"]}]
    assert operation(document, "list_events")["security"] == [{"key": []}]
    basic = replace(sample.get("add_node"), scheme=SchemeSpec(name="b", kind="basic"))
    schemes = openapi_of(replace(sample, actions=(basic,)))["components"]["securitySchemes"]
    assert schemes == {"b": {"type": "http", "scheme": "basic"}}


def test_without_schemes_nothing_is_said_of_any(sample):
    parts = openapi_of(replace(sample, actions=(sample.get("delete"),)))["components"]
    assert "securitySchemes" not in parts
    assert "WWW-Authenticate" not in parts["headers"]


def test_refusals_that_ask_who_calls_have_the_header_for_it(sample):
    def headers(name: str, status: str, **changes: Any) -> dict[str, Any]:
        document = openapi_of(replace(sample, actions=(replace(sample.get(name), **changes),)))
        reference = operation(document, name)["responses"][status]["$ref"]
        response = document["components"]["responses"][reference.rpartition("/")[2]]
        return response["headers"]

    asked = {"$ref": "#/components/headers/WWW-Authenticate"}
    assert headers("add_node", "401")["WWW-Authenticate"] == asked
    assert headers("list_events", "401")["WWW-Authenticate"] == asked
    assert "WWW-Authenticate" not in headers("delete", "401")
    assert "WWW-Authenticate" not in headers("add_node", "400")
    assert headers("add_node", "403")["WWW-Authenticate"]["required"] is True
    assert headers("add_node", "403", authorize=True)["WWW-Authenticate"]["required"] is False
    assert "WWW-Authenticate" not in headers("list_events", "403", scopes=("a",))
