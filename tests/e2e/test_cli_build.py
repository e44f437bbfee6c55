from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from actionary_build.cli.build import command as build
from actionary_build.load import IMPORT_TIMEOUT

CASES = Path(__file__).parent.parent / "cases"


def _tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_build_says_what_it_wrote_and_the_second_writes_nothing(actionary, project):
    first, second = actionary("build"), actionary("build")
    assert (first.returncode, second.returncode) == (0, 0)
    assert "wrote openapi.json\n" in first.stdout
    written = len(_tree(project / "generated")) - 1
    assert first.stdout.endswith(f"generated: {written} written, 0 removed, 0 unchanged\n")
    assert second.stdout == f"generated: 0 written, 0 removed, {written} unchanged\n"
    assert "importing add" in first.stderr


def test_the_outcome_as_json(actionary, project):
    outcome = json.loads(actionary("build", "--json").stdout)
    assert outcome["ok"] is True
    assert "openapi.json" in outcome["written"]
    assert (outcome["removed"], outcome["unchanged"], outcome["diagnostics"]) == ([], 0, [])
    (project / "actions" / "add.py").unlink()
    outcome = json.loads(actionary("build", "--json").stdout)
    assert outcome["removed"] == ["actions/add.md"]
    assert outcome["unchanged"] == 0


def test_errors_as_json_are_all_that_is_printed(actionary, project):
    (project / "actions" / "add.py").write_text("1 / 0")
    shown = actionary("build", "--json")
    outcome = json.loads(shown.stdout)
    assert (shown.returncode, outcome["ok"]) == (1, False)
    (diagnostic,) = outcome["diagnostics"]
    assert (diagnostic["code"], diagnostic["file"], diagnostic["line"]) == (
        "import-failed",
        "actions/add.py",
        1,
    )


@pytest.mark.parametrize("out", ["actions", "actions/made"])
def test_a_build_among_the_actions_is_refused_and_writes_nothing(actionary, project, out):
    with (project / "pyproject.toml").open("a") as table:
        table.write(f'out = "{out}"\n')
    before = _tree(project)
    shown = actionary("build", "--force")
    assert shown.returncode == 1
    assert f"{out}: error[bad-output-folder]: [tool.actionary] out: the output folder" in shown.stderr
    assert "mend: set `out` in [tool.actionary] to a folder of its own" in shown.stderr
    assert _tree(project) == before


def test_warnings_go_to_standard_error_and_do_not_fail(actionary, project):
    action = project / "actions" / "add.py"
    action.write_text(action.read_text().replace('when_to_use="The user adds.", ', ""))
    shown = actionary("build")
    assert shown.returncode == 0
    assert "actions/add.py:19: warning[no-when-to-use]" in shown.stderr
    assert json.loads(actionary("build", "--json").stdout)["diagnostics"][0]["code"] == "no-when-to-use"


def test_a_project_without_actions_is_built_with_a_warning(actionary, project):
    for path in (project / "actions").iterdir():
        path.unlink()
    shown = actionary("build")
    assert shown.returncode == 0
    assert "pyproject.toml: warning[no-actions]: the project has no action" in shown.stderr


def test_a_check_exits_1_and_names_what_differs_until_it_is_built(actionary, project):
    actionary("build")
    assert actionary("build", "--check").returncode == 0
    action = project / "actions" / "add.py"
    action.write_text(action.read_text().replace("Add two numbers.", "Give the sum."))
    stale = actionary("build", "--check")
    assert stale.returncode == 1
    assert "generated/llms.txt: error[stale-output]: this build would change it" in stale.stderr
    assert stale.stderr.count("error[stale-output]") > 1
    assert stale.stderr.count("mend: ") == 1
    assert stale.stderr.endswith("  mend: run `actionary build`\n")
    as_json = json.loads(actionary("build", "--check", "--json").stdout)
    assert as_json["ok"] is False
    assert "generated/llms.txt" in {diagnostic["file"] for diagnostic in as_json["diagnostics"]}
    assert "Add two numbers." in (project / "generated" / "llms.txt").read_text()
    actionary("build")
    assert json.loads(actionary("build", "--check", "--json").stdout)["ok"] is True


def test_only_the_named_target_is_built(actionary, project):
    assert actionary("build", "--target", "openapi", "--target", "catalog").returncode == 0
    assert set(_tree(project / "generated")) == {"catalog.json", "manifest.json", "openapi.json"}
    wrong = actionary("build", "--target", "opnapi")
    assert wrong.returncode == 2
    assert "error[unknown-target]: --target opnapi: the project has no such target" in wrong.stderr
    assert "did you mean `openapi`? Its targets are catalog, llms, openapi" in wrong.stderr
    assert "pyproject" not in wrong.stderr
    as_json = actionary("build", "--target", "opnapi", "--json")
    assert (as_json.returncode, json.loads(as_json.stdout)["ok"]) == (2, False)
    assert actionary("build", "--check", "--target", "opnapi").returncode == 2


def test_foreign_and_edited_files_are_refused_by_name(actionary, project):
    actionary("build")
    (project / "generated" / "notes.txt").write_text("mine")
    (project / "generated" / "llms.txt").write_text("mine too")
    before = _tree(project / "generated")
    shown = actionary("build")
    assert shown.returncode == 1
    assert "generated/notes.txt: error[foreign-file]" in shown.stderr
    assert "generated/llms.txt: error[edited-file]" in shown.stderr
    assert "-mine too" in shown.stderr
    assert _tree(project / "generated") == before
    assert actionary("build", "--force").returncode == 0
    assert (project / "generated" / "notes.txt").read_text() == "mine"


