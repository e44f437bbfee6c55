"""Who reaches which action (DESIGN §3 and §4): one table, asked through code, HTTP and the command line."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
from actionary import Caller, Context, Http, Registry, define_action, define_actions, invoke_action
from actionary.http import create_app
from starlette.testclient import TestClient

FLAGS = [
    dict(zip(("public", "http", "agent_tool", "tool_callable"), values, strict=True))
    for values in itertools.product((True, False), repeat=4)
]


def name_of(flags: dict[str, bool]) -> str:
    return "a_" + "".join("1" if value else "0" for value in flags.values())


def reaches(caller: str, flags: dict[str, bool]) -> bool:
    """Say what DESIGN §4 says."""
    match caller:
        case "http":
            return flags["public"] and flags["http"]
        case "mcp" | "tool":
            return flags["public"] and flags["agent_tool"]
        case "app":
            return flags["public"] and flags["tool_callable"]
        case _:
            return True


async def answer(ctx: Context) -> str:
    """Say who calls."""
    return ctx.caller


def made(flags: dict[str, bool]) -> Any:
    http = {} if flags["http"] else {"http": False}
    return define_action(
        name=name_of(flags),
        handler=answer,
        **{**flags, **http, **({} if not flags["http"] else {"http": Http()})},
    )


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    define_actions(map(made, FLAGS), registry)
    return registry


@pytest.mark.parametrize("caller", get_args(Caller))
async def test_in_process_each_kind_of_caller_reaches_what_is_there_for_it(registry, caller):
    for flags in FLAGS:
        result = await invoke_action(name_of(flags), None, Context(caller=caller), registry=registry)
        outcome = result.data if result.ok else result.code
        assert outcome == (caller if reaches(caller, flags) else "not_public"), (caller, flags)


def test_over_http_what_is_not_there_answers_like_an_unknown_name(registry):
    with TestClient(create_app(registry)) as client:
        listed = {each["name"] for each in client.get("/api/actions").json()["actions"]}
        unknown = client.post("/api/actions/nothing_here")
        for flags in FLAGS:
            name = name_of(flags)
            reply = client.post(f"/api/actions/{name}")
            assert (name in listed) is reaches("http", flags)
            if reaches("http", flags):
                assert reply.json()["data"] == "http"
                continue
            assert (reply.status_code, reply.headers.keys()) == (404, unknown.headers.keys())
            expected = {**unknown.json(), "action": name, "requestId": reply.json()["requestId"]}
            assert reply.json() == expected


def test_the_command_line_reaches_all(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\nversion = "1"\n[tool.actionary]\ntitle = "X"\nactions = "actions"\n'
    )
    folder = tmp_path / "actions"
    folder.mkdir()
    for flags in FLAGS:
        given = ", ".join(f"{key}={value}" for key, value in flags.items() if key != "http" or not value)
        (folder / f"{name_of(flags)}.py").write_text(
            "from actionary import Context, action\n\n\n"
            f"@action({given})\nasync def {name_of(flags)}(ctx: Context) -> str:\n"
            '    """Say who calls."""\n    return ctx.caller\n'
        )

    def actionary(*arguments: str) -> Any:
        command = [sys.executable, "-m", "actionary_build.cli", *arguments, "--json"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    listed = {each["name"]: each for each in actionary("list")["actions"]}
    assert set(listed) == set(map(name_of, FLAGS))
    for flags in FLAGS:
        assert listed[name_of(flags)]["public"] is flags["public"]
        assert (listed[name_of(flags)]["path"] is not None) is reaches("http", flags)
    for flags in (FLAGS[0], FLAGS[-1]):
        assert actionary("call", name_of(flags))["data"] == "cli"
