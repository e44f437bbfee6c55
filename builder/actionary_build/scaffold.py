"""A new project from a template: what to write, what stands in the way, and writing all or nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from actionary.names import slug
from actionary.settings import Settings, SettingsError, find_root, read_settings

from actionary_build.diagnostics import BuildError, Diagnostic
from actionary_build.output.disk import folders_above
from actionary_build.project import bad_setting
from actionary_build.texts import one_line

TEMPLATES: Final = Path(__file__).parent / "templates"
"""One folder for each template. A file ends in ``.tmpl``, so that no tool takes it for code of ours;
``gitignore`` has no dot here, so that git does not obey it. ``$name`` and ``$title`` are TOML texts."""

PYPROJECT: Final = "pyproject.toml"

_TABLE: Final = "[tool.actionary]"

_TAKEN: Final = frozenset({"", "actionary", "hatchling", "pytest"})
"""Names that a project cannot have: none at all, and those of what it depends on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaffold:
    """What a template comes to in a folder, every path relative to it and in sorted order.

    ``contents`` are the files to write, ``replaced`` those of them that are there already,
    ``left`` the files of the template that stay as they are. ``table`` is what has to be
    added to a pyproject.toml that stays, empty where it has such a table.
    """

    folder: Path
    contents: Mapping[str, bytes]
    replaced: frozenset[str]
    left: tuple[str, ...]
    table: str


def plan_scaffold(folder: Path, template: str, *, force: bool) -> Scaffold:
    """Look at a folder, which need not be there, and say what a template comes to in it.

    A file that is there is left, with ``force`` replaced.

    Raises:
        BuildError: Something else stands where a file has to go, or the folder has code
            or settings that the template cannot stand beside.
        OSError: The folder cannot be read.
    """
    files = _read_template(template, folder.resolve().name)
    problems = list(_in_the_way(folder, files))
    if problems:
        raise BuildError(problems)
    there = {path for path in files if os.path.lexists(folder / path)}
    left = () if force else tuple(sorted(there))
    settings = _settings(folder) if PYPROJECT in there else None
    problems = list(_beside(folder, settings, files))
    if problems:
        raise BuildError(problems)
    own = files[PYPROJECT].decode()
    return Scaffold(
        folder=folder,
        contents={path: files[path] for path in sorted(files) if path not in left},
        replaced=frozenset(there.difference(left)),
        left=left,
        table=own[own.index(f"\n{_TABLE}\n") + 1 :] if PYPROJECT in left and settings is None else "",
    )


def write_scaffold(scaffold: Scaffold) -> None:
    """Write the files and the folders they need: all of them, or none.

    A file that came to be since the plan was made is not overwritten.

    Raises:
        OSError: They cannot be written; everything is as it was.
    """
    with ExitStack() as undo:
        kept: list[Path] = []
        _make_folder(scaffold.folder, undo)
        for path, content in scaffold.contents.items():
            target = scaffold.folder / path
            _make_folder(target.parent, undo)
            if path in scaffold.replaced:
                kept.append(_set_aside(target, undo))
            with target.open("xb") as file:
                undo.callback(target.unlink)
                file.write(content)
        undo.pop_all()
    for old in kept:
        old.unlink()


def _read_template(template: str, folder_name: str) -> dict[str, bytes]:
    """Give the files of a template by path, filled in for a project that is called like its folder."""
    name = slug(folder_name)
    title = one_line(folder_name) or "Actions"
    values = {
        "name": json.dumps(f"{name}-project".strip("-") if name in _TAKEN else name),
        "title": json.dumps(title, ensure_ascii=False),  # `title` holds no control characters any more
    }
    root = TEMPLATES / template
    return {
        _target(path.relative_to(root)): (
            Template(path.read_text(encoding="utf-8")).substitute(values).encode()
        )
        for path in sorted(root.rglob("*.tmpl"))
    }


def _target(path: Path) -> str:
    """Give the path that a file of a template has in a project."""
    name = path.name.removesuffix(".tmpl")
    return path.with_name(".gitignore" if name == "gitignore" else name).as_posix()


def _in_the_way(folder: Path, files: Mapping[str, bytes]) -> Iterator[Diagnostic]:
    """Complain of what is no folder where one is needed, and no file where one goes."""
    nearest = next(above for above in (folder, *folder.absolute().parents) if os.path.lexists(above))
    if not nearest.is_dir():
        yield _problem(f"{nearest} is no folder", "name a folder, or one that is not there yet")
        return
    for above in sorted({above for path in files for above in folders_above(path)}):
        place = folder / above
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            kind = "a link" if place.is_symlink() else "no folder"
            yield _problem(f"{above} is {kind}, and files have to go into it", "move it away")
    for path in sorted(files):
        if (folder / path).is_dir():
            yield _problem(f"{path} is a folder, and a file has to go there", "move it away")


def _beside(folder: Path, settings: Settings | None, files: Mapping[str, bytes]) -> Iterator[Diagnostic]:
    """Complain of what is there and would not get along with the template."""
    if settings is not None and settings.actions != "actions":
        yield _problem(
            f"the project has its actions in {settings.actions!r} already", "add actions there, by hand"
        )
    elif settings is None:
        here = (path.relative_to(folder).as_posix() for path in folder.glob("actions/**/*.py"))
        strangers = sorted(path for path in here if path not in files)
        if strangers:
            yield _problem(
                f"actions/ holds other code, such as {strangers[0]}, and a build would take it for actions",
                "start the project in a folder of its own, or set `actions` in [tool.actionary] of "
                "pyproject.toml to another folder, and add actions there by hand",
            )


def _settings(folder: Path) -> Settings | None:
    """Read the settings of a folder whose pyproject.toml has our table, ``None`` where it has none.

    Raises:
        BuildError: The file cannot be read, or its table is wrong.
    """
    try:
        settings = read_settings(folder)
    except SettingsError as error:
        raise BuildError(bad_setting(error)) from error
    try:
        return settings if find_root(folder) == settings.root else None
    except SettingsError:  # no folder above is a project either, or one of them is broken
        return None


def _problem(message: str, mend: str) -> Diagnostic:
    return Diagnostic(code="cannot-init", severity="error", message=message, mend=mend)


def _make_folder(folder: Path, undo: ExitStack) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent, undo)
        folder.mkdir()
        undo.callback(folder.rmdir)


def _set_aside(target: Path, undo: ExitStack) -> Path:
    """Rename what is to be replaced, so that it comes back as it was if something fails."""
    aside = target.with_name(f".{target.name}.{os.getpid()}.old")
    target.rename(aside)
    undo.callback(aside.rename, target)
    return aside
