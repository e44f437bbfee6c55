"""``actionary build``: write the output folder, or with ``--check`` only compare it."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from actionary_build.cli.extras import need
from actionary_build.cli.project import find_project, project_option
from actionary_build.cli.say import Failed, WrongUse, complain, say_json

if TYPE_CHECKING:
    from actionary_build.build import Built, Checked
    from actionary_build.diagnostics import BuildError, Diagnostic
    from actionary_build.project import Project

_MOST_SHOWN: Final = 20

_WRONG_USE: Final = frozenset({"private-catalog-place", "unknown-target"})
"""What says that an option was given a value that cannot be."""


@click.command("build")
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; exit 1 if a build would change a file."
)
@click.option(
    "--target", "targets", multiple=True, metavar="NAME", help="Build only this target. Repeatable."
)
@click.option(
    "--force",
    is_flag=True,
    help="Overwrite files that were edited, or that no build wrote, where a file has to go.",
)
@click.option(
    "--private-catalog",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Write the catalog of all actions, the private ones too, to a file outside the output folder.",
)
@click.option(
    "--import-timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,  # load.IMPORT_TIMEOUT, which a test compares: importing it here would cost every --help
    show_default=True,
    metavar="SECONDS",
    help="How long importing and describing the actions may take.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@project_option
def command(
    *,
    only_check: bool,
    targets: Sequence[str],
    force: bool,
    private_catalog: Path | None,
    import_timeout: float,
    as_json: bool,
    project: str | None,
) -> int:
    """Write what the actions say into the output folder.

    Only files that differ are written. A build that fails changes nothing. Without
    --force no file is touched that no build wrote, or that was edited since.
    """
    if only_check and (force or private_catalog):
        raise click.UsageError("--check writes nothing: leave out --force and --private-catalog")
    need("build", "jinja2", "datamodel_code_generator")
    from actionary_build.build import build, check
    from actionary_build.diagnostics import BuildError
    from actionary_build.project import read_project

    root = find_project(project)
    station = _timed if sys.stderr.isatty() else _quiet
    try:
        read = read_project(root)
        if only_check:
            checked = check(read, targets=targets, timeout=import_timeout, station=station)
            return _say_checked(checked, as_json=as_json)
        built = build(
            read,
            targets=targets,
            force=force,
            private_catalog=private_catalog,
            timeout=import_timeout,
            station=station,
        )
    except BuildError as error:
        return _say_refused(error, as_json=as_json)
    _say_built(read, built, as_json=as_json)
    return 0


def _say_refused(error: BuildError, *, as_json: bool) -> int:
    wrong_use = all(diagnostic.code in _WRONG_USE for diagnostic in error.diagnostics)
    refused = (WrongUse if wrong_use else Failed)(*error.diagnostics)
    if not as_json:
        raise refused from error
    _say_as_json(error.diagnostics, ok=False)
    return refused.exit_code


def _say_built(project: Project, built: Built, *, as_json: bool) -> None:
    done = built.output
    if as_json:
        _say_as_json(
            built.warnings,
            ok=True,
            written=done.written,
            removed=done.removed,
            unchanged=len(done.unchanged),
            repaired=done.repaired,
        )
        return
    complain(built.warnings)
    changes = [f"wrote {path}" for path in done.written] + [f"removed {path}" for path in done.removed]
    for change in changes[:_MOST_SHOWN]:
        click.echo(change)
    if len(changes) > _MOST_SHOWN:
        click.echo(f"and {len(changes) - _MOST_SHOWN} more")
    if done.repaired:
        click.echo("the build before was cut off; the folder is whole again")
    click.echo(
        f"{_shown(project)}: {len(done.written)} written, {len(done.removed)} removed,"
        f" {len(done.unchanged)} unchanged"
    )


def _say_checked(checked: Checked, *, as_json: bool) -> int:
    if as_json:
        unchanged = len(checked.plan.unchanged)
        _say_as_json([*checked.warnings, *checked.stale], ok=not checked.stale, unchanged=unchanged)
    else:
        complain([*checked.warnings, *checked.stale])
        if not checked.stale:
            click.echo(f"{len(checked.plan.unchanged)} files are as a build would write them")
    return 1 if checked.stale else 0


def _say_as_json(
    diagnostics: Iterable[Diagnostic],
    *,
    ok: bool,
    written: Sequence[str] = (),
    removed: Sequence[str] = (),
    unchanged: int = 0,
    repaired: bool = False,
) -> None:
    outcome: dict[str, Any] = {
        "ok": ok,
        "written": list(written),
        "removed": list(removed),
        "unchanged": unchanged,
        "repaired": repaired,
        "diagnostics": [diagnostic.as_json() for diagnostic in diagnostics],
    }
    say_json(outcome)


def _shown(project: Project) -> str:
    out, root = project.out, project.root
    return out.relative_to(root).as_posix() if out.is_relative_to(root) else out.as_posix()


@contextmanager
def _timed(name: str) -> Generator[None]:
    started = time.perf_counter()
    yield
    click.echo(f"{name:<20} {time.perf_counter() - started:6.2f} s", err=True)


def _quiet(_: str) -> nullcontext[None]:
    return nullcontext()
