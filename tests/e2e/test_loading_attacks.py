"""Files of actions that misbehave when they are imported: a right build or a clear error, never a hang."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("actionary")
ADD = '''
from actionary import action

@action(public=True, when_to_use="The user adds.")
def add(a: int, b: int = 2) -> int:
    """Add two numbers."""
    return a + b
'''
ZED = ADD.replace("def add", "def zed")
CHANGED = ADD.replace("Add two numbers.", "Give the sum.")
LINES = len(CHANGED.splitlines()) + 1
"""How many lines stand before an attack."""
DAEMON = "import os\nif os.fork() == 0:\n    os.setsid(); open('../held').read(); os._exit(0)"
"""Leaves a process that no build can find, which holds all files that were open."""

# What it does, and what the error says; the place is the line of the attack where one can be known.
REFUSED = {
    "hangs": ("while True: pass", "import-hung", "did not end in 3 s; actions/add.py was running"),
    "sleeps": ("import time; time.sleep(600)", "import-hung", "actions/add.py was running"),
    "waits for a loop": ("import asyncio; asyncio.run(asyncio.sleep(600))", "import-hung", "was running"),
    "hangs in its own error": (
        "import time\nclass E(Exception):\n    def __str__(self): time.sleep(600)\nraise E",
        "import-hung",
        "actions/add.py was running",
    ),
    "hangs with a daemon": (
        f"{DAEMON}\nimport time; time.sleep(600)",
        "import-hung",
        "actions/add.py was running",
    ),
    "exits": ("import sys; sys.exit()", "import-failed", "it ends the process, with SystemExit"),
    "exits with 0": ("raise SystemExit(0)", "import-failed", "it ends the process, with SystemExit(0)"),
    "quits": ("quit('bye')", "import-failed", "it ends the process, with SystemExit('bye')"),
    "is interrupted": ("raise KeyboardInterrupt", "import-failed", "imported: KeyboardInterrupt"),
    "raises GeneratorExit": ("raise GeneratorExit", "import-failed", "imported: GeneratorExit"),
    "raises a group": ("raise ExceptionGroup('g', [ValueError(1)])", "import-failed", "ExceptionGroup: g"),
    "raises without words": (
        "class E(BaseException):\n    def __str__(self): raise SystemExit(3)\nraise E",
        "import-failed",
        "exception str() failed",
    ),
    "raises a book": ("raise ValueError('x' * 3_000_000)", "import-failed", "ValueError: xxx"),
    "raises lines": ("raise ValueError('one\\ntwo\\u202e')", "import-failed", "imported: ValueError: one\n"),
    "raises half a character": ("raise ValueError('\\udcff')", "import-failed", "ValueError: \\udcff"),
    "recurses": ("def f(): f()\nf()", "import-failed", "RecursionError"),
    "asks": ("input('name? ')", "import-failed", "EOFError"),
    "stops in a debugger": ("breakpoint()", "import-failed", "bdb.BdbQuit"),
    "leaves": ("import os; os._exit(0)", "import-failed", "ended with exit code 0 before it was done"),
    "leaves with a daemon": (
        f"{DAEMON}\nos._exit(0)",
        "import-failed",
        "ended with exit code 0 before it was done",
    ),
    "aborts": ("import os; os.abort()", "import-failed", "ended by SIGABRT"),
    "kills itself": ("import os; os.kill(os.getpid(), 15)", "import-failed", "ended by SIGTERM"),
    "kills its group": ("import os; os.killpg(0, 9)", "import-failed", "ended by SIGKILL"),
    "eats memory": (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (1, 1)); x = bytearray(10**9)",
        "import-failed",
        "MemoryError",
    ),
    "closes all files": ("import os; os.closerange(3, 4096)", "import-failed", "had not opened"),
    "takes the place of what it closed": (
        "import os; os.closerange(3, 4096); taken = open('taken.txt', 'w')",
        "import-failed",
        "had not opened",
    ),
    "breaks isinstance": (
        "import builtins; builtins.isinstance = lambda *a: True",
        "import-failed",
        "changed Python itself",
    ),
    "breaks len": ("import builtins; builtins.len = None", "import-failed", "changed Python itself"),
    "hooks into everything": (
        "import sys; sys.addaudithook(lambda *a: 1 / 0)",
        "import-failed",
        "changed Python itself",
    ),
    "forgets all modules": ("import sys; sys.modules.clear()", "import-failed", "KeyError"),
    "ends importing": ("import sys; sys.meta_path.clear()", "import-failed", "No module named 'actions.zed'"),
    "imports nothing known": ("import no_such_thing", "import-failed", "No module named 'no_such_thing'"),
    "imports from itself": ("from actions.add import nothing", "import-failed", "circular import"),
    "breaks json": ("import json; json.dumps = lambda *a, **k: 1 / 0", "import-failed", "ZeroDivisionError"),
    "has no right syntax": ("x = (1,", "import-failed", "SyntaxError: '(' was never closed"),
    "mixes tabs": ("if 1:\n\tx = 1\n        y = 2", "import-failed", "TabError"),
    "is not UTF-8": (b"x = '\xff'", "import-failed", "SyntaxError"),
    "has null bytes": ("x = '\0'", "import-failed", "null bytes"),
    "defines no action": ("del add", "definition", "the file defines no action"),
    "defines two actions": (ZED, "definition", "the file defines 2 actions: add, zed"),
}

HARMLESS = {
    "prints much": "import sys; print('x' * 5_000_000); sys.stderr.write('y' * 5_000_000)",
    "prints bytes": "import sys; sys.stdout.buffer.write(bytes(range(256)) * 1000)",
    "prints what looks like an answer": "print('{\"loaded\": {}}')",
    "writes to all pipes it finds": "import os\nfor fd in range(3, 9):\n"
    "    try: os.write(fd, b'{\"loaded\"')\n    except OSError: pass",
    "closes its outputs": "import sys; sys.stdout.close(); sys.stderr.close()",
    "closes the first three files": "import os; os.close(0); os.close(1); os.close(2)",
    "replaces stdout": "import sys, io; sys.stdout = sys.stderr = io.StringIO()",
    "replaces stdout by what raises": "import sys\nclass O:\n"
    "    def __getattr__(self, name): raise LookupError(name)\nsys.stdout = sys.stderr = O()",
    "has no stdout": "import sys; sys.stdout = sys.stderr = None",
    "starts a thread that never ends": "import threading\n"
    "threading.Thread(target=threading.Event().wait).start()",
    "starts a thread that works for ever": "import threading\ndef work():\n    while True: sum(range(999))\n"
    "threading.Thread(target=work).start()",
    "forks": "import os; os.fork()",
    "forks and leaves": "import os; os.fork() or os._exit(0)",
    "forks and exits": "import os, sys; os.fork() or sys.exit(1)",
    "leaves a child": "import subprocess; subprocess.Popen(['cat', '../held'])",
    "leaves a daemon that holds the pipes": DAEMON,
    "leaves a program in a session of its own": "import subprocess\n"
    "subprocess.Popen(['cat', '../held'], start_new_session=True, close_fds=False)",
    "leaves a daemon that prints for ever": "import os\nif os.fork() == 0:\n    os.setsid()\n"
    "    held = os.open('../held', os.O_RDONLY | os.O_NONBLOCK)\n"
    "    try:\n        while os.read(held, 1) != b'': pass\n"
    "    except BlockingIOError:\n        pass\n"
    "    try:\n"
    "        while True: os.write(2, b'noise ' * 1000)\n"
    "    except OSError: os._exit(0)",
    "uses processes": "import multiprocessing as m; m.get_context('spawn').Process(target=print).start()",
    "changes folder": "import os; os.chdir('/')",
    "leaves no folder": "import os, tempfile\nd = tempfile.mkdtemp(); os.chdir(d); os.rmdir(d)",
    "empties sys.path": "import sys; sys.path.clear()",
    "adds to sys.path": "import sys; sys.path[:0] = ['/nowhere', '/tmp', '']",
    "empties the environment": "import os; os.environ.clear()",
    "changes the umask": "import os; os.umask(0o777)",
    "ignores signals": "import signal\nfor n in (1, 2, 15, 17): signal.signal(n, signal.SIG_IGN)",
    "handles signals": "import signal\nfor n in (1, 2, 15, 17): signal.signal(n, lambda *a: 1 / 0)",
    "may not write files": "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))",
    "lowers the recursion limit": "import sys; sys.setrecursionlimit(60)",
    "lifts the recursion limit": "import sys; sys.setrecursionlimit(10**6)",
    "deletes its own file": "import os; os.remove(__file__)",
    "imports itself": "import actions.add; from actions import add as me",
    "imports another that imports it": "import actions.zed; from actions.zed import zed as other",
    "patches what json writes": "import json; json.dumps = lambda *a, **k: 'evil'",
    "patches how json writes": "import json; json.JSONEncoder.encode = lambda *a: 'evil'",
    "patches how json reads": "import json; json.loads = json.encoder = None",
    "patches os.write": "import os; os.write = lambda *a: 1 / 0",
    "patches os._exit": "import os; os._exit = lambda *a: None",
    "hangs when Python ends": "import atexit, time; atexit.register(time.sleep, 600)",
    "raises from hooks": "import sys; sys.excepthook = sys.unraisablehook = lambda *a: 1 / 0",
    "holds a proxy that is not ready": "class P:\n    @property\n"
    "    def __class__(self): raise RuntimeError\np = P()",
    "stops the garbage collector": "import gc; gc.disable(); gc.freeze()",
    "deletes what was built": "import shutil; shutil.rmtree('generated')",
    "begins with a byte order mark": b"\xef\xbb\xbf",
}


ALWAYS = frozenset(
    {"hangs", "exits", "is interrupted", "leaves", "has no right syntax"}
    | {"defines no action", "defines two actions", "leaves with a daemon", "closes all files"}
    | {"prints much", "forks", "changes folder", "closes the first three files", "deletes its own file"}
    | {"leaves a daemon that holds the pipes", "starts a thread that never ends", "patches what json writes"}
)
"""What `make test` tries; the others are long."""


def _case(name, *attack):
    return pytest.param(*attack, id=name, marks=() if name in ALWAYS else pytest.mark.long)


def test_what_is_always_tried_is_there():
    assert REFUSED.keys() | HARMLESS.keys() >= ALWAYS


def _tree(folder):
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
        for path in folder.rglob("*")
        if path.is_file()
    }


def _bytes(folder):
    return {path: content for path, (content, *_) in _tree(folder).items()}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A project as it was built once, and its folder as a build of the changed action makes it."""
    folder = tmp_path_factory.mktemp("built")
    root = folder / "shop"
    (root / "actions").mkdir(parents=True)
    settings = '[tool.actionary]\ntitle = "Shop"\nversion = "1.0.0"\ntargets = ["catalog", "llms"]\n'
    (root / "pyproject.toml").write_text(settings)
    (root / "actions" / "zed.py").write_text(ZED)
    for number, source in enumerate((ADD, CHANGED)):
        (root / "actions" / "add.py").write_text(source)
        subprocess.run([COMMAND, "build"], cwd=root, check=True, capture_output=True)
        shutil.copytree(root, folder / str(number), ignore=shutil.ignore_patterns("__pycache__"))
    return folder / "0", _bytes(folder / "1" / "generated")


