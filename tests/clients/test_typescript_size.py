"""What one action of the TypeScript client costs a web page: bundled, minified and packed."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from actionary.catalog import Catalog

AT_MOST = {"createOrder": 1988, "searchProducts": 1996}
"""Bytes of 2,000, with a few to spare for how the bundler names what it keeps.

The first one has a body and an idempotency key, the second one a query.
"""

STREAMS = "import { connect, items, listMeals, progress, subscribeChanges } from {package};"


@pytest.fixture(scope="module")
def bundled(ts_tools: Path, run, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], bytes]:
    """Bundle a module as a web page would load it; `{package}` in it is where the package is."""

    def bundle(package: Path, source: str) -> bytes:
        folder = tmp_path_factory.mktemp("bundle")
        entry = folder / "entry.js"
        entry.write_text(source.replace("{package}", f'"{package / "dist" / "index.js"}"'))
        options = ["--bundle", "--minify", "--format=esm", "--platform=browser", "--log-level=warning"]
        run(ts_tools / "esbuild", entry, *options, f"--outfile={folder / 'out.js'}", cwd=folder)
        return (folder / "out.js").read_bytes()

    return bundle


def call_of(function: str) -> str:
    return (
        f"import {{ connect, {function} }} from {{package}};\n"
        f'export const run = (input) => {function}(connect({{ baseUrl: "https://x.test" }}), input);\n'
    )


def packed(bundle: bytes) -> int:
    return len(gzip.compress(bundle, compresslevel=9, mtime=0))


@pytest.mark.parametrize("function", AT_MOST)
def test_one_action_costs_no_more_than_before(ts_wide_package: Path, bundled, function: str) -> None:
    assert packed(bundled(ts_wide_package, call_of(function))) <= AT_MOST[function]


def test_one_action_costs_no_more_among_many(sample: Catalog, ts_build, bundled, tmp_path: Path) -> None:
    search = next(action for action in sample if action.name == "search_products")
    copies = tuple(replace(search, name=f"search_{number}") for number in range(100))
    many = ts_build(replace(sample, actions=(*sample.actions, *copies)), tmp_path)
    assert packed(bundled(many, call_of("createOrder"))) <= AT_MOST["createOrder"]


def test_what_is_not_imported_is_not_in_the_bundle(ts_wide_package: Path, bundled) -> None:
    alone = bundled(ts_wide_package, call_of("createOrder"))
    for text in (b"search_products", b"event-stream", b"pages have no end", b"Bearer", b"URLSearchParams"):
        assert text not in alone
    with_streams = bundled(
        ts_wide_package, STREAMS + "export { items, listMeals, progress, subscribeChanges };"
    )
    assert b"event-stream" in with_streams
    assert b"pages have no end" in with_streams
