"""The process that imports a project's actions: ``python -m actionary_build.load_child``.

It is started by `actionary_build.load` and answers on its standard output, a line of
JSON each: ``{"begun": file}`` for every file of the project that begins to run, and
at last ``{"loaded": …}`` or ``{"failed": [diagnostics]}``. If its time runs out or the
interpreter crashes, `faulthandler` writes there where that was.

The user's code runs in this process and may change any of Python. What speaks to the
build is therefore taken before it runs, and where that is not enough the exit code says so.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from types import CodeType
from typing import Any, Final, TypeAlias

from actionary.describe import describe, describe_all
from actionary.loading import load_registry
from actionary.registry import Registry
from actionary.settings import read_settings

from actionary_build.diagnose import diagnose, user_file

Tell: TypeAlias = Callable[[dict[str, Any]], None]

IMPORTING: Final = "ACTIONARY_IMPORTING"
"""The environment variable that says, in all that the imports start, which project they are of."""

CLOSED: Final = 213
"""The exit code when the user's code closed the pipe for the answers."""

BROKEN: Final = 214
"""The exit code when the outcome cannot be said because the user's code changed Python."""


def main(root: Path, seconds: float, *, private: bool) -> None:
    """Load the project in ``root`` and say the outcome."""
    answers = _keep_standard_output()
    faulthandler.enable(file=answers, all_threads=False)
    faulthandler.dump_traceback_later(seconds, exit=True, file=answers)

    tell = _teller(answers)
    begun = _tell_of_files(root, tell)
    forget_young = _forgetter(begun)
    try:
        outcome: dict[str, Any] = {"loaded": _load(root, private=private)}
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt of the user's code too
        outcome = {"failed": [diagnostic.as_json() for diagnostic in diagnose(error, root)]}
    forget_young()
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # the user's code may have replaced or closed it
            stream.flush()
    faulthandler.cancel_dump_traceback_later()
    tell(outcome)


def _keep_standard_output() -> int:
    """Keep the standard output for the answers; what is printed goes to standard error from now on."""
    answers = os.dup(1)
    os.dup2(2, 1)
    return answers


def _teller(answers: int) -> Tell:
    """Make what writes an answer, from parts that the user's code cannot change."""
    write, fstat, getpid, leave = os.write, os.fstat, os.getpid, os._exit
    encode, lock = json.JSONEncoder().encode, threading.Lock()
    ours, pipe = getpid(), fstat(answers)

    def is_ours() -> bool:
        try:
            now = fstat(answers)
        except OSError:
            return False
        return (now.st_dev, now.st_ino) == (pipe.st_dev, pipe.st_ino)

    def tell(what: dict[str, Any]) -> None:
        if getpid() != ours:
            return  # a fork of this process: that one answers
        if not is_ours():
            leave(CLOSED)  # the number may by now be that of a file of the user's
        waiting = memoryview(
            b"\n" + encode(what).encode() + b"\n"
        )  # a line of its own, whatever else was written
        with lock:  # threads may import files too
            while waiting:
                waiting = waiting[write(answers, waiting) :]

    return tell


def _tell_of_files(root: Path, tell: Tell) -> list[str]:
    """Say it whenever a file of the project begins to run; gives the list of them, which grows."""
    begun: list[str] = []

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "exec" and isinstance(args[0], CodeType) and args[0].co_name == "<module>":
            file = user_file(args[0].co_filename, root)
            if file is not None:
                begun.append(args[0].co_filename)
                tell({"begun": file})

    sys.addaudithook(hook)
    return begun


_YOUNG: Final = 2.0
"""Seconds within which a file may change once more without Python seeing it."""


def _forgetter(files: list[str]) -> Callable[[], None]:
    """Make what removes the bytecode of files that were written just now.

    Python knows by the second of its last change and its size that a file is still the one its
    bytecode was made of. Who writes files and builds, as pipelines do, may write others in that second.
    """
    stat, unlink, now, bytecode_of = os.stat, os.unlink, time.time, cache_from_source

    def forget() -> None:
        for file in files:
            with suppress(OSError):  # it is gone, or was never kept
                if stat(file).st_mtime > now() - _YOUNG:
                    unlink(bytecode_of(file))

    return forget


def _load(root: Path, *, private: bool) -> dict[str, Any]:
    settings = read_settings(root)
    registry = load_registry(settings)
    public = describe(registry, settings)
    return {
        "catalog": public.dump(),
        "private": describe_all(registry, settings, public).dump() if private else None,
        "places": _places(registry, root),
    }


def _places(registry: Registry, root: Path) -> dict[str, list[str | int]]:
    return {
        action.name: [
            user_file(action.definition.where.file, root) or action.definition.where.file,
            action.definition.where.line,
        ]
        for action in registry
    }


if __name__ == "__main__":
    end, show = os._exit, traceback.print_exc
    try:
        main(Path(sys.argv[1]), float(sys.argv[2]), private=sys.argv[3] == "private")
    except BaseException:  # noqa: BLE001 - shown, and the exit code says it
        try:
            show()
        finally:
            end(BROKEN)
    end(0)  # threads that the user's modules began must not keep the build
