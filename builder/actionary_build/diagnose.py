"""From what was raised while actions were imported and described to diagnostics for their author."""

from __future__ import annotations

import difflib
import os
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import actionary
from actionary.definition_error import ActionDefinitionError
from actionary.describe import DefinitionErrors
from actionary.discovery import DiscoveryError
from actionary.settings import SettingsError

import actionary_build
from actionary_build.diagnostics import Diagnostic
from actionary_build.project import bad_setting

_MEND_IMPORT: Final = "correct what the lines above show, and try again"
_WIDTH: Final = 500
"""How many characters of a line are shown."""

_SHOWN: Final = 10
"""How many lines, or calls, are shown at each end when there are many."""

_NOT_THEIRS: Final = frozenset({"site-packages", "dist-packages"})


@dataclass(frozen=True, slots=True)
class UserFrame:
    """A line of the user's own code; ``file`` is relative to the project."""

    file: str
    line: int
    function: str
    source: str = ""

    def __str__(self) -> str:
        place = f'File "{self.file}", line {self.line}, in {self.function}'
        return f"{place}\n  {self.source}" if self.source else place


def diagnose(error: BaseException, root: Path) -> list[Diagnostic]:
    """Say what an exception means that came from loading the project in ``root``."""
    match error:
        case DefinitionErrors():
            return [_definition(each, root) for each in error.errors]
        case DiscoveryError():
            found = (_failure(path, each, root) for path, each in error.failures.items())
            return list(dict.fromkeys(found))  # a mistake in support code fails every file that uses it
        case ActionDefinitionError():
            return [_definition(error, root)]
        case SettingsError():
            return [bad_setting(error)]
        case _:
            return [_import_failed(error, None, root)]


def user_file(path: str, root: Path) -> str | None:
    """Name a source file relative to the project; ``None`` when it is not the user's own."""
    file = Path(path)
    if not file.is_relative_to(root) or any(file.is_relative_to(folder) for folder in _others(root)):
        return None
    relative = file.relative_to(root)
    return None if _NOT_THEIRS & set(relative.parts) else relative.as_posix()


def _others(root: Path) -> Iterator[Path]:
    """Give the folders of what is not the user's, though it may lie in the project."""
    for package in (actionary, actionary_build):
        yield Path(package.__path__[0])
    for prefix in {sys.prefix, sys.base_prefix}:
        if not root.is_relative_to(prefix):
            yield Path(prefix)


def _failure(path: Path, error: BaseException, root: Path) -> Diagnostic:
    if isinstance(error, ActionDefinitionError):
        return _definition(error, root)
    return _import_failed(error, path.relative_to(root).as_posix(), root)


def _definition(error: ActionDefinitionError, root: Path) -> Diagnostic:
    subject = [f"action {error.action!r}"] if error.action else []
    subject += [f"field `{error.field}`"] if error.field else []
    what = f"{', '.join(subject)}: {error.what}" if subject else error.what
    return Diagnostic(
        code="example-invalid" if error.field == "examples" else "definition",
        severity="error",
        message=_relative(what, root),
        mend=_relative(error.mend, root),
        file=user_file(error.where.file, root) or error.where.file,
        line=error.where.line,
    )


def _import_failed(error: BaseException, file: str | None, root: Path) -> Diagnostic:
    frames = list(_frames(error, root))
    if isinstance(error, SyntaxError) and error.filename:
        written = user_file(error.filename, root) or error.filename
        frames.append(UserFrame(written, error.lineno or 1, "<module>", (error.text or "").strip()[:_WIDTH]))
    at = next((frame for frame in frames if file in {None, frame.file}), None)
    name = file or (at.file if at else None)
    said, *more = _said(error, root)
    return Diagnostic(
        code="import-failed",
        severity="error",
        message=f"the {'file' if name else 'project'} cannot be imported: {said}",
        mend=_mend(error, root),
        file=name,
        line=at.line if at else None,
        detail="\n".join([*_ends(list(map(str, frames))), *_ends(more)]),
    )


def _said(error: BaseException, root: Path) -> list[str]:
    """Give what an exception says, in lines that are short enough to be shown."""
    if isinstance(error, SystemExit):
        said = f"it ends the process, with {error!r}"
    else:
        said = _relative("".join(traceback.format_exception_only(error)).strip(), root)
        if isinstance(
            error, SyntaxError
        ):  # the lines before are the place and the source, which are shown anyway
            said = said.rpartition("\n")[2]
    return [line if len(line) <= _WIDTH else f"{line[:_WIDTH]}…" for line in said.split("\n")]


def _ends(lines: list[str]) -> list[str]:
    """Leave out the middle of many, such as the calls of an endless recursion."""
    if len(lines) <= 2 * _SHOWN:
        return lines
    return [*lines[:_SHOWN], f"… {len(lines) - 2 * _SHOWN} more …", *lines[-_SHOWN:]]


def _frames(error: BaseException, root: Path) -> Iterator[UserFrame]:
    for frame in traceback.extract_tb(error.__traceback__):
        file = user_file(frame.filename, root)
        if file is not None:
            yield UserFrame(file, frame.lineno or 1, frame.name, (frame.line or "").strip()[:_WIDTH])


def _mend(error: BaseException, root: Path) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        brings = f"install what brings the module {error.name!r}, or mend the import"
        return _mend_own(error.name, root) or brings
    if isinstance(error, SystemExit):
        return "end the process only under `if __name__ == '__main__':`"
    return _MEND_IMPORT


def _mend_own(name: str, root: Path) -> str:
    """Give the mend for a module that a package of the project itself does not have, else an empty text."""
    *package, last = name.split(".")
    folder = root.joinpath(*package)
    missing = user_file(str(folder / f"{last}.py"), root) if package else None
    if missing is None or not all(map(str.isidentifier, (*package, last))):
        return ""
    if folder.with_suffix(".py").is_file() and not (folder / "__init__.py").is_file():
        return f"{'/'.join(package)}.py is a file, and no module lies below it: mend the import"
    if not folder.is_dir():
        return ""
    there = {each.stem for each in folder.glob("*.py")} | {each.parent.name for each in folder.glob("*/*.py")}
    if last in there:
        return ""
    near = difflib.get_close_matches(last, sorted(there), n=1)
    mend = f"did you mean `{'.'.join((*package, near[0]))}`?" if near else "write it, or mend the import"
    return f"there is no file {missing}; {mend}"


def _relative(text: str, root: Path) -> str:
    return text.replace(f"{root}{os.sep}", "")
