"""How long the README of a client may become."""

from __future__ import annotations

from typing import Final

MOST_IN_FULL: Final = 400
"""With more actions than these, each is told of in a line: GitHub shows half a megabyte of a README."""
