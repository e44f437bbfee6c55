"""The whole catalog, private actions too, written to a place that is never served."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from actionary.catalog import Catalog, load

from actionary_build.diagnostics import BuildError, Diagnostic
from actionary_build.emit import json_file


@contextmanager
def private_catalog(path: Path, catalog: Catalog, out: Path, *, force: bool = False) -> Generator[None]:
    """Put a catalog into a file outside the output folder, whole, once the work of the context is done.

    What is against it is found out before the work, and when the work raises, the file
    stays as it was. It is readable for its owner only. A file that is there is
    replaced if it is a catalog, and with ``force`` whatever is in it.

    Raises:
        BuildError: The path lies in the output folder, links resolved, or holds
            something else, or cannot be written.
    """
    target = path.resolve()
    _check_place(path, target, out.resolve())
    try:
        _check_content(path, target, force=force)
        staged = _stage(target, json_file("catalog.json", catalog.dump()).content)
    except OSError as error:
        raise BuildError(_not_written(path, error.strerror or str(error))) from error
    try:
        yield
        _put(path, staged, target)
    finally:
        staged.unlink(missing_ok=True)


def _check_place(path: Path, target: Path, out: Path) -> None:
    if _is_inside(target, out):
        problem = "the private catalog would lie inside the output folder, whose files may be served"
        mend = "give --private-catalog a path outside the output folder"
        raise BuildError(_error("private-catalog-place", path, problem, mend))


def _is_inside(target: Path, out: Path) -> bool:
    """Whether a path lies in a folder, also on systems where two spellings are one folder."""
    around = [target, *target.parents]
    return out in around or any(
        folder.exists() and out.exists() and folder.samefile(out) for folder in around
    )


def _check_content(path: Path, target: Path, *, force: bool) -> None:
    if not target.exists():
        return
    if not target.is_file():
        raise BuildError(_not_written(path, "what is there is no plain file"))
    if not force and not _is_catalog(target):
        problem = "this file is no catalog, so no build wrote it"
        mend = "give --private-catalog another path, or overwrite the file with --force"
        raise BuildError(_error("foreign-file", path, problem, mend))


def _is_catalog(file: Path) -> bool:
    try:
        load(json.loads(file.read_bytes()))
    except (ValueError, RecursionError):
        return False
    return True


def _stage(target: Path, content: bytes) -> Path:
    """Write the content beside the place it goes to."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _put(path: Path, staged: Path, target: Path) -> None:
    try:
        staged.replace(target)
    except OSError as error:
        problem = f"{error.strerror or error}; the output folder has been written"
        raise BuildError(_not_written(path, problem)) from error


def _not_written(path: Path, why: str) -> Diagnostic:
    mend = "give the path of a file in a folder that exists and can be written to"
    return _error("output-failed", path, f"the private catalog could not be written: {why}", mend)


def _error(code: str, path: Path, message: str, mend: str) -> Diagnostic:
    return Diagnostic(code=code, severity="error", message=message, mend=mend, file=path.as_posix())
