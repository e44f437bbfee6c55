"""Keys that an action takes beside those of its input: ``extra_input``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from actionary.action_spec import ExampleSpec
from actionary.catalog import Catalog

NOTE = {"text": {"type": "string"}, "extra_input": {"type": "integer"}}
OPEN: dict[str, Any] = {
    "type": "object",
    "properties": NOTE,
    "required": ["text"],
    "additionalProperties": {"type": "integer"},
}

CALLS = """
from my_shop_client import Client

client = Client("http://127.0.0.1:8000")
client.delete(text="a")
client.delete(text="a", extra_input={"x-y": 1})
client.delete(text="a", extra_input=None)
"""

WRONG = """
from my_shop_client import Client

client = Client("http://127.0.0.1:8000")
client.delete(text="a", extra_input={"x": "y"})
"""


@pytest.fixture
def opened(sample: Catalog) -> Catalog:
    """The action delete alone, which takes other keys too."""
    examples = (ExampleSpec(input={"text": "a", "colour": 3}),)
    return replace(sample, actions=(replace(sample.get("delete"), input=OPEN, examples=examples),))


def test_they_are_sent_beside_the_arguments(
    *, opened: Catalog, emit: Any, importable: Any, tmp_path: Path, serve: Any, says: Any
) -> None:
    server = serve(says(200, {"ok": True, "data": None, "action": "delete", "latencyMs": 1}))
    with importable(emit(opened, tmp_path), "my_shop_client") as package:
        client = package.Client(server.url)
        client.delete(text="a", extra_input={"self": 1, "x-y": 2})
        client.delete(text="a", extra_input_=4)
        client.close()
    assert [request.json for request in server.requests] == [
        {"text": "a", "self": 1, "x-y": 2},
        {"text": "a", "extra_input": 4},
    ]


def test_in_a_query_too(
    *, opened: Catalog, emit: Any, importable: Any, tmp_path: Path, serve: Any, says: Any
) -> None:
    [action] = opened.actions
    assert action.http is not None
    catalog = replace(opened, actions=(replace(action, http=replace(action.http, method="GET")),))
    server = serve(says(200, {"ok": True, "data": None, "action": "delete", "latencyMs": 1}))
    with (
        importable(emit(catalog, tmp_path), "my_shop_client") as package,
        package.Client(server.url) as client,
    ):
        client.delete(text="a", extra_input={"x y": 2})
    assert server.requests[0].target.endswith("?text=a&x+y=2")


def test_a_key_with_an_argument_of_its_own_is_refused(
    opened: Catalog, emit: Any, importable: Any, tmp_path: Path
) -> None:
    with (
        importable(emit(opened, tmp_path), "my_shop_client") as package,
        package.Client("http://127.0.0.1:1") as client,
        pytest.raises(ValueError, match="text: give it as an argument, not in extra_input"),
    ):
        client.delete(text="a", extra_input={"text": 1})


def test_checkers_know_the_type_of_their_values(
    opened: Catalog, emit: Any, tmp_path: Path, check_types: Any, checkers: Any
) -> None:
    project = emit(opened, tmp_path)
    (project / "right.py").write_text(CALLS)
    (project / "wrong.py").write_text(WRONG)
    check_types(project, "my_shop_client", "right.py")
    for checker in checkers.values():
        assert "wrong.py:5" in checker(project, "wrong.py")


def test_the_readme_shows_them(opened: Catalog, emit: Any, tmp_path: Path) -> None:
    readme = (emit(opened, tmp_path) / "README.md").read_text()
    assert "- `extra_input` (optional): `Mapping[str, int]`. Values under other keys" in readme
    assert 'extra_input={"colour": 3},\n' in readme


@pytest.mark.parametrize("additional", [None, False])
def test_where_none_are_taken_there_is_no_such_argument(
    opened: Catalog, emit: Any, tmp_path: Path, additional: Any
) -> None:
    [action] = opened.actions
    closed = {key: value for key, value in OPEN.items() if key != "additionalProperties"}
    closed |= {} if additional is None else {"additionalProperties": additional}
    catalog = replace(opened, actions=(replace(action, input={**closed, "properties": {"text": {}}}),))
    project = emit(catalog, tmp_path)
    for path in project.rglob("actions/*.py"):
        assert "extra_input" not in path.read_text()
    assert "extra_input" not in (project / "README.md").read_text()
