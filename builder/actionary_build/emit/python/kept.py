"""What was generated and rendered before, so that only what changed is made anew.

A build stands this around its emitters. What is kept is found by all that it is made of:
a type by its schema, the generator's version and our programs that tell it what to do and
read what it wrote, a piece of the client by what `digests` says. So it is never out of date,
what is damaged is made anew, and what a version makes that nobody knows is never found again.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final, cast

from actionary import json_schema
from actionary.json_schema import Schema

from actionary_build.emit.python.generate import GENERATOR, GeneratorError, generate
from actionary_build.emit.python.pieces import PIECES, digest_of_programs

FOLDER: Final = ".actionary_cache"
"""Where a project keeps it; git ignores the folder by a file in it."""

SHAPING: Final = (
    *(Path(__file__).with_name(f"{name}.py") for name in ("generate", "syntax", "annotations")),
    Path(json_schema.__file__),
)
"""The programs that decide what comes of a schema beside the generator."""

_WORKERS: Final = 2
_WORTH_A_WORKER: Final = 200
"""Fewer schemas are quicker made here than by another process that has to be started first."""


@contextmanager
def kept_types(root: Path, *, writing: bool, workers: int = _WORKERS) -> Generator[None, None, None]:
    """Let emitters find again what was made for a project; ``writing`` keeps what is new.

    Where the folder cannot be written nothing is kept, and a warning says so.
    """
    folder = root / FOLDER
    types, pieces = _Types(folder / "python-types.json", workers), _Shelf(folder / "python-pieces.json")
    asking = GENERATOR.set(types.types_of)
    keeping = PIECES.set(pieces.give)
    try:
        yield
    finally:
        GENERATOR.reset(asking)
        PIECES.reset(keeping)
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


class _Shelf:
    """Texts by the digest of what they were made of, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._used: dict[str, str] = {}
        self._made = 0

    @cached_property
    def _found(self) -> dict[str, str]:
        return _read(self._path)

    def get(self, key: str) -> str | None:
        """Give a text that is there, which is so kept for the next time."""
        if key not in self._used and key in self._found:
            self._used[key] = self._found[key]
        return self._used.get(key)

    def put(self, key: str, text: str) -> None:
        """Keep a text for the next time."""
        self._used[key] = text
        self._made += 1

    def give(self, key: str, make: Callable[[], str]) -> str:
        """Give a text, which is made where it is not there."""
        text = self.get(key)
        if text is None:
            text = make()
            self.put(key, text)
        return text

    def save(self) -> None:
        """Keep what was used this time, and nothing else; a file is replaced as a whole."""
        if not self._used or (not self._made and len(self._found) == len(self._used)):
            return
        folder = self._path.parent
        folder.mkdir(exist_ok=True)
        (folder / ".gitignore").write_text("*\n")
        entries = {key: [_digest(key, text), text] for key, text in sorted(self._used.items())}
        handle, name = tempfile.mkstemp(dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(json.dumps(entries))
            Path(name).replace(self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


class _Types:
    """The types that the generator gave."""

    def __init__(self, path: Path, workers: int) -> None:
        self.shelf = _Shelf(path)
        self._workers = workers

    def types_of(self, schemas: Sequence[Schema]) -> list[str]:
        """Give the type of each schema; the generator is asked for those that are not there."""
        programs = digest_of_programs(SHAPING, "datamodel_code_generator")
        keys = [_digest(programs, json.dumps(schema, sort_keys=True)) for schema in schemas]
        types = {key: self.shelf.get(key) for key in keys}
        missing = {key: schema for key, schema in zip(keys, schemas, strict=True) if types[key] is None}
        made = generate_in_parallel([*missing.values()], self._workers)
        for key, text in zip(missing, made, strict=True):
            self.shelf.put(key, text)
            types[key] = text
        return [types[key] or "" for key in keys]


def _read(path: Path) -> dict[str, str]:
    """Give what is kept and whole; the rest is as if it were not there."""
    try:
        data: Any = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    entries = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    return {key: entry[1] for key, entry in entries.items() if _is_whole(key, entry)}


def _is_whole(key: str, entry: Any) -> bool:
    match entry:
        case [str(digest), str(made)]:
            return digest == _digest(key, made)
        case _:
            return False


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def generate_in_parallel(schemas: Sequence[Schema], workers: int) -> list[str]:
    """Give the type of each schema, made by as many processes as it is worth.

    Raises:
        GeneratorError: The generator did not make what it was asked for.
    """
    workers = min(workers, len(schemas) // _WORTH_A_WORKER)
    if workers < 2:
        return generate(schemas)
    shares = [schemas[at::workers] for at in range(workers)]
    with ThreadPoolExecutor(workers) as pool:
        made = list(pool.map(_generate_elsewhere, shares))
    return [made[at % workers][at // workers] for at in range(len(schemas))]


def _generate_elsewhere(schemas: Sequence[Schema]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "actionary_build.emit.python.generate"],
        input=json.dumps(schemas).encode(),
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="backslashreplace").strip().rpartition("\n")[2]
        raise GeneratorError(f"a process that makes types ended with {done.returncode}: {said}")
    types: list[str] = json.loads(done.stdout)
    return types
