"""`clients/typescript/`: a typed client package without dependencies; it is not served.

Its runtime is ordinary source in ``runtime/``, copied out as it is. What is
written here is tables: types, calls, codes, and the README.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Annotated, Final, Literal

from actionary.catalog import Catalog
from pydantic import AfterValidator, BaseModel, ConfigDict, StrictBool

from actionary_build.emit import Emitter, OutputFile, Sources, text_file
from actionary_build.emit.typescript.actions import actions_module
from actionary_build.emit.typescript.agents import agents
from actionary_build.emit.typescript.auth import options_module
from actionary_build.emit.typescript.calls import by_module, calls_of
from actionary_build.emit.typescript.client import changes_module, client_module, connect_module, index_module
from actionary_build.emit.typescript.conversions import Wanted, marked
from actionary_build.emit.typescript.names import name_all
from actionary_build.emit.typescript.package import GITIGNORE, NPMRC, PACKAGE_NAME, package_json
from actionary_build.emit.typescript.react import react_modules
from actionary_build.emit.typescript.readme import readme, setting_of
from actionary_build.emit.typescript.schemas import schemas_files
from actionary_build.emit.typescript.shapes import Shapes, shapes_module
from actionary_build.emit.typescript.testing import testing_module
from actionary_build.emit.typescript.types import declarations, types_module
from actionary_build.texts import package_name

FOLDER: Final = "clients/typescript"

_HERE: Final = files(__name__)
_TSCONFIG: Final = _HERE.joinpath("tsconfig.json").read_text("utf-8")
_EXACT: Final = "runtime/exact.ts"
"""The source of the runtime that only packages with conversions have."""


def _sources(folder: str) -> dict[str, str]:
    return {
        f"{folder}/{source.name}": source.read_text("utf-8")
        for source in sorted(_HERE.joinpath(folder).iterdir(), key=lambda source: source.name)
        if source.name.endswith(".ts")
    }


_RUNTIME: Final = _sources("runtime")
_REACT_RUNTIME: Final = _sources("runtime/react")


def _npm_name(name: str) -> str:
    if len(name) > 214 or not PACKAGE_NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name of an npm package: use lower-case letters, digits, '-', '.' and '_', "
            "with a scope before it if you have one, such as '@acme/shop-client'"
        )
    return name


class Options(BaseModel):
    """The table ``[tool.actionary.typescript]``.

    ``package`` is the npm package's name; ``integers`` and ``dates`` say what integers that a number
    may not hold, and dates and times, are in TypeScript; with ``react`` it has hooks for React Query.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    package: Annotated[str, AfterValidator(_npm_name)] | None = None
    integers: Literal["number", "bigint"] = "number"
    dates: Literal["string", "Date"] = "string"
    react: StrictBool = False


def emit(catalog: Catalog, options: Options, _sources: Sources) -> Iterable[OutputFile]:
    """Write the package of a catalog: its public actions with a route, and the types they reach."""
    package = options.package or package_name(catalog.title, "-")
    return [text_file(f"{FOLDER}/{path}", text) for path, text in sorted(_texts(catalog, options, package))]


def _texts(plain: Catalog, options: Options, package: str) -> Iterator[tuple[str, str]]:
    wanted = Wanted(options.integers, options.dates)
    found = marked(plain, wanted)
    catalog = found.catalog
    names = name_all(catalog)
    calls = calls_of(catalog, names)
    modules = by_module(calls)
    shapes = None if catalog is plain else Shapes(catalog, names.types)
    yield ".gitignore", GITIGNORE
    yield ".npmrc", NPMRC
    yield "package.json", package_json(package, catalog, react=options.react)
    yield "tsconfig.json", _TSCONFIG
    setting = setting_of(catalog, package, wanted)
    declared = declarations(catalog, names.types)
    yield "README.md", readme(found, setting, calls, names, wanted, declared=declared, react=options.react)
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
    if options.react:
        yield from react_modules(modules, changes=catalog.changes is not None)
    for path, text in (_RUNTIME | (_REACT_RUNTIME if options.react else {})).items():
        if path != _EXACT or shapes is not None:
            yield f"src/{path}", text


emitter = Emitter("typescript", Options, emit)
