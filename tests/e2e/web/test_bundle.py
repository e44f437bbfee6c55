"""What the hooks put into the bundle of a page, beside React and React Query."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

PACKAGE = "actionary-reference-client"
ALONE = f'export {{ connect, searchProducts }} from "{PACKAGE}";'
BY_FUNCTION = f"""
import {{ searchProducts }} from "{PACKAGE}";
import {{ actionQuery, useActionClient }} from "{PACKAGE}/react";
export {{ connect }} from "{PACKAGE}";
export {{ ActionProvider }} from "{PACKAGE}/react";
export const shown = (input) => actionQuery(useActionClient(), searchProducts, input);
"""
BY_NAME = f"""
import {{ useActionQuery }} from "{PACKAGE}/react";
export {{ connect }} from "{PACKAGE}";
export {{ ActionProvider }} from "{PACKAGE}/react";
export const shown = (input) => useActionQuery("search_products", input);
"""


@pytest.fixture(scope="module")
def bundled(project, run, esbuild: Path) -> Callable[[str], bytes]:
    """Bundle a module as a web page would load it, without React and React Query."""
    folder: Path = project()

    def bundle(source: str) -> bytes:
        (folder / "entry.js").write_text(source)
        options = ["--bundle", "--minify", "--format=esm", "--platform=browser", "--log-level=warning"]
        peers = ["--external:react", "--external:@tanstack/react-query"]
        run(esbuild, "entry.js", *options, *peers, "--outfile=bundle.js", cwd=folder)
        return (folder / "bundle.js").read_bytes()

    return bundle


def packed(bundle: bytes) -> int:
    return len(gzip.compress(bundle, compresslevel=9, mtime=0))


def test_who_uses_functions_bundles_the_actions_that_are_imported(bundled) -> None:
    bundle = bundled(BY_FUNCTION)
    assert b"search_products" in bundle
    for other in (b"send_email", b"list_meals", b"create_order"):
        assert other not in bundle


def test_what_hooks_cost_beside_the_client(bundled) -> None:
    """The page on React names these figures."""
    alone, by_function, by_name = (packed(bundled(source)) for source in (ALONE, BY_FUNCTION, BY_NAME))
    assert by_function - alone <= 2250
    assert by_name - by_function <= 22 * 40


def test_who_does_not_use_hooks_bundles_nothing_of_them(bundled) -> None:
    assert b"invalidateQueries" not in bundled(ALONE)
    assert b"react" not in bundled(ALONE)
