"""Write a command's result to a file: whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import click


@contextmanager
def replaced(path: Path) -> Generator[Callable[[bytes], object]]:
    """Give the function that writes a file's new content; without a call the file stays as it is.

    Missing folders are made. That the place can be written to is found out first,
    before the work whose result goes there.

    Raises:
        click.UsageError: It cannot be.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with _explained(path):
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.touch(exist_ok=False)

    def write(content: bytes) -> None:
        with _explained(path):
            beside.write_bytes(content)
            beside.replace(path)

    try:
        yield write
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _explained(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise click.UsageError(f"the output file {path} cannot be written: {error.strerror}") from error
