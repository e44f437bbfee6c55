"""Texts that are kept in a file, each found by the digest of what it was made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path


class Shelf:
    """Texts by key, a line of the file for each: the key, the digest of what follows and of it, the text.

    A line is looked at when it is asked for. One that is not whole is as if it were not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._used: dict[str, bytes] = {}
        self._made = 0

    @cached_property
    def _found(self) -> dict[str, bytes]:
        lines = (read_whole(self._path) or b"").split(b"\n")
        return {line[:_KEY].decode("ascii", "replace"): line for line in lines if line}

    def get(self, key: str) -> str | None:
        """Give a text that is there, which is so kept for the next time."""
        line = self._used.get(key) or self._found.get(key)
        text = None if line is None else _text(line)
        if line is not None and text is not None:
            self._used[key] = line
        return text

    def put(self, key: str, text: str) -> None:
        """Keep a text for the next time."""
        self._used[key] = _line(key, text)
        self._made += 1

    def give(self, key: str, make: Callable[[], str]) -> str:
        """Give a text, which is made where it is not there."""
        text = self.get(key)
        if text is None:
            text = make()
            self.put(key, text)
        return text

    def keep(self, key: str) -> None:
        """Keep a text for the next time, if it is there."""
        line = self._found.get(key)
        if line is not None:
            self._used.setdefault(key, line)

    def save(self) -> None:
        """Keep what was used this time, and nothing else; where nothing is new all stays as it is.

        Raises:
            OSError: The file cannot be written.
        """
        if self._made:
            write_whole(self._path, b"".join(b"%s\n" % self._used[key] for key in sorted(self._used)))


_KEY = 64
"""Hexadecimal digits of a digest."""


def digest(*parts: str) -> str:
    """Give the digest of some texts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _line(key: str, text: str) -> bytes:
    dumped = json.dumps(text)
    return f"{key} {digest(key, dumped)} {dumped}".encode("ascii")


def _text(line: bytes) -> str | None:
    key, checked, dumped = line[:_KEY], line[_KEY + 1 : 2 * _KEY + 1], line[2 * _KEY + 2 :]
    if hashlib.sha256(b"%s\0%s" % (key, dumped)).hexdigest().encode() != checked:
        return None
    text: str = json.loads(dumped)
    return text


def read_whole(path: Path) -> bytes | None:
    """Give the content of a file, ``None`` where there is none that can be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file of the cache folder, which is made and which git ignores; it is replaced as a whole.

    Raises:
        OSError: It cannot be written.
    """
    import tempfile  # noqa: PLC0415 - where nothing changed nothing is written

    path.parent.mkdir(exist_ok=True)
    (path.parent / ".gitignore").write_text("*\n")
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(content)
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
