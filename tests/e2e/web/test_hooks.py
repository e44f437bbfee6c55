"""What the hooks do: with the newest and the oldest versions of React and React Query."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("oldest", [False, True], ids=["newest", "oldest"])
@pytest.mark.parametrize("name", ["hooks", "server"])
def test_hooks_in_a_page(compiled, run, name: str, *, oldest: bool) -> None:
    tsc = "typescript-5.9" if oldest else "typescript"
    folder = compiled("stage.ts", f"{name}.test.ts", tsc=tsc, oldest=oldest)
    run("node", "--test", "--test-force-exit", f"dist/{name}.test.js", cwd=folder)
