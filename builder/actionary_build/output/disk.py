"""What lies in the output folder: a listing that follows no link."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection
from pathlib import Path
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["file", "folder", "link", "other", "tool"]
"""``other`` is a socket, pipe or device, ``tool`` something `LEFT_TO_TOOLS` that was not looked into."""

LEFT_TO_TOOLS: Final = frozenset(
    {"node_modules", "dist", "__pycache__", ".venv", ".git", ".DS_Store"}
    | {".mypy_cache", ".pytest_cache", ".ruff_cache"}
)
"""Names a build takes no notice of: what tools leave behind when people use the generated clients
in place, or keep the folder under version control. They are made again at will, so they are no
stranger's work, and removing them would only annoy. `npm pack` leaves its archive, whose name
follows the package's version, beside the ``package.json`` that it packs."""


def scan(folder: Path, needed: Collection[str]) -> dict[str, Kind]:
    """List all below a folder by path, each folder before what it holds; empty when it is missing.

    ``needed`` are the paths that count even if they are named like a tool's.
    """
    found: dict[str, Kind] = {}
    waiting = [""] if folder.is_dir() else []
    while waiting:  # a stack and no recursion: strangers' folders may be nested deeper than Python's calls
        above = waiting.pop()
        folders: list[str] = []
        with os.scandir(folder / above) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
        for entry in entries:
            path = above + entry.name
            is_tools = entry.name in LEFT_TO_TOOLS or _is_packed(
                entry, is_package=f"{above}package.json" in needed
            )
            found[path] = "tool" if is_tools and path not in needed else _kind(entry)
            if found[path] == "folder":
                folders.append(f"{path}/")
        waiting += reversed(folders)
    return found


def _is_packed(entry: os.DirEntry[str], *, is_package: bool) -> bool:
    return is_package and entry.name.endswith(".tgz") and entry.is_file(follow_symlinks=False)


def _kind(entry: os.DirEntry[str]) -> Kind:
    if entry.is_symlink():
        return "link"
    if entry.is_dir(follow_symlinks=False):
        return "folder"
    return "file" if entry.is_file(follow_symlinks=False) else "other"


def folders_above(path: str) -> list[str]:
    """Name the folders a path lies in, the outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def sha256(content: bytes) -> str:
    """Give the SHA-256 of bytes in hex."""
    return hashlib.sha256(content).hexdigest()


def sha256_of(path: Path) -> str | None:
    """Give the SHA-256 of a file of any size, ``None`` when it has gone since it was listed."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None
