"""What the client's README shows of the hooks compiles, and shows what it says."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

from actionary.catalog import load
from actionary_build.emit.typescript.emitter import emitter
from actionary_build.emit.typescript.package_files import FOLDER

GENERATED = Path(__file__).parents[3] / "generated"
CLIENT = GENERATED / "clients" / "typescript"

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


LONG = """
import { QueryClient } from "@tanstack/react-query";
import { createClient } from "exact-client";
import { ActionProvider, actionKey } from "exact-client/react";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { Read } from "./read.js";

const queryClient = new QueryClient();
const key: readonly unknown[] = actionKey("get_order", { order_id: "o-1002" });
queryClient.setQueryData(key, { total_cents: 9223372036854775807n });
const props = { client: createClient({ baseUrl: "http://localhost:8000" }), queryClient };
console.log(renderToString(createElement(ActionProvider, props, createElement(Read))));
"""


def test_the_examples_show_integers_of_any_length(project, compiler, run, tmp_path: Path) -> None:
    reference = load(json.loads((GENERATED / "catalog.json").read_text()))
    asking = replace(reference, actions=tuple(each for each in reference if each.name == "get_order"))
    package, modules = tmp_path / "node_modules" / "exact-client", project() / "node_modules"
    options = emitter.options(package="exact-client", integers="bigint", react=True)
    for file in emitter.emit(asking, options, {}):
        target = package / Path(file.path).relative_to(FOLDER)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)
    for module in modules.iterdir():
        (package.parent / module.name).symlink_to(module)
    shutil.copy(project() / "tsconfig.json", tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "src").mkdir()
    shown = re.findall(r"^```tsx\n(.*?)\n```$", (package / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    [read] = [block for block in shown if "function Read()" in block]
    (tmp_path / "src" / "read.tsx").write_text(read)
    (tmp_path / "src" / "long.ts").write_text(LONG)
    for folder in (package, tmp_path):
        run(compiler("typescript"), "-p", folder, cwd=folder)
    assert "&quot;9223372036854775807&quot;" in run("node", "dist/long.js", cwd=tmp_path)
