"""The project a command is about: found from a folder, its actions imported into this process."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actionary_build.cli.say import Failed, WrongUse, only_results_on_stdout

if TYPE_CHECKING:
    from collections.abc import Callable

    from actionary.registry import Registry
    from actionary.settings import Settings


def project_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option ``--project``."""
    return click.option(
        "--project",
        type=click.Path(exists=True, file_okay=False),
        metavar="DIR",
        help="The project's folder, or one in it. Default: the current one.",
    )(command)


def find_project(folder: str | None) -> Path:
    """Find the project of a folder, by default of the current one.

    Raises:
        WrongUse: There is none.
    """
    from actionary.settings import SettingsError, find_root

    from actionary_build.project import bad_setting

    try:
        return find_root(Path(folder or "."))
    except SettingsError as error:
        raise WrongUse(bad_setting(error)) from error


def settings_of(root: Path) -> Settings:
    """Read a project's settings.

    Raises:
        Failed: They are wrong.
    """
    from actionary.settings import SettingsError, read_settings

    from actionary_build.project import bad_setting

    try:
        return read_settings(root)
    except SettingsError as error:
        raise Failed(bad_setting(error)) from error


def registry_of(settings: Settings) -> Registry:
    """Import a project's actions into this process, in the project's folder, as a build does.

    Raises:
        Failed: They cannot be imported, or are defined wrongly.
    """
    from actionary.loading import load_registry

    from actionary_build.diagnose import diagnose

    os.chdir(settings.root)
    try:
        with only_results_on_stdout():
            return load_registry(settings)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: a module that ends the process is a mistake
        raise Failed(*diagnose(error, settings.root)) from error
