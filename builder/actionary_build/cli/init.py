"""``actionary init``: start a project, in an empty folder or beside code that is there."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from actionary_build.cli.say import Failed, WrongUse, error, say_json

if TYPE_CHECKING:
    from actionary_build.scaffold import Scaffold

TEMPLATES: Final = ("minimal",)
"""The folders in `scaffold.TEMPLATES`, which a test compares: importing it here would cost every --help."""

NEXT: Final = ("pytest", "actionary build", "actionary serve")
"""What can be done in the new project once what it needs is installed."""


@click.command("init")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option(
    "--template",
    type=click.Choice(TEMPLATES),
    default="minimal",
    show_default=True,
    help="What to begin with.",
)
@click.option("--force", is_flag=True, help="Overwrite files that are there, pyproject.toml too.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def command(*, folder: Path, template: str, force: bool, as_json: bool) -> int:
    """Start a project in DIR, by default in the current folder.

    It writes pyproject.toml, one action, a test of it, conftest.py and .gitignore. What
    is there already is left as it is. Either all files are written, or none.
    """
    from actionary_build.diagnostics import BuildError
    from actionary_build.scaffold import plan_scaffold, write_scaffold

    try:
        scaffold = plan_scaffold(folder, template, force=force)
        write_scaffold(scaffold)
    except BuildError as refused:
        return _say_refused(WrongUse(*refused.diagnostics), as_json=as_json)
    except OSError as refused:
        problem = f"{refused.filename or folder}: {refused.strerror or refused}"
        mend = "let actionary read and write there, or name another folder; nothing was written"
        return _say_refused(WrongUse(error("cannot-init", problem, mend)), as_json=as_json)
    if as_json:
        say_json(_outcome(scaffold))
    else:
        _say(scaffold)
    return 0


def _say_refused(refused: Failed, *, as_json: bool) -> int:
    if not as_json:
        raise refused
    say_json(
        {
            "ok": False,
            "written": [],
            "left": [],
            "add_to_pyproject": None,
            "next": [],
            "diagnostics": [diagnostic.as_json() for diagnostic in refused.diagnostics],
        }
    )
    return refused.exit_code


def _outcome(scaffold: Scaffold) -> dict[str, Any]:
    return {
        "ok": True,
        "written": list(scaffold.contents),
        "left": list(scaffold.left),
        "add_to_pyproject": scaffold.table or None,
        "next": list(_next(scaffold)),
        "diagnostics": [],
    }


def _next(scaffold: Scaffold) -> tuple[str, ...]:
    """Give the next steps: first how what tests need is installed, by an extra where its file is ours."""
    from actionary_build.scaffold import PYPROJECT

    install = (
        "pip install -e '.[dev]'"
        if PYPROJECT in scaffold.contents
        else "pip install 'actionary[testing]' pytest"
    )
    return (install, *NEXT)


def _say(scaffold: Scaffold) -> None:
    from actionary_build.texts import one_line

    for path in scaffold.contents:
        click.echo(f"wrote {path}{', which was there' if path in scaffold.replaced else ''}")
    for path in scaffold.left:
        click.echo(f"left {path} as it is")
    if scaffold.table:
        click.echo(f"\nadd to pyproject.toml:\n\n{scaffold.table}")
    here = scaffold.folder.resolve() == Path.cwd()
    steps = _next(scaffold)
    if not here:
        steps = (f"cd {shlex.quote(one_line(str(scaffold.folder)))}", *steps)
    click.echo(f"next: {', '.join(steps)}")
