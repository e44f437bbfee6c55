"""``actionary init`` as a user runs it: the project works at once, and nothing that is there is touched."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import sysconfig
import tomllib
import urllib.request
import venv
from pathlib import Path

import pytest
from actionary_build.scaffold import _target

FILES = [".gitignore", "actions/greet.py", "conftest.py", "pyproject.toml", "tests/test_greet.py"]
ROOT = Path(__file__).parents[2]

OLD_PYPROJECT = """[project]
name = "old"
version = "3.1"

[tool.pytest.ini_options]
testpaths = ["tests"]
"""

EXISTING = {
    "pyproject.toml": OLD_PYPROJECT,
    "README.md": "# Old\r\n",
    "src/old/__init__.py": "",
    "tests/__init__.py": "",
    "tests/test_old.py": "def test_old():\n    assert True\n",
}


@pytest.fixture
def init(actionary, tmp_path):
    """Runs ``actionary init`` in an empty folder."""
    here = tmp_path / "here"
    here.mkdir()
    return lambda *arguments, cwd=here, **more: actionary("init", *arguments, cwd=cwd, **more)


@pytest.fixture
def here(tmp_path):
    return tmp_path / "here"


def fill(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())


def contents(folder: Path) -> dict[str, bytes | str]:
    """Give all files of a folder with what they hold, links with where they lead."""
    return {
        path.relative_to(folder).as_posix(): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def run_tests(folder: Path) -> str:
    """Run pytest with no options, as a user does."""
    quiet = ["-p", "no:cacheprovider", "-W", "ignore::pytest.PytestDeprecationWarning"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *quiet],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_new_project_is_tested_built_served_and_called_at_once(init, here, actionary, script):
    started = init()
    assert (started.returncode, started.stderr) == (0, "")
    assert started.stdout.splitlines() == [
        *(f"wrote {path}" for path in FILES),
        "next: pip install -e '.[dev]', pytest, actionary build, actionary serve",
    ]
    assert sorted(contents(here)) == FILES

    assert "3 passed" in run_tests(here)
    assert actionary("build", cwd=here).returncode == 0
    assert actionary("build", "--check", cwd=here).returncode == 0
    server = subprocess.Popen([*script, "serve", "--port", "0"], cwd=here, stderr=subprocess.PIPE, text=True)
    try:
        address = server.stderr.readline().split()[-1]
        with urllib.request.urlopen(f"{address}/api/actions/greet?name=Bo", timeout=20) as reply:
            assert json.load(reply)["data"] == {"text": "Hello, Bo."}
    finally:
        server.terminate()
        server.communicate(timeout=20)


def environment(folder: Path) -> Path:
    """Make a virtual environment that sees what this one has, in place of a registry; give its programs."""
    venv.create(folder, with_pip=True)
    [site] = folder.glob("lib/python*/site-packages")
    offered = sysconfig.get_path("purelib")
    (site / "offered.pth").write_text(f"import site; site.addsitedir({offered!r})\n")
    python = folder / "bin" / "python"
    for name, module in {"pytest": "pytest", "actionary": "actionary_build.cli"}.items():
        program = folder / "bin" / name
        program.write_text(f'#!/bin/sh\nexec "{python}" -m {module} "$@"\n')
        program.chmod(0o755)
    return folder / "bin"


def test_what_it_says_comes_next_does_what_it_says(init, here, tmp_path):
    """All of it in a shell, word for word; environment variables keep pip from asking a registry."""
    folder = "日本 ☃"
    steps = init(folder).stdout.splitlines()[-1].removeprefix("next: ").split(", ")
    assert steps[-1] == "actionary serve"
    programs = environment(tmp_path / "venv")
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(
        ["bash", "-euxc", "\n".join([*steps[:-1], "cd /", "python -c 'import actions.greet'"])],
        cwd=here,
        env={**os.environ, **offline, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for wanted in ("actionary", "hypothesis", "jsonschema", "pytest"):
        assert f"Requirement already satisfied: {wanted}" in done.stdout
    assert "3 passed" in done.stdout
    assert (here / folder / "generated" / "openapi.json").is_file()


def test_a_template_s_files_keep_their_names_but_for_the_one_git_would_obey():
    assert (
        _target(Path("docs/gitignore-rules/about_gitignore.md.tmpl"))
        == "docs/gitignore-rules/about_gitignore.md"
    )
    assert _target(Path("sub/gitignore.tmpl")) == "sub/.gitignore"


@pytest.mark.parametrize(
    "check",
    [
        "ruff check --isolated .",
        "ruff format --check --isolated .",
        f"mypy --strict --explicit-package-bases --cache-dir {os.devnull} .",
    ],
)
def test_what_a_new_project_holds_is_clean_under_strict_checks(init, here, check):
    init()
    command = [sys.executable, "-m", *check.split()]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout


def test_beside_existing_code_nothing_of_it_is_touched(init, here, actionary):
    fill(here, EXISTING)
    before = contents(here)
    started = init()
    assert started.returncode == 0
    assert "left pyproject.toml as it is" in started.stdout
    assert 'add to pyproject.toml:\n\n[tool.actionary]\ntitle = "here"\nactions = "actions"' in started.stdout
    assert "next: pip install 'actionary[testing]' pytest, pytest, actionary build" in started.stdout
    after = contents(here)
    assert {path: after[path] for path in before} == before
    assert sorted(after.keys() - before) == [path for path in FILES if path != "pyproject.toml"]

    assert actionary("build", cwd=here).returncode == 2
    with (here / "pyproject.toml").open("a") as pyproject:
        pyproject.write("\n" + started.stdout.partition("pyproject.toml:\n\n")[2].partition("\n\n")[0])
    assert "4 passed" in run_tests(here)
    assert actionary("build", "--target", "openapi", cwd=here).returncode == 0
    assert json.loads((here / "generated" / "openapi.json").read_text())["info"]["version"] == "3.1"


def test_doing_it_again_changes_nothing_and_asks_for_nothing(init, here):
    init()
    (here / "actions" / "greet.py").write_text("mine = True\n")
    (here / "actions" / "wave.py").write_text("mine = True\n")
    before = contents(here)
    again = init()
    assert again.returncode == 0
    assert again.stdout.splitlines()[:-1] == [f"left {path} as it is" for path in FILES]
    assert contents(here) == before


def test_force_overwrites_the_templates_files_and_no_others(init, here):
    init()
    fresh = contents(here)
    fill(here, dict.fromkeys(FILES[:3], "mine = True\n") | {"actions/wave.py": "mine = True\n"})
    forced = init("--force")
    assert forced.returncode == 0
    assert forced.stdout.splitlines()[:-1] == [f"wrote {path}, which was there" for path in FILES]
    assert contents(here) == fresh | {"actions/wave.py": b"mine = True\n"}


def test_force_replaces_a_link_and_leaves_what_it_led_to(init, here, tmp_path):
    (tmp_path / "shared").write_text("shared\n")
    (here / ".gitignore").symlink_to(tmp_path / "shared")
    assert "left .gitignore as it is" in init().stdout
    assert init("--force").returncode == 0
    assert not (here / ".gitignore").is_symlink()
    assert (tmp_path / "shared").read_text() == "shared\n"


def test_a_folder_that_is_not_there_is_made_and_said_how_to_get_to(init, here):
    started = init("new shops/first")
    assert started.stdout.splitlines()[-1].startswith("next: cd 'new shops/first', pip install -e ")
    assert sorted(contents(here / "new shops" / "first")) == FILES


@pytest.mark.parametrize(
    ("folder", "name", "title"),
    [
        ("My Shop 2", "my-shop-2", "My Shop 2"),
        ("2nd", "2nd", "2nd"),
        ("class", "class", "class"),
        ("日本 ☃", "project", "日本 ☃"),
        ('a"b\\c $name', "a-b-c-name", 'a"b\\c $name'),
        ("tab\tbell\x07end\x7f", "tab-bell-end", "tab bell\\u0007end\\u007f"),
        ("actionary", "actionary-project", "actionary"),
        ("__", "project", "__"),
    ],
)
def test_a_project_is_called_like_its_folder_whatever_that_is(init, here, folder, name, title):
    assert init(folder).returncode == 0
    project = tomllib.loads((here / folder / "pyproject.toml").read_text())
    assert (project["project"]["name"], project["tool"]["actionary"]["title"]) == (name, title)


@pytest.mark.parametrize("folder", ["class", "日本 ☃", 'a"b\\c $name'])
def test_a_name_that_no_package_can_have_does_not_stop_the_build(init, here, actionary, folder):
    init(folder)
    built = actionary("build", cwd=here / folder)
    assert built.returncode == 0, built.stderr


def test_a_folder_whose_name_is_no_text_gives_a_project_that_can_be_read(init, here, actionary):
    folder = os.fsdecode(b"caf\xe9")
    assert init(folder).returncode == 0
    assert actionary("list", cwd=here / folder).stdout.startswith("greet ")


REFUSED = {
    "a folder that is a file": ("shop", {"shop": "text"}, "shop is no folder"),
    "a folder in a file": ("shop/new", {"shop": "text"}, "shop is no folder"),
    "a file called actions": (".", {"actions": "text"}, "actions is no folder"),
    "a folder called conftest.py": (".", {"conftest.py/x": ""}, "conftest.py is a folder"),
    "other code in actions": (".", {"actions/shop/buy.py": "", "actions/a.yml": ""}, "actions/shop/buy.py"),
    "a broken pyproject.toml": (".", {"pyproject.toml": "["}, "pyproject.toml cannot be read"),
    "a table that is none": (".", {"pyproject.toml": "[tool]\nactionary = 1"}, "no table"),
    "actions elsewhere": (".", {"pyproject.toml": '[tool.actionary]\nactions = "acts"'}, "'acts' already"),
}


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("case", REFUSED)
def test_where_it_cannot_be_nothing_is_written_and_the_mend_is_said(init, here, case, force):
    folder, files, said = REFUSED[case]
    fill(here, files)
    before = contents(here)
    refused = init(folder, *force)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "error[cannot-init]: " in refused.stderr or "error[bad-config]: " in refused.stderr
    assert said in refused.stderr
    assert "  mend: " in refused.stderr
    assert contents(here) == before


def test_files_are_not_written_through_a_link(init, here, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (here / "tests").symlink_to(tmp_path / "elsewhere")
    refused = init()
    assert refused.returncode == 2
    assert "tests is a link" in refused.stderr
    assert sorted(contents(here)) == ["tests"]
    assert contents(tmp_path / "elsewhere") == {}


def test_in_a_read_only_place_it_says_so(init):
    refused = init("/proc/shop")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "error[cannot-init]: /proc/shop: " in refused.stderr
    assert "nothing was written" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_when_writing_fails_half_way_everything_is_as_it_was(init, here, force):
    """No file may be longer than 200 bytes: the first can be written, the second cannot."""
    fill(here, {".gitignore": "mine\n", "conftest.py": "mine = True\n"} if force else {})
    before = contents(here)

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))

    refused = init(*force, preexec_fn=little_room, env={"PYTHONDONTWRITEBYTECODE": "1"})
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "File too large" in refused.stderr
    assert contents(here) == before
    assert sorted(path.name for path in here.iterdir()) == sorted(before)


def test_the_outcome_as_json_is_all_that_standard_output_has(init, here):
    (here / "pyproject.toml").write_text("")
    assert json.loads(init("--json").stdout) == {
        "ok": True,
        "written": [path for path in FILES if path != "pyproject.toml"],
        "left": ["pyproject.toml"],
        "add_to_pyproject": '[tool.actionary]\ntitle = "here"\nactions = "actions"  # their folder\n',
        "next": ["pip install 'actionary[testing]' pytest", "pytest", "actionary build", "actionary serve"],
        "diagnostics": [],
    }
    refused = init("--json", "pyproject.toml")
    outcome = json.loads(refused.stdout)
    assert (refused.returncode, refused.stderr, outcome["ok"], outcome["written"]) == (2, "", False, [])
    assert [diagnostic["code"] for diagnostic in outcome["diagnostics"]] == ["cannot-init"]


def test_the_templates_that_can_be_named_are_those_that_are_there(init):
    from actionary_build.cli.init import TEMPLATES
    from actionary_build.scaffold import TEMPLATES as FOLDER

    assert sorted(TEMPLATES) == sorted(path.name for path in FOLDER.iterdir())
    refused = init("--template", "none")
    assert refused.returncode == 2
    assert "minimal" in refused.stderr
