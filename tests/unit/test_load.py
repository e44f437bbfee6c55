from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest
from actionary.settings import read_settings
from actionary_build.diagnostics import BuildError
from actionary_build.load import load_catalog
from actionary_build.load_process import Answer, _say_slow

ADD = """
from actionary import action

@action(public=True)
def add(a: int, b: int = 2) -> int:
    '''Add two numbers.'''
    return a + b
"""
HIDDEN = """
from actionary import action

@action
def hidden() -> None: ...
"""
SHORT = 1.0
"""A time limit that a child which only hangs exceeds soon after it began to."""


@pytest.fixture
def load(tmp_path):
    """Loads a project of these files of actions."""

    def load(files, **more):
        root = tmp_path / "project"
        for path, source in files.items():
            (root / "actions" / path).parent.mkdir(parents=True, exist_ok=True)
            (root / "actions" / path).write_text(source)
        (root / "pyproject.toml").write_text('[tool.actionary]\ntitle = "Case"\nversion = "1.0"\n')
        return load_catalog(read_settings(root), **more)

    return load


@pytest.fixture
def complaints(load):
    def complaints(files, **more):
        with pytest.raises(BuildError) as caught:
            load(files, **more)
        return caught.value.diagnostics

    return complaints


@pytest.fixture
def complaint(complaints):
    def complaint(files, **more):
        (diagnostic,) = complaints(files, **more)
        return diagnostic

    return complaint


def test_the_catalog_holds_the_public_actions_and_places_holds_all(load):
    loaded = load({"math/add.py": ADD, "hidden.py": HIDDEN})
    assert [action.name for action in loaded.catalog] == ["add"]
    assert loaded.private is None
    assert {name: str(place) for name, place in loaded.places.items()} == {
        "add": "actions/math/add.py:4",
        "hidden": "actions/hidden.py:4",
    }


def test_the_private_catalog_comes_when_it_is_asked_for(load):
    loaded = load({"add.py": ADD, "hidden.py": HIDDEN}, private=True)
    assert [action.name for action in loaded.catalog] == ["add"]
    assert loaded.private is not None
    assert [action.name for action in loaded.private] == ["add", "hidden"]
    assert loaded.private.fingerprint == loaded.catalog.fingerprint


def test_the_users_modules_are_never_imported_into_this_process(load):
    load({"add.py": ADD})
    assert not [name for name in sys.modules if name == "actions" or name.startswith("actions.")]


@pytest.mark.parametrize(
    "noise",
    [
        "print('loud')",
        "import os; os.write(1, b'{\"loaded\": {}}\\n')",
        "import subprocess; subprocess.run(['echo', 'loud'])",
        "import sys; sys.stdout.write('{' * 100_000)",
        "import sys; sys.stdout.buffer.write(bytes(range(256)) * 1000)",
    ],
    ids=["print", "descriptor", "subprocess", "much", "binary"],
)
def test_what_is_printed_reaches_standard_error_and_spoils_nothing(load, capfd, noise):
    assert load({"add.py": f"{noise}\n{ADD}"}).catalog.get("add")
    out, err = capfd.readouterr()
    assert out == ""
    assert len(err) >= 4


@pytest.mark.parametrize(
    "line",
    [
        "import os; os.chdir('/')",
        "import sys; sys.path.clear()",
        "import sys; sys.stdout.close(); sys.stderr.close()",
        "import sys; sys.stdout = sys.stderr = None",
        "import threading; threading.Thread(target=threading.Event().wait).start()",
        "import subprocess; subprocess.Popen(['sleep', '600'])",
        "import os, time; os.fork() or time.sleep(600)",
        "import sys; sys.excepthook = None; sys.setrecursionlimit(200)",
        "import atexit; atexit.register(print, 'bye')",
        "import sys; assert sys.stdin.read() == ''",
    ],
)
def test_odd_things_at_import_do_no_harm(load, line):
    assert load({"add.py": f"{ADD}\n{line}"}).catalog.get("add")


def test_actions_are_imported_in_the_project_with_this_environment(load, monkeypatch):
    monkeypatch.setenv("SHOP_NAME", "Sho\u0308p")
    said = "description=f'{os.environ[\"SHOP_NAME\"]} {pathlib.Path.cwd().name}'"
    source = "import os, pathlib\n" + ADD.replace("public=True", f"public=True, {said}")
    assert load({"add.py": source}).catalog.actions[0].description == "Sho\u0308p project"


def test_an_import_that_takes_long_is_said_once(complaint, monkeypatch, capsys):
    monkeypatch.setattr("actionary_build.load_process._PATIENCE", 0.0)
    assert complaint({"hang.py": "import time; time.sleep(600)"}, timeout=SHORT).code == "import-hung"
    assert capsys.readouterr().err.count("still importing the actions") == 1


