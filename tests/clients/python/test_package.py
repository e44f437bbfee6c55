from __future__ import annotations

import re
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any

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


# The package as a project


def test_the_readme_is_true(
    *, project: Path, serve: Any, says: Any, tmp_path: Path, run_in: Any, check_types: Any
) -> None:
    server = serve(says(200, {"ok": True, "data": ORDER, "action": "create_order", "latencyMs": 1}))
    copy = shutil.copytree(project, tmp_path / "copy")
    readme = (copy / "README.md").read_text()
    before, _, actions = readme.partition("\n## Actions\n")
    programs = re.findall(r"```python\n(.*?)```", before, flags=re.DOTALL)
    assert len(programs) == 3
    assert "```python\n" in actions
    for number, program in enumerate(programs):
        path = copy / f"readme_{number}.py"
        path.write_text(program.replace("http://127.0.0.1:8000", server.url))
        done = run_in(sys.executable, "-W", "error", path.name, cwd=copy)
        assert done.returncode == 0, done.stderr
        assert ("id='o1'" in done.stdout) == ("with Client" in program or "AsyncClient" in program)
    assert len(server.requests) == 2
    assert server.requests[0].json == server.requests[1].json
    check_types(copy, *(f"readme_{number}.py" for number in range(3)))


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
    assert names == {
        str(path.relative_to(copy)) for path in package.rglob("*") if path.suffix in {".py", ".typed"}
    }
    assert "my_shop_client/py.typed" in names
    assert "Requires-Dist: httpx2" in metadata
    assert "Requires-Python: >=3.11" in metadata
