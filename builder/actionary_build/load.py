"""Import the user's actions in a child process, and get their catalog back."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from actionary import catalog as catalogs
from actionary.catalog import Catalog
from actionary.definition_error import Place
from actionary.settings import Settings

from actionary_build.diagnose import UserFrame, user_file
from actionary_build.diagnostics import BuildError, Diagnostic
from actionary_build.load_child import BROKEN, CLOSED, IMPORTING
from actionary_build.load_process import Answer, ask_child

IMPORT_TIMEOUT: Final = 60.0
"""Seconds that importing and describing the actions may take."""

_FRAME: Final = re.compile(r'  File "(?P<file>.*)", line (?P<line>\d+) in (?P<function>.*)')


_MEND_ENDED: Final = "look for os._exit, a library that crashes, or a limit on memory"

_ENDINGS: Final[Mapping[int, tuple[str, str]]] = {
    CLOSED: (
        "the code that was imported closed files that it had not opened, the build's among them",
        "close only what you opened: no os.closerange and no daemon at import",
    ),
    BROKEN: (
        "the code that was imported changed Python itself, so that the actions cannot be described",
        "look for code that replaces builtins or parts of the standard library, or hooks into them",
    ),
}
"""What exit codes of the child mean, each with its mend."""


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
    if IMPORTING in os.environ:
        raise BuildError(_nested(os.environ[IMPORTING]))
    answer = ask_child(settings.root, private=private, timeout=timeout)
    if answer.failed is not None:
        raise BuildError(Diagnostic(**each) for each in answer.failed)
    if answer.loaded is None:
        raise BuildError(
            _hung(answer, settings.root, timeout) if answer.hung else _ended(answer, settings.root)
        )
    # The digests are taken anew: where they were taken, the user's code may have changed how.
    public = catalogs.with_digests(catalogs.load(answer.loaded["catalog"]))
    whole = answer.loaded["private"]
    return Loaded(
        catalog=public,
        private=None if whole is None else _with_digests_of(public, catalogs.load(whole)),
        places={name: Place(file, line) for name, (file, line) in answer.loaded["places"].items()},
    )


def _hung(answer: Answer, root: Path, timeout: float) -> Diagnostic:
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


def _ended(answer: Answer, root: Path) -> Diagnostic:
    frames = _frames(answer.stood, root)
    at = frames[-1] if frames else None
    message, mend = _ENDINGS.get(answer.exit_code) or (_how_ended(answer.exit_code), _MEND_ENDED)
    begun = f"; {answer.begun} was begun last" if answer.begun else ""
    return Diagnostic(
        code="import-failed",
        severity="error",
        message=f"{message}{begun}",
        mend=mend,
        file=at.file if at else answer.begun,
        line=at.line if at else None,
        detail="\n".join(map(str, frames)),
    )


def _how_ended(code: int) -> str:
    how = f"by {_signal_name(-code)}" if code < 0 else f"with exit code {code}"
    return f"the process that imported the actions ended {how} before it was done"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # real-time signals have no names
        return f"signal {number}"


def _nested(importing: str) -> Diagnostic:
    return Diagnostic(
        code="import-failed",
        severity="error",
        message=f"a build was started by code that a build is importing, the actions of {importing}",
        mend="start builds from a script or a test, never from a file that a build imports",
    )


def _with_digests_of(public: Catalog, whole: Catalog) -> Catalog:
    return replace(whole, surface=public.surface, fingerprint=public.fingerprint)


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
