"""How commands speak: results on standard output, complaints on standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from itertools import groupby
from typing import IO, Any

import click

from actionary_build.diagnostics import Diagnostic


class Failed(click.ClickException):
    """A command cannot go on; its diagnostics say why. The exit code is 1."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("\n".join(map(str, diagnostics)))
        self.diagnostics = diagnostics

    def show(self, file: IO[Any] | None = None) -> None:
        """Show the diagnostics as they are, each with its mend."""
        click.echo(self.message, file=file, err=file is None)


class WrongUse(Failed):
    """A command cannot begin as it was given. The exit code is 2."""

    exit_code = 2


def error(code: str, message: str, mend: str) -> Diagnostic:
    """Make an error that has no place in a file."""
    return Diagnostic(code=code, severity="error", message=message, mend=mend)


def complain(diagnostics: Iterable[Diagnostic]) -> None:
    """Show diagnostics on standard error; a mend that several in a row share is said once, after them."""
    for remedy, alike in groupby(diagnostics, key=lambda diagnostic: diagnostic.remedy):
        for diagnostic in alike:
            click.echo(diagnostic.complaint, err=True)
        click.echo(remedy, err=True)


def say_json(data: Any) -> None:
    """Print data for a machine."""
    click.echo(json.dumps(data, indent=2))


@contextmanager
def only_results_on_stdout() -> Generator[None]:
    """Send to standard error what the user's code prints meanwhile, its child processes too."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
