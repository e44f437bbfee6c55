"""Imports: what using ``actionary`` loads and costs, and how soon the command line is there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from measure import cpu_of, median_ratio
from report import Row, Table, at_most

ACTIONARY: Final = str(Path(sys.executable).with_name("actionary"))
ACTIONARY_IN_USE: Final = "from actionary import action"
"""The first name that is used loads all that there is."""

PYDANTIC_IN_USE: Final = "from pydantic import BaseModel, Field, TypeAdapter"
"""Pydantic loads its parts when they are asked for; this is what any use of it loads."""


def import_tables(*, rounds: int) -> Iterator[Table]:
    """List the modules, then compare the times."""
    yield _modules()
    yield _times(rounds)


def _modules() -> Table:
    allowed = _loaded_by(PYDANTIC_IN_USE) | sys.stdlib_module_names
    more = sorted(_loaded_by(ACTIONARY_IN_USE) - allowed - {"actionary"})
    return Table(
        f"Import: packages that `{ACTIONARY_IN_USE}` loads beyond the standard library and pydantic's own",
        ("count", "names"),
        (Row(ACTIONARY_IN_USE, (len(more), ", ".join(more) or "none"), at_most(0)),),
        "There must be none.",
    )


def _loaded_by(statement: str) -> set[str]:
    """Give the top-level names of the modules that a statement loads into a new interpreter."""
    program = f"{statement}\nimport json, sys\nprint(json.dumps(list(sys.modules)))"
    done = subprocess.run(_python(program), capture_output=True, check=True, text=True)
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


def _times(rounds: int) -> Table:
    actionary, in_use = _python(ACTIONARY_IN_USE), _python(PYDANTIC_IN_USE)
    command_line = "actionary --help / import click"
    asked = {command_line: at_most(1.4)}
    pairs = {
        f"{ACTIONARY_IN_USE} / import pydantic": (actionary, _python("import pydantic")),
        f"{ACTIONARY_IN_USE} / pydantic in use": (actionary, in_use),
        command_line: ([ACTIONARY, "--help"], _python("import click")),
    }
    return Table(
        "Import: CPU time of the whole process",
        ("ratio", "interpreter alone"),
        tuple(Row(label, _compare(*pair, rounds), asked.get(label)) for label, pair in pairs.items()),
        f"Medians of the ratios of {rounds} interleaved rounds. In use: `{PYDANTIC_IN_USE}`. "
        "The last column is an interpreter that imports nothing, beside the same.",
    )


def _compare(own: Sequence[str], other: Sequence[str], rounds: int) -> tuple[float, float]:
    nothing = _python("pass")
    commands = (own, other, nothing)
    for command in commands:
        _cpu(command)
    found = [[_cpu(command) for command in commands] for _ in range(rounds)]
    owns, others, nothings = zip(*found, strict=True)
    return median_ratio(owns, others), median_ratio(nothings, others)


def _python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def _cpu(command: Sequence[str]) -> float:
    return cpu_of(command, stdout=subprocess.DEVNULL)
