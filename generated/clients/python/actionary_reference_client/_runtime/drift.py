"""Telling of a server whose actions are not the ones that a client was generated from."""

from __future__ import annotations

import logging
import sys
import warnings
from typing import Final

_PACKAGE: Final = __name__.rpartition(".")[0].rpartition(".")[0]
_LOG: Final = logging.getLogger(_PACKAGE)


class CatalogDriftWarning(UserWarning):
    """The server's actions are not the ones this client was generated from."""


def warn_of_drift(theirs: str, ours: str) -> None:
    """Warn whoever makes the call; where warnings are errors it is logged, for the call has its result."""
    try:
        warnings.warn(
            f"the server's catalog is {theirs}, this client was generated from {ours}; "
            "generate the client again",
            CatalogDriftWarning,
            stacklevel=_level_of_caller(),
        )
    except CatalogDriftWarning as turned:
        _LOG.warning("%s", turned)


def _level_of_caller() -> int:
    """Count the frames from the one that asks to the first outside of this package."""
    level = 1
    frame = sys._getframe(1)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - warnings count frames alike
    while frame.f_back is not None and f"{frame.f_globals.get('__name__')}.".startswith(f"{_PACKAGE}."):
        frame = frame.f_back
        level += 1
    return level
