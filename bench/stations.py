"""One build, and the CPU seconds of its stations as JSON: ``python bench/stations.py build|inside ROOT``.

``inside`` does by itself what the build leaves to a child process: import and describe.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from actionary.describe import describe
from actionary.loading import load_registry
from actionary.settings import read_settings
from actionary_build.build import build
from actionary_build.project import read_project

PATIENCE = 3600.0
"""Seconds that the import may take."""


class Stopwatch:
    """Adds up the CPU seconds of each station: this process and the children it has waited for."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    @contextmanager
    def station(self, name: str) -> Generator[None]:
        """Measure what happens inside the context."""
        began = _cpu()
        yield
        self.spent[name] = self.spent.get(name, 0.0) + _cpu() - began


def main(what: str, root: Path) -> None:
    """Do it and say what it took."""
    watch = Stopwatch()
    written = 0
    if what == "build":
        with watch.station("start"):
            project = read_project(root)
        written = len(build(project, timeout=PATIENCE, station=watch.station).output.written)
    else:
        settings = read_settings(root)
        with watch.station("import"):
            registry = load_registry(settings)
        with watch.station("describe"):
            describe(registry, settings)
    print(json.dumps({"stations": watch.spent, "written": written}))


def _cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
