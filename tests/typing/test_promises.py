from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROMISES = Path(__file__).parent / "promises.py"


def refused(checker: str) -> list[int]:
    """The lines of the file that a checker has to refuse."""
    marks = {number: line.partition("# refused")[1:] for number, line in numbered()}
    return [number for number, (mark, by) in marks.items() if mark and (not by or checker in by)]


def numbered() -> list[tuple[int, str]]:
    return list(enumerate(PROMISES.read_text().splitlines(), 1))


def run(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def lines_by_mypy(tmp_path_factory) -> dict[int, str]:
    config = tmp_path_factory.mktemp("mypy") / "mypy.ini"
    config.write_text("[mypy]\nstrict = True\nmypy_path = runtime\nwarn_unused_ignores = True\n")
    cache = tmp_path_factory.mktemp("cache")
    said = run("mypy", f"--config-file={config}", f"--cache-dir={cache}", "--no-error-summary", str(PROMISES))
    found = re.findall(rf"^.*{PROMISES.name}:(\d+): error: (.*)$", said, re.MULTILINE)
    assert len(found) == said.count(": error:"), said
    return {int(line): text for line, text in found}


@pytest.fixture(scope="module")
def lines_by_pyright(tmp_path_factory) -> dict[int, str]:
    folder = tmp_path_factory.mktemp("pyright")
    shutil.copy(PROMISES, folder)
    settings = {"extraPaths": [str(ROOT / "runtime")], "pythonVersion": "3.11", "typeCheckingMode": "strict"}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    said = run("pyright", "--outputjson", "--pythonpath", sys.executable, "--project", str(folder))
    found = json.loads(said)["generalDiagnostics"]
    assert {Path(each["file"]).name for each in found} == {PROMISES.name}
    return {
        each["range"]["start"]["line"] + 1: each["message"] for each in found if each["severity"] == "error"
    }


def test_mypy_refuses_exactly_the_wrong_lines(lines_by_mypy):
    assert sorted(lines_by_mypy) == refused("mypy"), lines_by_mypy


def test_pyright_refuses_exactly_the_wrong_lines(lines_by_pyright):
    assert sorted(lines_by_pyright) == refused("pyright"), lines_by_pyright
