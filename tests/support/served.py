"""A project that is served, for tests of whoever calls it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

COMMAND = Path(sys.executable).with_name("actionary")


@contextmanager
def served(project: Path, more: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve a project on a free port, and give the address; ``more`` is added to the environment."""
    command, environment = [COMMAND, "serve", "--port", "0"], {**os.environ, **(more or {})}
    server = subprocess.Popen(command, cwd=project, env=environment, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    try:
        while (said := re.fullmatch(r"serving on (http://\S+)\n", line := server.stderr.readline())) is None:
            assert line, "the server ended"
        yield said[1]
    finally:
        server.terminate()
        server.communicate(timeout=20)
