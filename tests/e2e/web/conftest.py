"""The client of the reference actions with its hooks, and the programs of npm that pages are made with."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
CLIENT = ROOT / "generated" / "clients" / "typescript"
PACKAGE = "actionary-reference-client"
PROGRAMS = ROOT / "tests" / "clients" / "typescript"

OLDEST = {
    "react": "react-18",
    "react-dom": "react-dom-18",
    "@types/react": "@types/react-18",
    "@tanstack/react-query": "react-query-5.0",
}
"""What a project has instead that is on the oldest versions."""


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def installed(folder: Path) -> Path:
    """Give the packages of a folder; they are installed where they are missing or old."""
    done = folder / "node_modules" / ".package-lock.json"
    if not done.exists() or done.stat().st_mtime < (folder / "package-lock.json").stat().st_mtime:
        run("npm", "ci", cwd=folder)
    return folder / "node_modules"


@pytest.fixture(scope="session", name="run")
def run_fixture() -> Callable[..., str]:
    """Run a program that is to succeed, and give what it prints."""
    return run


@pytest.fixture(scope="session")
def compiler() -> Callable[[str], Path]:
    """Give the TypeScript compiler of a name."""
    programs = installed(PROGRAMS)
    return lambda name: programs / name / "bin" / "tsc"


@pytest.fixture(scope="session")
def esbuild() -> Path:
    """The bundler."""
    return installed(PROGRAMS) / ".bin" / "esbuild"


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory, compiler) -> Callable[..., Path]:
    """Make a project that has the client installed, which it builds as it would be built there."""
    modules = installed(HERE)
    made: dict[tuple[str, bool], Path] = {}

    def make(tsc: str = "typescript", *, oldest: bool = False) -> Path:
        if (tsc, oldest) in made:
            return made[tsc, oldest]
        folder = tmp_path_factory.mktemp("project")
        packages = folder / "node_modules"
        shutil.copytree(modules, packages, symlinks=True, ignore=_tools)
        for name, instead in OLDEST.items() if oldest else ():
            shutil.rmtree(packages / name)
            shutil.copytree(modules / instead, packages / name)
        shutil.copytree(CLIENT, packages / PACKAGE)
        run(compiler(tsc), cwd=packages / PACKAGE)
        shutil.copy(HERE / "tsconfig.json", folder)
        (folder / "package.json").write_text('{"type": "module"}')
        (folder / "src").mkdir()
        made[tsc, oldest] = folder
        return folder

    return make


def _tools(folder: str, names: list[str]) -> list[str]:
    """Leave out what is large and no part of a page."""
    return [name for name in names if name in {"playwright-core", "@rolldown", ".vite"}]


@pytest.fixture(scope="session")
def compiled(project, compiler) -> Callable[..., Path]:
    """Compile sources in a project."""

    def compile_(*names: str, tsc: str = "typescript", oldest: bool = False) -> Path:
        folder: Path = project(tsc, oldest=oldest)
        for name in names:
            shutil.copy(HERE / "src" / name, folder / "src")
        run(compiler(tsc), "-p", folder, cwd=folder)
        return folder

    return compile_
