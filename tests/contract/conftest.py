"""The reference server and a hostile one, on real ports, beside the documents that describe them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
COMMAND = Path(sys.executable).with_name("actionary")


@dataclass(frozen=True)
class Served:
    """A project that is served: its address, its OpenAPI document, and a line for each answer."""

    address: str
    project: Path
    openapi: Path
    log: Path

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.openapi.read_text())

    def answers(self) -> list[tuple[str, str, int]]:
        """Give the method, path and status of every answer so far."""
        return [tuple(json.loads(line)) for line in self.log.read_text().splitlines()]

    def undocumented(self) -> list[str]:
        """Name the answers that the document does not have.

        A method that the document does not know of is to be answered with 405, and a
        path with 404; HEAD is a GET, and OPTIONS has no body anywhere.
        """
        paths = self.document["paths"]
        wrong: set[str] = set()
        for method, path, status in self.answers():
            methods = paths.get(path)
            operation = (methods or {}).get("get" if method == "HEAD" else method.lower())
            if operation is not None:
                allowed = set(operation["responses"])
            else:
                allowed = {"404"} if methods is None else {"204" if method == "OPTIONS" else "405"}
            if str(status) not in allowed and path != "/":
                wrong.add(f"{method} {path}: {status}")
        return sorted(wrong)


Serve = Callable[..., Served]


@pytest.fixture(scope="session", params=["reference", "hostile"])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, built."""
    root = tmp_path_factory.mktemp(request.param) / request.param
    if request.param == "hostile":
        shutil.copytree(HERE / "hostile", root, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        ignored = shutil.ignore_patterns("__pycache__", ".actionary")
        shutil.copytree(ROOT / "actions", root / "actions", ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", root)
    build = subprocess.run([COMMAND, "build"], cwd=root, capture_output=True, text=True, check=False)
    assert build.returncode == 0, build.stderr
    return root


@contextmanager
def served(project: Path, log: Path) -> Iterator[Served]:
    """Serve a project in a process of its own until the context ends."""
    log.touch()
    program = [sys.executable, HERE / "serve_recorded.py", project, log]
    database = f"sqlite:///{log.with_suffix('.db')}"
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "ACTIONARY_STORE": f"sqlite:///{log.with_suffix('.state.db')}",
        "SHOPKEEPER_TOKEN": "right",
        "PYTHONWARNINGS": "default",
    }
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stdout is not None
            said = server.stdout.readline().strip()
            assert re.fullmatch(r"http://\S+", said), "the server did not start"
            yield Served(said, project, project / "generated" / "openapi.json", log)
        finally:
            server.terminate()


@pytest.fixture
def serve(project: Path, tmp_path: Path) -> Iterator[Served]:
    """The server of the project, new for each test."""
    with served(project, tmp_path / "answers.jsonl") as server:
        yield server


@pytest.fixture
def hold(request: pytest.FixtureRequest) -> Iterator[Callable[..., None]]:
    """Hold a property for so many examples: always the same ones, and none that was seen before."""
    counted = 0

    def run(examples: int, check: Callable[..., None], **strategies: Any) -> None:
        def count(**drawn: Any) -> None:
            nonlocal counted
            counted += 1
            check(**drawn)

        profile = settings(
            max_examples=examples,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        profile(given(**strategies)(count))()

    yield run
    print(f"hypothesis, {request.node.name}: {counted} examples")
