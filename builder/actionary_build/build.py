"""The build: load, emit, then write the output folder or compare it."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

from actionary.catalog import Catalog
from actionary.collector import collector_paused

from actionary_build.diagnostics import BuildError, Diagnostic
from actionary_build.emit import OutputFile, Sources
from actionary_build.emit.python.kept import kept_types
from actionary_build.load import IMPORT_TIMEOUT, Loaded, load_catalog
from actionary_build.output import NewTree, Plan, Written, plan_output, write_output
from actionary_build.output import private_catalog as placed_private_catalog
from actionary_build.project import Project, Target
from actionary_build.warn import warnings_of

_STRANGER_MEND: Final = (
    "move it out of the output folder; --force leaves it there, and the next check fails again"
)
_REPLACED_MEND: Final = (
    "move it out of the output folder and run `actionary build`; "
    "`actionary build --force` overwrites it, and every edited file too"
)

Station: TypeAlias = Callable[[str], AbstractContextManager[None]]
"""Stands around each part of a build, such as ``load``, ``emit openapi`` and ``write``, to show progress."""


def _no_station(_: str) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a build made, before anything is written: the tree, what was loaded, the warnings."""

    tree: NewTree
    loaded: Loaded
    warnings: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What `build` did."""

    output: Written
    warnings: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What `check` found: ``stale`` names every file that is not as a build would write it."""

    plan: Plan
    stale: tuple[Diagnostic, ...]
    warnings: tuple[Diagnostic, ...]


def emit_all(
    catalog: Catalog, targets: Iterable[Target], sources: Sources, *, station: Station = _no_station
) -> tuple[tuple[str, OutputFile], ...]:
    """Run emitters over a public catalog; each file comes with its emitter's name.

    Raises:
        BuildError: Emitters failed; all of them are named.
    """
    files: list[tuple[str, OutputFile]] = []
    failed: list[Diagnostic] = []
    cause: Exception | None = None
    for target in targets:
        try:
            with station(f"emit {target.name}"):
                files += [(target.name, file) for file in _emit(target, catalog, sources)]
        except BuildError as error:
            failed += error.diagnostics
        except Exception as error:  # noqa: BLE001 - whatever an emitter raises is reported, with all others
            failed.append(_emitter_failed(target, error))
            cause = cause or error
    if failed:
        raise BuildError(failed) from cause
    return tuple(files)


def _emit(target: Target, catalog: Catalog, sources: Sources) -> Iterator[OutputFile]:
    for file in target.emitter.emit(catalog, target.options, sources):
        if not isinstance(file, OutputFile):  # pyright: ignore[reportUnnecessaryIsInstance]  # others' emitters
            raise TypeError(f"{file!r} is no OutputFile")
        yield file


def make(
    project: Project,
    *,
    targets: Iterable[str] = (),
    private: bool = False,
    keeping: bool = False,
    timeout: float = IMPORT_TIMEOUT,
    station: Station = _no_station,
) -> Made:
    """Load a project's actions and emit its targets, or only those named; no output is written.

    With ``keeping``, what took long to make is kept beside the project for the next time.

    Raises:
        BuildError: The actions cannot be loaded, a target is unknown, or an emitter failed.
    """
    names = frozenset(targets)
    chosen = project.chosen(names)
    with station("load"):
        loaded = load_catalog(project.settings, private=private, timeout=timeout)
    catalog = loaded.catalog
    with collector_paused(), kept_types(project.root, writing=keeping):
        files = emit_all(catalog, chosen, {}, station=station)
    tree = NewTree(
        files=files,
        surface=catalog.surface,
        fingerprint=catalog.fingerprint,
        targets=names or None,
    )
    return Made(tree=tree, loaded=loaded, warnings=tuple(warnings_of(catalog, loaded.places)))


def build(
    project: Project,
    *,
    targets: Iterable[str] = (),
    force: bool = False,
    private_catalog: Path | None = None,
    timeout: float = IMPORT_TIMEOUT,
    station: Station = _no_station,
) -> Built:
    """Make the output folder what the project's actions say; only files that differ are written.

    With ``targets`` the files of the other targets stay. ``private_catalog`` is where
    the catalog of all actions goes, last of all. When it raises, nothing was changed,
    unless the diagnostic says something else.

    Raises:
        BuildError: See `make` and `actionary_build.output`.
    """
    made = make(
        project,
        targets=targets,
        private=private_catalog is not None,
        keeping=True,
        timeout=timeout,
        station=station,
    )
    with station("write"), _private(project, made, private_catalog, force=force):
        output = write_output(project.out, made.tree, force=force, project=project.root)
    return Built(output=output, warnings=made.warnings)


def check(
    project: Project,
    *,
    targets: Iterable[str] = (),
    timeout: float = IMPORT_TIMEOUT,
    station: Station = _no_station,
) -> Checked:
    """Compare the output folder with what `build` would make, and touch nothing.

    Raises:
        BuildError: As `build` does, but for what stands in the folder: that is ``stale``.
    """
    made = make(project, targets=targets, timeout=timeout, station=station)
    with station("compare"):
        plan = plan_output(project.out, made.tree, project=project.root)
    return Checked(plan=plan, stale=(*_conflicts(plan), *_stale(plan)), warnings=made.warnings)


def _private(project: Project, made: Made, path: Path | None, *, force: bool) -> AbstractContextManager[None]:
    if path is None:
        return nullcontext()
    assert made.loaded.private is not None, "it was asked for"  # noqa: S101 - tells the type checkers
    return placed_private_catalog(path, made.loaded.private, project.out, force=force)


def _conflicts(plan: Plan) -> list[Diagnostic]:
    """Give what stands against a build; what a build would leave there still fails the next check."""
    replaced = {plan.place.shown(path) for path in plan.manifest.files}
    return [
        replace(each, mend=_REPLACED_MEND if each.file in replaced else _STRANGER_MEND)
        if each.code == "foreign-file"
        else each
        for each in plan.conflicts
    ]


def _stale(plan: Plan) -> list[Diagnostic]:
    found = {
        file.path: "this build would change it" if file.path in plan.found else "it is missing"
        for file in plan.write
    }
    found |= dict.fromkeys(plan.remove, "this build no longer makes it")
    if plan.before is not None and plan.before.unfinished is not None:
        found["manifest.json"] = "the last build was cut off; the next one makes the folder whole"
    elif not found and not plan.conflicts and plan.manifest_differs:
        found["manifest.json"] = "it does not list what this build makes"
    return [
        plan.place.error("stale-output", path, message, "run `actionary build`")
        for path, message in sorted(found.items())
    ]


def _emitter_failed(target: Target, error: Exception) -> Diagnostic:
    return Diagnostic(
        code="emitter-failed",
        severity="error",
        message=f"the emitter {target.name!r} failed: {type(error).__name__}: {error}",
        mend="report it to whoever made the emitter, or leave it out of `targets`",
        detail="".join(traceback.format_exception(error)).rstrip(os.linesep),
    )
