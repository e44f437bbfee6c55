"""Find the actions of a folder: a file for each, imported as the module of its dotted path."""

from __future__ import annotations

import importlib
import os
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from actionary.collector import collector_paused
from actionary.defining import Action, AnyAction
from actionary.definition_error import ActionDefinitionError, Place


class DiscoveryError(Exception):
    """Files of a folder of actions could not be imported: ``failures`` is path → error."""

    def __init__(self, failures: dict[Path, BaseException]) -> None:
        self.failures = failures
        lines = [f"{path}: {type(error).__name__}: {error}" for path, error in failures.items()]
        super().__init__("\n".join(lines))


def find_actions(folder: Path, root: Path | None = None) -> list[AnyAction]:
    """Import a folder's files and give the action of each, as `Registry.discover` says.

    The collector of cyclic garbage waits until all are imported: classes and models
    stay, and to look through them again and again is a fifth of the time.

    Raises:
        DiscoveryError: Files could not be imported, or hold no action or several; all are named.
        FileNotFoundError: There is no such folder.
    """
    folder = folder.resolve()
    root = root.resolve() if root is not None else folder.parent
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder of actions at {folder}")
    put_first_on_path(root)
    found: list[AnyAction] = []
    failures: dict[Path, BaseException] = {}
    with collector_paused():
        for path in _action_files(folder):
            try:
                found.append(_only_action(import_file(path, root), path))
            except Exception as error:  # noqa: BLE001 - whatever a user's module raises is reported, with all others
                failures[path] = error
    if failures:
        raise DiscoveryError(failures)
    return found


def put_first_on_path(root: Path) -> None:
    """Make a project's modules win over others of the same name."""
    if sys.path[:1] != [str(root)]:
        sys.path.insert(0, str(root))


def import_file(path: Path, root: Path) -> ModuleType:
    """Import a file as the module of its dotted path below ``root``."""
    parts = _parts_below(path, root)
    parts = (*parts[:-1], parts[-1].removesuffix(".py"))
    for part in parts:
        if not part.isidentifier():
            raise ActionDefinitionError(
                f"{part!r} is no name of a module",
                mend=f"rename it to {_identifier(part)!r}, or begin its name with `_` if it is support code",
                where=Place(str(path), 1),
            )
    name = ".".join(parts)
    module = importlib.import_module(name)
    origin = getattr(module, "__file__", None)
    # The same path first: the file may have removed itself.
    if origin != str(path) and (origin is None or not _is_same(Path(origin), path)):
        raise ImportError(f"{name} is already another module, {origin}: rename the folder", name=name)
    return module


def _parts_below(path: Path, root: Path) -> tuple[str, ...]:
    """Do what `Path.relative_to` does, which takes long where both begin alike."""
    above = root.parts
    is_below = bool(above) and path.parts[: len(above)] == above
    return path.parts[len(above) :] if is_below else path.relative_to(root).parts


def _identifier(text: str) -> str:
    """Give a text as the name of a module."""
    name = re.sub(r"\W+", "_", text).strip("_") or "action"
    return name if name.isidentifier() else f"action_{name}"


def _is_same(one: Path, other: Path) -> bool:
    """Say whether two paths lead to the same file, through links too."""
    return one.exists() and other.exists() and one.samefile(other)


def _action_files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for above, folders, files in os.walk(folder, onerror=_raise):  # unread, one would lose its actions unseen
        folders[:] = filter(is_looked_at, folders)
        names = (name for name in files if name.endswith(".py") and is_looked_at(name))
        paths = (os.path.join(above, name) for name in names)  # noqa: PTH118 - a `Path` asks far more slowly
        found.extend(Path(path) for path in paths if _is_file(path))
    return sorted(found, key=lambda path: path.parts)


def _is_file(path: str) -> bool:
    """Say whether a path leads to a file; where a quick look says no, it is asked what may be wrong.

    Raises:
        OSError: It cannot be told.
    """
    return os.path.isfile(path) or Path(path).is_file()  # noqa: PTH113 - a `Path` asks far more slowly


def is_looked_at(name: str) -> bool:
    """Say whether actions are looked for in a file or folder of that name."""
    return not name.startswith(("_", "."))


def _raise(error: OSError) -> NoReturn:
    raise error


def _only_action(module: ModuleType, path: Path) -> AnyAction:
    """Give the action that a file made itself, whoever helped; what it imported from others is theirs."""
    found = {
        id(value): value
        for value in vars(module).values()
        if issubclass(type(value), Action) and value.definition.made_in == module.__file__
    }
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise ActionDefinitionError(
            "the file defines no action",
            mend="decorate its function with @action, or begin the file's name with `_`",
            where=Place(str(path), 1),
        )
    names = ", ".join(sorted(action.name for action in found.values()))
    raise ActionDefinitionError(
        f"the file defines {len(found)} actions: {names}",
        mend="move each to a file of its own",
        where=Place(str(path), 1),
    )
