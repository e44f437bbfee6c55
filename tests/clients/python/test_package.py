from __future__ import annotations

import json
import re
import shutil
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from actionary.catalog import Catalog

ORDER = {
    "id": "o1",
    "note": None,
    "placed": "2026-01-02T03:04:05Z",
    "price": "2.00",
    "status": "open",
    "total_cents": 200,
}
HERE = Path(__file__).parent


def test_the_package_and_right_calls_pass_strict_type_checks(
    project: Path, tmp_path: Path, check_types: Any
) -> None:
    copy = shutil.copytree(project, tmp_path / "copy")
    shutil.copy(HERE / "right_calls.py", copy)
    check_types(copy, "my_shop_client", "right_calls.py")


def test_each_wrong_call_is_a_type_error(project: Path, tmp_path: Path, checkers: Any) -> None:
    copy = shutil.copytree(project, tmp_path / "copy")
    source = Path(shutil.copy(HERE / "wrong_calls.py", copy)).read_text()
    wrong = {number for number, line in enumerate(source.splitlines(), start=1) if "# wrong" in line}
    for checker in checkers.values():
        output = checker(copy, "wrong_calls.py")
        found = {int(number) for number in re.findall(r"wrong_calls\.py:(\d+): error", output)}
        assert found == wrong, output


def test_every_type_that_it_exports_is_known(project: Path, run_in: Any) -> None:
    command = (
        "env",
        "PYTHONPATH=.",
        sys.executable,
        "-m",
        "pyright",
        "--pythonpath",
        sys.executable,
        "--ignoreexternal",
    )
    done = run_in(*command, "--verifytypes", "my_shop_client", "--outputjson", cwd=project)
    told = json.loads(done.stdout)["typeCompleteness"]
    assert told["completenessScore"] == 1, told
    assert told["exportedSymbolCounts"]["withKnownType"] > 200


def test_only_what_is_used_is_imported(project: Path, run_in: Any) -> None:
    program = """
import sys
from my_shop_client import Client, models

def loaded():
    parts = ("my_shop_client.actions.", "my_shop_client.models.", "my_shop_client.errors.")
    return sorted(name.removeprefix("my_shop_client.") for name in sys.modules if name.startswith(parts))

client = Client("http://127.0.0.1:1")
print(loaded())
client.add_node
print(loaded())
models.Event
print(loaded())
print("create_order" in dir(client), "Order" in dir(models))
"""
    done = run_in(sys.executable, "-W", "error", "-c", program, cwd=project)
    assert done.stdout.splitlines() == [
        "[]",
        "['actions.trees', 'models.trees']",
        "['actions.trees', 'models.calendar', 'models.trees']",
        "True True",
    ], done.stderr


def test_what_is_not_there_is_no_attribute(shop: Any) -> None:
    with pytest.raises(AttributeError, match=r"module 'my_shop_client\.models' has no attribute 'Ordre'"):
        _ = shop.models.Ordre
    with pytest.raises(AttributeError):
        _ = shop.Client("http://127.0.0.1:1").creat_order


# The package as a project


def test_the_readme_is_true(
    *, project: Path, serve: Any, says: Any, tmp_path: Path, run_in: Any, check_types: Any
) -> None:
    server = serve(says(200, {"ok": True, "data": ORDER, "action": "create_order", "latencyMs": 1}))
    copy = shutil.copytree(project, tmp_path / "copy")
    readme = (copy / "README.md").read_text()
    before, _, actions = readme.partition("\n## Actions\n")
    programs = re.findall(r"```python\n(.*?)```", before, flags=re.DOTALL)
    assert len(programs) == 4
    assert "```python\n" in actions
    for number, program in enumerate(programs):
        path = copy / f"readme_{number}.py"
        path.write_text(program.replace("http://127.0.0.1:8000", server.url))
        done = run_in(sys.executable, "-W", "error", path.name, cwd=copy)
        assert done.returncode == 0, done.stderr
        assert ("id='o1'" in done.stdout) == ("with Client" in program or "AsyncClient" in program)
    assert len(server.requests) == 2
    assert server.requests[0].json == server.requests[1].json
    check_types(copy, *(f"readme_{number}.py" for number in range(4)))


