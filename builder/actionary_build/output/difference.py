"""A difference between two files, short enough to stand in a message."""

from __future__ import annotations

from difflib import unified_diff
from itertools import zip_longest
from pathlib import Path
from typing import Final

_SHOWN: Final = 20
_WIDTH: Final = 200
_SIZE: Final = 64 << 20
"""How many bytes a file may have to be compared; the largest that are built have a few millions."""
_WINDOW: Final = 200
"""How many lines are compared from the first difference on: enough to show, and never slow."""


def difference(file: Path, new: bytes) -> str:
    """Show how a build would change a file: at most some 20 lines, from the first that differs.

    Raises:
        OSError: The file cannot be read.
    """
    size = file.stat().st_size
    if size > _SIZE:
        return f"{size} bytes on disk, {len(new)} bytes in this build"
    on_disk = file.read_bytes()
    try:
        old_lines, new_lines = _lines(on_disk), _lines(new)
    except UnicodeDecodeError:
        return f"binary: {len(on_disk)} bytes on disk, {len(new)} bytes in this build"
    start = max(0, _first_difference(old_lines, new_lines) - 2)
    shown = list(
        unified_diff(old_lines[start : start + _WINDOW], new_lines[start : start + _WINDOW], n=2, lineterm="")
    )[2:]
    body = ["…" if line.startswith("@@") else _cut(line) for line in shown[1:]]
    head = ["--- on disk", "+++ this build", f"@@ from line {start + 1} @@"]
    if len(body) > _SHOWN:
        body = [*body[:_SHOWN], "… and more"]
    return "\n".join([*head, *body])


def _lines(content: bytes) -> list[str]:
    text = content.decode()
    if "\0" in text:
        raise UnicodeDecodeError("utf-8", content, 0, 1, "a NUL byte")
    return text.split("\n")


def _first_difference(old: list[str], new: list[str]) -> int:
    pairs = enumerate(zip_longest(old, new))
    return next((at for at, (one, other) in pairs if one != other), 0)


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH else f"{line[:_WIDTH]}…"
