from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from actionary.catalog import Catalog
from actionary_build.emit.typescript import FOLDER, emitter

TYPESCRIPT = Path(__file__).parent / "typescript"


def run(*command: str | Path, cwd: Path, stdin: str | None = None, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        input=stdin,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session", name="run")
def run_fixture() -> Callable[..., str]:
    """Run a program that is to succeed, and give what it prints."""
    return run


@pytest.fixture(scope="session")
def ts_tools() -> Path:
    """The folder of the TypeScript programs; they are installed where they are missing or old."""
    installed = TYPESCRIPT / "node_modules" / ".package-lock.json"
    lock = TYPESCRIPT / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        run("npm", "ci", cwd=TYPESCRIPT)
    return TYPESCRIPT / "node_modules" / ".bin"


@pytest.fixture(scope="session")
def ts_build(ts_tools: Path) -> Callable[..., Path]:
    """Write the TypeScript client of a catalog below a folder and build it as its README says."""

    def build(catalog: Catalog, folder: Path, **options: str) -> Path:
        for file in emitter.emit(catalog, emitter.options(**options), {}):
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
        run(ts_tools / "tsc", cwd=folder / FOLDER)
        return folder / FOLDER

    return build


@pytest.fixture(scope="session")
def ts_package(sample: Catalog, ts_build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built TypeScript client of the sample catalog."""
    return ts_build(sample, tmp_path_factory.mktemp("typescript"))


@pytest.fixture(scope="session")
def ts_project(ts_tools: Path) -> Callable[[Path, Path, dict[str, str]], Path]:
    """Compile sources in a project that has a package installed, as npm installs a folder."""

    def project(package: Path, folder: Path, sources: dict[str, str]) -> Path:
        for name, target in {
            json.loads((package / "package.json").read_text())["name"]: package,
            "@types": TYPESCRIPT / "node_modules" / "@types",
            "undici-types": TYPESCRIPT / "node_modules" / "undici-types",
        }.items():
            link = folder / "node_modules" / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(target)
        (folder / "package.json").write_text('{"type": "module"}')
        shutil.copy(TYPESCRIPT / "tsconfig.json", folder)
        (folder / "src").mkdir()
        for name, source in sources.items():
            (folder / "src" / name).write_text(source)
        run(ts_tools / "tsc", "-p", folder, cwd=folder)
        return folder

    return project
