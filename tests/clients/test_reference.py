"""The reference actions over the wire: every example and domain error, by hand and with both clients.

Those that a human has to approve are in test_reference_promises.py.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from actionary.action_spec import ActionSpec
from actionary.catalog import Catalog, load
from actionary.names import camel_case

ROOT = Path(__file__).parents[2]

EATEN = {"name": "Toast", "kind": "snack", "kcal": 210, "tags": []}
TOO_LATE = "9999-12-31T23:00:00-02:00"
PARCEL = {"method": "parcel", "country": "AT"}

FAILURES: list[tuple[str, dict[str, Any], str, Any]] = [
    ("get_order", {"order_id": "o-0"}, "order_not_found", {"order_id": "o-0"}),
    ("validate_order", {"order_id": "o-0"}, "order_not_found", {"order_id": "o-0"}),
    (
        "create_order",
        {"lines": [{"product_id": "p-301"}], "delivery": PARCEL},
        "out_of_stock",
        {"product_id": "p-301", "available": 0},
    ),
    (
        "create_order",
        {"lines": [{"product_id": "p-0"}], "delivery": PARCEL},
        "product_not_found",
        {"product_id": "p-0"},
    ),
    ("lookup_customer", {"email": "no@example.com"}, "email_unknown", {"email": "no@example.com"}),
    (
        "create_invoice",
        {"customer_id": "cus_0", "line_items": []},
        "customer_not_found",
        {"customer_id": "cus_0"},
    ),
    (
        "create_invoice",
        {"customer_id": "cus_123", "line_items": []},
        "invoice_exists",
        {"invoice_id": "inv_cus_123", "total_cents": 5349, "currency": "USD"},
    ),
    ("log_meal", EATEN | {"eaten_at": TOO_LATE}, "time_out_of_range", {"eaten_at": TOO_LATE}),
    (
        "update_meal",
        EATEN | {"meal_id": 1, "eaten_at": TOO_LATE},
        "time_out_of_range",
        {"eaten_at": TOO_LATE},
    ),
    (
        "update_meal",
        EATEN | {"meal_id": 99, "eaten_at": "2026-03-01T20:00:00Z"},
        "meal_not_found",
        {"meal_id": 99},
    ),
    (
        "list_events",
        {"from": "2026-03-02", "to": "2026-03-01"},
        "period_backwards",
        {"from": "2026-03-02", "to": "2026-03-01"},
    ),
    ("summarize_thread", {"thread_id": "t-0"}, "thread_not_found", {"thread_id": "t-0"}),
    ("summarize_thread", {"thread_id": "t-2"}, "invalid_output", None),
    ("summarize_thread_or_empty", {"thread_id": "t-0"}, "thread_not_found", {"thread_id": "t-0"}),
    ("summarize_thread_unchecked", {"thread_id": "t-0"}, "thread_not_found", {"thread_id": "t-0"}),
]
"""Calls that fail after all examples were called, each with its code and details."""

PYTHON = """
import json, keyword, sys
from actionary_reference_client import Client
from pydantic import TypeAdapter

def plain(value):
    return TypeAdapter(object).dump_python(value, mode="json", by_alias=True)

with Client(sys.argv[1]) as client:
    for name, given in json.load(sys.stdin):
        arguments = {key + "_" * keyword.iskeyword(key): value for key, value in given.items()}
        result = getattr(client, name)(**arguments)
        if result.ok:
            print(json.dumps({"data": plain(result.data)}))
        else:
            print(json.dumps({"code": result.code, "details": plain(result.details)}))
"""

Answers = list[dict[str, Any]]
Run = Callable[..., str]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(json.loads((ROOT / "generated" / "catalog.json").read_text()))


def free(catalog: Catalog) -> list[ActionSpec]:
    """Give the actions that anybody may call over HTTP."""
    return [spec for spec in catalog if spec.http and not spec.needs_approval and not spec.auth]


@pytest.fixture(scope="module")
def calls(catalog: Catalog) -> list[tuple[str, dict[str, Any]]]:
    """Give what to call, in this order."""
    examples = [(spec.name, dict(each.input)) for spec in free(catalog) for each in spec.examples]
    return examples + [(name, given) for name, given, _, _ in FAILURES]


def by_hand(catalog: Catalog, address: str, calls: list[tuple[str, dict[str, Any]]]) -> Answers:
    answers: Answers = []
    with httpx2.Client(base_url=address) as client:
        for name, given in calls:
            spec = catalog.get(name)
            assert spec is not None
            assert spec.http is not None
            if spec.http.method == "GET":
                answers.append(client.get(spec.http.path, params=given).json())
            else:
                answers.append(client.request(spec.http.method, spec.http.path, json=given).json())
    return answers


def check(catalog: Catalog, answers: Answers) -> None:
    """Hold answers against the examples, exactly where an action only reads, and against the failures."""
    examples = [(spec, example) for spec in free(catalog) for example in spec.examples]
    assert len(answers) == len(examples) + len(FAILURES)
    for (spec, example), answer in zip(examples, answers, strict=False):
        assert "data" in answer, (spec.name, answer)
        if spec.read_only or spec.http.method == "PUT":
            assert answer["data"] == example.output, spec.name
    for (name, _, code, details), answer in zip(FAILURES, answers[len(examples) :], strict=True):
        assert (answer.get("code"), answer.get("details")) == (code, details), (name, answer)


def test_by_hand(catalog: Catalog, calls, address: str) -> None:
    check(catalog, by_hand(catalog, address, calls))


def test_with_the_python_client(catalog: Catalog, calls, address: str, run: Run) -> None:
    client = str(ROOT / "generated" / "clients" / "python")
    printed = run(sys.executable, "-c", PYTHON, address, cwd=ROOT, stdin=json.dumps(calls), PYTHONPATH=client)
    check(catalog, [json.loads(line) for line in printed.splitlines()])


@pytest.fixture
def package(catalog: Catalog, ts_build: Callable[[Catalog, Path], Path], tmp_path: Path) -> Path:
    """The built TypeScript client."""
    return ts_build(catalog, tmp_path)


def test_with_the_typescript_client(catalog: Catalog, calls, address: str, run: Run, package: Path) -> None:
    asked = [
        {"client": {"baseUrl": address}, "function": camel_case(name), "input": given}
        for name, given in calls
    ]
    program = ROOT / "tests" / "clients" / "typescript" / "call.mjs"
    printed = run("node", program, package / "dist" / "index.js", cwd=package, stdin=json.dumps(asked))
    answers = json.loads(printed)
    assert not any("thrown" in answer or answer["warnings"] for answer in answers), answers
    check(catalog, [answer["result"] for answer in answers])


def test_every_domain_error_of_a_reference_action_is_in_the_table(catalog: Catalog) -> None:
    declared = {(spec.name, error.code) for spec in free(catalog) for error in spec.errors}
    assert declared <= {(name, code) for name, _, code, _ in FAILURES}