@pytest.fixture
def root(tmp_path, built):
    """The built project; ``held`` beside it is read by processes that shall end with the test."""
    shutil.copytree(built[0], tmp_path / "shop")
    os.mkfifo(tmp_path / "held")
    held = os.open(tmp_path / "held", os.O_RDWR)
    yield tmp_path / "shop"
    os.close(held)


def _attack(root, code):
    first, last = (code, b"") if code == b"\xef\xbb\xbf" else (b"", code)
    last = last.encode() if isinstance(last, str) else last
    (root / "actions" / "add.py").write_bytes(first + CHANGED.encode() + b"\n" + last + b"\n")


@pytest.mark.parametrize(("code", "kind", "said"), [_case(name, *attack) for name, attack in REFUSED.items()])
def test_a_file_that_breaks_the_import_is_a_clear_error_and_an_untouched_tree(
    actionary, root, code, kind, said
):
    before = _tree(root / "generated")
    _attack(root, code)
    limit = "3" if kind == "import-hung" else "60"
    shown = actionary("build", "--import-timeout", limit, cwd=root, env={"PYTHONDONTWRITEBYTECODE": "1"})
    assert shown.returncode == 1
    complaint = shown.stderr[shown.stderr.index(f"error[{kind}]: ") :]
    assert said in complaint
    assert len(complaint) < 6000
    assert re.search(r"^  mend: \S", complaint, re.MULTILINE)
    assert re.search(rf"actions/\w+\.py(:\d+)?: error\[{kind}\]", shown.stderr)
    assert "actionary_build" not in complaint
    assert shown.stdout == ""
    assert _tree(root / "generated") == before
    assert {path.name for path in root.iterdir()} - {"taken.txt"} == {
        "actions",
        "generated",
        "pyproject.toml",
    }
    taken = root / "taken.txt"
    assert not taken.exists() or taken.read_bytes() == b"", "our answers went into the user's file"


