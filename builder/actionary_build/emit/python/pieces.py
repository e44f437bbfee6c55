"""Pieces of the client that are rendered anew only where something of them changed.

A piece is found again by a digest of all that it is made of: the values that are written,
or what they come from (`digests`). A build keeps the pieces (`kept`); without one each is made.
"""

from __future__ import annotations

import hashlib
import secrets
import sys
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import actionary

from actionary_build.emit.python.shelf import Shelf

PIECES: Final = ContextVar[Shelf | None]("PIECES", default=None)
"""Where the pieces are kept: nowhere, unless a build says where."""


def kept(make: Callable[[], str], *parts: object) -> str:
    """Give the piece that is made of some parts and by our programs, made where it is not there."""
    shelf = PIECES.get()
    return make() if shelf is None else shelf.give(digest(sources_digest(), *parts), make)


def keep(*parts: object) -> None:
    """Keep a piece that stands inside of one that was found, for when that one is made anew."""
    shelf = PIECES.get()
    if shelf is not None:
        shelf.keep(digest(sources_digest(), *parts))


def digest(*parts: object) -> str:
    """Give the digest of what has a ``repr`` that says all of it."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def digest_of_programs(sources: Iterable[Path], *libraries: str) -> str:
    """Give the digest of programs, of Python's version and those of libraries, by the packages they install.

    Where it is not known which version of a library is there, the digest is one that never
    comes again: nobody could tell what this version makes from what another one makes.
    """
    known = (version(library) or secrets.token_hex() for library in libraries)
    return digest(sys.version_info[:2], *known, *(source.read_bytes() for source in sources))


def version(package: str) -> str | None:
    """Give the version of the library that a package is imported from, ``None`` where nothing says it.

    Most installers write it beside the package, and to look there is quick; `importlib.metadata`
    takes longer to import than it takes to find all pieces of a client again.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    found = [folder.name for folder in Path(spec.origin).parent.parent.glob(f"{package}-*.dist-info")]
    return found[0] if len(found) == 1 else _version_elsewhere(package)


def _version_elsewhere(package: str) -> str | None:
    from importlib import metadata  # noqa: PLC0415 - slow, and rarely needed

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def sources() -> list[Path]:
    """Give the programs that make the pieces, and their templates."""
    here = Path(__file__).parent
    emitters = here.parent
    return [
        *sorted(here.glob("*.py")),
        *sorted(here.glob("templates/*.j2")),
        *sorted(emitters.glob("*.py")),
        emitters.parent / "texts.py",
        *sorted(Path(actionary.__file__).parent.glob("*.py")),
    ]


@cache
def sources_digest() -> str:
    """Give the digest of the programs that make the pieces."""
    return digest_of_programs(sources(), "jinja2", "datamodel_code_generator")