def test_the_private_catalog_is_written_relative_to_the_current_folder(actionary, project, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shown = actionary("build", "--project", str(project), "--private-catalog", "all.json", cwd=elsewhere)
    assert shown.returncode == 0
    assert '"echo_fields"' in (elsewhere / "all.json").read_text()
    inside = actionary("build", "--private-catalog", "generated/all.json")
    assert inside.returncode == 2
    assert "error[private-catalog-place]" in inside.stderr


def test_the_private_catalog_overwrites_another_file_only_by_force(actionary, project):
    before = (project / "pyproject.toml").read_text()
    shown = actionary("build", "--private-catalog", "pyproject.toml")
    assert shown.returncode == 1
    assert "pyproject.toml: error[foreign-file]" in shown.stderr
    assert (project / "pyproject.toml").read_text() == before
    assert not (project / "generated").exists()
    (project / "old.json").write_text("{}")
    assert actionary("build", "--private-catalog", "old.json", "--force").returncode == 0
    assert '"echo_fields"' in (project / "old.json").read_text()


def test_a_name_too_long_for_a_folder_is_refused_before_anything_is_written(actionary, project):
    settings = project / "pyproject.toml"
    text = settings.read_text().replace('"llms"', '"python"')
    settings.write_text(f'{text}[tool.actionary.python]\npackage = "{"p" * 300}"\n')
    shown = actionary("build")
    assert shown.returncode == 1
    assert "error[bad-output-path]" in shown.stderr
    assert "shorten the tag" in shown.stderr
    assert not (project / "generated").exists()


@pytest.mark.parametrize("option", [["--force"], ["--private-catalog", "x.json"]])
def test_a_check_takes_no_option_that_writes(actionary, option):
    assert actionary("build", "--check", *option).returncode == 2


def test_an_import_that_hangs_ends_after_the_limit(actionary, project):
    (project / "actions" / "hang.py").write_text("import time\ntime.sleep(600)")
    shown = actionary("build", "--import-timeout", "1")
    assert shown.returncode == 1
    assert "actions/hang.py:2: error[import-hung]" in shown.stderr
    assert actionary("build", "--import-timeout", "0").returncode == 2


def test_the_time_for_importing_is_what_the_loader_gives_by_itself():
    default = next(each.default for each in build.params if each.name == "import_timeout")
    assert default == IMPORT_TIMEOUT


def test_progress_is_shown_on_a_terminal_only(actionary, script, project):
    assert "emit openapi" not in actionary("build").stderr
    terminal, its_end = pty.openpty()
    subprocess.run([*script, "build"], cwd=project, stdout=subprocess.DEVNULL, stderr=its_end, check=True)
    os.close(its_end)
    shown = os.read(terminal, 65536).decode()
    os.close(terminal)
    stations = [line.rsplit(maxsplit=2)[0] for line in shown.splitlines() if line.rstrip().endswith(" s")]
    assert stations == ["load", "emit catalog", "emit llms", "emit openapi", "write"]


def test_an_interrupt_ends_a_build_with_130(script, project):
    (project / "actions" / "hang.py").write_text("import time\nprint('hanging', flush=True)\ntime.sleep(600)")
    building = subprocess.Popen([*script, "build"], cwd=project, stderr=subprocess.PIPE, text=True)
    with building.stderr:
        assert any(line == "hanging\n" for line in building.stderr)
        building.send_signal(signal.SIGINT)
        rest = building.stderr.read()
    assert building.wait() == 130
    assert "Traceback" not in rest
    assert not (project / "generated").exists()


def test_a_file_that_changes_twice_in_a_second_is_built_as_it_is(project):
    command = Path(sys.executable).with_name("actionary")
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    (project / "actions").mkdir(exist_ok=True)
    file, moment = project / "actions" / "changing.py", int(time.time())
    for word in ("first", "other"):
        file.write_text(CHANGING.format(word))
        os.utime(file, (moment, moment))
        subprocess.run([command, "build"], cwd=project, env=environment, check=True, capture_output=True)
        assert f"Say {word}." in (project / "generated" / "catalog.json").read_text()


CHANGING = """
from actionary import action

@action(public=True, when_to_use="It is asked for.")
def changing() -> None:
    \"\"\"Say {}.\"\"\"
"""


@pytest.mark.parametrize("case", ["minimal", "text-attacks"])
def test_two_builds_anywhere_give_the_same_bytes(actionary, tmp_path, case):
    """Other hash seeds, folders, time zones, locales and umasks change nothing."""
    here = {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8"}
    there = {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "C"}
    there |= {
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "ascii",
        "HOME": str(tmp_path),
    }
    trees = []
    for number, env in enumerate((here, there)):
        root = tmp_path / ("a" if number else "grüße und leer zeichen") / f"project{number}"
        shutil.copytree(CASES / case, root, ignore=shutil.ignore_patterns("expected*", "__pycache__"))
        settings = root / "pyproject.toml"
        lines = [line for line in settings.read_text().splitlines() if not line.startswith("targets")]
        settings.write_text("\n".join(lines))
        shown = actionary("build", cwd=root, env=env)
        assert shown.returncode == 0, shown.stderr
        trees.append(_tree(root / "generated"))
    assert trees[0] == trees[1]
    assert len(trees[0]) > 40


def test_the_package_can_be_run_as_a_module(project):
    run = subprocess.run(
        [sys.executable, "-m", "actionary_build.cli", "build", "--check"],
        cwd=project,
        capture_output=True,
        check=False,
    )
    assert run.returncode == 1
