"""What a package has of React: all where it is asked for, nothing where it is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from actionary.catalog import Catalog
from actionary_build.emit.typescript.emitter import emitter
from actionary_build.emit.typescript.package_files import FOLDER


def files(catalog: Catalog, **options: object) -> dict[str, str]:
    emitted = emitter.emit(catalog, emitter.options(**options), {})
    return {file.path.removeprefix(f"{FOLDER}/"): file.content.decode() for file in emitted}


def test_who_does_not_ask_for_react_gets_nothing_of_it(sample: Catalog) -> None:
    for path, text in files(sample).items():
        assert "react" not in path
        assert "react" not in text.lower(), path


def test_who_asks_for_react_gets_an_entry_and_optional_peers(sample: Catalog) -> None:
    made = files(sample, react=True)
    manifest = json.loads(made["package.json"])
    assert manifest["exports"]["./react"] == {"types": "./dist/react.d.ts", "default": "./dist/react.js"}
    assert set(manifest["peerDependencies"]) == {"@tanstack/react-query", "react"}
    assert all(meta == {"optional": True} for meta in manifest["peerDependenciesMeta"].values())
    assert manifest["peerDependencies"].keys() <= manifest["devDependencies"].keys()
    without = files(sample)
    same = without.keys() - {"package.json", "README.md"}
    assert {path: without[path] for path in same} == {path: made[path] for path in same}


def test_modules_with_hooks_say_that_they_are_for_browsers(sample: Catalog) -> None:
    made = files(sample, react=True)
    hooks = [path for path, text in made.items() if 'from "react"' in text or "runtime/react/hooks" in text]
    assert len(hooks) >= 2
    for path in hooks:
        lines = [line for line in made[path].splitlines() if line and not line.startswith("//")]
        assert lines[0] == '"use client";', path
    assert '"use client"' not in made["src/react/options.ts"]


def test_actions_are_sorted_by_what_they_do(sample: Catalog) -> None:
    tables = files(sample, react=True)["src/react/tables.ts"]
    queries, paged, mutations = (part.partition("}")[0] for part in tables.split("export interface ")[1:])
    assert "search_products: typeof searchProducts;" in queries
    assert "create_order: typeof createOrder;" in mutations
    assert "create_order" not in queries
    assert "search_products" not in mutations
    assert "typeof" not in paged


@pytest.fixture
def build(compiler, project, run, tmp_path: Path) -> Callable[[dict[str, str]], None]:
    """Write a package and build it."""

    def written(package: dict[str, str]) -> None:
        (tmp_path / "node_modules").symlink_to(project() / "node_modules")
        for path, text in package.items():
            target = tmp_path / "package" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        run(compiler("typescript"), cwd=tmp_path / "package")

    return written


NASTY = (
    "action_query call_action class constructor create_client queries then use_action_query use_query".split()
)


def named(sample: Catalog, names: list[str]) -> Catalog:
    search = next(action for action in sample if action.name == "search_products")
    return replace(sample, actions=tuple(replace(search, name=name) for name in names))


@pytest.mark.parametrize("names", [[], NASTY], ids=["none", "nasty"])
def test_a_package_compiles_whatever_its_actions_are_called(
    sample: Catalog, build: Callable[[dict[str, str]], None], names: list[str]
) -> None:
    build(files(named(sample, names), react=True))


def test_react_is_asked_for_by_true_or_false(sample: Catalog) -> None:
    with pytest.raises(ValueError, match="bool"):
        emitter.options(react="yes")


@pytest.mark.parametrize(
    ("package", "version"), [("my-shop", "1"), ("@shop/my.client", "1.2rc1"), ("my-shop", "1.2.3+build7")]
)
def test_the_readme_calls_the_packed_file_what_npm_calls_it(
    sample: Catalog, run, tmp_path: Path, package: str, version: str
) -> None:
    made = files(replace(sample, version=version), react=True, package=package)
    (tmp_path / "package.json").write_text(made["package.json"])
    packed = run("npm", "pack", "--ignore-scripts", "--silent", cwd=tmp_path).strip()
    assert f"\nnpm install ./{packed}\n" in made["README.md"]
