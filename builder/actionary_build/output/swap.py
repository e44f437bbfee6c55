"""Carry out a plan: stage everything, then move it in, so that a kill at any point can be repaired.

The order, and why the next build always knows what it finds:

1. Every new byte is written to the work folder. The output folder is as it was.
2. A manifest of the new tree that is marked unfinished replaces the old one. It
   names, for each path that changes, the content before and the content after.
3. Files are removed and moved in, one rename each. Each path holds what the
   unfinished manifest says of it, before or after, or nothing.
4. The finished manifest replaces the unfinished one. This is the moment of success.

An exception before step 4 undoes step 3, then step 2. If undoing fails, or the
process dies, the unfinished manifest stays for the next build.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from actionary.manifest import NAME

from actionary_build.output.disk import folders_above
from actionary_build.output.plan import Plan, manifest_file


class NotUndoneError(Exception):
    """A build failed and could not take back what it had moved; the next one repairs it."""


def swap(plan: Plan, work: Path) -> None:
    """Bring the output folder from what it is to what the plan says.

    ``work`` is an empty folder on the same file system; its content is the
    caller's to remove.

    Raises:
        OSError: It could not be done, and the tree is as it was before.
        NotUndoneError: It could not be done, and could not all be taken back.
    """
    move = _Move(plan, work)
    move.stage()
    try:
        move.carry_out()
    except BaseException as error:
        if move.is_done():
            raise
        try:
            move.take_back()
        except OSError as second:
            raise NotUndoneError(f"{error}; then {second}") from error
        raise


class _Move:
    """The steps of one swap. What takes a step back is noted before the step is made."""

    def __init__(self, plan: Plan, work: Path) -> None:
        self.plan = plan
        self.out = plan.place.folder
        self.new, self.old = work / "new", work / "old"
        self.back: list[Callable[[], None]] = []

    def stage(self) -> None:
        self.new.mkdir()
        self.old.mkdir()
        for number, file in enumerate(self.plan.write):
            _write(self.new / str(number), file.content)
        unfinished = replace(self.plan.manifest, unfinished=self.plan.found)
        _write(self.new / "unfinished", manifest_file(unfinished).content)
        _write(self.new / "finished", manifest_file(self.plan.manifest).content)

    def carry_out(self) -> None:
        self._need_folder(self.out)
        self._put(self.new / "unfinished", self.out / NAME)
        for path in self.plan.remove:
            self._remove(self.out / path)
        for path in self.plan.spare:
            self._drop_if_empty(self.out / path)
        for number, file in enumerate(self.plan.write):
            for folder in folders_above(file.path):
                self._need_folder(self.out / folder)
            self._put(self.new / str(number), self.out / file.path)
        (self.new / "finished").replace(self.out / NAME)

    def is_done(self) -> bool:
        """Whether the last step was made, even if an interrupt came right after it."""
        return not (self.new / "finished").exists()

    def take_back(self) -> None:
        """Go back step by step; stops at the first that fails, with the unfinished manifest in place."""
        for step in reversed(self.back):
            step()

    def _need_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            self.back.append(lambda: _remove_if_there(folder))
            folder.mkdir()

    def _drop_if_empty(self, folder: Path) -> None:
        if not any(folder.iterdir()):
            self.back.append(lambda: folder.mkdir(exist_ok=True))
            folder.rmdir()

    def _remove(self, file: Path) -> None:
        kept = self._backup_name()
        self.back.append(lambda: _replace_if_there(kept, file))
        file.rename(kept)

    def _put(self, staged: Path, target: Path) -> None:
        kept = self._backup_name() if target.exists() else None
        if kept is not None:
            _keep(target, kept)
        self.back.append(lambda: _take_out(staged, target, kept))
        staged.replace(target)

    def _backup_name(self) -> Path:
        return self.old / str(len(self.back))


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:
        file.write(content)


def _keep(file: Path, kept: Path) -> None:
    """Keep a file under a second name; where there are no hard links, a copy."""
    try:
        os.link(file, kept, follow_symlinks=False)
    except OSError:
        shutil.copy2(file, kept, follow_symlinks=False)


def _take_out(staged: Path, target: Path, kept: Path | None) -> None:
    if staged.exists():
        return  # it was never moved in, and what kept it from that may well keep us from touching the target
    if kept is None:
        target.unlink()
    else:
        kept.replace(target)


def _replace_if_there(kept: Path, file: Path) -> None:
    if kept.exists():
        kept.replace(file)


def _remove_if_there(folder: Path) -> None:
    if folder.exists():
        folder.rmdir()
