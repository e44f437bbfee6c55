"""A page of Vite and React on the reference server, in Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from served import served

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A server of the reference actions on data of its own, with a shopkeeper."""
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/shop.db",
        "ACTIONARY_STORE": f"sqlite:///{tmp_path}/state.db",
        "SHOPKEEPER_TOKEN": "open-sesame",
    }
    with served(ROOT, environment) as address:
        yield address


def test_the_page_lists_changes_fails_and_asks_for_approval(compiled, run, address: str) -> None:
    folder = compiled("page.tsx")
    shutil.copy(HERE / "index.html", folder)
    chromium = shutil.which("chromium")
    assert chromium, "there is no chromium; tests/install_servers.sh installs it"
    environment = {"PROJECT": str(folder), "CHROMIUM": chromium, "ACTIONARY_ADDRESS": address}
    run("node", "--test", "--test-force-exit", "page.test.mjs", cwd=HERE, **environment)
