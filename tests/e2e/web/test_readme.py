"""What the client's README shows of the hooks compiles, and shows what it says."""

from __future__ import annotations

import re


def test_the_examples_of_the_readme_run(project, compiled, run) -> None:
    folder = project()
    readme = (folder / "node_modules" / "actionary-reference-client" / "README.md").read_text()
    blocks = re.findall(r"^```tsx\n(.*?)\n```$", readme, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 4
    for number, block in enumerate(blocks):
        (folder / "src" / f"readme{number}.tsx").write_text(block)
    compiled("stage.ts", "readme.test.ts")
    run("node", "--test", "--test-force-exit", "dist/readme.test.js", cwd=folder)