@pytest.mark.parametrize("code", [_case(name, attack) for name, attack in HARMLESS.items()])
def test_a_file_that_does_odd_things_is_built_as_if_it_did_not(actionary, root, built, code):
    _attack(root, code)
    shown = actionary("build", "--json", "--import-timeout", "60", cwd=root, encoding="latin-1")
    assert shown.returncode == 0, shown.stderr[-2000:]
    assert json.loads(shown.stdout)["ok"] is True
    assert _bytes(root / "generated") == built[1]
    for path in (root / "generated").rglob("*"):
        assert os.access(path, os.R_OK)


def test_the_error_as_json_stands_alone_whatever_is_printed(actionary, root):
    _attack(root, "import os\nprint('loud')\nos.write(1, b'louder')\nos.system('echo loudest')\n1 / 0")
    shown = actionary("build", "--json", cwd=root)
    (diagnostic,) = json.loads(shown.stdout)["diagnostics"]
    assert diagnostic["file"] == "actions/add.py"
    assert diagnostic["line"] == LINES + 5
    assert {"loud", "louderloudest"} <= set(shown.stderr.split())


def test_a_build_started_by_what_a_build_imports_is_refused_and_not_repeated(actionary, root):
    _attack(root, f"import subprocess; subprocess.run([{str(COMMAND)!r}, 'build'])")
    shown = actionary("build", cwd=root)
    assert shown.returncode == 0, shown.stderr
    assert (
        shown.stderr.count("error[import-failed]: a build was started by code that a build is importing") == 1
    )
    assert "never from a file that a build imports" in shown.stderr


