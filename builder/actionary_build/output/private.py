"""The whole catalog, private actions too, written to a place that is never served."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from actionary.catalog import Catalog

from actionary_build.diagnostics import BuildError, Diagnostic
from actionary_build.emit import json_file


def write_private_catalog(path: Path, catalog: Catalog, out: Path) -> None:
    """Write a catalog to a file outside the output folder, whole or not at all.

    The file is readable for its owner only. One that is there is replaced.

    Raises:
        BuildError: The path lies in the output folder, links resolved, or cannot be written.
    """
    target = path.resolve()
    if _is_inside(target, out.resolve()):
        problem = "the private catalog would lie inside the output folder, whose files may be served"
        raise BuildError(
            _error("private-catalog-place", path, problem, "give a path outside the output folder")
        )
    content = json_file("catalog.json", catalog.dump()).content
    try:
        _replace(target, content)
    except OSError as error:
        problem = f"the private catalog could not be written: {error.strerror or error}"
        mend = "give the path of a file in a folder that exists and can be written to"
        raise BuildError(_error("output-failed", path, problem, mend)) from error


def _is_inside(target: Path, out: Path) -> bool:
    """Whether a path lies in a folder, also on systems where two spellings are one folder."""
    around = [target, *target.parents]
    return out in around or any(
        folder.exists() and out.exists() and folder.samefile(out) for folder in around
    )


def _replace(target: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _error(code: str, path: Path, message: str, mend: str) -> Diagnostic:
    return Diagnostic(code=code, severity="error", message=message, mend=mend, file=path.as_posix())
