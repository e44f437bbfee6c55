"""The wheel in an environment that holds only what the wheel itself asks for."""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Iterable, Iterator
from importlib.metadata import PathDistribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement


def needed(requirements: Iterable[str] | None) -> Iterator[str]:
    """Name the distributions that requirements lead to when no extra is asked for."""
    for requirement in map(Requirement, requirements or ()):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement.name
            yield from needed(distribution(requirement.name).requires)


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, and this one's copies of what it requires; gives its programs."""
    home = tmp_path_factory.mktemp("bare")
    venv.create(home, with_pip=False)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--python",
        str(home / "bin" / "python"),
    ]
    subprocess.run([*pip, "install", "-q", "--no-deps", "--no-index", str(wheel)], check=True, timeout=120)
    [packages] = home.glob("lib/python*/site-packages")
    [info] = packages.glob("actionary-*.dist-info")
    for name in set(needed(PathDistribution(info).requires)):
        installed = distribution(name)
        for top in {path.parts[0] for path in installed.files or () if ".." not in path.parts}:
            if top != "__pycache__":
                (packages / top).symlink_to(Path(str(installed.locate_file(top))))
    return home / "bin"


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that sees nothing of this environment."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


_USE = """
from actionary import action, invoke_action_sync

@action
def double(number: int) -> int:
    return 2 * number

print(invoke_action_sync(double, {"number": 21}).data)
"""


def test_without_extras_actions_are_defined_and_called(bare: Path, tmp_path: Path) -> None:
    done = run(bare / "python", "-c", _USE, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("42\n", "")


@pytest.mark.parametrize("module", ["starlette", "click", "jinja2"])
def test_without_extras_nothing_else_is_there(bare: Path, tmp_path: Path, module: str) -> None:
    assert "ModuleNotFoundError" in run(bare / "python", "-c", f"import {module}", cwd=tmp_path).stderr


@pytest.mark.parametrize("arguments", [["--help"], ["build"], ["serve"]])
def test_without_the_extra_the_command_line_says_what_to_install(
    bare: Path, tmp_path: Path, arguments: list[str]
) -> None:
    done = run(bare / "actionary", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "pip install 'actionary[" in done.stderr
    assert "Traceback" not in done.stderr
