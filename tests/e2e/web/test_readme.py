"""What the client's README shows of the hooks compiles, and shows what it says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

CLIENT = Path(__file__).parents[3] / "generated" / "clients" / "typescript"

RENDERED = """
import { QueryClient } from "@tanstack/react-query";
import { createClient } from "actionary-reference-client";
import { ActionProvider, useActionQuery } from "actionary-reference-client/react";
import { createElement } from "react";
import { renderToString } from "react-dom/server";

const props = { client: createClient({ baseUrl: "http://localhost:8000" }), queryClient: new QueryClient() };
function Shown() {
  return createElement("p", null, useActionQuery("apply_discount", { validated: true }).status);
}
console.log(renderToString(createElement(ActionProvider, props, createElement(Shown))));
"""


def test_the_hooks_run_where_all_is_installed_as_the_readme_says(run, tmp_path: Path) -> None:
    package, project = tmp_path / "path" / "to" / "clients" / "typescript", tmp_path / "project"
    shutil.copytree(CLIENT, package, ignore=shutil.ignore_patterns("dist", "node_modules"))
    project.mkdir()
    (project / "package.json").write_text('{"type": "module"}')
    (project / "page.js").write_text(RENDERED)
    readme = (package / "README.md").read_text()
    here, there = re.findall(r"^```sh\n(.*?)\n```$", readme, re.DOTALL | re.MULTILINE)
    [hooks] = re.findall(r"`(npm install react [^`]*)`", readme)
    for folder, commands in ((package, here), (project, f"{hooks} react-dom\n{there}")):
        for command in commands.splitlines():
            parts = command.replace("path/to/clients/typescript", str(package)).split()
            run(*parts, cwd=folder, npm_config_prefer_offline="true")
    assert run("node", "page.js", cwd=project).strip() == "<p>pending</p>"


def test_the_examples_of_the_readme_run(project, compiled, run) -> None:
    folder = project()
    readme = (folder / "node_modules" / "actionary-reference-client" / "README.md").read_text()
    blocks = re.findall(r"^```tsx\n(.*?)\n```$", readme, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 4
    for number, block in enumerate(blocks):
        (folder / "src" / f"readme{number}.tsx").write_text(block)
    compiled("stage.ts", "readme.test.ts")
    run("node", "--test", "--test-force-exit", "dist/readme.test.js", cwd=folder)
