"""The work folder beside the output folder: one build at a time, nothing left behind."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from actionary_build.diagnostics import BuildError
from actionary_build.output.place import Place

_LOCK: Final = "lock"
_PAUSE: Final = 0.02


def work_folder(out: Path) -> Path:
    """Name the hidden folder beside an output folder; it exists only while a build writes."""
    return out.with_name(f".{out.name}.actionary")


@contextmanager
def working(place: Place, wait: float) -> Generator[Path]:
    """Give the work folder, empty but for the lock that this build holds on it.

    It lies beside the output folder, on the same file system, so that files can
    be moved over in one step. Its name is fixed: what a killed build left there
    is found and cleared, and the lock itself dies with the process that held it.

    Raises:
        BuildError: Another build held the lock for ``wait`` seconds.
    """
    work = work_folder(place.folder)
    made = [folder for folder in place.folder.parents if not folder.exists()]
    place.folder.parent.mkdir(parents=True, exist_ok=True)
    lock = _locked(place, work, time.monotonic() + wait)
    try:
        _clear(work)
        yield work
    finally:
        # Whatever cannot be removed now is cleared by the next build; it must not hide how this one ended.
        with suppress(OSError):
            _clear(work)
            (work / _LOCK).unlink()
            work.rmdir()
        os.close(lock)
        with suppress(OSError):
            for folder in made:
                folder.rmdir()


def _locked(place: Place, work: Path, deadline: float) -> int:
    while True:
        lock = _open_lock(place, work)
        if lock is not None and _is_ours(lock, work):
            return lock
        if time.monotonic() >= deadline:
            raise BuildError(
                place.error(
                    "build-running",
                    "",
                    "another build is writing to the output folder",
                    "wait until it has ended, and build again",
                )
            )
        time.sleep(_PAUSE)


def _open_lock(place: Place, work: Path) -> int | None:
    """Open the lock file; ``None`` when the build before removed the folder in between."""
    with suppress(FileExistsError):
        work.mkdir()
    try:
        if not stat.S_ISDIR(work.lstat().st_mode):
            problem = "this is where a build works, and it is not a folder"
            raise BuildError(place.error("in-the-way", str(work), problem, "remove it, and build again"))
        return os.open(work / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    except FileNotFoundError:
        return None
    except OSError:
        with suppress(OSError):  # it is somebody else's if it is not empty
            work.rmdir()
        raise


def _is_ours(lock: int, work: Path) -> bool:
    """Take the lock if it is free and still in its place; close it otherwise."""
    ours = False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        ours = _is_current(lock, work)
    except BlockingIOError:
        pass
    finally:
        if not ours:
            os.close(lock)
    return ours


def _is_current(lock: int, work: Path) -> bool:
    """Whether the locked file is still the one at its place, and not one that was removed meanwhile."""
    try:
        there = (work / _LOCK).lstat()
    except FileNotFoundError:
        return False
    return os.path.samestat(os.fstat(lock), there)


def _clear(work: Path) -> None:
    for entry in list(work.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != _LOCK:
            entry.unlink()
