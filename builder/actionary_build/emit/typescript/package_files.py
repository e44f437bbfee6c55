"""All files of a package, of a catalog and of plain values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from actionary.catalog import Catalog

from actionary_build.emit import OutputFile, text_file
from actionary_build.emit.typescript.actions import actions_module
from actionary_build.emit.typescript.agents import agents
from actionary_build.emit.typescript.auth import options_module
from actionary_build.emit.typescript.calls import by_module, calls_of
from actionary_build.emit.typescript.client import changes_module, client_module, connect_module, index_module
from actionary_build.emit.typescript.conversions import Wanted, marked
from actionary_build.emit.typescript.names import name_all
from actionary_build.emit.typescript.package import GITIGNORE, NPMRC, package_json
from actionary_build.emit.typescript.react import react_modules
from actionary_build.emit.typescript.readme import readme, setting_of
from actionary_build.emit.typescript.schemas import schemas_files
from actionary_build.emit.typescript.shapes import Shapes, shapes_module
from actionary_build.emit.typescript.testing import testing_module
from actionary_build.emit.typescript.types import declarations, types_module

FOLDER: Final = "clients/typescript"

_HERE: Final = Path(__file__).parent
_SETTINGS: Final = {
    name: (_HERE / name).read_text("utf-8") for name in ("tsconfig.json", "tsconfig.check.json")
}
"""To build, and to check the sources only: declarations take a compiler nearly as long again."""

_EXACT: Final = "runtime/exact.ts"
"""The source of the runtime that only packages with conversions have."""


def _sources(folder: str) -> dict[str, str]:
    return {
        f"{folder}/{source.name}": source.read_text("utf-8")
        for source in sorted((_HERE / folder).glob("*.ts"))
    }


_RUNTIME: Final = _sources("runtime")
_REACT_RUNTIME: Final = _sources("runtime/react")


def package_files(catalog: Catalog, package: str, wanted: Wanted, *, react: bool) -> list[OutputFile]:
    """Write the package of a catalog: its public actions with a route, and the types they reach.

    ``package`` is its name; with ``react`` it has hooks for React Query.
    """
    texts = sorted(_texts(catalog, package, wanted, react=react))
    return [text_file(f"{FOLDER}/{path}", text) for path, text in texts]


def _texts(plain: Catalog, package: str, wanted: Wanted, *, react: bool) -> Iterator[tuple[str, str]]:
    found = marked(plain, wanted)
    catalog = found.catalog
    names = name_all(catalog)
    calls = calls_of(catalog, names)
    modules = by_module(calls)
    shapes = None if catalog is plain else Shapes(catalog, names.types)
    yield ".gitignore", GITIGNORE
    yield ".npmrc", NPMRC
    yield "package.json", package_json(package, catalog, react=react)
    yield from _SETTINGS.items()
    setting = setting_of(catalog, package, wanted)
    declared = declarations(catalog, names.types)
    yield "README.md", readme(found, setting, calls, names, wanted, declared=declared, react=react)
    yield "AGENTS.md", agents(catalog, setting, calls)
    yield "src/index.ts", index_module(modules, changes=catalog.changes is not None)
    yield "src/client.ts", client_module(modules, plain.surface)
    yield "src/connect.ts", connect_module()
    yield "src/options.ts", options_module(catalog)
    if catalog.changes is not None:
        yield "src/changes.ts", changes_module(catalog.prefix, catalog.changes)
    yield "src/types.ts", types_module(declared)
    for name, members in modules.items():
        yield f"src/actions/{name}.ts", actions_module(members, names.types, shapes)
    yield from schemas_files(plain, modules if shapes is None else by_module(calls_of(plain, names)))
    if shapes is not None and (text := shapes_module(shapes)) is not None:
        yield "src/shapes.ts", text
    yield "src/testing.ts", testing_module(modules)
    if react:
        yield from react_modules(modules, changes=catalog.changes is not None)
    for path, text in (_RUNTIME | (_REACT_RUNTIME if react else {})).items():
        if path != _EXACT or shapes is not None:
            yield f"src/{path}", text
