"""The client whose types are TypedDicts: data as JSON has it, and no pydantic."""

from __future__ import annotations

import dataclasses
import enum
import json
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import pytest
from actionary.action_spec import HttpSpec
from actionary.catalog import Catalog
from actionary.json_schema import Schema

HERE = Path(__file__).parent
ORDER = {
    "id": "o1",
    "note": None,
    "placed": "2026-01-02T03:04:05Z",
    "price": "2.00",
    "status": "open",
    "total_cents": 200,
}


@pytest.fixture(scope="module")
def plain_project(sample: Catalog, emit: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    project: Path = emit(sample, tmp_path_factory.mktemp("plain"), style="typeddict", package="plain_client")
    return project


@pytest.fixture(scope="module")
def plain(plain_project: Path, importable: Any) -> Iterator[Any]:
    with importable(plain_project, "plain_client") as package:
        yield package


def client_that_hears(plain: Any, envelope: dict[str, Any], status: int = 200) -> tuple[Any, list[Any]]:
    sent: list[Any] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(json.loads(request.content) if request.content else str(request.url.query, "ascii"))
        return httpx2.Response(status, json={"latencyMs": 1, **envelope})

    return plain.Client("http://shop", transport=httpx2.MockTransport(answer), retry=None), sent


def failed(action: str, code: str, status: int, details: Any) -> dict[str, Any]:
    given = {"ok": False, "action": action, "code": code, "message": "No.", "status": status}
    return {**given, "retryable": False, "details": details}


def test_data_is_sent_and_given_as_json_has_it(plain: Any) -> None:
    client, sent = client_that_hears(plain, {"ok": True, "action": "create_order", "data": ORDER})
    given = {
        "customer_id": "5a3c0a0e-6d0b-4c35-9a9e-1f6f5a3b2c1d",
        "lines": [{"product_id": "p", "quantity": 2}],
        "payment": {"kind": "card", "number": "4111"},
    }
    with client:
        result = client.create_order(**given)
    assert result.data == ORDER
    assert sent == [given]


@pytest.mark.parametrize("items", ["abc", {"a": 1}, 3])
def test_a_page_whose_items_are_no_list_is_told_of(plain: Any, items: Any) -> None:
    data = {"ok": True, "action": "search_products", "data": {"items": items, "next": None}}
    client, _ = client_that_hears(plain, data)
    call = plain.actions.shop._SEARCH_PRODUCTS
    paged = dataclasses.replace(call, pages=("query", "next", "items"))
    with client, pytest.raises(TypeError, match="search_products gives a page whose items is no list"):
        list(client._pages(paged, {"query": "x"}, None).items())


class Colour(str, enum.Enum):  # noqa: UP042 - such ones are in many programs
    RED = "red"


class Size(enum.IntEnum):
    LARGE = 3


def test_a_tuple_and_an_enumeration_travel_as_the_json_that_they_are(
    *, sample: Catalog, tmp_path: Path, emit: Any, importable: Any
) -> None:
    search = sample.get("search_products")
    assert search is not None
    texts: Schema = {"type": "array", "items": {"type": "string"}}
    names = ("tags", "colour", "size", "none", "window")
    find = replace(
        search,
        name="find",
        http=HttpSpec(method="GET", path="/find"),
        input={"type": "object", "properties": dict.fromkeys(names, texts)},
        output={},
        examples=(),
    )
    project = emit(
        replace(sample, actions=(find,)), tmp_path, package="query_plain_client", style="typeddict"
    )
    with importable(project, "query_plain_client") as package:
        client, sent = client_that_hears(package, {"ok": True, "action": "find", "data": None})
        with client:
            client.find(
                tags=("a", Colour.RED), colour=Colour.RED, size=Size.LARGE, none=(), window={"a": (1,)}
            )
    assert sorted(parse_qsl(sent[0])) == [
        *(("colour", "red"), ("none", "[]"), ("size", "3"), ("tags", "a"), ("tags", "red")),
        ("window", '{"a":[1]}'),
    ]


def test_details_of_an_action_are_data_and_those_of_every_server_are_objects(plain: Any) -> None:
    out = failed("create_order", "out_of_stock", 409, {"product_id": "p", "available": 0})
    client, _ = client_that_hears(plain, out, 409)
    result = client.create_order(customer_id="c", lines=[], payment={"kind": "invoice", "due": "2026-01-02"})
    assert isinstance(result, plain.OutOfStock)
    assert result.details == {"product_id": "p", "available": 0}
    wrong = [{"path": ["lines", 0], "type": "missing", "message": "Field required"}]
    client, _ = client_that_hears(plain, failed("create_order", "invalid_input", 422, wrong), 422)
    result = client.create_order(customer_id="c", lines=[], payment={"kind": "invoice", "due": "2026-01-02"})
    [problem] = result.details
    assert problem == plain.InputProblem(path=("lines", 0), type="missing", message="Field required")


@pytest.mark.parametrize("moment", ["2026-01-02T03:04:05Z", "soon", 3])
def test_until_when_an_approval_can_be_given_is_text(plain: Any, moment: Any) -> None:
    asked = {"approval_key": "k", "expires_at": moment, "summary": "delete it"}
    client, _ = client_that_hears(plain, failed("delete", "approval_required", 403, asked), 403)
    result = client.delete(class_="x")
    if moment == "2026-01-02T03:04:05Z":
        assert result.details == plain.ApprovalAsked(approval_key="k", expires_at=moment, summary="delete it")
    else:
        assert type(result) is plain.InvalidResponse
        assert "`details` cannot be read" in result.message


@pytest.mark.parametrize(
    "details",
    [None, [{}], [{"path": 3, "type": "x", "message": "y"}], [{"path": [], "type": 3, "message": ""}]],
)
def test_details_of_another_form_are_an_invalid_response(plain: Any, details: Any) -> None:
    client, _ = client_that_hears(plain, failed("create_order", "invalid_input", 422, details), 422)
    result = client.create_order(customer_id="c", lines=[], payment={"kind": "invoice", "due": "2026-01-02"})
    assert type(result) is plain.InvalidResponse
    assert "`details` cannot be read" in result.message


@pytest.mark.parametrize("value", [date(2026, 1, 2), float("nan"), {1, 2}, object()])
def test_what_json_cannot_say_is_refused(plain: Any, value: Any) -> None:
    client, sent = client_that_hears(plain, {})
    with pytest.raises(ValueError, match=r"^customer_id: .*JSON"):
        client.create_order(customer_id=value, lines=[], payment={"kind": "card", "number": "1"})
    assert sent == []


def test_it_needs_no_pydantic(plain_project: Path, run_in: Any) -> None:
    program = """
import sys
sys.modules["pydantic"] = sys.modules["pydantic_core"] = None
import httpx2
import plain_client
from plain_client import Client, models, unwrap
from plain_client.actions import shop, trees, calendar, default
reply = {"ok": True, "data": {"items": []}, "action": "search_products", "latencyMs": 1}
transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json=reply))
with Client("http://shop", transport=transport) as client:
    print(unwrap(client.search_products(query="x")))
"""
    done = run_in(sys.executable, "-W", "error", "-c", program, cwd=plain_project)
    assert (done.stdout, done.stderr) == ("{'items': []}\n", "")
    assert "pydantic" not in (plain_project / "pyproject.toml").read_text()


def test_the_package_and_right_calls_pass_strict_type_checks(
    plain_project: Path, tmp_path: Path, check_types: Any
) -> None:
    copy = shutil.copytree(plain_project, tmp_path / "copy")
    (copy / "right.py").write_text(RIGHT)
    check_types(copy, "plain_client", "right.py")


RIGHT = """
from typing import assert_type
from plain_client import Client, Ok, OutOfStock, models, unwrap
from plain_client.actions.shop import CreateOrderResult

def buy(client: Client) -> str:
    line: models.Line = {"product_id": "p"}
    result = client.create_order(customer_id="c", lines=[line], payment={"kind": "card", "number": "1"})
    assert_type(result, CreateOrderResult)
    match result:
        case Ok(data=order):
            assert_type(order, models.Order)
            assert_type(order["placed"], str)
            assert_type(order["price"], str)
            return order["id"]
        case OutOfStock(details=details):
            assert_type(details["available"], int)
            return details["product_id"]
        case _:
            return result.code

def find(client: Client) -> list[str]:
    found = unwrap(client.search_products(query="x"))
    return [product["title"] for product in found["items"]]
"""


def test_each_wrong_call_is_a_type_error(plain_project: Path, tmp_path: Path, checkers: Any) -> None:
    copy = shutil.copytree(plain_project, tmp_path / "copy")
    (copy / "wrong.py").write_text(WRONG)
    wrong = {number for number, line in enumerate(WRONG.splitlines(), start=1) if "# wrong" in line}
    for checker in checkers.values():
        output = checker(copy, "wrong.py")
        found = {int(number) for number in re.findall(r"wrong\.py:(\d+): error", output)}
        assert found == wrong, output


WRONG = """
from plain_client import Client, models, unwrap

def wrong(client: Client, order: models.Order) -> None:
    order["plased"]  # wrong
    line: models.Line = {"quantity": 1}  # wrong
    card: models.Card = {"kind": "cash", "number": "1"}  # wrong
    print(line, card)
    client.search_products(query=1)  # wrong
    unwrap(client.search_products(query="x")).items[0]  # wrong
"""


def test_every_type_that_it_exports_is_known(plain_project: Path, run_in: Any) -> None:
    command = ("env", "PYTHONPATH=.", sys.executable, "-m", "pyright", "--pythonpath", sys.executable)
    verify = ("--ignoreexternal", "--verifytypes", "plain_client", "--outputjson")
    done = run_in(*command, *verify, cwd=plain_project)
    assert json.loads(done.stdout)["typeCompleteness"]["completenessScore"] == 1, done.stdout


def test_its_pages_of_text_are_true(
    *, plain_project: Path, serve: Any, says: Any, tmp_path: Path, run_in: Any, check_types: Any
) -> None:
    server = serve(says(200, {"ok": True, "data": ORDER, "action": "create_order", "latencyMs": 1}))
    copy = shutil.copytree(plain_project, tmp_path / "copy")
    readme = (copy / "README.md").read_text()
    before, _, actions = readme.partition("\n## Actions\n")
    texts = before + (copy / "AGENTS.md").read_text()
    programs = re.findall(r"```python\n(.*?)```", texts, flags=re.DOTALL)
    assert len(programs) == 5
    for number, program in enumerate(programs):
        path = copy / f"readme_{number}.py"
        path.write_text(program.replace("http://127.0.0.1:8000", server.url))
        done = run_in(sys.executable, "-W", "error", path.name, cwd=copy)
        assert done.returncode == 0, done.stderr
    shown = re.findall(r"```python\n(.*?)```", actions, flags=re.DOTALL)
    for number, program in enumerate(shown):
        (copy / f"action_{number}.py").write_text(f"# pyright: reportDeprecated=false\n{program}")
    names = [f"readme_{number}.py" for number in range(len(programs))]
    check_types(copy, *names, *(f"action_{number}.py" for number in range(len(shown))))
    assert "`TypedDict`s" in readme
    assert "pydantic" not in readme


def test_odd_keys_and_recursive_types_pass_strict_type_checks(
    *, sample: Catalog, tmp_path: Path, emit: Any, importable: Any, check_types: Any
) -> None:
    words = [
        "copy",
        "self",
        "from",
        "a-b",
        "class",
        "__proto__",
        "list",
        "str",
        "Odd",
        "items",
        "a 🙂",
        "Any",
    ]
    dates: Schema = {"type": "array", "items": {"type": "string", "format": "date"}}
    types: dict[str, Schema] = {
        "Odd": {
            "type": "object",
            "description": "Odd keys.",
            "properties": {**dict.fromkeys(words, dates), "child": {"$ref": "#/$defs/Odd"}},
            "required": words[::2],
        },
        "list": {"type": "object", "properties": {"a": {"$ref": "#/$defs/str"}, "str": {"type": "string"}}},
        "str": {"enum": ["a", '"""', "_models.Odd"]},
        "Tree": {"anyOf": [{"type": "array", "items": {"$ref": "#/$defs/Tree"}}, {"type": "integer"}]},
        "Pair": {
            "type": "array",
            "prefixItems": [{"type": "string", "format": "uuid"}, {"$ref": "#/$defs/list"}],
            "minItems": 2,
            "maxItems": 2,
        },
        "annotations": {"type": "array", "items": {"$ref": "#/$defs/Odd"}},
        "Empty": {"type": "object", "properties": {"": {"$ref": "#/$defs/Empty"}}},
    }
    properties = {f"x{name}": {"$ref": f"#/$defs/{name}"} for name in types}
    takes: Schema = {"type": "object", "properties": {**dict.fromkeys(words, dates), **properties}}
    search = sample.get("create_order")
    assert search is not None
    base = replace(search, input=takes, output={"$ref": "#/$defs/annotations"}, errors=(), examples=())
    names = ("list", "models", "typing", "class", "errors", "close", "unset")
    actions = tuple(replace(base, name=name, tags=(name,)) for name in names)
    project = emit(
        replace(sample, actions=actions, types=types), tmp_path, package="odd_plain_client", style="typeddict"
    )
    check_types(project, "odd_plain_client")
    with importable(project, "odd_plain_client") as package:
        assert package.models.Odd.__required_keys__ >= set(words[::2])
        client, sent = client_that_hears(package, {"ok": True, "action": "unset", "data": []})
        assert client.unset(xTree=[1, [2]], xEmpty={"": {}}).data == []
        assert sent == [{"xTree": [1, [2]], "xEmpty": {"": {}}}]
