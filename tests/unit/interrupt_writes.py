"""A program for test_output_interrupted.py: builds that end at every single step, and builds at once.

`python interrupt_writes.py every-step FOLDER HOW [force]` copies FOLDER/start to FOLDER/<n> for n = 0, 1, …
and lets a forked child build FOLDER/new.json there, which meets trouble right before its n-th call
that changes anything on disk. HOW says which: `kill` (the process is gone), `once` (that call fails),
`path` (that call fails and so does each later one on the same path of the output folder), `from-then`
(that call and all later ones fail) or `ctrl-c` (KeyboardInterrupt). The last n is the
first that was never reached. Prints how each child ended, as a JSON list.

`python interrupt_writes.py at-once FOLDER` forks a child for each tree of FOLDER/trees.json, which
builds it twenty times into FOLDER/generated, and prints how each ended.

The calls are seen by an audit hook, so no step can be forgotten; a hook cannot be taken away again,
hence the children. It is a program of its own because only a process without threads may fork.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
from itertools import count
from pathlib import Path

from actionary_build.diagnostics import BuildError
from actionary_build.emit import OutputFile
from actionary_build.output import NewTree, write_output

CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.chmod", "os.utime", "fcntl.flock"}
ENDS = {0: "done", 3: "refused", 9: "killed", 130: "interrupted"}


def build(project: Path, files: dict[str, str], *, force: bool = False) -> int:
    tree = NewTree(
        files=tuple(("docs", OutputFile(path, text.encode())) for path, text in files.items()),
        surface=json.dumps(files),
        fingerprint="f",
    )
    try:
        write_output(project / "generated", tree, force=force, wait=60)
    except BuildError:
        return 3
    except KeyboardInterrupt:
        return 130
    return 0


def in_child(run) -> int:
    child = os.fork()
    if child:
        return child
    end = 1
    try:
        end = run()
    finally:
        os._exit(end)


def ended(child: int) -> str:
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return ENDS.get(code, f"crashed ({code})")


def every_step(folder: Path, how: str, force: str = "") -> list[str]:
    files = json.loads((folder / "new.json").read_text())
    ends: list[str] = []
    for step in count():
        project = folder / str(step)
        shutil.copytree(folder / "start", project)
        reached, write = os.pipe()

        def run(project=project, step=step, write=write) -> int:
            sys.addaudithook(trouble(how, step, write))
            return build(project, files, force=bool(force))

        ends.append(ended(in_child(run)))
        os.close(write)
        if not os.read(reached, 1):
            return ends
        os.close(reached)
    raise AssertionError


def trouble(how: str, step: int, write: int):
    seen = 0
    barred: set[str] = set()

    def hook(event: str, arguments: tuple) -> None:
        nonlocal seen
        if event not in CHANGES and not (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
            return
        seen += 1
        paths = {str(argument) for argument in arguments if "/generated" in str(argument)}
        if seen - 1 == step and how == "path":
            barred.update(paths)
        if seen - 1 < step or (seen - 1 > step and how != "from-then" and not paths & barred):
            return
        os.write(write, b".")
        if how == "kill":
            os._exit(9)
        if how == "ctrl-c":
            raise KeyboardInterrupt
        raise OSError(errno.ENOSPC, "No space left on device", str(arguments[0]))

    return hook


def at_once(folder: Path) -> list[str]:
    trees = json.loads((folder / "trees.json").read_text())
    children = [in_child(lambda files=files: max(build(folder, files) for _ in range(20))) for files in trees]
    return [ended(child) for child in children]


if __name__ == "__main__":
    mode, place, *rest = sys.argv[1:]
    print(json.dumps(every_step(Path(place), *rest) if mode == "every-step" else at_once(Path(place))))
