"""Which emitted files cannot lie in one folder, on every system people build on."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from actionary.manifest import NAME, is_safe_path

from actionary_build.diagnostics import Diagnostic
from actionary_build.emit import OutputFile
from actionary_build.output.disk import folders_above

_NAME_LIMIT: Final = 255
"""How many bytes of UTF-8 the name of a file or folder may have on common file systems."""

_MEND: Final = "give one of them another path: rename a tag or an action, or set the emitter's options"

_OTHER_PATH: Final = "let the emitter use another path"


def clashes(files: Iterable[tuple[str, OutputFile]]) -> list[Diagnostic]:
    """Name every path that no file may have, and every two paths that exclude each other."""
    claims = sorted((file.path, emitter) for emitter, file in files)
    return [*_reserved(claims), *_file_clashes(claims), *_folder_clashes(claims)]


def _reserved(claims: list[tuple[str, str]]) -> Iterator[Diagnostic]:
    for path, emitter in claims:
        if _folded(path) == NAME:
            message = f"the emitter {emitter} makes {path}, which is the name of the manifest"
            mend = _OTHER_PATH
        elif not is_safe_path(path):
            message = f"the emitter {emitter} makes a file whose path is not the same on every system"
            mend = _OTHER_PATH
        elif any(len(part.encode()) > _NAME_LIMIT for part in path.split("/")):
            message = f"the emitter {emitter} makes a file with a name of more than {_NAME_LIMIT} bytes"
            mend = "shorten the tag or name that it comes from, or set the emitter's options"
        else:
            continue
        yield _error("bad-output-path", path, message, mend)


def _file_clashes(claims: list[tuple[str, str]]) -> Iterator[Diagnostic]:
    first: dict[str, tuple[str, str]] = {}
    for path, emitter in claims:
        folded = _folded(path)
        if folded not in first:
            first[folded] = path, emitter
            continue
        other, other_emitter = first[folded]
        message = (
            f"this file is made twice, by {other_emitter} and by {emitter}"
            if other == path
            else f"{emitter} makes {path} and {other_emitter} makes {other}: many systems take them for one"
        )
        yield _error("path-clash", path, message, _MEND)


def _folder_clashes(claims: list[tuple[str, str]]) -> Iterator[Diagnostic]:
    files = {_folded(path): (path, emitter) for path, emitter in reversed(claims)}
    spelled: dict[str, tuple[str, str, str]] = {}
    reported: set[str] = set()
    for path, emitter in claims:
        for folder in folders_above(path):
            folded = _folded(folder)
            spelling, other, other_emitter = spelled.setdefault(folded, (folder, path, emitter))
            if folder in reported:
                continue
            if folded in files:
                other, other_emitter = files[folded]
                message = f"{emitter} makes {path} in a folder, and {other_emitter} makes the file {other}"
            elif spelling != folder:
                message = (
                    f"{emitter} makes {path} and {other_emitter} makes {other}: one folder to many systems"
                )
            else:
                continue
            reported.add(folder)
            yield _error("path-clash", path, message, _MEND)


def _folded(path: str) -> str:
    """Give what a file system may take a path for: few tell case apart everywhere, or forms of Unicode."""
    return unicodedata.normalize("NFC", path.casefold())


def _error(code: str, path: str, message: str, mend: str) -> Diagnostic:
    return Diagnostic(code=code, severity="error", message=message, mend=mend, file=path)
