"""The manifest of a built output folder: which files a build wrote, and from what.

The builder writes it, last of all; the server reads it to know what it may serve
and whether it was built from the same definitions. While a build moves its files
in, the manifest says so (`Manifest.unfinished`), so that whoever comes after a
build that was killed knows every file it may find.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FORMAT: Final = 1
"""The version of the written form; a newer one is refused."""

NAME: Final = "manifest.json"
"""Its place in the output folder. It does not list itself."""

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class ManifestError(ValueError):
    """A manifest cannot be read: the text says why, ``mend`` what to do about it."""

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(message)
        self.mend = mend


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """A file a build wrote; ``served`` says whether callers may have it over HTTP."""

    sha256: str
    emitter: str
    served: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a folder was built from (the catalog's digests), and its files by path.

    ``unfinished`` is ``None`` in a folder that is whole. Otherwise a build was cut
    off while it moved its files in: each file is either as ``files`` says, or as
    ``unfinished`` says (path to sha256), or not there. The next build repairs it;
    until then nothing should be served from the folder.
    """

    surface: str
    fingerprint: str
    files: Mapping[str, ManifestFile]
    unfinished: Mapping[str, str] | None = None

    def dump(self) -> dict[str, Any]:
        """Give the manifest as JSON data; `parse` reads it back."""
        data: dict[str, Any] = {
            "format": FORMAT,
            "surface": self.surface,
            "fingerprint": self.fingerprint,
            "files": {
                path: {"sha256": file.sha256, "emitter": file.emitter, "served": file.served}
                for path, file in self.files.items()
            },
        }
        if self.unfinished is not None:
            data["unfinished"] = dict(self.unfinished)
        return data


def read_manifest(folder: Path) -> Manifest | None:
    """Read the manifest of an output folder; ``None`` when there is none.

    Raises:
        ManifestError: It cannot be read, is damaged, or is of a newer format.
    """
    file = folder / NAME
    try:
        # A pipe would be waited for, and a device read without end.
        content = file.read_bytes() if stat.S_ISREG(file.stat().st_mode) else None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(error.strerror) from error
    if content is None:
        raise _unreadable("it is no plain file")
    return parse(content)


def parse(content: bytes) -> Manifest:
    """Read a manifest's bytes.

    Raises:
        ManifestError: They are damaged, or of a newer format.
    """
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _damaged("it is not JSON") from error
    if not isinstance(data, dict) or type(data.get("format")) is not int:
        raise _damaged("there is no `format` in it")
    if data["format"] != FORMAT:
        raise ManifestError(
            f"the manifest has format {data['format']}, this version of actionary reads {FORMAT}",
            "use the version of actionary that wrote it, or a newer one",
        )
    return Manifest(
        surface=_text(data, "surface"),
        fingerprint=_text(data, "fingerprint"),
        files={_path(path): _file(path, entry) for path, entry in _table(data, "files").items()},
        unfinished=_unfinished(data),
    )


def is_safe_path(path: str) -> bool:
    """Tell whether a path with ``/`` stays below the folder it is joined to, on every system."""
    parts = path.split("/")
    return path.isprintable() and not set(path) & {"\\", ":"} and not set(parts) & {"", ".", ".."}


def _file(path: str, entry: Any) -> ManifestFile:
    if not isinstance(entry, dict) or type(entry.get("served")) is not bool:
        raise _damaged(f"the entry of {path!r} is not whole")
    return ManifestFile(_sha256(entry, "sha256"), _text(entry, "emitter"), entry["served"])


def _unfinished(data: dict[str, Any]) -> dict[str, str] | None:
    if "unfinished" not in data:
        return None
    table = _table(data, "unfinished")
    return {_path(path): _sha256(table, path) for path in table}


def _path(path: str) -> str:
    if not is_safe_path(path) or path == NAME:
        raise _damaged(f"{path!r} is not the path of a file that a build writes")
    return path


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    if not isinstance(value, dict):
        raise _damaged(f"`{key}` is missing or not an object")
    return value


def _text(data: dict[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str):
        raise _damaged(f"`{key}` is missing or not a text")
    return value


def _sha256(data: dict[str, Any], key: str) -> str:
    value = _text(data, key)
    if not _SHA256.fullmatch(value):
        raise _damaged(f"`{key}` is not a sha256 in hex")
    return value


def _unreadable(why: str | None) -> ManifestError:
    return ManifestError(f"the manifest cannot be read: {why}", f"make {NAME} a file that can be read")


def _damaged(why: str) -> ManifestError:
    return ManifestError(
        f"the manifest is damaged: {why}",
        f"restore {NAME} from version control, or delete the whole output folder, and build again",
    )
