"""The files of the client package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pprint import pformat
from typing import Any, Final

from actionary.catalog import Catalog

from actionary_build.emit import OutputFile
from actionary_build.emit.python.agents import agents
from actionary_build.emit.python.annotations import Code, literal
from actionary_build.emit.python.api import Api
from actionary_build.emit.python.calls import (
    ErrorView,
    Key,
    ModuleView,
    action_views,
    error_views,
    hidden_by_methods,
    module_views,
    scheme_code,
    wanted_types,
)
from actionary_build.emit.python.digests import Digests, sources_digest
from actionary_build.emit.python.groups import SHARED, by_module
from actionary_build.emit.python.models import Types, describe_types
from actionary_build.emit.python.names import TomlString, names_for
from actionary_build.emit.python.offered import RUNTIME_ERRORS, RUNTIME_MODULES, RUNTIME_NAMES
from actionary_build.emit.python.pieces import PIECES, digest
from actionary_build.emit.python.python_version import python_version
from actionary_build.emit.python.readme_file import readme
from actionary_build.emit.python.rendering import HERE, python_module, rendered
from actionary_build.texts import PythonDocstring, PythonString, one_line

_CLIENT: Final = """``timeout`` is in seconds and covers a whole call; ``None`` waits without end.
``headers`` go with every call, ``auth`` with those that ask who calls, by the names
of their schemes. ``retry`` says how often a call is made that may be repeated,
``None`` makes each once. ``on_request``, ``on_response`` and ``on_retry`` are told of
each attempt. ``transport`` replaces the network in tests, ``sleep`` the waiting.
The client may be shared by threads. Nothing raises for what a server can do.

Raises:
    TypeError: ``timeout`` is no number, or ``retry`` no `Retry`.
    ValueError: ``base_url`` is no plain address, ``auth`` names no scheme of this API,
        or ``timeout`` is not above 0."""

_ASYNC_CLIENT: Final = _CLIENT.replace("shared by threads", "shared by the tasks of one loop")


FOLDER: Final = "clients/python"


def package_files(catalog: Catalog, package: str, *, plain: bool = False) -> Iterator[OutputFile]:
    """Write the project; its types are ``plain`` data, or pydantic's models."""
    for path, text in _texts(catalog, package, plain=plain):
        yield OutputFile(f"{FOLDER}/{path}", text.encode())
    for source in sorted((HERE / "runtime").glob("*.py")):
        name = _name_in_package(source.name, plain=plain)
        if name is not None:
            yield OutputFile(f"{FOLDER}/{package}/_runtime/{name}", source.read_bytes())


_WITH_PYDANTIC: Final = frozenset({"model.py", "moment.py", "unset.py", "values.py"})


def _name_in_package(name: str, *, plain: bool) -> str | None:
    """Name a file of the runtime in the package, ``None`` where it is not of this style."""
    if name.startswith("plain_"):
        return name.removeprefix("plain_") if plain else None
    return None if plain and name in _WITH_PYDANTIC else name


def _texts(catalog: Catalog, package: str, *, plain: bool) -> Iterator[tuple[str, str]]:
    api = Api(catalog)
    types = describe_types(catalog, wanted_types(api), plain_data=plain)
    modules = module_views(api, types)
    errors = error_views(api, types)
    shared = (package, catalog.base_url, plain, sources_digest())
    digests = Digests(api, types, hidden_by_methods(api), shared)
    yield "pyproject.toml", _project(catalog, package, plain=plain)
    yield "README.md", readme(api, types, modules, digests, package)
    yield "AGENTS.md", agents(api, types, package)
    yield f"{package}/py.typed", ""
    yield f"{package}/__init__.py", _root(catalog, errors)
    yield f"{package}/_auth.py", _auth(catalog)
    yield from _models(types, f"{package}/models")
    yield from _errors(errors, f"{package}/errors")
    yield f"{package}/client.py", _client(catalog, modules)
    yield f"{package}/actions/__init__.py", '"""The actions, one module for each first tag."""\n'
    for module in modules:
        yield f"{package}/actions/{module.name}.py", _actions(api, types, module, digests)


def _actions(api: Api, types: Types[Key], module: ModuleView, digests: Digests) -> str:
    """Give a module of actions; where none of them changed it is as it was."""
    key = digest("actions", module, [digests.of_action(action) for action in module.actions])

    def made() -> str:
        views = action_views(api, types, module)
        return python_module("actions.py.j2", 2, module=module, actions=views)

    return PIECES.get()(key, made)


def _project(catalog: Catalog, package: str, *, plain: bool) -> str:
    return rendered(
        "pyproject.toml.j2",
        name=TomlString(package.replace("_", "-")),
        version=TomlString(python_version(catalog.version)),
        description=TomlString(f"The Python client of {catalog.title}."),
        package=TomlString(package),
        agents=TomlString(f"{package}/AGENTS.md"),
        plain=plain,
    )


def _root(catalog: Catalog, errors: Iterable[ErrorView]) -> str:
    runtime = dict(RUNTIME_MODULES)
    lines = [
        "from . import models as models",
        "from ._auth import AsyncAuth as AsyncAuth",
        "from ._auth import Auth as Auth",
        *(_from_import(f"._runtime.{module}", names) for module, names in sorted(runtime.items())),
        _from_import("._runtime.errors", sorted(RUNTIME_ERRORS)),
        _from_import(".client", ("AsyncClient", "Client")),
    ]
    public = {*RUNTIME_NAMES, *RUNTIME_ERRORS, *(str(error.name) for error in errors), "models"}
    own_errors = _errors_by_module(errors)
    files = _files(own_errors)
    own = {f"errors.{files[module]}": names for module, names in own_errors.items()}
    return python_module(
        "lazy.py.j2",
        1,
        doc=PythonDocstring(f"The client of {one_line(catalog.title)}."),
        reexported=Code("\n".join(lines)),
        **_lazy(own),
        public=[PythonString(name) for name in sorted(public)],
    )


