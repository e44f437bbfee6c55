"""Processes that make types, beside this one: several for many schemas, or one that is started early."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from actionary.json_schema import Schema

from actionary_build.emit.python.generate import GeneratorError, generate

_WORTH_A_PROCESS: Final = 200
"""Fewer schemas are quicker made here than by a second process that has to be started first."""

_PROGRAM: Final = """\
import gc, json, sys
gc.disable()
sys.path[:] = json.loads(sys.argv[1])
from actionary_build.emit.python.generate import main
main()
"""
"""It finds what this process finds, and ends soon, so that no garbage need be collected."""


class Processes:
    """Gives types, made by as many processes as it is worth, and at most by some number of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._early: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start one that loads the generator, for when something is asked for; one is enough."""
        self._early = self._early or _started()

    def generate(self, schemas: Sequence[Schema]) -> list[str]:
        """Give the type of each schema.

        Raises:
            GeneratorError: The generator did not make what it was asked for.
        """
        count = max(1, min(self._most, len(schemas) // _WORTH_A_PROCESS))
        if not schemas or (count == 1 and self._early is None):
            return generate(schemas)
        processes = [self._early or _started(), *(_started() for _ in range(1, count))]
        self._early = None
        if count == 1:
            return _ask(processes[0], schemas)
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - rarely needed

        shares = [schemas[at::count] for at in range(count)]
        with ThreadPoolExecutor(count) as pool:
            made = list(pool.map(_ask, processes, shares))
        return [made[at % count][at // count] for at in range(len(schemas))]

    def stop(self) -> None:
        """End what was started and not asked."""
        if self._early is not None:
            _end(self._early)
            self._early = None


def _started() -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    path = json.dumps([str(folder) for folder in sys.path if folder])
    command = [sys.executable, "-P", "-c", _PROGRAM, path]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)  # noqa: S603 - our own


def _ask(process: subprocess.Popen[bytes], schemas: Sequence[Schema]) -> list[str]:
    try:
        given, said = process.communicate(json.dumps(schemas).encode())
    except BaseException:
        _end(process)
        raise
    if process.returncode != 0:
        told = said.decode(errors="backslashreplace").strip()
        raise GeneratorError(f"a process that makes types ended with {process.returncode}: {told}")
    types: list[str] = json.loads(given)
    return types


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()