def test_a_process_that_stops_itself_is_given_up(actionary, root):
    before = _tree(root / "generated")
    _attack(root, "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)")
    shown = actionary("build", "--import-timeout", "1", cwd=root)
    assert shown.returncode == 1
    assert "actions/add.py: error[import-hung]: importing the actions did not end in 1 s" in shown.stderr
    assert "still importing the actions; actions/add.py was begun last" in shown.stderr
    assert _tree(root / "generated") == before


def test_an_attack_in_support_code_and_in_a_types_schema_is_placed_there(actionary, root):
    (root / "actions" / "_support.py").write_text("import time\n\ndef wait():\n    time.sleep(600)\n")
    hang = (
        "from pydantic import BaseModel\nfrom actions._support import wait\n\nclass Slow(BaseModel):\n"
        "    @classmethod\n    def __get_pydantic_json_schema__(cls, schema, handler):\n        wait()\n"
    )
    (root / "actions" / "add.py").write_text(hang + ADD.replace("a: int", "a: Slow"))
    shown = actionary("build", "--import-timeout", "3", cwd=root)
    assert shown.returncode == 1
    assert "actions/_support.py:4: error[import-hung]" in shown.stderr
    assert 'File "actions/add.py", line 7, in __get_pydantic_json_schema__' in shown.stderr
