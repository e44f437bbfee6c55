"""`clients/typescript/`: a typed client package without dependencies; it is not served.

Its runtime is ordinary source in ``runtime/``, copied out as it is. What is
written here is tables: types, calls, codes, and the README.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Annotated, Final

from actionary.catalog import Catalog
from pydantic import AfterValidator, BaseModel, ConfigDict

from actionary_build.emit import Emitter, OutputFile, Sources, text_file
from actionary_build.emit.typescript.actions import actions_module
from actionary_build.emit.typescript.calls import by_module, calls_of
from actionary_build.emit.typescript.client import client_module, connect_module, index_module
from actionary_build.emit.typescript.names import name_all
from actionary_build.emit.typescript.package import GITIGNORE, NPMRC, PACKAGE_NAME, package_json
from actionary_build.emit.typescript.readme import readme
from actionary_build.emit.typescript.types import types_module
from actionary_build.texts import package_name

FOLDER: Final = "clients/typescript"

_HERE: Final = files(__name__)
_TSCONFIG: Final = _HERE.joinpath("tsconfig.json").read_text("utf-8")
_RUNTIME: Final = {
    source.name: source.read_text("utf-8")
    for source in sorted(_HERE.joinpath("runtime").iterdir(), key=lambda source: source.name)
    if source.name.endswith(".ts")
}


def _npm_name(name: str) -> str:
    if len(name) > 214 or not PACKAGE_NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name of an npm package: use lower-case letters, digits, '-', '.' and '_', "
            "with a scope before it if you have one, such as '@acme/shop-client'"
        )
    return name


class Options(BaseModel):
    """The table ``[tool.actionary.typescript]``: ``package`` is the npm package's name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    package: Annotated[str, AfterValidator(_npm_name)] | None = None


def emit(catalog: Catalog, options: Options, _sources: Sources) -> Iterable[OutputFile]:
    """Write the package of a catalog: its public actions with a route, and the types they reach."""
    package = options.package or package_name(catalog.title, "-")
    return [text_file(f"{FOLDER}/{path}", text) for path, text in sorted(_texts(catalog, package))]


def _texts(catalog: Catalog, package: str) -> Iterator[tuple[str, str]]:
    names = name_all(catalog)
    calls = calls_of(catalog, names)
    modules = by_module(calls)
    yield ".gitignore", GITIGNORE
    yield ".npmrc", NPMRC
    yield "package.json", package_json(package, catalog)
    yield "tsconfig.json", _TSCONFIG
    yield "README.md", readme(catalog, package, calls, names)
    yield "src/index.ts", index_module(modules)
    yield "src/client.ts", client_module(modules)
    yield "src/connect.ts", connect_module(catalog)
    yield "src/types.ts", types_module(catalog, names.types)
    for name, members in modules.items():
        yield f"src/actions/{name}.ts", actions_module(members, names.types)
    for name, text in _RUNTIME.items():
        yield f"src/runtime/{name}", text


emitter = Emitter("typescript", Options, emit)
