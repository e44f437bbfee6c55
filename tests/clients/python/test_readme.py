"""The README of the Python client, where there is no example to show."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from actionary.action_spec import SchemeSpec
from actionary.catalog import Catalog

DECIMAL = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": "^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$"}]}
PAIR = {
    "type": "array",
    "prefixItems": [{"type": "integer"}, {"type": "string"}],
    "minItems": 2,
    "maxItems": 2,
}
INNER = {"type": "object", "properties": {"x": {"type": "integer", "minimum": 3}}, "required": ["x"]}
PLAIN: dict[str, Any] = {
    "price": DECIMAL,
    "pair": PAIR,
    "inner": INNER,
    "many": {"type": "array", "items": INNER},
    "day": {"type": "string", "format": "date"},
    "at": {"type": "string", "format": "date-time"},
    "colour": {"enum": ["red", "blue"], "type": "string"},
    "by_name": {"type": "object", "additionalProperties": {"type": "integer"}},
    "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    "anything": {},
}
HARD = {"code": {"type": "string", "pattern": "^x-[0-9]{7}$"}}


def takes(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def without_examples(sample: Catalog, **inputs: Any) -> Catalog:
    """The named actions alone, without examples; an input that is given takes the place of theirs."""
    return replace(
        sample,
        actions=tuple(
            replace(action, examples=(), input=inputs[action.name] or action.input)
            for action in sample
            if action.name in inputs
        ),
    )


def programs(project: Path, *, of_actions: bool = False) -> list[str]:
    """Give the programs before the list of the actions, or those of each action in it."""
    before, _, after = (project / "README.md").read_text().partition("\n## Actions\n")
    return re.findall(r"```python\n(.*?)```", after if of_actions else before, flags=re.DOTALL)


def test_every_program_passes_the_checkers_and_runs(
    *, sample: Catalog, emit: Any, tmp_path: Path, serve: Any, says: Any, run_in: Any, check_types: Any
) -> None:
    server = serve(says(200, {"ok": True, "data": None, "action": "delete", "latencyMs": 1}))
    project = emit(without_examples(sample, delete=takes(PLAIN)), tmp_path)
    found = programs(project)
    assert len(found) == 4
    for number, program in enumerate(found):
        (project / f"readme_{number}.py").write_text(program.replace("http://127.0.0.1:8000", server.url))
    check_types(project, *(f"readme_{number}.py" for number in range(4)))
    for number in range(2):
        done = run_in(sys.executable, "-W", "ignore", f"readme_{number}.py", cwd=project)
        assert (done.returncode, done.stderr) == (0, "")
    assert server.requests[0].json == server.requests[1].json
    assert server.requests[0].json == {
        "anything": "text",
        "at": "2026-01-31T12:00:00Z",
        "by_name": {},
        "colour": "red",
        "day": "2026-01-31",
        "inner": {"x": 3},
        "many": [{"x": 3}],
        "maybe": 1,
        "pair": [1, "text"],
        "price": "1",
    }


def test_an_action_without_required_inputs_is_called_without(
    sample: Catalog, emit: Any, tmp_path: Path
) -> None:
    [blocking, awaited, _, _] = programs(emit(without_examples(sample, old_ping=None), tmp_path))
    assert "    result = client.old_ping()\n" in blocking
    assert "        result = await client.old_ping()\n" in awaited


def test_the_next_action_is_shown_where_the_first_is_hard(sample: Catalog, emit: Any, tmp_path: Path) -> None:
    catalog = without_examples(sample, delete=takes(HARD), search_products=None)
    assert 'query="text"' in programs(emit(catalog, tmp_path))[0]


def test_a_call_that_cannot_be_written_is_told_in_words(sample: Catalog, emit: Any, tmp_path: Path) -> None:
    project = emit(without_examples(sample, delete=takes(HARD)), tmp_path)
    [errors, _] = programs(project)
    assert "case Ok(data=data):" in errors
    calling = (project / "README.md").read_text().partition("## Call an action\n")[2].partition("\n## ")[0]
    for part in (
        "`from my_shop_client import AsyncClient, Client, Ok, models, unwrap`",
        "`delete`",
        "`unwrap`",
    ):
        assert part in calling


def test_how_results_are_told_apart_stands_beside_the_first_call(project: Path) -> None:
    readme = (project / "README.md").read_text()
    told = readme.index("`isinstance`, `match` and `result.ok is True`")
    assert readme.index("with Client(") < told < readme.index("The same without blocking")


def test_the_programs_of_every_action_pass_the_checkers_and_run(
    *, project: Path, serve: Any, says: Any, tmp_path: Path, run_in: Any, check_types: Any
) -> None:
    copy = shutil.copytree(project, tmp_path / "copy")
    server = serve(says(200, {"ok": True, "data": None, "action": "any", "latencyMs": 1}))
    found = programs(copy, of_actions=True)
    for number, program in enumerate(found):
        text = program.replace("http://127.0.0.1:8000", server.url)
        (copy / f"readme_{number}.py").write_text(f"# pyright: reportDeprecated=false\n{text}")
    check_types(copy, *(f"readme_{number}.py" for number in range(len(found))))
    every = "".join(f"import readme_{number}\n" for number in range(len(found)))
    done = run_in(sys.executable, "-W", "ignore", "-c", every, cwd=copy)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(server.requests) == len(found)


@pytest.mark.parametrize(
    ("kind", "header", "sent"),
    [
        ("bearer", None, ("authorization", "Bearer TOKEN")),
        ("api_key", "X-Key", ("x-key", "KEY")),
        ("basic", None, ("authorization", "Basic TkFNRTpQQVNTV09SRA==")),
    ],
)
def test_programs_that_call_what_asks_who_calls_say_it(
    *,
    sample: Catalog,
    emit: Any,
    tmp_path: Path,
    serve: Any,
    says: Any,
    run_in: Any,
    check_types: Any,
    kind: Any,
    header: str | None,
    sent: tuple[str, str],
) -> None:
    ping = sample.get("old_ping")
    assert ping is not None
    scheme = SchemeSpec(name="people", kind=kind, header=header)
    catalog = replace(
        sample, actions=(replace(ping, auth=True, scheme=scheme, examples=(), deprecated=None),)
    )
    server = serve(says(200, {"ok": True, "data": None, "action": "old_ping", "latencyMs": 1}))
    project = emit(catalog, tmp_path)
    agents = re.findall(r"```python\n(.*?)```", (project / "AGENTS.md").read_text(), flags=re.DOTALL)
    calling = [*programs(project)[:2], *programs(project, of_actions=True), *agents]
    names = [f"shown_{number}.py" for number in range(len(calling))]
    for name, program in zip(names, calling, strict=True):
        (project / name).write_text(program.replace("http://127.0.0.1:8000", server.url))
    check_types(project, *names)
    for name in names:
        assert run_in(sys.executable, "-W", "ignore", name, cwd=project).returncode == 0
    name, value = sent
    assert [request.headers.get(name) for request in server.requests] == [value] * 4


def test_approvals_are_shown_only_where_there_is_nothing_else(
    sample: Catalog, emit: Any, tmp_path: Path
) -> None:
    ping, order = sample.get("old_ping"), sample.get("create_order")
    assert ping is not None
    assert order is not None
    approve = replace(order, name="approve_call", tags=("approvals",), input=takes({"key": INNER}))
    beside = replace(sample, actions=(approve, replace(ping, examples=())))
    alone = replace(sample, title="Alone", actions=(approve,))
    for catalog, method, folder in ((beside, "old_ping", "a"), (alone, "approve_call", "b")):
        project = emit(catalog, tmp_path / folder)
        assert f"    result = client.{method}(" in programs(project)[0]
        assert f"    result = client.{method}(" in (project / "AGENTS.md").read_text()
