"""One table of calls, made at every door: the same answers (DESIGN §10)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from actionary.names import camel_case
from jsonschema import Draft202012Validator
from served import served

HERE = Path(__file__).parent / "parity"
COMMAND = Path(sys.executable).with_name("actionary")
CASES: list[dict[str, Any]] = json.loads((HERE / "cases.json").read_text())
GETS = {"search"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, run: Callable[..., str]) -> Path:
    root = tmp_path_factory.mktemp("parity")
    for name in ("pyproject.toml", "parity_actions.py", "calls.py"):
        shutil.copy(HERE / name, root)
    run(COMMAND, "build", cwd=root)
    return root


@pytest.fixture(scope="module")
def address(project: Path) -> Iterator[str]:
    with served(project) as address:
        yield address


def calls_of(door: str) -> list[dict[str, Any]]:
    return [case for case in CASES if door not in case.get("not_by", ())]


def by_name(door: str, answers: list[Any]) -> dict[str, Any]:
    return {case["name"]: answer for case, answer in zip(calls_of(door), answers, strict=True)}


@pytest.fixture(scope="module")
def direct(project: Path, run: Callable[..., str]) -> dict[str, Any]:
    """Call in process; a program of its own, since the actions are a module of the project."""
    program = """
import asyncio, json, sys
from types import SimpleNamespace
from actionary import Context, invoke_action
from actionary.envelope import err_envelope
from pydantic import TypeAdapter
import parity_actions

async def main():
    for call in json.load(sys.stdin):
        request = SimpleNamespace(scope={}, headers=call.get("headers", {}))
        ctx = Context(caller="http", request=request)
        result = await invoke_action(call["action"], call["input"], ctx)
        if result.ok:
            print(json.dumps({"ok": True, "action": result.action,
                "data": TypeAdapter(object).dump_python(result.data, mode="json", by_alias=True)}))
        else:
            print(err_envelope(result).decode())

asyncio.run(main())
"""
    printed = run(sys.executable, "-c", program, cwd=project, stdin=json.dumps(calls_of("direct")))
    return by_name("direct", [json.loads(line) for line in printed.splitlines()])


@pytest.fixture(scope="module")
def http(address: str) -> dict[str, Any]:
    answers = []
    with httpx2.Client(base_url=address) as client:
        for call in calls_of("http"):
            path = f"/api/actions/{call['action']}"
            headers = call.get("headers", {})
            if call["action"] in GETS:
                reply = client.get(path, params=query_of(call["input"]), headers=headers)
            else:
                reply = client.post(path, json=call["input"], headers=headers)
            assert reply.json().get("status", 200) == reply.status_code
            answers.append(reply.json())
    return by_name("http", answers)


def query_of(given: dict[str, Any]) -> list[tuple[str, str]]:
    """Write a query by hand, as DESIGN §5 says."""
    pairs: list[tuple[str, str]] = []
    for name, value in given.items():
        if isinstance(value, list):
            pairs += [(f"{name}[]", text) for text in value] or [(name, "[]")]
        else:
            pairs.append((name, value if isinstance(value, str) else json.dumps(value)))
    return pairs


@pytest.fixture(scope="module")
def cli(project: Path) -> dict[str, Any]:
    answers = []
    for call in calls_of("cli"):
        done = subprocess.run(
            [COMMAND, "call", "--json", call["action"], json.dumps(call["input"])],
            cwd=project,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stdout, done.stderr
        answers.append(json.loads(done.stdout))
        expected = 0 if answers[-1]["ok"] else 2 if answers[-1]["code"] == "invalid_input" else 1
        assert done.returncode == expected, call["name"]
    return by_name("cli", answers)


@pytest.fixture(scope="module", params=["sync", "async"])
def python(
    request: pytest.FixtureRequest, project: Path, address: str, run: Callable[..., str]
) -> dict[str, Any]:
    client = project / "generated" / "clients" / "python"
    printed = run(
        sys.executable,
        "calls.py",
        address,
        request.param,
        cwd=project,
        stdin=json.dumps(calls_of("python")),
        PYTHONPATH=str(client),
    )
    return by_name("python", [json.loads(line) for line in printed.splitlines()])


@pytest.fixture(scope="module")
def typescript(project: Path, address: str, run: Callable[..., str], tsc: Path) -> dict[str, Any]:
    client = project / "generated" / "clients" / "typescript"
    run(tsc, cwd=client)
    calls = [
        {
            "client": {"baseUrl": address, "headers": call.get("headers", {})},
            "function": camel_case(call["action"]),
            "input": call["input"],
        }
        for call in calls_of("typescript")
    ]
    program = Path(__file__).parent / "typescript" / "call.mjs"
    printed = run("node", program, client / "dist" / "index.js", cwd=project, stdin=json.dumps(calls))
    answers = json.loads(printed)
    assert not any("thrown" in answer or answer["warnings"] for answer in answers), answers
    return by_name("typescript", [answer["result"] for answer in answers])


def check(door: str, answers: dict[str, Any], direct: dict[str, Any]) -> None:
    """Hold the answers of a door against the table, and against those in process."""
    for case in calls_of(door):
        answer = answers[case["name"]]
        assert answer["action"] == case["action"], case["name"]
        assert answer["ok"] is ("code" not in case), (case["name"], answer)
        for key in ("data", "code", "message", "details"):
            if key in case:
                assert same(answer[key], case[key]), (case["name"], answer)
        for key, value in case.get("data_has", {}).items():
            assert same(answer["data"][key], value), (case["name"], answer)
        for key in ("data", "code", "message", "status", "retryable", "details"):
            assert same(answer.get(key), direct[case["name"]].get(key)), (case["name"], key)


def same(one: Any, other: Any) -> bool:
    """Compare as JSON, where ``True`` is not ``1``."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def test_the_table_has_every_code_that_can_be_described() -> None:
    from actionary import codes

    given = {case["code"] for case in CASES if "code" in case}
    elsewhere = {"not_found", "method_not_allowed", "payload_too_large", "unsupported_media_type"}
    later = {
        "rate_limited",
        "forbidden",
        "conflict",
        "approval_required",
        "unavailable",
    }
    assert set(codes.COMMON) - codes.IN_PROCESS - elsewhere - later <= given


def test_in_process(direct) -> None:
    check("direct", direct, direct)


def test_over_http(http, direct) -> None:
    check("http", http, direct)


def test_on_the_command_line(cli, direct) -> None:
    check("cli", cli, direct)


def test_with_the_python_client(python, direct) -> None:
    check("python", python, direct)


def test_with_the_typescript_client(typescript, direct) -> None:
    check("typescript", typescript, direct)


def test_what_comes_over_http_is_what_openapi_says(http, project) -> None:
    document = json.loads((project / "generated" / "openapi.json").read_text())
    for name, answer in http.items():
        method = "get" if answer["action"] in GETS else "post"
        responses = document["paths"][f"/api/actions/{answer['action']}"][method]["responses"]
        response = responses[str(answer.get("status", 200))]
        if "$ref" in response:
            response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
        described = response["content"]["application/json"]["schema"]
        validator = Draft202012Validator({**described, "components": document["components"]})
        assert list(validator.iter_errors(answer)) == [], name