def test_an_import_that_does_not_take_long_is_not_spoken_of(load, monkeypatch, capsys):
    monkeypatch.setattr("actionary_build.load_process._PATIENCE", 100.0)
    load({"add.py": ADD})
    assert capsys.readouterr().err == ""


def test_what_takes_long_is_the_file_that_was_begun_last(capsys):
    answer = Answer()
    for file in ("actions/a.py", "actions/b.py"):
        answer.hear(json.dumps({"begun": file}).encode() + b"\n")
    _say_slow(answer)
    assert capsys.readouterr().err == "still importing the actions; actions/b.py was begun last\n"


def test_all_files_that_cannot_be_imported_are_named_at_once(complaints):
    found = complaints({"a.py": "1 / 0", "b.py": "import nothing_like_it", "c.py": ADD, "d.py": "def"})
    assert [(each.code, each.place) for each in found] == [
        ("import-failed", "actions/a.py:1"),
        ("import-failed", "actions/b.py:1"),
        ("import-failed", "actions/d.py:1"),
    ]


def test_an_import_error_shows_the_users_own_frames_only(complaint):
    source = "import json\n\ndef parse():\n    return json.loads('{')\n\nparse()"
    diagnostic = complaint({"_support.py": source, "a.py": "from actions._support import parse"})
    assert diagnostic.place == "actions/a.py:1"
    assert diagnostic.detail.splitlines() == [
        'File "actions/a.py", line 1, in <module>',
        "  from actions._support import parse",
        'File "actions/_support.py", line 6, in <module>',
        "  parse()",
        'File "actions/_support.py", line 4, in parse',
        "  return json.loads('{')",
    ]
    assert "JSONDecodeError" in diagnostic.message


def test_a_mistake_in_support_code_is_said_once(complaint):
    wrong = "from actionary import ActionError\nclass Bad(ActionError, code='no-code'): ..."
    using = "from actions._errors import Bad"
    diagnostic = complaint({"_errors.py": wrong, "a.py": using, "b.py": using})
    assert (diagnostic.code, diagnostic.place) == ("definition", "actions/_errors.py:2")


def test_messages_name_files_relative_to_the_project(complaints, tmp_path):
    twice = complaints({"a.py": ADD, "b.py": ADD})
    assert str(tmp_path) not in "".join(map(str, twice))
    assert "actions/a.py:4" in twice[0].message


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import sys; sys.exit('no database')", "it ends the process, with SystemExit('no database')"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise BaseException('odd')", "BaseException: odd"),
        ("class E(Exception):\n    def __str__(self): return 1 / 0\nraise E", "E"),
        ("def f(): f()\nf()", "RecursionError"),
        ("x = (1,\n", "SyntaxError: '(' was never closed"),
        ("\x00", "null bytes"),
    ],
)
def test_whatever_a_file_raises_is_a_diagnostic_that_names_it(complaint, source, said):
    diagnostic = complaint({"a.py": source})
    assert (diagnostic.code, diagnostic.file) == ("import-failed", "actions/a.py")
    assert said in diagnostic.message


@pytest.mark.parametrize(
    ("source", "ended"),
    [
        ("import os; os._exit(0)", "with exit code 0"),
        ("import os; os._exit(7)", "with exit code 7"),
        ("import os; os.kill(os.getpid(), 9)", "by SIGKILL"),
        ("import os; os.closerange(3, 100); os._exit(0)", "with exit code 0"),
    ],
)
def test_a_process_that_just_ends_is_told_with_the_file_that_ran(complaint, source, ended):
    diagnostic = complaint({"_fine.py": "", "a.py": ADD, "b.py": f"from actions import _fine\n{source}"})
    assert diagnostic.code == "import-failed"
    assert f"ended {ended} before it was done" in diagnostic.message
    assert "actions/_fine.py was begun last" in diagnostic.message


def test_a_crash_is_told_with_the_line_that_crashed(complaint):
    crash = "import ctypes\n\ndef crash():\n    ctypes.string_at(0)\n\ncrash()"
    diagnostic = complaint({"_native.py": crash, "a.py": "from actions import _native"})
    assert "ended by SIGSEGV" in diagnostic.message
    assert diagnostic.place == "actions/_native.py:4"
    assert 'File "actions/a.py", line 1' in diagnostic.detail


def test_an_import_that_hangs_is_ended_and_its_line_named(complaint):
    hang = "import threading\n\ndef wait():\n    threading.Event().wait()\n\nwait()"
    diagnostic = complaint(
        {"a.py": ADD, "b.py": "from actions import _slöw", "_slöw.py": hang}, timeout=SHORT
    )
    assert (diagnostic.code, diagnostic.place) == ("import-hung", "actions/_slöw.py:4")
    assert f"did not end in {SHORT:g} s" in diagnostic.message
    assert 'File "actions/b.py", line 1' in diagnostic.detail
    assert "threading.py" not in diagnostic.detail


