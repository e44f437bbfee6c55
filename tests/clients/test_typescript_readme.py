"""The README of the TypeScript client, followed by somebody new."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from actionary.catalog import Catalog
from actionary_build.emit.typescript import FOLDER, emitter
from actionary_build.output import NewTree, plan_output, write_output

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
