"""The command line itself: help, missing extras, interrupts, pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = ["approvals", "build", "call", "init", "list", "serve"]
START = "from actionary_build.cli import run; sys.exit(run())"


def _without(modules, *arguments, cwd):
    """Run the command line where modules are not installed."""
    missing = f"import sys; sys.modules.update(dict.fromkeys({modules!r}))"
    code = f"{missing}; sys.argv = {['actionary', *arguments]!r}; {START}"
    return subprocess.run([sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=False)


def _imported(code):
    """Give the modules that a program imports."""
    program = f"{code}\nimport sys; sys.__stdout__.write('\\n' + '\\n'.join(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_help_names_every_command_with_what_it_does(actionary):
    from actionary_build.cli import main

    shown = actionary("--help")
    assert shown.returncode == 0
    assert list(main.COMMANDS) == COMMANDS
    for command, meaning in main.COMMANDS.items():
        assert f"{command}  " in shown.stdout
        assert meaning in shown.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(actionary, command):
    shown = actionary(command, "--help", cwd="/")
    assert shown.returncode == 0
    assert {"init": "[DIR]", "approvals": "approve"}.get(command, "--project DIR") in shown.stdout


def test_help_imports_nothing_heavy():
    """Little more than click: a shell completion or a typo must not wait for pydantic."""
    help_ = (
        "import sys; sys.argv = ['actionary', '--help']\n"
        "import io; sys.stdout = io.StringIO()\n"
        "from actionary_build.cli import run; run()"
    )
    extra = _imported(help_) - _imported("import click, io")
    ours = {name for name in extra if name.startswith("actionary")}
    assert ours == {"actionary_build", "actionary_build.cli", "actionary_build.cli.main"}
    assert not {
        name
        for name in extra
        if name.split(".")[0] in {"pydantic", "jinja2", "starlette", "importlib_metadata"}
    }
    assert len(extra - ours) < 15, sorted(extra - ours)


def test_the_version_is_the_distributions(actionary):
    from importlib.metadata import version

    assert version("actionary") in actionary("--version").stdout


def test_without_click_the_install_line_is_shown(project):
    shown = _without(["click"], "list", cwd=project)
    assert shown.returncode == 2
    assert "pip install 'actionary[build,serve]', or 'actionary[cli]'" in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize(
    ("command", "module", "extra"),
    [
        ("build", "jinja2", "build"),
        ("build", "datamodel_code_generator", "build"),
        ("serve", "starlette", "serve"),
        ("serve", "uvicorn", "serve"),
    ],
)
def test_a_command_whose_extra_is_missing_says_how_to_install_it(project, command, module, extra):
    shown = _without([module], command, cwd=project)
    assert shown.returncode == 2
    assert "error[missing-extra]" in shown.stderr
    assert module in shown.stderr
    assert f"pip install 'actionary[{extra}]'" in shown.stderr


@pytest.mark.parametrize("arguments", [("list",), ("call", "add", "--first", "1")])
def test_listing_and_calling_need_neither_generator_nor_server(project, arguments):
    shown = _without(["jinja2", "datamodel_code_generator", "starlette", "uvicorn"], *arguments, cwd=project)
    assert (shown.returncode, "add" in shown.stdout or "sum" in shown.stdout) == (0, True)


@pytest.mark.parametrize(
    "arguments", [(), ("bild",), ("build", "--nope"), ("build", "x"), ("serve", "--port", "x")]
)
def test_wrong_use_exits_with_2(actionary, arguments):
    assert actionary(*arguments).returncode == 2


@pytest.mark.parametrize("command", [["build"], ["serve"], ["list"], ["call", "add"]])
def test_outside_a_project_the_mend_is_said(actionary, tmp_path, command):
    shown = actionary(*command, cwd=tmp_path)
    assert shown.returncode == 2
    assert "error[bad-config]" in shown.stderr
    assert "--project DIR" in shown.stderr
    assert actionary(*command[:1], "--project", "/nowhere", *command[1:], cwd=tmp_path).returncode == 2


def test_a_project_is_found_from_a_folder_in_it_and_named_from_elsewhere(actionary, project):
    inside = actionary("list", cwd=project / "actions")
    elsewhere = actionary("list", "--project", str(project), cwd="/")
    assert inside.stdout == elsewhere.stdout == actionary("list").stdout != ""


def test_the_list_shows_route_exposure_and_description(actionary):
    rows = [line.split(maxsplit=2) for line in actionary("list").stdout.splitlines()]
    assert rows == [
        ["add", "GET", "/api/actions/add  public   Add two numbers."],
        ["echo_fields", "-", "private  Give back fields that are called like options."],
        ["give", "-", "private  Give a value."],
    ]


def test_the_list_as_json_is_all_that_standard_output_has(actionary):
    shown = actionary("list", "--json")
    listed = json.loads(shown.stdout)["actions"]
    assert listed[0] == {
        "name": "add",
        "method": "GET",
        "path": "/api/actions/add",
        "public": True,
        "description": "Add two numbers.",
        "deprecated": None,
        "paginate": None,
        "needs_approval": False,
    }
    assert listed[1]["path"] is None
    assert "importing add" in shown.stderr


def test_a_project_without_actions_lists_nothing(actionary, project):
    for path in (project / "actions").iterdir():
        path.unlink()
    shown = actionary("list")
    assert (shown.stdout, shown.stderr, shown.returncode) == ("", "no actions\n", 0)


@pytest.mark.parametrize(
    "arguments", [["list"], ["call", "add", "--first", "1"], ["build", "--check", "--json"]]
)
def test_a_reader_that_goes_away_causes_no_traceback(script, project, arguments):
    program = subprocess.Popen(
        [*script, *arguments], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    program.stdout.close()
    with program.stderr:
        complained = program.stderr.read()
    program.wait()
    assert "Traceback" not in complained
    assert "BrokenPipe" not in complained


@pytest.mark.parametrize(
    "arguments",
    [["list"], ["call", "add", "--first", "1"], ["build"], ["build", "--check", "--json"], ["--help"]],
)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_said_and_exits_with_1(script, project, arguments, unbuffered):
    with Path("/dev/full").open("w") as full:
        program = subprocess.run(
            [*script, *arguments],
            cwd=project,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert program.returncode == 1
    assert "error[system-error]: the output cannot be written: No space left" in program.stderr
    assert "  mend: " in program.stderr
    assert "Traceback" not in program.stderr
    assert "Exception ignored" not in program.stderr


def test_a_current_folder_that_is_gone_is_said(script, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    program = subprocess.run(
        ["sh", "-c", 'rmdir "$PWD" && exec "$0" list', *script],
        cwd=gone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert program.returncode == 1
    assert "error[system-error]: " in program.stderr
    assert "No such file or directory" in program.stderr
    assert "Traceback" not in program.stderr


def test_a_locale_that_cannot_spell_a_text_does_not_stop_the_list(actionary, project):
    action = project / "actions" / "give.py"
    action.write_text(action.read_text().replace("Give a value.", "Grüße 日本"))
    shown = actionary("list", env={"PYTHONIOENCODING": "latin-1"}, encoding="latin-1")
    assert shown.returncode == 0
    assert "Grüße \\u65e5\\u672c" in shown.stdout


@pytest.mark.parametrize(("typed", "near"), [("cal", "call"), ("biuld", "build"), ("approval", "approvals")])
def test_a_command_that_is_nearly_one_is_answered_with_that(actionary, typed, near):
    shown = actionary(typed)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert f"No such command '{typed}'. Did you mean `{near}`?" in shown.stderr


def test_a_command_that_is_near_to_none_is_answered_with_the_help(actionary):
    shown = actionary("teapot")
    assert shown.returncode == 2
    assert "No such command 'teapot'." in shown.stderr
    assert "Did you mean" not in shown.stderr
    assert "actionary --help" in shown.stderr


@pytest.mark.parametrize("arguments", [["list"], ["call", "add"], ["serve"]])
@pytest.mark.parametrize(
    "mistake",
    ["1 / 0", "import sys; sys.exit(0)", "from actionary import action\n@action\nasync def Bad(): ..."],
)
def test_every_command_shows_what_build_shows_of_a_broken_file(actionary, project, arguments, mistake):
    (project / "actions" / "broken.py").write_text(mistake)
    built = actionary("build")
    shown = actionary(*arguments)
    assert (built.returncode, shown.returncode, shown.stdout) == (1, 1, "")
    complaint = built.stderr[built.stderr.index("actions/broken.py") :]
    assert shown.stderr.endswith(complaint)
