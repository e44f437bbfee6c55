"""What a key of a store may look like, and the name of a stream."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 255

_NO_LETTER: Final = re.compile(r"[^ -~]")


def is_key(text: str) -> bool:
    """Say whether something can be kept under a text; databases choke on some that cannot be keys."""
    return 0 < len(text) <= LONGEST and _NO_LETTER.search(text) is None


def check_key(text: str) -> None:
    """Check a key, or the name of a stream.

    Raises:
        ValueError: It cannot be one; a bug of who made it.
    """
    if not is_key(text):
        raise ValueError(f"a key of a store has 1 to {LONGEST} printable ASCII characters: {text!r:.300}")


def key_before(text: str) -> str:
    """Give a text that every database can take, and that all the same keys come after."""
    stranger = _NO_LETTER.search(text)
    if stranger is None:
        return text
    return text[: stranger.start()] + ("" if stranger[0] < " " else "\x7f")
