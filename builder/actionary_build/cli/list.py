"""``actionary list``: the actions as a table."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any

import click

from actionary_build.cli.project import find_project, project_option, registry_of, settings_of
from actionary_build.cli.say import say_json

if TYPE_CHECKING:
    from actionary.registry import AnyAction


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@project_option
def command(*, as_json: bool, project: str | None) -> int:
    """List the actions: name, method and path, public or private, description."""
    settings = settings_of(find_project(project))
    listed = [_listed(action, settings.prefix) for action in registry_of(settings)]
    if as_json:
        say_json({"actions": listed})
        return 0
    if not listed:
        click.echo("no actions", err=True)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in _table([_row(each) for each in listed]):
        click.echo(line if width is None else line[:width])
    return 0


def _listed(action: AnyAction, prefix: str) -> dict[str, Any]:
    from actionary.routes import route_of

    definition = action.definition
    route = route_of(definition, prefix) if definition.public else None
    return {
        "name": action.name,
        "method": None if route is None else route.method,
        "path": None if route is None else route.path,
        "public": definition.public,
        "description": definition.description,
    }


def _row(listed: dict[str, Any]) -> tuple[str, ...]:
    from actionary_build.texts import one_line

    route = "-" if listed["method"] is None else f"{listed['method']} {listed['path']}"
    return listed["name"], route, "public" if listed["public"] else "private", one_line(listed["description"])


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
