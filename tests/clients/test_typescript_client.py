"""The TypeScript client as its user meets it: compiler, Node, README."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from actionary.catalog import Catalog

HERE = Path(__file__).parent / "typescript"
RUNTIME = Path(__file__).parents[2] / "builder" / "actionary_build" / "emit" / "typescript" / "runtime"


def test_the_runtime_is_formatted_and_passes_the_linter(ts_tools: Path, run) -> None:
    run(ts_tools / "biome", "ci", "--colors=off", f"--config-path={HERE}", RUNTIME, HERE, cwd=HERE)


@pytest.mark.parametrize("has", ["WebWorker,WebWorker.Iterable", "DOM,DOM.Iterable"], ids=["worker", "page"])
@pytest.mark.parametrize("compiler", ["typescript", "typescript-5.9"])
def test_the_runtime_compiles_where_it_stands(ts_tools: Path, run, compiler: str, has: str) -> None:
    run(ts_tools.parent / compiler / "bin" / "tsc", "-p", RUNTIME, "--lib", f"ES2022,{has}", cwd=HERE)


def test_a_tag_may_be_called_like_anything_in_the_package(sample: Catalog, ts_build, tmp_path: Path) -> None:
    tags = [*"actions catalog clientOf codes default class 1 client types a_b".split(), "a b"]
    copies = (replace(action, name=f"{action.name}_x") for action in sample)
    actions = (*sample.actions, *copies)
    tagged = [replace(action, tags=(tags[at % len(tags)],)) for at, action in enumerate(actions)]
    assert len(tagged) >= len(tags)
    ts_build(replace(sample, actions=tuple(tagged)), tmp_path)


def test_a_type_that_only_a_union_with_anything_has_is_not_imported(
    sample: Catalog, ts_build, tmp_path: Path
) -> None:
    search = next(action for action in sample if action.name == "search_products")
    name = next(name for name in sample.types if name not in sample.types_used(search.input))
    anything = {"anyOf": [{"$ref": f"#/$defs/{name}"}, {}]}
    alone = replace(sample, actions=(replace(search, output=anything, errors=()),))
    ts_build(alone, tmp_path)


def test_the_package_compiles_with_the_oldest_compiler_too(ts_package: Path, ts_tools: Path, run) -> None:
    for settings in ("tsconfig.json", "tsconfig.check.json"):
        compiler = ts_tools.parent / "typescript-5.9" / "bin" / "tsc"
        run(compiler, "--noEmit", "-p", settings, cwd=ts_package)


def test_the_package_is_checked_without_being_built(ts_package: Path, tsc: Path, run, tmp_path: Path) -> None:
    package = tmp_path / "package"
    shutil.copytree(ts_package, package, ignore=shutil.ignore_patterns("dist"))
    script = json.loads((package / "package.json").read_text())["scripts"]["check"].split()
    run(tsc, *script[1:], cwd=package)
    assert not (package / "dist").exists()
    (package / "src" / "wrong.ts").write_text("export const x: number = '';\n")
    done = subprocess.run([tsc, *script[1:]], cwd=package, capture_output=True, text=True, check=False)
    assert "wrong.ts" in done.stdout


def test_the_lock_file_names_no_registry() -> None:
    assert "resolved" not in (HERE / "package-lock.json").read_text()


def test_types_accept_what_is_right_and_refuse_what_is_wrong(
    ts_package: Path, ts_project, tmp_path: Path
) -> None:
    ts_project(ts_package, tmp_path, {"check.ts": (HERE / "src" / "types.check.ts").read_text()})


def test_a_packed_package_holds_what_was_built_and_its_source(ts_package: Path, run) -> None:
    listed = json.loads(run("npm", "pack", "--json", "--dry-run", "--ignore-scripts", cwd=ts_package))
    [entry] = listed if isinstance(listed, list) else listed.values()
    paths = {file["path"] for file in entry["files"]}
    assert {"package.json", "README.md", "dist/index.js", "dist/index.d.ts", "src/index.ts"} <= paths


def test_the_client_behaves_with_a_stand_in_for_fetch(
    ts_package: Path, ts_project, sample: Catalog, tmp_path: Path, run
) -> None:
    project = ts_project(
        ts_package, tmp_path, {"client.test.ts": (HERE / "src" / "client.test.ts").read_text()}
    )
    run("node", "--test", "dist/client.test.js", cwd=project, CATALOG=sample.surface[:16])


@pytest.mark.parametrize("name", ["attempts", "streams", "testing"])
def test_calls_that_take_more_than_one_answer(
    ts_wide_package: Path, ts_project, tmp_path: Path, run, name: str
) -> None:
    source = (HERE / "src" / f"{name}.test.ts").read_text()
    project = ts_project(ts_wide_package, tmp_path, {f"{name}.test.ts": source})
    run("node", "--test", f"dist/{name}.test.js", cwd=project)


def test_a_client_that_converts_loses_nothing_and_its_examples_compile(
    sample: Catalog, ts_build, ts_project, tmp_path: Path, run
) -> None:
    package = ts_build(sample, tmp_path, package="exact-client", integers="bigint", dates="Date")
    sources = {"exact.test.ts": (HERE / "src" / "exact.test.ts").read_text()}
    for name in ("README.md", "AGENTS.md"):
        text = (package / name).read_text()
        for i, block in enumerate(re.findall(r"^```ts\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE)):
            sources[f"{name}.{i}.ts"] = block
    project = ts_project(package, tmp_path / "project", sources)
    run("node", "--test", "dist/exact.test.js", cwd=project)


NO_PAGES = """
import { createClient, items, listMeals, pages, searchProducts } from "wide-client";

