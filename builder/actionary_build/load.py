"""Import the user's actions in a child process, and get their catalog back."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from actionary import catalog as catalogs
from actionary.catalog import Catalog
from actionary.definition_error import Place
from actionary.settings import Settings

from actionary_build.diagnose import UserFrame, user_file
from actionary_build.diagnostics import BuildError, Diagnostic
from actionary_build.texts import one_line

IMPORT_TIMEOUT: Final = 60.0
"""Seconds that importing and describing the actions may take."""

_PATIENCE: Final = 5.0
"""Seconds after which it is said once that the import still runs."""

_GRACE: Final = 10.0
"""Seconds that a child has to start, and when its time is up to say where it was."""

_FRAME: Final = re.compile(r'  File "(?P<file>.*)", line (?P<line>\d+) in (?P<function>.*)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A project's public catalog; the whole one, if asked for; where each action is defined.

    ``places`` is by name, its files relative to the project. It is for messages only.
    """

    catalog: Catalog
    private: Catalog | None
    places: Mapping[str, Place]


def load_catalog(settings: Settings, *, private: bool = False, timeout: float = IMPORT_TIMEOUT) -> Loaded:
    """Import a project's actions in a process of their own, and give their catalog.

    The process gets this one's environment, the project as its current folder and
    nothing on standard input. What the user's code prints goes to standard error, and
    after some seconds a line about what is still being imported.
    ``private`` asks for the catalog of all actions too.

    Raises:
        BuildError: The actions cannot be imported or described, or it took more than
            ``timeout`` seconds.
    """
    answer = _ask_child(settings.root, private=private, timeout=timeout)
    if answer.failed is not None:
        raise BuildError(Diagnostic(**each) for each in answer.failed)
    if answer.loaded is None:
        raise BuildError(
            _hung(answer, settings.root, timeout) if answer.hung else _ended(answer, settings.root)
        )
    whole = answer.loaded["private"]
    return Loaded(
        catalog=catalogs.load(answer.loaded["catalog"]),
        private=None if whole is None else catalogs.load(whole),
        places={name: Place(file, line) for name, (file, line) in answer.loaded["places"].items()},
    )


@dataclass(slots=True)
class _Answer:
    """What a child said: its outcome, or else the file it had begun and where it stood."""

    loaded: dict[str, Any] | None = None
    failed: list[dict[str, Any]] | None = None
    begun: str | None = None
    stood: list[str] = field(default_factory=list)
    hung: bool = False
    exit_code: int = 0

    def hear(self, line: str) -> bool:
        """Take a line in; say whether it was the last."""
        if not line.startswith('{"'):
            self.stood.append(line.rstrip("\n"))
            self.hung = self.hung or line.startswith("Timeout (")
            return False
        said = json.loads(line)
        self.begun = said.get("begun", self.begun)
        self.loaded = said.get("loaded")
        self.failed = said.get("failed")
        return self.loaded is not None or self.failed is not None


def _ask_child(root: Path, *, private: bool, timeout: float) -> _Answer:
    answer = _Answer()
    command = [sys.executable, "-P", "-m", "actionary_build.load_child"]
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [*command, str(root), str(timeout), "private" if private else "public"],
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        errors="backslashreplace",
        start_new_session=True,
    )

    def give_up() -> None:
        answer.hung = True
        _end(child)

    timers = [
        threading.Timer(timeout + _GRACE, give_up),
        threading.Timer(_PATIENCE, _say_slow, [answer]),
    ]
    for timer in timers:
        timer.start()
    try:
        assert child.stdout is not None, "it is a pipe"  # noqa: S101 - tells the type checkers
        with child.stdout:
            for line in child.stdout:
                if answer.hear(line):
                    return answer
        answer.exit_code = child.wait()
    finally:
        for timer in timers:
            timer.cancel()
        _end(child)
        child.wait()
    return answer


def _say_slow(answer: _Answer) -> None:
    """Say on standard error, where what the user's code prints goes too, what is waited for."""
    where = f"; {one_line(answer.begun)} was begun last" if answer.begun else ""
    sys.stderr.write(f"still importing the actions{where}\n")
    sys.stderr.flush()


def _end(child: subprocess.Popen[str]) -> None:
    """Kill the child's process group: itself, and what its code may have started."""
    with suppress(ProcessLookupError, PermissionError):  # macOS has the second for groups that are gone
        os.killpg(child.pid, signal.SIGKILL)


def _hung(answer: _Answer, root: Path, timeout: float) -> Diagnostic:
    frames = _frames(answer.stood, root)
    at = frames[-1] if frames else None
    where = f"{at.file} was running" if at else f"{answer.begun} was begun last" if answer.begun else ""
    return Diagnostic(
        code="import-hung",
        severity="error",
        message=f"importing the actions did not end in {timeout:g} s{'; ' if where else ''}{where}",
        mend="do slow work when an action is called, or in the registry's lifespan; "
        "or give it more time with --import-timeout",
        file=at.file if at else answer.begun,
        line=at.line if at else None,
        detail="\n".join(map(str, frames)),
    )


def _ended(answer: _Answer, root: Path) -> Diagnostic:
    frames = _frames(answer.stood, root)
    at = frames[-1] if frames else None
    code = answer.exit_code
    how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
    begun = f"; {answer.begun} was begun last" if answer.begun else ""
    return Diagnostic(
        code="import-failed",
        severity="error",
        message=f"the process that imported the actions ended {how} before it was done{begun}",
        mend="look for os._exit, a library that crashes, or a limit on memory",
        file=at.file if at else answer.begun,
        line=at.line if at else None,
        detail="\n".join(map(str, frames)),
    )


def _frames(dump: Iterable[str], root: Path) -> list[UserFrame]:
    """Give the user's own frames of faulthandler's dump, the innermost last.

    Of several threads the one that was printed last counts: the main one.
    """
    frames: list[UserFrame] = []
    current: list[UserFrame] = []
    for line in dump:
        found = _FRAME.fullmatch(line)
        if found is None:
            current = []
            continue
        file = user_file(_unescaped(found["file"]), root)
        if file is not None:
            current.append(UserFrame(file, int(found["line"]), found["function"]))
            frames = current
    return frames[::-1]


def _unescaped(path: str) -> str:
    """Undo how faulthandler writes what is not ASCII."""
    return path.encode("ascii", "backslashreplace").decode("unicode_escape") if "\\" in path else path
