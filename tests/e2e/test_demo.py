"""What ``make demo`` shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx2

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
        "state: approved\n",
        '"data":{"sent":true,"message_id":"m-',
        "error[order_not_found]",
        "eaten: Porridge, Lentil soup\norder_not_found: o-0",
        "ordered: Water bottle, 3980 cents\nout_of_stock: 0 of p-301 left",
    ):
        assert shown in done.stdout + done.stderr
    assert not list(tmp_path.glob("*.db*"))


def test_the_reference_actions_are_served_in_a_clone_where_nothing_has_run(tmp_path: Path) -> None:
    for name in ("actions", "generated"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    environment = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "ACTIONARY_STORE"}
    }
    command = [Path(sys.executable).with_name("actionary"), "serve", "--port", "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stderr is not None
        said = [server.stderr.readline()]
        while said[-1] and not said[-1].startswith("serving on "):
            said.append(server.stderr.readline())
        found = re.fullmatch(r"serving on (http://\S+)\n", said[-1])
        assert found is not None, "".join(said)
        reply = httpx2.get(f"{found[1]}/api/actions/list_meals", params={"day": "2026-11-22"}, timeout=60)
        server.terminate()
        rest = server.stderr.read()
    assert reply.status_code == 200, reply.text
    assert "Traceback" not in "".join(said) + rest
