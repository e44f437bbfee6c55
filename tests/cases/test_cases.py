"""Replay every folder beside this file: its actions and settings give its expected outcome.

``ACTIONARY_UPDATE_CASES=1 pytest tests/cases`` rewrites what is expected; read the difference.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from actionary_build.build import build, check
from actionary_build.diagnostics import CODES, BuildError
from actionary_build.project import read_project

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
CASES = sorted(path.parent for path in HERE.glob("*/pyproject.toml"))
UPDATE = os.environ.get("ACTIONARY_UPDATE_CASES") == "1"

TREE, WARNINGS, ERRORS = "expected", "expected-warnings.txt", "expected-errors.txt"


@pytest.fixture
def copied(tmp_path):
    """Copies a case to a folder of its own, without what is expected of it."""

    def copy(case):
        root = tmp_path / "project"
        shutil.copytree(case, root, ignore=shutil.ignore_patterns("expected*", "__pycache__"))
        return root

    return copy


def _outcome(root):
    """Build, and give the outcome as files: the tree, the warnings or the errors."""
    try:
        built = build(read_project(root))
    except BuildError as error:
        assert not (root / "generated").exists()
        return {ERRORS: "".join(f"{diagnostic}\n" for diagnostic in error.diagnostics).encode()}
    files = {f"{TREE}/{path}": content for path, content in _files(root / "generated").items()}
    if built.warnings:
        files[WARNINGS] = "".join(f"{warning}\n" for warning in built.warnings).encode()
    return files


def _files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def _expected(case):
    return {
        path: content
        for path, content in _files(case).items()
        if path.split("/")[0] in {TREE, WARNINGS, ERRORS}
    }


def _rewrite(case, outcome):
    shutil.rmtree(case / TREE, ignore_errors=True)
    for name in (WARNINGS, ERRORS):
        (case / name).unlink(missing_ok=True)
    for path, content in outcome.items():
        (case / path).parent.mkdir(parents=True, exist_ok=True)
        (case / path).write_bytes(content)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_project_gives_exactly_what_is_expected(case, copied):
    outcome = _outcome(copied(case))
    if UPDATE:
        _rewrite(case, outcome)
    expected = _expected(case)
    assert sorted(outcome) == sorted(expected)
    for path in expected:
        assert outcome[path].decode() == expected[path].decode(), path


def test_attacking_texts_break_no_file_out_of_its_language(copied):
    root = copied(HERE / "text-attacks")
    build(read_project(root))
    files = _files(root / "generated")
    for path, content in files.items():
        if path.endswith(".py"):
            compile(content, path, "exec")
        if path.endswith(".json"):
            json.loads(content)
        text = content.decode()
        assert not set(text) & {"\u202e", "\u202c", "\u200b", "\u2028", "\x00", "\x1b"}, path
        if path.endswith(".html"):
            assert "<script" not in text
            assert "<img" not in text
    assert sum(path.endswith((".py", ".html", ".json", ".ts")) for path in files) > 20


def test_a_private_action_changes_no_byte_of_any_target(copied):
    root = copied(HERE / "private-action")
    settings = root / "pyproject.toml"
    settings.write_text(settings.read_text().split("targets")[0])
    build(read_project(root))
    together = _files(root / "generated")
    assert not any(b"hush" in content or b"purg" in content for content in together.values())
    (root / "actions" / "purge_orders.py").unlink()
    shutil.rmtree(root / "generated")
    build(read_project(root))
    assert together == _files(root / "generated")
    assert any(path.endswith(".ts") for path in together)


def test_the_output_of_the_reference_actions_is_current():
    """When this fails: run `actionary build`, read what changed in `generated/`, and commit it."""
    checked = check(read_project(REPOSITORY))
    assert [str(diagnostic) for diagnostic in checked.stale] == []
    assert [str(warning) for warning in checked.warnings] == []


def test_every_code_of_a_diagnostic_has_its_case_in_the_tests():
    tests = REPOSITORY / "tests"
    places = [*tests.rglob("test_*.py"), *HERE.glob("*/expected-*.txt")]
    shown = "\n".join(path.read_text() for path in places if path != Path(__file__))
    assert [code for code in CODES if f'"{code}"' not in shown and f"[{code}]" not in shown] == []
