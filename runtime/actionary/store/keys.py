"""What a key of a store may look like."""

from __future__ import annotations

from typing import Final

LONGEST: Final = 255


def check_key(key: str) -> None:
    """Check a key, or the name of a stream.

    Raises:
        ValueError: It cannot be one in every store; a bug of who made it.
    """
    if not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise ValueError(f"a key of a store has 1 to {LONGEST} printable ASCII characters: {key!r:.300}")
