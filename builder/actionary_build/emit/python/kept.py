"""What was generated and rendered before, so that only what changed is made anew.

A build stands this around its emitters. What is kept is found by all that it is made of:
a type by its schema, the generator's version and our programs that tell it what to do and
read what it wrote, a piece of the client by what `digests` says. So it is never out of date,
what is damaged is made anew, and what a version makes that nobody knows is never found again.

The generator takes long to load. As soon as a type is not known, another process loads it,
while this one finds out which pieces are missing.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Final

from actionary import json_schema
from actionary.json_schema import Schema

from actionary_build.emit.python.common import common_texts
from actionary_build.emit.python.generate import GENERATOR, KNOWN
from actionary_build.emit.python.pieces import PIECES, digest_of_programs
from actionary_build.emit.python.processes import Processes
from actionary_build.emit.python.shelf import Shelf, digest

FOLDER: Final = ".actionary_cache"
"""Where a project keeps it; git ignores the folder by a file in it."""

SHAPING: Final = (
    *(Path(__file__).with_name(f"{name}.py") for name in ("generate", "syntax", "annotations")),
    Path(json_schema.__file__),
)
"""The programs that decide what comes of a schema beside the generator."""

_PROCESSES: Final = 2


@contextmanager
def kept_types(root: Path, *, writing: bool, processes: int = _PROCESSES) -> Generator[None, None, None]:
    """Let emitters find again what was made for a project; ``writing`` keeps what is new.

    Where the folder cannot be written nothing is kept, and a warning says so.
    """
    folder = root / FOLDER
    types, pieces = _Types(folder / "python-types.txt", processes), Shelf(folder / "python-pieces.txt")
    asking = GENERATOR.set(types.types_of)
    knowing = KNOWN.set(types.known)
    keeping = PIECES.set(pieces)
    try:
        yield
    finally:
        GENERATOR.reset(asking)
        KNOWN.reset(knowing)
        PIECES.reset(keeping)
        types.processes.stop()
    if writing:
        try:
            types.shelf.save()
            pieces.save()
        except OSError as error:
            warnings.warn(
                f"what was generated cannot be kept in {folder}: {error}; "
                "make the folder writable, or the next build takes as long as this one",
                stacklevel=3,
            )


class _Types:
    """The types that the generator gave."""

    def __init__(self, path: Path, processes: int) -> None:
        self.shelf = Shelf(path)
        self.processes = Processes(processes)

    @cached_property
    def _programs(self) -> str:
        return digest_of_programs(SHAPING, "datamodel_code_generator")

    def known(self, schema: str) -> str | None:
        """Give the type of a schema, as JSON, where it is there; else what makes it starts to load."""
        text = self.shelf.get(self._key(schema))
        if text is None:
            self.processes.start()
        return text

    def types_of(self, schemas: Sequence[Schema]) -> list[str]:
        """Give the type of each schema; the generator is asked for those that are not there.

        Where it is asked at all it is asked for what is `common`, too, since to load it takes longer.
        """
        texts = [json.dumps(schema, sort_keys=True) for schema in schemas]
        keys = [*map(self._key, texts)]
        missing = self._missing(zip(keys, texts, strict=True))
        if missing:
            missing |= self._missing((self._key(text), text) for text in common_texts())
            made = self.processes.generate([json.loads(text) for text in missing.values()])
            for key, text in zip(missing, made, strict=True):
                self.shelf.put(key, text)
        return [self.shelf.get(key) or "" for key in keys]

    def _missing(self, asked: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Give the schemas whose types are not there, by their keys."""
        return {key: text for key, text in asked if self.shelf.get(key) is None}

    def _key(self, text: str) -> str:
        return digest(self._programs, text)
