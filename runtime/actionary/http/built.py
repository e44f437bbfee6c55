"""What a build left for callers, and the proof that it was built from what runs here."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from actionary.catalog import Catalog
from actionary.describe import DefinitionErrors, describe
from actionary.http.what_differs import what_differs
from actionary.manifest import Manifest, ManifestError, read_manifest
from actionary.registry import Registry
from actionary.settings import Settings

_log: Final = logging.getLogger("actionary")

_BUILD: Final = "run `actionary build`"


class CannotServe(Exception):  # noqa: N818 - what the server says, not an error of the code
    """The server will not start: ``what`` says why, ``mend`` what to do about it."""

    def __init__(self, what: str, mend: str) -> None:
        self.what = what
        self.mend = mend
        super().__init__(f"{what}\n  mend: {mend}")


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A file in memory: its bytes, the hex SHA-256 of them, and which emitter made it."""

    content: bytes
    sha256: str
    emitter: str


def read_built(
    registry: Registry, settings: Settings, surface: str, *, allow_drift: bool, verify: bool
) -> dict[str, ServedFile]:
    """Read the files that callers may have, by path below the output folder.

    Raises:
        CannotServe: They are not there, not whole, or built from other definitions;
            of these only damage counts with ``allow_drift``.
    """
    try:
        manifest = read_manifest(settings.out)
    except ManifestError as error:
        raise CannotServe(f"{settings.out}: {error}", error.mend) from error
    if manifest is not None and manifest.unfinished is not None:
        raise CannotServe(f"the last build of {settings.out} was cut off", f"{_BUILD} again")
    drift = _Drift(allow=allow_drift)
    if manifest is None:
        drift.found(f"nothing is built in {settings.out}", _BUILD)
        return {}
    if manifest.surface != surface:
        now = _described(registry, settings)
        drift.found(_told("what callers see has changed", now, settings.out, manifest), _BUILD)
    elif verify:
        now = describe(registry, settings)
        if manifest.fingerprint != now.fingerprint:
            drift.found(_told("the types of actions have changed", now, settings.out, manifest), _BUILD)
    return {
        path: file
        for path, file in _read_files(settings.out, manifest, drift, everything=verify).items()
        if manifest.files[path].served
    }


def _described(registry: Registry, settings: Settings) -> Catalog | None:
    """Describe the actions, if they can be; where they cannot a build complains of it."""
    try:
        return describe(registry, settings)
    except DefinitionErrors:
        return None


def _told(what: str, now: Catalog | None, out: Path, manifest: Manifest) -> str:
    differences = "" if now is None else what_differs(now, out, manifest)
    return f"{what} since the last build{f' ({differences})' if differences else ''}"


@dataclass(frozen=True, slots=True)
class _Drift:
    """What to do where the files are not those of the definitions: refuse to serve, or ``allow`` it."""

    allow: bool

    def found(self, what: str, mend: str) -> None:
        if not self.allow:
            raise CannotServe(
                what, f"{mend}, or allow the difference (`--allow-drift`, in code `allow_drift=True`)"
            )
        _log.warning("%s; %s", what, mend)


def _read_files(
    folder: Path, manifest: Manifest, drift: _Drift, *, everything: bool
) -> Mapping[str, ServedFile]:
    files: dict[str, ServedFile] = {}
    for path, listed in manifest.files.items():
        if not (listed.served or everything):
            continue
        try:
            content = (folder / path).read_bytes()
        except OSError as error:
            drift.found(f"{folder / path} cannot be read: {error.strerror}", _BUILD)
            continue
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 != listed.sha256:
            drift.found(f"{folder / path} was changed since it was built", "run `actionary build --force`")
        files[path] = ServedFile(content, sha256, listed.emitter)
    return files