def test_what_it_says_to_agents_is_true(
    *, project: Path, serve: Any, says: Any, tmp_path: Path, run_in: Any, check_types: Any
) -> None:
    server = serve(says(200, {"ok": True, "data": ORDER, "action": "create_order", "latencyMs": 1}))
    copy = shutil.copytree(project, tmp_path / "copy")
    text = (copy / "AGENTS.md").read_text()
    [program] = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    (copy / "agent.py").write_text(program.replace("http://127.0.0.1:8000", server.url))
    done = run_in(sys.executable, "-W", "error", "agent.py", cwd=copy)
    assert "id='o1'" in done.stdout, done.stderr
    check_types(copy, "agent.py")
    assert "- `search_products(query, limit=...) -> models.SearchResult` (reads only): Search" in text


def test_the_package_needs_nothing_of_ours(project: Path, run_in: Any) -> None:
    program = (
        "import sys, my_shop_client; "
        "print([name for name in sys.modules if name.startswith(('actionary', 'datamodel', 'jinja2'))])"
    )
    done = run_in(sys.executable, "-W", "error", "-c", program, cwd=project)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_every_name_it_promises_is_there(shop: Any) -> None:
    assert shop.__all__ == sorted(shop.__all__)
    assert all(getattr(shop, name) is not None for name in shop.__all__)
    assert "OutOfStock" in shop.__all__


def test_it_builds_as_a_wheel(project: Path, tmp_path: Path, run_in: Any) -> None:
    copy = shutil.copytree(project, tmp_path / "copy")
    done = run_in(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), cwd=copy
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(tmp_path / "my_shop_client-1.2.0-py3-none-any.whl") as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        metadata = wheel.read("my_shop_client-1.2.0.dist-info/METADATA").decode()
    package = copy / "my_shop_client"
    modules = {str(path.relative_to(copy)) for path in package.rglob("*") if path.suffix in {".py", ".typed"}}
    assert names == {*modules, "my_shop_client/AGENTS.md"}
    assert "my_shop_client/py.typed" in names
    assert "Requires-Dist: httpx2" in metadata
    assert "Requires-Python: >=3.11" in metadata


@pytest.mark.parametrize("style", ["pydantic", "typeddict"])
def test_a_type_may_be_called_like_a_tag(
    *, sample: Catalog, style: str, tmp_path: Path, emit: Any, importable: Any, check_types: Any
) -> None:
    base = sample.get("search_products")
    assert base is not None
    properties: Any = {"a": {"type": "integer"}}
    kind: Any = {"type": "object", "properties": properties, "required": ["a"]}
    names = ("orders", "Order", "orders_", "trees", "shared")
    actions = tuple(
        replace(
            base,
            name=f"find_{name}_{tag}",
            tags=(tag,),
            input={"type": "object", "properties": {"value": {"$ref": f"#/$defs/{name}"}}},
            output={"$ref": f"#/$defs/{name}"},
            errors=(),
            examples=(),
        )
        for name, tag in zip(
            (*names, "shared"), ("orders", "orders", "trees", "orders", "orders", "trees"), strict=True
        )
    )
    catalog = replace(sample, actions=actions, types=dict.fromkeys(names, kind))
    project = emit(catalog, tmp_path, package=f"like_tags_{style}", style=style)
    with importable(project, f"like_tags_{style}") as package:
        models = package.models
        for name in ("Order", "shared", *names):  # which imports the modules
            assert isinstance(getattr(models, name), type), name
            assert getattr(models, name).__name__ == name
        assert set(names) <= set(dir(models))
    check_types(project, f"like_tags_{style}")
