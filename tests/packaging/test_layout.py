"""The traps of a tree with two packages in folders that are none (DESIGN §2)."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from modulefinder import ModuleFinder
from pathlib import Path

import actionary
import actionary_build
import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "actionary": ROOT / "runtime" / "actionary",
    "actionary_build": ROOT / "builder" / "actionary_build",
}


@pytest.fixture(scope="module")
def packed(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize(
    "folder",
    ["runtime", "builder", "actions", "tests", "tests/unit", "tests/clients", "bench", "demo", "docs"],
)
def test_a_folder_that_is_no_package_does_not_say_it_is_one(folder: str) -> None:
    assert not (ROOT / folder / "__init__.py").exists()


def test_the_packages_are_loaded_under_their_own_names_only(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getoption("importmode") == "importlib"
    assert {"runtime", "builder"}.isdisjoint(name.split(".")[0] for name in sys.modules)
    for package in (actionary, actionary_build):
        assert package.__file__ is not None
        assert Path(package.__file__).parent == PACKAGES[package.__name__]


def test_the_wheel_holds_the_two_packages_and_nothing_else(packed: set[str]) -> None:
    tops = {name.split("/")[0] for name in packed}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert len(tops) == 3


def test_the_wheel_holds_every_file_of_the_packages(packed: set[str]) -> None:
    here = {
        f"{name}/{path.relative_to(folder).as_posix()}"
        for name, folder in PACKAGES.items()
        for path in folder.rglob("*")
        if path.is_file() and not {"__pycache__", "node_modules", "dist"} & set(path.parts)
    }
    assert here == {name for name in packed if ".dist-info/" not in name}
    kinds = {Path(name).suffix for name in here}
    assert {".html", ".css", ".j2", ".ts", ".json", ".typed"} <= kinds


@pytest.mark.parametrize(
    "path",
    [
        "actionary/py.typed",
        "actionary_build/py.typed",
        "actionary_build/emit/docs/style.css",
        "actionary_build/emit/docs/templates/action.html",
        "actionary_build/emit/python/runtime/client.py",
        "actionary_build/emit/python/templates/README.md.j2",
        "actionary_build/emit/typescript/runtime/call.ts",
        "actionary_build/templates/minimal/actions/greet.py.tmpl",
        "actionary_build/templates/minimal/gitignore.tmpl",
    ],
)
def test_the_wheel_holds_what_the_builder_reads(packed: set[str], path: str) -> None:
    assert path in packed


_IMPORT = """
import sys
before = set(sys.modules)
from actionary import *
print(*sorted({name.split(".")[0] for name in set(sys.modules) - before}))
"""


def test_importing_the_runtime_loads_pydantic_and_the_standard_library_only() -> None:
    done = subprocess.run([sys.executable, "-c", _IMPORT], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    ours = {"actionary"}
    pydantic = {"pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"}
    assert ours | {"pydantic"} <= loaded
    standard = {name for name in loaded if name in sys.stdlib_module_names or "_sysconfigdata" in name}
    assert loaded - ours - pydantic - standard == set()


_NAMES = """
import actionary, sys
assert "pydantic" not in sys.modules
from actionary import json_schema  # a submodule needs nothing of the rest
assert "pydantic" not in sys.modules
print(actionary.result.Ok is actionary.Ok, actionary.__name__, len(actionary.__all__) > 20)
print(*[name for name in dir(actionary) if not name.startswith("__")])
print(*actionary.__all__)
"""


def test_public_names_and_submodules_are_there_when_they_are_asked_for() -> None:
    done = subprocess.run([sys.executable, "-c", _NAMES], capture_output=True, text=True, check=True)
    first, shown, public = done.stdout.splitlines()
    assert first == "True actionary True"
    assert shown.split() == sorted(public.split())


def test_no_public_name_is_that_of_a_submodule() -> None:
    modules = {path.stem for path in (ROOT / "runtime" / "actionary").iterdir()}
    assert modules.isdisjoint(actionary.__all__)


_THREADS = """
import sys, threading
sys.setswitchinterval(1e-6)
names = "Credential Context action Registry Http Err invoke_action Hooks LeafError unwrap".split()
failed, ready = [], threading.Barrier(len(names))
def use(name):
    ready.wait()
    try:
        exec(f"from actionary import {name}")
    except BaseException as error:
        failed.append(f"{name}: {error!r}")
threads = [threading.Thread(target=use, args=[name]) for name in names]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(failed)
"""


def test_threads_may_ask_for_the_first_name_at_once() -> None:
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", _THREADS], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"


def test_who_freezes_a_program_finds_what_it_imports() -> None:
    finder = ModuleFinder(path=[str(ROOT / "runtime")])
    finder.load_module(
        "used", io.StringIO("from actionary import action, Context\n"), "used.py", ("", "r", 1)
    )
    assert {"actionary._public", "actionary.defining", "actionary.registry"} <= set(finder.modules)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'actionary' has no attribute 'actoin'"):
        _ = actionary.actoin  # type: ignore[attr-defined] # which is the point


_CATALOG_ONLY = """
import sys
import actionary.catalog
print("pydantic" in sys.modules)
"""


def test_reading_a_catalog_needs_no_more_than_the_standard_library() -> None:
    done = subprocess.run([sys.executable, "-c", _CATALOG_ONLY], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
