"""Pieces of the client that are rendered anew only where something of them changed.

A piece is found again by a digest of all that it is made of, which `digests` gives. A
build keeps the pieces (`kept`); without one each is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final, TypeAlias

Keeper: TypeAlias = Callable[[str, Callable[[], str]], str]
"""Gives the piece of a key, which a function makes where it is not there."""

PIECES: Final[ContextVar[Keeper]] = ContextVar("PIECES", default=lambda _, make: make())
"""What keeps the pieces: nothing, unless a build does."""


def digest(*parts: object) -> str:
    """Give the digest of what has a ``repr`` that says all of it."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()
