"""Emitters: pure functions from a catalog to files, one module or folder per target.

Each module offers ``emitter``, an `Emitter`. It touches no registry, file, clock
or environment: the same arguments give the same bytes. Emitters are found by the
entry-point group ``actionary.emitters``; ours are registered like anyone's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from actionary_build.texts import visible_json

if TYPE_CHECKING:  # who only writes files, from data, does without
    from actionary.catalog import Catalog
    from pydantic import BaseModel

Sources: TypeAlias = Mapping[str, str]
"""Texts that the builder read beforehand, by path relative to the project."""


OptionsT = TypeVar("OptionsT", bound="BaseModel")


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file to write: a path with ``/`` below the output folder, and its bytes.

    ``served`` says whether the server offers it to callers, under ``/`` and its path.
    """

    path: str
    content: bytes
    served: bool = False

    def __post_init__(self) -> None:
        parts = PurePosixPath(self.path).parts
        if not parts or self.path != "/".join(parts) or parts[0] == "/" or ".." in parts or "\\" in self.path:
            raise ValueError(f"{self.path!r} is not a path below the output folder")


@dataclass(frozen=True, slots=True)
class Emitter(Generic[OptionsT]):
    """A target: its name, the model of its table ``[tool.actionary.<name>]``, and its function."""

    name: str
    options: type[OptionsT]
    emit: Callable[[Catalog, OptionsT, Sources], Iterable[OutputFile]]


def text_file(path: str, text: str, *, served: bool = False) -> OutputFile:
    """Make a text file: UTF-8, LF, exactly one newline at the end."""
    unix = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    unix = unix.rstrip("\n") + "\n"
    return OutputFile(path, unix.encode(), served)


def json_file(path: str, data: Any, *, served: bool = False) -> OutputFile:
    """Make a JSON file: sorted keys, two spaces, UTF-8 as is but for what nobody can see."""
    dumped = json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return text_file(path, visible_json(dumped), served=served)
