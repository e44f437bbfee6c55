"""What ``make demo`` shows."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_demo_builds_nothing_new_and_shows_a_call_through_everything(tmp_path: Path) -> None:
    for name in ("actions", "demo", "generated"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    done = subprocess.run(
        [sys.executable, tmp_path / "demo" / "run.py"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for shown in (
        "generated: 0 written, 0 removed, ",
        '{"ok":true,"data":{"items":[{"id":"p-300",',
        '"code":"invalid_input"',
        '"status":404,"retryable":false,"details":null,"action":"restock"',
        '"status":404,"retryable":false,"details":null,"action":"no_such_action"',
        "error[order_not_found]",
        "eaten: Porridge, Lentil soup\norder_not_found: o-0",
        "ordered: Water bottle, 3980 cents\nout_of_stock: 0 of p-301 left",
    ):
        assert shown in done.stdout + done.stderr
    assert not (tmp_path / ".actionary").exists()