def _from_import(module: str, names: Iterable[str]) -> str:
    return "\n".join(f"from {module} import {name} as {name}" for name in names)


def _lazy(modules: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """Write names that are imported from modules when they are used, for the template."""
    imports = [
        f"    from .{module} import {name} as {name}" for module in modules for name in modules[module]
    ]
    table = {module: tuple(names) for module, names in modules.items()}
    return {"seen": Code("\n".join(imports)), "table": Code(pformat(table, width=100))}


def _models(types: Types[Key], folder: str) -> Iterator[tuple[str, str]]:
    """Give the modules of types, and what offers them all."""
    places = [(str(view.name), view.module) for view in types.models]
    names = by_module([*places, *((str(view.name), view.module) for view in types.aliases)])
    files = _files(names)
    doc = "The types of the API's inputs and outputs.\n\nEach module of them is imported when it is used."
    yield (
        f"{folder}/__init__.py",
        python_module(
            "lazy.py.j2",
            2,
            doc=PythonDocstring(doc),
            reexported=Code(),
            **_lazy({files[module]: names[module] for module in names}),
            public=[],
        ),
    )
    for module in names:
        models = [view for view in types.models if view.module == module]
        aliases = [view for view in types.aliases if view.module == module]
        calls = [view for view in models if view.by_keys and not view.is_dict]
        quoted = [
            *(field.annotation for view in calls for field in view.fields),
            *(view.expression for view in aliases if view.recursive),
        ]
        template = "typed_dicts.py.j2" if types.plain_data else "models.py.j2"
        yield (
            f"{folder}/{files[module]}.py",
            python_module(template, 2, quoted=quoted, models=models, aliases=aliases),
        )


def _files(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Name the file of each module of a package that offers names of them.

    It makes way for a name that is offered: Python would put a module in its place when it imports that.
    """
    offered = {name for each in names.values() for name in each}
    return {SHARED: SHARED, **names_for([module for module in names if module != SHARED], offered)}


def _errors_by_module(errors: Iterable[ErrorView]) -> dict[str, list[str]]:
    return by_module((error.name, error.module) for error in errors)


def _errors(errors: Iterable[ErrorView], folder: str) -> Iterator[tuple[str, str]]:
    """Give the modules of domain errors, and what offers them beside those of the runtime."""
    names = _errors_by_module(errors)
    files = _files(names)
    doc = "Every error a call can give; each class stands for one ``code``."
    runtime = _from_import(".._runtime.errors", sorted(RUNTIME_ERRORS))
    yield (
        f"{folder}/__init__.py",
        python_module(
            "lazy.py.j2",
            2,
            doc=PythonDocstring(doc),
            reexported=Code(runtime),
            **_lazy({files[module]: names[module] for module in names}),
            public=[],
        ),
    )
    for module in names:
        own = [error for error in errors if error.module == module]
        yield f"{folder}/{files[module]}.py", python_module("errors.py.j2", 2, errors=own)


_SECRETS: Final = {"bearer": "Secret", "api_key": "Secret", "basic": "Basic"}


def _auth(catalog: Catalog) -> str:
    """Write what a client may be given to say who calls, by the names of the schemes."""
    kinds = {name: _SECRETS[scheme.kind] for name, scheme in catalog.schemes.items()}
    return python_module(
        "auth.py.j2",
        1,
        auth=[(PythonString(name), Code(f"_{kind}")) for name, kind in kinds.items()],
        async_auth=[(PythonString(name), Code(f"_Async{kind}")) for name, kind in kinds.items()],
    )


def _client(catalog: Catalog, modules: Iterable[ModuleView]) -> str:
    table = {str(module.name): (str(module.class_name), module.methods) for module in modules}
    table_async = {name: (f"Async{class_}", methods) for name, (class_, methods) in table.items()}
    title = one_line(catalog.title)
    schemes = sorted(catalog.schemes)
    return python_module(
        "client.py.j2",
        1,
        modules=modules,
        seen=Code(
            "\n".join(f"    from .actions import {module.name} as _of_{module.name}" for module in modules)
        ),
        table=Code(pformat(table, width=100)),
        table_async=Code(pformat(table_async, width=100)),
        catalog=PythonString(catalog.surface[:16]),
        schemes=Code(f"frozenset({{{', '.join(map(literal, schemes))}}})" if schemes else "frozenset()"),
        changes=_changes(catalog),
        doc=PythonDocstring(f"{title}: calls that block.\n\n{_CLIENT}", "    "),
        async_doc=PythonDocstring(f"{title}: calls to be awaited.\n\n{_ASYNC_CLIENT}", "    "),
    )


def _changes(catalog: Catalog) -> Code | None:
    if catalog.changes is None:
        return None
    path = literal(f"{catalog.prefix}/changes")
    scheme = catalog.changes.scheme
    return Code(f"_changes_call({path}{'' if scheme is None else f', {scheme_code(scheme)}'})")
