"""The README of the TypeScript client, followed by somebody new."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from actionary.action_spec import CursorSpec, SchemeSpec
from actionary.catalog import Catalog, ChangesSpec, load
from actionary_build.emit.typescript.emitter import emitter
from actionary_build.emit.typescript.package_files import FOLDER
from actionary_build.output import NewTree, plan_output, write_output

ROOT = Path(__file__).parents[2]

ASKING = """
globalThis.fetch = async (url, { headers }) => {
  const given = new Headers(headers);
  const said = given.get("authorization") ?? given.get("x-shop-key");
  if (!said) throw new Error("nobody said who calls");
  console.log(`said ${said}`);
  if (!String(url).includes("/changes")) {
    const data = { items: [], next: null };
    return Response.json({ ok: true, data, action: "add_node", latencyMs: 1 });
  }
  process.exit();
};
"""
"""A server that asks who calls, in place of `fetch`."""

UNWRITABLE = {
    "type": "object",
    "properties": {"code": {"type": "string", "pattern": "^x-[0-9]{7}$"}},
    "required": ["code"],
}


def without_examples(sample: Catalog, *names: str, **changes: Any) -> Catalog:
    actions = (replace(action, examples=(), **changes) for action in sample if action.name in names)
    return replace(sample, actions=tuple(actions))


def blocks(package: Path) -> list[str]:
    text = (package / "README.md").read_text()
    return re.findall(r"^```ts\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE)


def test_installing_as_the_readme_says_leaves_nothing_foreign(sample: Catalog, tmp_path: Path, run) -> None:
    made = tuple(("typescript", file) for file in emitter.emit(sample, emitter.options(), {}))
    tree = NewTree(files=made, surface=sample.surface, fingerprint=sample.fingerprint)
    out = tmp_path / "generated"
    write_output(out, tree)
    package = out / FOLDER
    install, _ = re.findall(
        r"^```sh\n(.*?)\n```$", (package / "README.md").read_text(), re.DOTALL | re.MULTILINE
    )
    for command in install.splitlines():
        run(*command.split(), cwd=package, npm_config_prefer_offline="true")
    assert (package / "dist" / "index.js").exists()
    assert not plan_output(out, tree).differs


@pytest.mark.parametrize("name", ["add_node", "create_order", "delete", "list_events", "old_ping"])
def test_the_readme_shows_calls_that_compile_without_any_example(
    ts_build, ts_project, sample: Catalog, tmp_path: Path, name: str
) -> None:
    package = ts_build(without_examples(sample, name), tmp_path / "out")
    readme = (package / "README.md").read_text()
    for part in ("## Use", "createClient({", "unwrap(await client.", "connect({", "switch (failure.code)"):
        assert part in readme
    shown = [block for block in blocks(package) if block.startswith("import ")]
    ts_project(package, tmp_path / "project", {f"{i}.ts": block for i, block in enumerate(shown)})
    assert len(shown) >= 4


def test_an_action_whose_input_is_easily_made_is_shown_first(
    ts_build, sample: Catalog, tmp_path: Path
) -> None:
    catalog = without_examples(sample, "list_events", "search_products")
    hard = tuple(
        replace(action, input=UNWRITABLE) if action.name == "list_events" else action for action in catalog
    )
    package = ts_build(replace(catalog, actions=hard), tmp_path)
    assert 'client.searchProducts({ query: "text" })' in blocks(package)[0]


def test_a_call_that_cannot_be_written_is_told_in_words(ts_build, sample: Catalog, tmp_path: Path) -> None:
    package = ts_build(without_examples(sample, "search_products", input=UNWRITABLE), tmp_path)
    use = (package / "README.md").read_text().partition("## Use\n")[2].partition("\n## ")[0]
    for part in (
        "`createClient`",
        "`await client.searchProducts(input)`",
        "`SearchProductsInput`",
        "`unwrap(result)`",
    ):
        assert part in use


SCHEMES = (
    (SchemeSpec(name="__proto__", kind="bearer"), "Bearer TOKEN"),
    (SchemeSpec(name="key", kind="api_key", header="X-Shop-Key"), "KEY"),
    (SchemeSpec(name="the staff", kind="basic"), "Basic VVNFUk5BTUU6UEFTU1dPUkQ="),
)


def test_the_examples_of_actions_that_ask_who_calls_say_it(
    ts_build, ts_project, sample: Catalog, tmp_path: Path, run
) -> None:
    for scheme, said in SCHEMES:
        package = ts_build(_asking(sample, scheme), tmp_path / scheme.kind)
        shown = [block for block in blocks(package) if block.startswith("import ")]
        calling = [i for i, block in enumerate(shown) if "testClient" not in block and "abort()" not in block]
        assert len(calling) >= 7
        sources = {f"{i}.ts": block for i, block in enumerate(shown)}
        project = ts_project(package, tmp_path / scheme.kind / "project", sources)
        (project / "asking.mjs").write_text(ASKING)
        for i in calling:
            told = run("node", "--import", "./asking.mjs", f"dist/{i}.js", cwd=project)
            assert f"said {said}\n" in told, shown[i]


def _asking(sample: Catalog, scheme: SchemeSpec) -> Catalog:
    """Give a catalog all of which asks who calls: an action with pages, and the changes."""
    listing = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": {"type": "string"}}, "next": {"type": "null"}},
        "required": ["items", "next"],
    }
    catalog = without_examples(
        sample,
        "add_node",
        auth=True,
        scheme=scheme,
        output=listing,
        paginate=CursorSpec(input="value", output="next", items="items"),
    )
    return replace(catalog, changes=ChangesSpec(auth=True, scheme=scheme))


def test_what_the_server_brings_itself_is_the_last_that_examples_show() -> None:
    reference = load(json.loads((ROOT / "generated" / "catalog.json").read_text()))
    asked = reference.get("list_approvals")
    assert asked is not None
    assert asked.http is not None
    own = replace(asked, name="list_teas", http=replace(asked.http, path="/api/approvals-of-teas"))
    bare = tuple(replace(action, examples=()) for action in reference if "approvals" in action.tags)
    emitted = emitter.emit(replace(reference, actions=(*bare, own)), emitter.options(react=True), {})
    texts = {Path(file.path).name: file.content.decode() for file in emitted}
    readme, agents = texts["README.md"], texts["AGENTS.md"]
    before = readme.partition("## Actions")[0]
    assert "items(client, listTeas" in before
    assert 'useActionInfiniteQuery("list_teas"' in before
    assert 'useActionMutation("approve_call"' in before  # there is no other one
    assert "listApprovals(" not in before
    assert "client.listTeas(" in agents


OUT_OF_STOCK = """
globalThis.fetch = async () =>
  new Response(
    '{"ok":false,"code":"out_of_stock","message":"no","status":409,"retryable":false,' +
      '"details":{"product_id":"p","available":9223372036854775807},"action":"create_order","latencyMs":1}',
    { status: 409 },
  );
"""


def test_the_first_example_tells_of_details_with_long_integers(
    ts_build, ts_project, sample: Catalog, tmp_path: Path, run
) -> None:
    package = ts_build(without_examples(sample, "create_order"), tmp_path / "out", integers="bigint")
    project = ts_project(package, tmp_path / "project", {"shown.ts": blocks(package)[0]})
    (project / "server.mjs").write_text(OUT_OF_STOCK)
    told = run("node", "--import", "./server.mjs", "dist/shown.js", cwd=project)
    assert told == 'no {"product_id":"p","available":"9223372036854775807"}\n'
