"""The client as a wheel: built by hatchling, and used where only what it asks for is installed."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path
from typing import Any

import pytest
from actionary import catalog as catalogs
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from served import served

COMMAND = Path(sys.executable).with_name("actionary")

PROJECT = """
[project]
name = "depot"
version = "2.1.0"
[tool.actionary]
title = "Depot"
version = "2.1.0"
"""
ACTION = """
from datetime import date
from decimal import Decimal
from pydantic import BaseModel
from actionary import ActionError, action

class Parcel(BaseModel):
    id: str
    due: date
    price: Decimal

class Known(BaseModel):
    ids: list[str]

class NoSuchParcel(ActionError[Known], code="no_such_parcel", status=404):
    '''There is no parcel of that id.'''

@action(public=True, errors=[NoSuchParcel], idempotent=True)
async def get_parcel(parcel_id: str, as_of: date | None = None) -> Parcel:
    '''Give a parcel.'''
    if parcel_id != "p1":
        raise NoSuchParcel("There is none.", details=Known(ids=["p1"]))
    return Parcel(id=parcel_id, due=as_of or date(2026, 1, 2), price=Decimal("1.50"))
"""
PROGRAMS = {
    "pydantic": """
import datetime, sys
from depot_client import Client, NoSuchParcel, Ok, models
with Client(sys.argv[1]) as client:
    match client.get_parcel(parcel_id="p1", as_of=datetime.date(2026, 2, 3)):
        case Ok(data=models.Parcel(due=due, price=price)):
            print(repr(due), repr(price))
    match client.get_parcel(parcel_id="p2"):
        case NoSuchParcel(details=details):
            print(details.ids)
""",
    "typeddict": """
import sys
from depot_client import Client, NoSuchParcel, Ok
with Client(sys.argv[1]) as client:
    match client.get_parcel(parcel_id="p1", as_of="2026-02-03"):
        case Ok(data=data):
            print(data["due"], data["price"])
    match client.get_parcel(parcel_id="p2"):
        case NoSuchParcel(details=details):
            print(details["ids"])
print([name for name in sys.modules if "pydantic" in name])
""",
}
SAYS = {
    "pydantic": "datetime.date(2026, 2, 3) Decimal('1.50')\n['p1']\n",
    "typeddict": "2026-02-03 1.50\n['p1']\n[]\n",
}


@pytest.fixture(scope="module")
def depot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("depot")
    (root / "pyproject.toml").write_text(PROJECT)
    (root / "actions").mkdir()
    (root / "actions" / "get_parcel.py").write_text(ACTION)
    subprocess.run([COMMAND, "build", "--target", "catalog"], cwd=root, check=True, capture_output=True)
    return root


@pytest.fixture(scope="module")
def address(depot: Path) -> Iterator[str]:
    with served(depot) as address:
        yield address


@pytest.fixture(scope="module", params=PROGRAMS)
def style(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def wheel(depot: Path, style: str, emit: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    catalog = catalogs.load(json.loads((depot / "generated" / "catalog.json").read_text()))
    project = emit(catalog, tmp_path_factory.mktemp("emitted"), style=style)
    return built(project, tmp_path_factory.mktemp("wheels"))


def built(project: Path, folder: Path) -> Path:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [wheel] = folder.glob("*.whl")
    return wheel


def environment(home: Path, *wheels: Path) -> Path:
    """Make an environment of wheels and this one's copies of what they ask for; give its Python."""
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    subprocess.run([*pip, "install", "-q", "--no-deps", "--no-index", *map(str, wheels)], check=True)
    [packages] = home.glob("lib/python*/site-packages")
    infos = [PathDistribution(info) for info in packages.glob("*.dist-info")]
    for name in {canonicalize_name(name) for info in infos for name in needed(info.requires)}:
        installed = distribution(name)
        for top in {path.parts[0] for path in installed.files or () if ".." not in path.parts}:
            if top != "__pycache__":
                (packages / top).symlink_to(Path(str(installed.locate_file(top))))
    return python


def needed(requirements: Iterable[str] | None) -> Iterator[str]:
    for requirement in map(Requirement, requirements or ()):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement.name
            yield from needed(distribution(requirement.name).requires)


def run(python: Path, program: str, *arguments: str) -> str:
    done = subprocess.run(
        [str(python), "-W", "error", "-c", program, *arguments],
        cwd=python.parent,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_is_used_where_only_what_it_asks_for_is_installed(
    wheel: Path, style: str, address: str, tmp_path: Path
) -> None:
    assert wheel.name == "depot_client-2.1.0-py3-none-any.whl"
    python = environment(tmp_path / "home", wheel)
    assert run(python, PROGRAMS[style], address) == SAYS[style]
    [package] = (tmp_path / "home").glob("lib/python*/site-packages/depot_client")
    assert (package / "py.typed").is_file()
    assert (package / "AGENTS.md").read_text().startswith("# Using depot_client\n")
    assert (list(package.parent.glob("pydantic*")) != []) == (style == "pydantic")


def test_it_is_used_beside_the_server(wheel: Path, style: str, address: str, tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    python = environment(tmp_path / "home", wheel, built(Path(__file__).parents[3], wheels))
    [packages] = (tmp_path / "home").glob("lib/python*/site-packages")
    theirs, ours = (
        tops(PathDistribution(next(packages.glob(f"{name}-*.dist-info"))))
        for name in ("actionary", "depot_client")
    )
    assert ours == {"depot_client"}
    assert not ours & theirs
    program = f"{PROGRAMS[style]}\nimport actionary\nprint(actionary.action.__name__)\n"
    assert run(python, program, address) == f"{SAYS[style]}action\n"


def tops(installed: Distribution) -> set[str]:
    """Name what a wheel puts beside the packages of others."""
    found = {path.parts[0] for path in installed.files or () if ".." not in path.parts}
    return {name for name in found if not name.endswith(".dist-info")}