def test_a_hang_that_nothing_inside_can_end_is_ended_from_outside(complaint, monkeypatch):
    monkeypatch.setattr("actionary_build.load_process._GRACE", 2.0)
    stubborn = (
        "import faulthandler, signal\nfaulthandler.cancel_dump_traceback_later()\n"
        "for number in (signal.SIGINT, signal.SIGTERM):\n    signal.signal(number, signal.SIG_IGN)\n"
        "while True: pass"
    )
    diagnostic = complaint({"a.py": stubborn}, timeout=SHORT)
    assert (diagnostic.code, diagnostic.file) == ("import-hung", "actions/a.py")
    assert "actions/a.py was begun last" in diagnostic.message


@pytest.fixture
def ended(tmp_path):
    """Waits until every process is gone that opened ``../alive``; says whether one ever did."""
    os.mkfifo(tmp_path / "alive")
    reader = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    yield lambda: bool(select.select([reader], [], [], 30)[0])
    os.close(reader)


def test_what_a_hanging_import_started_is_ended_too(complaint, ended):
    hang = (
        "import subprocess\nalive = open('../alive', 'w')\n"
        "subprocess.run(['sleep', '600'], pass_fds=[alive.fileno()])"
    )
    assert complaint({"a.py": hang}, timeout=SHORT).code == "import-hung"
    assert ended()


def test_an_interrupted_build_leaves_no_child(load, ended, monkeypatch):
    hear = Answer.hear

    def interrupt_at_b(answer, said):
        if b"b.py" in said:
            raise KeyboardInterrupt
        return hear(answer, said)

    monkeypatch.setattr(Answer, "hear", interrupt_at_b)
    with pytest.raises(KeyboardInterrupt):
        load({"a.py": f"alive = open('../alive', 'w')\n{ADD}", "b.py": "import time; time.sleep(600)"})
    assert ended()


@pytest.mark.parametrize("stdlib", ["json", "types", "logging", "pydantic", "click"])
def test_a_file_of_the_project_that_is_called_like_a_library_does_not_stop_the_loading(
    load, tmp_path, stdlib
):
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / f"{stdlib}.py").write_text("raise RuntimeError('imported by mistake')")
    assert load({"add.py": ADD}).catalog.get("add")


def test_the_folder_may_be_a_module_that_defines_actions(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.actionary]\nactions = "shop.api"\nversion = "1"\n')
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "api.py").write_text(
        f"{ADD}\nfrom actionary import define_actions\ndefine_actions([add])"
    )
    loaded = load_catalog(read_settings(tmp_path))
    assert str(loaded.places["add"]) == "shop/api.py:4"


def test_a_project_without_actions_is_told_what_to_name(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.actionary]\nversion = "1"\n')
    with pytest.raises(
        BuildError, match="actions: there is neither a folder 'actions' nor a module"
    ) as caught:
        load_catalog(read_settings(tmp_path))
    assert caught.value.diagnostics[0].code == "bad-config"


def test_the_catalog_is_the_same_as_described_here(load, tmp_path):
    """Nothing gets lost between the processes."""
    loaded = load({"add.py": ADD})
    code = (
        "import json, sys; from pathlib import Path; from actionary.settings import read_settings;"
        "from actionary.loading import load_registry; from actionary.describe import describe;"
        "settings = read_settings(Path(sys.argv[1]));"
        "print(json.dumps(describe(load_registry(settings), settings).dump()))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "project")],
        capture_output=True,
        check=True,
        env=os.environ,
    )
    assert loaded.catalog.dump() == json.loads(run.stdout)
    assert Path(loaded.places["add"].file) == Path("actions/add.py")


@pytest.mark.parametrize(
    ("line", "mend"),
    [
        ("from actions._dbx import x", "there is no file actions/_dbx.py; did you mean `actions._db`?"),
        ("from ._dbx import x", "there is no file actions/_dbx.py; did you mean `actions._db`?"),
        ("import actions.shp.prices", "there is no file actions/shp.py; did you mean `actions._shop`?"),
        (
            "import actions._shop.pricez",
            "there is no file actions/_shop/pricez.py; did you mean `actions._shop.prices`?",
        ),
        (
            "import actions.nothing_like_it",
            "there is no file actions/nothing_like_it.py; write it, or mend the import",
        ),
        ("import actions._db.more", "actions/_db.py is a file, and no module lies below it: mend the import"),
        ("import no_such_module", "install what brings the module 'no_such_module', or mend the import"),
        (
            "raise ModuleNotFoundError('no', name='actions.../etc')",
            "install what brings the module 'actions.../etc', or mend the import",
        ),
    ],
)
def test_an_import_of_what_the_project_itself_lacks_names_the_file_that_is_not_there(complaint, line, mend):
    found = complaint({"add.py": f"{line}\n{ADD}", "_db.py": "", "_shop/prices.py": ""})
    assert (found.code, found.file, found.line, found.mend) == ("import-failed", "actions/add.py", 1, mend)
