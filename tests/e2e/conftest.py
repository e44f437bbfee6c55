"""A project on disk, and the installed command as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("actionary")

PROJECT = """
[tool.actionary]
title = "Shop"
version = "1.0.0"
targets = ["catalog", "llms", "openapi"]
"""

ADD = '''
import os
from typing import Annotated, Literal

from actionary import ActionError, Http, action
from pydantic import BaseModel, Field

print("importing add")

class Item(BaseModel):
    """A thing."""

    id: str
    count: int = 1

class TooMuch(ActionError[Item], code="too_much", status=409):
    """The sum is too much."""

@action(public=True, http=Http("GET"), when_to_use="The user adds.", errors=[TooMuch])
def add(
    first: Annotated[int, Field(description="What to add to.", ge=0)],
    second_number: int = 2,
    *,
    double: bool = False,
    tags: list[str] = [],
    item: Item | None = None,
    mode: Literal["plain", "loud"] = "plain",
) -> dict[str, int | str | list[str] | Item | None]:
    """Add two numbers.

    Slowly.
    """
    print("running add")
    os.write(1, b"straight to the descriptor\\n")
    total = (first + second_number) * (2 if double else 1)
    if total > 1000:
        raise TooMuch("Over 1000.", details=Item(id="sum", count=total))
    return {"sum": total, "tags": tags, "item": item, "mode": mode}
'''

ECHO = '''
from actionary import action

@action
async def echo_fields(
    input: str = "", output: str = "", json: bool = False, help: bool = False, no_cache: bool = False
) -> dict[str, str | bool]:
    """Give back fields that are called like options."""
    return {"input": input, "output": output, "json": json, "help": help, "no_cache": no_cache}
'''

GIVE = '''
from typing import Literal
from actionary import action

VALUES = {"zero": 0, "empty": "", "list": [], "false": False, "null": None, "text": "tschüß \\u202e"}

What = Literal["zero", "empty", "list", "false", "null", "text", "failure"]

@action
async def give(what: What) -> int | str | list[int] | bool | None:
    """Give a value."""
    return VALUES[what]
'''


@pytest.fixture
def project(tmp_path):
    """The folder of a project with a public action and two private ones."""
    root = tmp_path / "project"
    (root / "actions").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PROJECT)
    for name, source in (("add", ADD), ("echo_fields", ECHO), ("give", GIVE)):
        (root / "actions" / f"{name}.py").write_text(source)
    return root


@pytest.fixture(scope="session")
def script():
    """The words that start the command line."""
    return [str(COMMAND)]


@pytest.fixture
def actionary(project, script):
    """Runs the command line in the project."""

    def run(*arguments, cwd=project, env=(), **more):
        return subprocess.run(
            [*script, *arguments],
            cwd=cwd,
            env={**os.environ, **dict(env)},
            capture_output=True,
            timeout=120,
            check=False,
            **{"encoding": "utf-8", **more},
        )

    return run
