"""The output folder as a place: where it lies and how messages name what is in it."""

from __future__ import annotations

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
            _bad_folder(place, "the output folder is the project's own folder, or lies around it")
        )
    if place.folder.exists() and not place.folder.is_dir():
        raise BuildError(_bad_folder(place, "the output folder is a file"))
    return place


def _bad_folder(place: Place, message: str) -> Diagnostic:
    return place.error(
        "bad-output-folder", "", message, "set `out` in [tool.actionary] to a folder of its own"
    )


@contextmanager
def explained(place: Place) -> Generator[None]:
    """Turn what the operating system refuses into a `BuildError`; the tree is as it was before."""
    try:
        yield
    except OSError as error:
        path = "" if error.filename is None else str(error.filename)
        raise BuildError(
            place.error(
                "output-failed",
                path,
                f"{error.strerror or error}; no file was changed",
                "let actionary read and write there, or make room on the disk, and build again",
            )
        ) from error
