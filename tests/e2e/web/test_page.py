"""A page of Vite and React on the reference server, in Chromium."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
COMMAND = Path(sys.executable).with_name("actionary")


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A server of the reference actions on data of its own, with a shopkeeper."""
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path}/shop.db",
        "ACTIONARY_STORE": f"sqlite:///{tmp_path}/state.db",
        "SHOPKEEPER_TOKEN": "open-sesame",
    }
    command = [COMMAND, "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            while not (said := re.fullmatch(r"serving on (http://\S+)\n", line := server.stderr.readline())):
                assert line, "the server ended"
            yield said[1]
        finally:
            server.terminate()


def test_the_page_lists_changes_fails_and_asks_for_approval(compiled, run, address: str) -> None:
    folder = compiled("page.tsx")
    shutil.copy(HERE / "index.html", folder)
    chromium = shutil.which("chromium")
    assert chromium, "there is no chromium; tests/install_servers.sh installs it"
    environment = {"PROJECT": str(folder), "CHROMIUM": chromium, "ACTIONARY_ADDRESS": address}
    run("node", "--test", "--test-force-exit", "page.test.mjs", cwd=HERE, **environment)