const client = createClient({ baseUrl: "http://localhost:8000" });
items(client, listMeals, { day: "today" });
items(client, searchProducts, { query: "shoe" });
pages(client, client.searchProducts, { query: "shoe" });
"""


@pytest.mark.parametrize("compiler", ["typescript", "typescript-5.9"])
def test_the_compiler_says_why_it_takes_no_function_without_pages(
    ts_wide_package: Path, ts_tools: Path, tmp_path: Path, compiler: str
) -> None:
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "wide-client").symlink_to(ts_wide_package)
    (tmp_path / "wrong.mts").write_text(NO_PAGES.lstrip())
    tsc = ts_tools.parent / compiler / "bin" / "tsc"
    command = [tsc, "--noEmit", "--strict", "--module", "nodenext", "--pretty", "false", "wrong.mts"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert re.findall(r"^wrong\.mts\((\d+),", done.stdout, re.MULTILINE) == ["5", "6"]
    said = "give a function that the package exports, of an action that gives pages"
    assert done.stdout.count(said) >= 2


@pytest.mark.parametrize(
    ("module", "resolution", "found"),
    [
        ("esnext", "bundler", True),
        ("node16", "node16", True),
        ("nodenext", "nodenext", True),
        ("esnext", "node10", False),
    ],
)
def test_the_package_is_found_with_the_settings_that_its_readme_names(
    ts_wide_package: Path, ts_tools: Path, tmp_path: Path, module: str, resolution: str, *, found: bool
) -> None:
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "wide-client").symlink_to(ts_wide_package)
    (tmp_path / "page.mts").write_text('export * from "wide-client";\nexport * from "wide-client/testing";\n')
    tsc = ts_tools.parent / "typescript-5.9" / "bin" / "tsc"
    options = [
        "--noEmit",
        "--strict",
        "--target",
        "es2022",
        "--module",
        module,
        "--moduleResolution",
        resolution,
    ]
    done = subprocess.run([tsc, *options, "page.mts"], cwd=tmp_path, check=False)
    assert (done.returncode == 0) is found
    told = (ts_wide_package / "README.md").read_text()
    assert (f"`{resolution}`" in told) is found


class Answering(BaseHTTPRequestHandler):
    """Answers each action with the output of its example, or with null."""

    server: AnsweringServer

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        name = urlsplit(self.path).path.rpartition("/")[2]
        envelope = {"ok": True, "data": self.server.outputs.get(name), "action": name, "latencyMs": 1.5}
        data = json.dumps(envelope).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_GET  # noqa: N815 - the name http.server calls

    def log_message(self, *_: Any) -> None:
        pass


class AnsweringServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, catalog: Catalog) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.outputs = {action.name: example.output for action in catalog for example in action.examples[:1]}


@pytest.fixture
def server(sample: Catalog) -> Iterator[AnsweringServer]:
    with AnsweringServer(sample) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def printed(
    ts_package: Path, ts_project, server: AnsweringServer, tmp_path: Path, run
) -> Callable[[str], list[str]]:
    """Compile and run the blocks of a document, and give what each of them prints."""

    def print_all(document: str) -> list[str]:
        text = (ts_package / document).read_text()
        address = f'"http://127.0.0.1:{server.server_port}"'
        blocks = [
            block.replace('"http://localhost:8000"', address)
            for block in re.findall(r"^```ts\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE)
        ]
        project = ts_project(ts_package, tmp_path, {f"{i}.ts": block for i, block in enumerate(blocks)})
        return [run("node", f"dist/{i}.js", cwd=project).strip() for i in range(len(blocks))]

    return print_all


def test_the_code_for_agents_compiles_and_runs(printed) -> None:
    assert printed("AGENTS.md") == ["{ items: [] }", "network_error 1"]


def test_the_code_in_the_readme_compiles_and_runs(printed) -> None:
    use, unwrapped, thrown, limited, standalone, watched, scripted, *actions, types = printed("README.md")
    create_order, old_ping, search_products = actions
    assert use == unwrapped == thrown == search_products == "{ items: [] }"
    assert limited == standalone == watched == "true"
    assert scripted == "network_error 1"
    assert "total_cents: 200" in create_order
    assert old_ping == "null"
    assert types == ""


def test_what_the_readme_shows_of_pages_and_changes_compiles(
    ts_wide_package: Path, ts_project, tmp_path: Path
) -> None:
    text = (ts_wide_package / "README.md").read_text()
    blocks = re.findall(r"^```ts\n(import .*?)\n```$", text, re.DOTALL | re.MULTILINE)
    shown = {name: block for name in ("items(", "subscribeChanges(") for block in blocks if name in block}
    assert len(shown) == 2
    ts_project(ts_wide_package, tmp_path, {f"{i}.ts": block for i, block in enumerate(shown.values())})


def test_the_readme_tells_of_every_action_and_of_nothing_else(ts_package: Path) -> None:
    text = (ts_package / "README.md").read_text()
    assert re.findall(r"^### (.*)$", text, re.MULTILINE) == [
        "addNode",
        "createOrder",
        "delete_",
        "listEvents",
        "oldPing",
        "searchProducts",
    ]
    assert "- `delete` is `delete_`" in text


def test_nothing_of_what_cannot_be_called_over_http_is_in_the_package(ts_package: Path) -> None:
    for path in ts_package.rglob("*"):
        text = path.read_text().lower() if path.is_file() else ""
        assert "internal_report" not in text
        assert "navigate" not in text
