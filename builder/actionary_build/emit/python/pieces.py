"""Pieces of the client that are rendered anew only where something of them changed.

A piece is found again by a digest of all that it is made of, which `digests` gives. A
build keeps the pieces (`kept`); without one each is made.
"""

from __future__ import annotations

import hashlib
import secrets
import sys
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, TypeAlias

Keeper: TypeAlias = Callable[[str, Callable[[], str]], str]
"""Gives the piece of a key, which a function makes where it is not there."""

PIECES: Final[ContextVar[Keeper]] = ContextVar("PIECES", default=lambda _, make: make())
"""What keeps the pieces: nothing, unless a build does."""


def digest(*parts: object) -> str:
    """Give the digest of what has a ``repr`` that says all of it."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def digest_of_programs(sources: Iterable[Path], library: str) -> str:
    """Give the digest of programs, of Python's version and that of a library, by its name in the registry.

    Where the library does not say which version it is, the digest is one that never comes
    again: nobody could tell what this version makes from what another one makes.
    """
    try:
        known = version(library)
    except PackageNotFoundError:
        known = secrets.token_hex()
    return digest(sys.version_info[:2], known, *(source.read_bytes() for source in sources))
