"""``actionary list``: the actions as a table."""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from actionary_build.cli.project import find_project, project_option, registry_of, settings_of
from actionary_build.cli.say import say_json

if TYPE_CHECKING:
    from actionary.action_spec import ActionSpec


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@project_option
def command(*, as_json: bool, project: str | None) -> int:
    """List the actions: name, method and path, public or private, description.

    Before the description stands whether the action is deprecated and whether a human
    may have to approve its calls, after it how it gives pages.
    """
    from actionary.describe import outline_all

    settings = settings_of(find_project(project))
    actions = outline_all(registry_of(settings), settings).actions
    if as_json:
        say_json({"actions": [_listed(action) for action in actions]})
        return 0
    if not actions:
        click.echo("no actions", err=True)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in _table([_row(action) for action in actions]):
        click.echo(line if width is None else line[:width])
    return 0


def _listed(action: ActionSpec) -> dict[str, Any]:
    route = action.http if action.public else None
    return {
        "name": action.name,
        "method": None if route is None else route.method,
        "path": None if route is None else route.path,
        "public": action.public,
        "description": action.description,
        "deprecated": None if action.deprecated is None else asdict(action.deprecated),
        "paginate": None if action.paginate is None else asdict(action.paginate),
        "needs_approval": action.needs_approval,
    }


def _row(action: ActionSpec) -> tuple[str, ...]:
    from actionary_build.texts import one_line

    route = action.http if action.public else None
    approval = "Needs approval." if action.needs_approval else None
    texts = (action.deprecation, approval, action.description, action.paging)
    return (
        action.name,
        "-" if route is None else f"{route.method} {route.path}",
        "public" if action.public else "private",
        one_line(" ".join(text for text in texts if text)),
    )


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
