"""The process that imports a project's actions: ``python -m actionary_build.load_child``.

It is started by `actionary_build.load` and answers on its standard output, a line of
JSON each: ``{"begun": file}`` for every file of the project that begins to run, and
at last ``{"loaded": …}`` or ``{"failed": [diagnostics]}``. If its time runs out or the
interpreter crashes, `faulthandler` writes there where that was.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import CodeType
from typing import Any

from actionary.describe import describe, describe_all
from actionary.loading import load_registry
from actionary.registry import Registry
from actionary.settings import read_settings

from actionary_build.diagnose import diagnose, user_file

Tell = Callable[[dict[str, Any]], None]


def main(root: Path, seconds: float, *, private: bool) -> None:
    """Load the project in ``root``, say the outcome and end the process."""
    answers = _keep_standard_output()
    faulthandler.enable(file=answers, all_threads=False)
    faulthandler.dump_traceback_later(seconds, exit=True, file=answers)

    def tell(what: dict[str, Any]) -> None:
        waiting = memoryview(json.dumps(what).encode() + b"\n")
        while waiting:
            waiting = waiting[os.write(answers, waiting) :]

    _tell_of_files(root, tell)
    try:
        outcome: dict[str, Any] = {"loaded": _load(root, private=private)}
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt of the user's code too
        outcome = {"failed": [diagnostic.as_json() for diagnostic in diagnose(error, root)]}
    faulthandler.cancel_dump_traceback_later()
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError, OSError):  # the user's code may have replaced or closed it
            stream.flush()
    tell(outcome)
    os._exit(0)  # threads that the user's modules began must not keep the build


def _keep_standard_output() -> int:
    """Keep the standard output for the answers; what is printed goes to standard error from now on."""
    answers = os.dup(1)
    os.dup2(2, 1)
    return answers


def _tell_of_files(root: Path, tell: Tell) -> None:
    """Say it whenever a file of the project begins to run."""

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "exec" and isinstance(args[0], CodeType) and args[0].co_name == "<module>":
            file = user_file(args[0].co_filename, root)
            if file is not None:
                tell({"begun": file})

    sys.addaudithook(hook)


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
    main(Path(sys.argv[1]), float(sys.argv[2]), private=sys.argv[3] == "private")
