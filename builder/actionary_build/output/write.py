"""Write the output tree: plan under the lock, refuse or swap, say what was done."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from actionary.manifest import NAME

from actionary_build.diagnostics import BuildError
from actionary_build.output.lock import work_folder, working
from actionary_build.output.place import Place, explained, output_place
from actionary_build.output.plan import NewTree, Plan, plan_output
from actionary_build.output.swap import NotUndoneError, swap


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a build did, by path below the output folder.

    ``repaired`` says that the build before was cut off and this one made its
    folder whole; ``manifest_written`` that the manifest changed.
    """

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    manifest_written: bool
    repaired: bool


def write_output(
    out: Path,
    tree: NewTree,
    *,
    force: bool = False,
    project: Path | None = None,
    wait: float = 10.0,
) -> Written:
    """Make the output folder what the build made, replacing only files whose bytes differ.

    When it raises, the folder is as it was before, unless the diagnostic says that
    the next build will repair it. A build killed at any point is repaired by the
    next one, without ``force``. ``wait`` is how many seconds to wait for a build
    that is writing to the same folder.

    Raises:
        BuildError: Everything that stands against it: see `plan_output`, the plan's
            conflicts, another build that is running, what the system refuses.
    """
    place = output_place(out, project)
    # Without the lock another build may be halfway through, so here only "all is well" counts.
    with suppress(BuildError):
        plan = plan_output(out, tree, force=force, project=project)
        if not plan.differs and not work_folder(place.folder).exists():
            return _written(plan)
    with explained(place), working(place, wait) as work:
        plan = plan_output(out, tree, force=force, project=project)
        if plan.conflicts:
            raise BuildError(plan.conflicts)
        if plan.differs:
            _swap(place, plan, work)
    return _written(plan)


def _swap(place: Place, plan: Plan, work: Path) -> None:
    try:
        swap(plan, work)
    except NotUndoneError as error:
        raise BuildError(
            place.error(
                "output-failed",
                NAME,
                f"the build was stopped halfway and could not take back what it had written: {error}",
                "let actionary write there and build again: the next build repairs the folder",
            )
        ) from error


def _written(plan: Plan) -> Written:
    return Written(
        written=tuple(file.path for file in plan.write),
        removed=plan.remove,
        unchanged=plan.unchanged,
        manifest_written=plan.manifest_differs,
        repaired=plan.before is not None and plan.before.unfinished is not None,
    )
