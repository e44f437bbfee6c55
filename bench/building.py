"""The build of many generated actions: the CPU seconds of each station."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from generating import write_project
from report import Row, Table

STATIONS: Final = str(Path(__file__).with_name("stations.py"))


def build_tables(*, actions: int) -> Iterator[Table]:
    """Build a generated project twice; the second time there is nothing to write."""
    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        write_project(root, actions)
        inside = _told("inside", root)
        first = _told("build", root)
        second = _told("build", root)
    if first["written"] == 0 or second["written"] != 0:
        raise SystemExit(
            f"the builds wrote {first['written']} and {second['written']} files; 0 the second time"
        )
    yield _table(actions, inside["stations"], first, second["stations"])


def _table(actions: int, inside: dict[str, float], first: dict[str, Any], again: dict[str, float]) -> Table:
    spent: dict[str, float] = {**first["stations"], "all stations": sum(first["stations"].values())}
    again = {**again, "all stations": sum(again.values())}
    rows = [Row(f"in a child: {name}", (seconds, "", "", "")) for name, seconds in inside.items()]
    rows += [
        Row(name, (seconds, seconds / spent["all stations"], again[name], again[name] / seconds))
        for name, seconds in spent.items()
    ]
    return Table(
        f"Build: {actions:,} generated actions, {first['written']:,} files",
        ("CPU s", "share", "second build, CPU s", "second / first"),
        tuple(rows),
        "Each build in a process of its own. `load` starts a child that imports and describes the actions; "
        "the first two rows are those steps alone. The second build has nothing to write.",
    )


def _told(what: str, root: Path) -> dict[str, Any]:
    """Let another process do it, and give what that says."""
    command = [sys.executable, STATIONS, what, str(root)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told
