"""The output folder as a place: where it lies and how messages name what is in it."""

from __future__ import annotations

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from actionary_build.diagnostics import BuildError, Diagnostic


@dataclass(frozen=True, slots=True)
class Place:
    """``folder`` is resolved; ``project`` is what messages name files relative to."""

    folder: Path
    project: Path

    def shown(self, path: str = "") -> str:
        """Name a path in the folder as messages do: relative to the project, with ``/``."""
        return Path(os.path.relpath(self.folder / path, self.project)).as_posix()

    def error(self, code: str, path: str, message: str, mend: str, *, detail: str = "") -> Diagnostic:
        """Make an error about a path in the folder."""
        shown = self.shown(path)
        return Diagnostic(code=code, severity="error", message=message, mend=mend, file=shown, detail=detail)


def output_place(out: Path, project: Path | None) -> Place:
    """Find the place of an output folder; ``project`` is the folder around it unless given.

    Raises:
        BuildError: It is a file, or it is or holds the project.
    """
    base = (project or out.parent).resolve()
    place = Place(out.resolve(), base)
    if base.is_relative_to(place.folder):
        raise BuildError(
            bad_folder(place, "the output folder is the project's own folder, or lies around it")
        )
    if place.folder.exists() and not place.folder.is_dir():
        raise BuildError(bad_folder(place, "the output folder is a file"))
    return place


def bad_folder(place: Place, message: str, where: str = "") -> Diagnostic:
    """Make the error of an output folder that no build may own, and say ``where`` else it may be."""
    mend = f"set `out` in [tool.actionary] to a folder of its own{where}"
    return place.error("bad-output-folder", "", message, mend)


@contextmanager
def explained(place: Place) -> Generator[None]:
    """Turn what the operating system refuses into a `BuildError`; the tree is as it was before."""
    try:
        yield
    except OSError as error:
        problem, mend = _refusal(error)
        # Of a move it is the second path that is refused; the first lies in the work folder.
        path = error.filename2 or error.filename or ""
        raise BuildError(
            place.error("output-failed", os.fsdecode(path), f"{problem}; no file was changed", mend)
        ) from error


def _refusal(error: OSError) -> tuple[str, str]:
    """Say what the operating system refused, and how to mend it."""
    said = error.strerror or str(error)
    match error.errno:
        case errno.EXDEV:
            return (
                "the output folder is a mount of its own, so files cannot be moved into it in one step",
                "set `out` in [tool.actionary] to a folder in the mounted one",
            )
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return said, "make room: a build needs the size of what it writes twice; and build again"
        case errno.EROFS:
            return said, "set `out` in [tool.actionary] to a folder that can be written to, or mount it so"
        case errno.EACCES | errno.EPERM:
            return said, "let actionary read and write there and in the folder around it, and build again"
        case _:
            return said, "let actionary read and write there, or make room on the disk, and build again"
