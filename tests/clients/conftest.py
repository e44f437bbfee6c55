from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from actionary.action_spec import CursorSpec, SchemeSpec
from actionary.catalog import Catalog, ChangesSpec
from actionary_build.emit.typescript.emitter import emitter
from actionary_build.emit.typescript.package_files import FOLDER
from served import served

TYPESCRIPT = Path(__file__).parent / "typescript"
ROOT = Path(__file__).parents[2]
TYPES = ("@types", "undici-types", "json-schema-to-ts", "ts-algebra")
"""Packages whose types the sources of tests use."""


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
def tsc(ts_tools: Path) -> Path:
    """The compiler, of the newest version that is installed; the other one's program has the same name."""
    return ts_tools.parent / "typescript" / "bin" / "tsc"


@pytest.fixture(scope="session")
def ts_build(tsc: Path) -> Callable[..., Path]:
    """Write the TypeScript client of a catalog below a folder and build it as its README says."""

    def build(catalog: Catalog, folder: Path, **options: str) -> Path:
        for file in emitter.emit(catalog, emitter.options(**options), {}):
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
        run(tsc, cwd=folder / FOLDER)
        return folder / FOLDER

    return build


@pytest.fixture(scope="session")
def ts_package(sample: Catalog, ts_build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built TypeScript client of the sample catalog."""
    return ts_build(sample, tmp_path_factory.mktemp("typescript"))


def _wide(sample: Catalog) -> Catalog:
    """The sample with what it lacks: a call never to repeat, pages, a name and a password, changes."""
    by_name = {action.name: action for action in sample}
    asking, reading = by_name["create_order"], by_name["search_products"]
    meals = {
        "input": {"type": "object", "properties": {"day": TEXT, "cursor": TEXT_OR_NULL}, "required": ["day"]},
        "output": {
            "type": "object",
            "properties": {"meals": {"type": "array", "items": TEXT}, "next": TEXT_OR_NULL},
            "required": ["meals", "next"],
        },
    }
    more = (
        replace(asking, name="pay", idempotency_key=False),
        replace(by_name["delete"], name="wipe", idempotency_key=False, idempotent=True, needs_approval=True),
        replace(
            reading,
            name="list_meals",
            paginate=CursorSpec(input="cursor", output="next", items="meals"),
            examples=(),
            **meals,
        ),
        replace(by_name["old_ping"], name="whoami", scheme=SchemeSpec(name="staff", kind="basic"), auth=True),
    )
    changes = ChangesSpec(auth=True, scheme=by_name["add_node"].scheme)
    return replace(sample, actions=(*sample.actions, *more), changes=changes)


TEXT = {"type": "string"}
TEXT_OR_NULL = {"anyOf": [{"type": "string"}, {"type": "null"}]}


@pytest.fixture(scope="session")
def ts_wide_package(sample: Catalog, ts_build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built client of a catalog with one of everything that a client looks at."""
    return ts_build(_wide(sample), tmp_path_factory.mktemp("wide"), package="wide-client")


@pytest.fixture(scope="session")
def ts_project(tsc: Path) -> Callable[[Path, Path, dict[str, str]], Path]:
    """Compile sources in a project that has a package installed, as npm installs a folder."""

    def project(package: Path, folder: Path, sources: dict[str, str]) -> Path:
        for name, target in {
            json.loads((package / "package.json").read_text())["name"]: package,
            **{name: TYPESCRIPT / "node_modules" / name for name in TYPES},
        }.items():
            link = folder / "node_modules" / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(target)
        (folder / "package.json").write_text('{"type": "module"}')
        shutil.copy(TYPESCRIPT / "tsconfig.json", folder)
        (folder / "src").mkdir()
        for name, source in sources.items():
            (folder / "src" / name).write_text(source)
        run(tsc, "-p", folder, cwd=folder)
        return folder

    return project


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A server of the reference actions on a database of its own."""
    data = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/shop.db",
        "ACTIONARY_STORE": f"sqlite:///{tmp_path}/state.db",
    }
    with served(ROOT, data) as address:
        yield address
