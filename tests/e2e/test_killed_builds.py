"""Real builds that SIGKILL ends at random moments of writing, and the builds that come after them."""

from __future__ import annotations

import os
import pty
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from actionary.manifest import read_manifest

COMMAND = Path(sys.executable).with_name("actionary")
TARGETS = ("catalog", "docs", "llms", "mcp", "openapi")
SAID = "the build before was cut off; the folder is whole again\n"
ACTION = '''
from actionary import action

@action(public=True, when_to_use="The user wants part {0}.", tags=["{1}"])
def part_{0}(a: int, b: int = {0}) -> int:
    """Give part {0} of {1}."""
    return a + b
'''
VERSIONS = {"Shop": range(16), "Mart": range(8, 24)}
"""Two sets of actions: of each two files in a build of one some go, some come and some change."""


def _put(root, version):
    (root / "actions").mkdir(parents=True, exist_ok=True)
    settings = f'[tool.actionary]\ntitle = "{version}"\nversion = "1.0.0"\ntargets = {list(TARGETS)}\n'
    (root / "pyproject.toml").write_text(settings)
    for path in (root / "actions").glob("*.py"):
        path.unlink()
    for number in VERSIONS[version]:
        (root / "actions" / f"part_{number}.py").write_text(ACTION.format(number, version))


def _tree(out):
    """Every file and folder below the output folder; the manifest too."""
    return {
        path.relative_to(out).as_posix(): None if path.is_dir() else path.read_bytes()
        for path in out.rglob("*")
    }


def _run(root):
    return subprocess.run([COMMAND, "build"], cwd=root, capture_output=True, text=True, check=False)


def _until(terminal, word):
    """Read what a build shows on its terminal until it has named a station; say whether it did."""
    shown = b""
    with suppress(OSError):  # the terminal's way to say that nobody writes to it any more
        while word not in shown:
            shown += os.read(terminal, 1024)
    return word in shown


def _write(root, kill_after=None):
    """Build, and kill the build so many seconds after the writing began; give how long the writing took."""
    terminal, its_end = pty.openpty()
    with subprocess.Popen(
        [COMMAND, "build"], cwd=root, stdout=subprocess.DEVNULL, stderr=its_end
    ) as building:
        os.close(its_end)
        assert _until(terminal, f"emit {TARGETS[-1]}".encode())
        begun = time.perf_counter()
        if kill_after is None:
            assert _until(terminal, b"write")
        else:
            with suppress(subprocess.TimeoutExpired):
                building.wait(kill_after)
            building.kill()
        took = time.perf_counter() - begun
    os.close(terminal)
    return took


def _left(out, old, new, where):
    manifest = read_manifest(out)
    if manifest is not None and manifest.unfinished is not None:
        return "half"
    tree = _tree(out)
    assert tree in (old, new), where
    return "old" if tree == old else "new"


@pytest.mark.parametrize(
    "kills", [pytest.param(20, id="20 kills"), pytest.param(200, id="200 kills", marks=pytest.mark.long)]
)
def test_a_build_killed_while_it_writes_leaves_a_tree_that_the_next_build_makes_whole(
    tmp_path, capsys, kills
):
    root, out = tmp_path / "project", tmp_path / "project" / "generated"
    trees, took = {}, []
    for version in (*VERSIONS, *VERSIONS):
        _put(root, version)
        took.append(_write(root))
        assert trees.setdefault(version, _tree(out)) == _tree(out)
    writing = statistics.median(took[1:])  # the first wrote into no folder

    seed = int(os.environ.get("ACTIONARY_SEED") or random.SystemRandom().randrange(2**32))
    chance = random.Random(seed)
    old, left, behind, aim = "Mart", Counter(), 0, writing / 2
    for number in range(kills):
        where = f"kill {number} of ACTIONARY_SEED={seed}"
        new = "Shop" if old == "Mart" else "Mart"
        _put(root, new)
        # One kill of two anywhere in the writing; the other near the moving of files, which is short.
        after = chance.uniform(0, 1.1 * writing) if number % 2 else aim * chance.uniform(0.8, 1.2)
        _write(root, kill_after=after)
        state = _left(out, trees[old], trees[new], where)
        left[state] += 1
        aim *= {"old": 1.1, "half": 1.0, "new": 0.9}[state]
        behind += (root / ".generated.actionary").exists()
        following = chance.choice((old, new))
        _put(root, following)
        done = _run(root)
        assert done.returncode == 0, f"{where}: {done.stderr}"
        assert (SAID in done.stdout) == (state == "half"), where
        assert _tree(out) == trees[following], where
        assert {path.name for path in root.iterdir()} == {"actions", "generated", "pyproject.toml"}, where
        old = following
    with capsys.disabled():
        print(
            f"\n{kills} kills within {writing * 1000:.0f} ms of writing {len(trees['Shop'])} paths:"
            f" {left['old']} left the old tree, {left['new']} the new one, {left['half']} one that the next"
            f" build repaired; {behind} left a work folder, which it cleared (seed {seed})"
        )
    assert left["half"] or kills < 100, f"no kill hit the moving of files, with ACTIONARY_SEED={seed}"
    assert sum(left.values()) == kills
