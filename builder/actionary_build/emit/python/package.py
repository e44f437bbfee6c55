"""The files of the client package."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

from actionary.action_spec import ActionSpec
from actionary.catalog import Catalog

from actionary_build.emit import OutputFile
from actionary_build.emit.python.agents import agents
from actionary_build.emit.python.annotations import Code, literal
from actionary_build.emit.python.api import Api
from actionary_build.emit.python.calls import (
    Key,
    ModuleView,
    action_view,
    error_views,
    module_views,
    scheme_code,
    wanted_types,
)
from actionary_build.emit.python.digests import Digests
from actionary_build.emit.python.groups import SHARED, by_module, error_modules
from actionary_build.emit.python.models import Types
from actionary_build.emit.python.names import TomlString, names_for
from actionary_build.emit.python.offered import RUNTIME_ERRORS, RUNTIME_MODULES, RUNTIME_NAMES
from actionary_build.emit.python.pieces import keep, kept
from actionary_build.emit.python.python_version import python_version
from actionary_build.emit.python.readme_file import readme
from actionary_build.emit.python.rendering import HERE, Rendered, kept_file, kept_module, piece, python_module
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
    types = Types(catalog, wanted_types(api), plain_data=plain)
    types.foresee()
    modules = module_views(api, types)
    digests = Digests(api, types, (package, catalog.base_url, plain, sorted(api.hidden)))
    errors = _errors_by_module(api)
    yield "pyproject.toml", _project(catalog, package, plain=plain)
    yield "README.md", readme(api, types, modules, digests, package)
    yield "AGENTS.md", agents(api, types, digests, package)
    yield f"{package}/py.typed", ""
    yield f"{package}/__init__.py", _root(catalog, errors)
    yield f"{package}/_auth.py", _auth(catalog)
    yield from _models(types, digests, f"{package}/models")
    yield from _errors(api, types, digests, errors, f"{package}/errors")
    yield f"{package}/client.py", _client(catalog, modules)
    yield f"{package}/actions/__init__.py", '"""The actions, one module for each first tag."""\n'
    for module in modules:
        yield f"{package}/actions/{module.name}.py", _actions(api, types, module, digests)


def _actions(api: Api, types: Types[Key], module: ModuleView, digests: Digests) -> str:
    """Give a module of actions; where none of them changed it is as it was."""

    def made() -> str:
        calls, methods, async_methods = zip(
            *(_action(api, types, action, digests) for action in module.actions), strict=True
        )
        return python_module(
            "actions.py.j2",
            2,
            module=module,
            calls=Rendered("".join(calls)),
            methods=Rendered("\n".join(methods)),
            async_methods=Rendered("\n".join(async_methods)),
        )

    text = kept(made, "actions", module.name, [digests.of_action(action) for action in module.actions])
    for action in module.actions:
        keep(*_key_of_action(action, digests))
    return text


def _action(api: Api, types: Types[Key], action: ActionSpec, digests: Digests) -> list[str]:
    """Give what a module has of an action: what is called, and the method that blocks and the other."""

    def made() -> str:
        call, method = piece("action_call.py.j2"), piece("action_method.py.j2")
        view = action_view(api, types, action)
        methods = (method(action=view, is_async=each) for each in (False, True))
        return "\0".join((call(action=view), *methods))

    return kept(made, *_key_of_action(action, digests)).split("\0")


def _key_of_action(action: ActionSpec, digests: Digests) -> tuple[str, str]:
    return "action", digests.of_action(action)


def _project(catalog: Catalog, package: str, *, plain: bool) -> str:
    return kept_file(
        "pyproject.toml.j2",
        name=TomlString(package.replace("_", "-")),
        version=TomlString(python_version(catalog.version)),
        description=TomlString(f"The Python client of {catalog.title}."),
        package=TomlString(package),
        agents=TomlString(f"{package}/AGENTS.md"),
        plain=plain,
    )


def _root(catalog: Catalog, errors: Mapping[str, Mapping[str, str]]) -> str:
    runtime = dict(RUNTIME_MODULES)
    lines = [
        "from . import models as models",
        "from ._auth import AsyncAuth as AsyncAuth",
        "from ._auth import Auth as Auth",
        *(_from_import(f"._runtime.{module}", names) for module, names in sorted(runtime.items())),
        _from_import("._runtime.errors", sorted(RUNTIME_ERRORS)),
        _from_import(".client", ("AsyncClient", "Client")),
    ]
    own = {f"errors.{file}": names for file, names in _by_file(errors).items()}
    public = {*RUNTIME_NAMES, *RUNTIME_ERRORS, *chain(*own.values()), "models"}
    doc = f"The client of {one_line(catalog.title)}."
    return _lazy(1, doc, own, "\n".join(lines), sorted(public))


def _from_import(module: str, names: Iterable[str]) -> str:
    return "\n".join(f"from {module} import {name} as {name}" for name in names)


def _lazy(
    depth: int,
    doc: str,
    modules: Mapping[str, Iterable[str]],
    reexported: str = "",
    public: Iterable[str] = (),
) -> str:
    """Write a module that offers names of others, which are imported when one of them is used."""

    def made() -> str:
        imports = (_from_import(f".{module}", names) for module, names in modules.items())
        seen = [f"    {line}" for lines in imports for line in lines.splitlines()]
        return python_module(
            "lazy.py.j2",
            depth,
            doc=PythonDocstring(doc),
            reexported=Code(reexported),
            seen=Code("\n".join(seen)),
            table=Code(_literal({module: tuple(names) for module, names in modules.items()})),
            public=[PythonString(name) for name in public],
        )

    return kept(made, "lazy", depth, doc, modules, reexported, public)


def _literal(data: Any) -> str:
    from pprint import pformat  # noqa: PLC0415 - what is kept needs none

    return pformat(data, width=100)


def _models(types: Types[Key], digests: Digests, folder: str) -> Iterator[tuple[str, str]]:
    """Give the modules of types, and what offers them all."""
    names = by_module((name, types.homes[wanted]) for wanted, name in types.names.items())
    doc = "The types of the API's inputs and outputs.\n\nEach module of them is imported when it is used."
    files = _files(names)
    yield f"{folder}/__init__.py", _lazy(2, doc, {files[module]: names[module] for module in names})
    for module in names:
        definitions = [name for name, home in types.homes.items() if home == module]
        yield f"{folder}/{files[module]}.py", _models_of(types, digests, definitions)


def _models_of(types: Types[Key], digests: Digests, definitions: Collection[str]) -> str:
    """Give a module of types; where none of them changed it is as it was."""

    def made() -> str:
        models, aliases = types.models(definitions), types.aliases(definitions)
        calls = [view for view in models if view.by_keys and not view.is_dict]
        quoted = [
            *(field.annotation for view in calls for field in view.fields),
            *(view.expression for view in aliases if view.recursive),
        ]
        template = "typed_dicts.py.j2" if types.plain_data else "models.py.j2"
        return python_module(template, 2, quoted=quoted, models=models, aliases=aliases)

    return kept(made, "models", [digests.of_type(name) for name in definitions])


def _files(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Name the file of each module of a package that offers names of them.

    It makes way for a name that is offered: Python would put a module in its place when it imports that.
    """
    offered = {name for each in names.values() for name in each}
    return {SHARED: SHARED, **names_for([module for module in names if module != SHARED], offered)}


def _errors_by_module(api: Api) -> dict[str, dict[str, str]]:
    """Give the names of the domain errors with their codes, by module, all sorted."""
    modules = error_modules(api.catalog)
    codes = {str(api.error_names[code]): code for code in api.domain_errors}
    names = by_module((name, modules[code]) for name, code in codes.items())
    return {module: {name: codes[name] for name in own} for module, own in names.items()}


def _by_file(errors: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    files = _files(errors)
    return {files[module]: list(names) for module, names in errors.items()}


def _errors(
    api: Api, types: Types[Key], digests: Digests, errors: Mapping[str, Mapping[str, str]], folder: str
) -> Iterator[tuple[str, str]]:
    """Give the modules of domain errors, and what offers them beside those of the runtime."""
    doc = "Every error a call can give; each class stands for one ``code``."
    runtime = _from_import(".._runtime.errors", sorted(RUNTIME_ERRORS))
    yield f"{folder}/__init__.py", _lazy(2, doc, _by_file(errors), runtime)
    files = _files(errors)
    for module, codes in errors.items():
        yield f"{folder}/{files[module]}.py", _errors_of(api, types, digests, list(codes.values()))


def _errors_of(api: Api, types: Types[Key], digests: Digests, codes: Collection[str]) -> str:
    """Give a module of domain errors; where none of them changed it is as it was."""

    def made() -> str:
        return python_module("errors.py.j2", 2, errors=error_views(api, types, codes))

    return kept(made, "errors", [digests.of_error(code) for code in codes])


_SECRETS: Final = {"bearer": "Secret", "api_key": "Secret", "basic": "Basic"}


def _auth(catalog: Catalog) -> str:
    """Write what a client may be given to say who calls, by the names of the schemes."""
    kinds = {name: _SECRETS[scheme.kind] for name, scheme in catalog.schemes.items()}
    return kept_module(
        "auth.py.j2",
        1,
        auth=[(PythonString(name), Code(f"_{kind}")) for name, kind in kinds.items()],
        async_auth=[(PythonString(name), Code(f"_Async{kind}")) for name, kind in kinds.items()],
    )


def _client(catalog: Catalog, modules: Iterable[ModuleView]) -> str:
    table = {str(module.name): (str(module.class_name), module.methods) for module in modules}
    table_async = {name: (f"Async{class_}", methods) for name, (class_, methods) in table.items()}
    title, schemes, changes = one_line(catalog.title), sorted(catalog.schemes), _changes(catalog)

    def made() -> str:
        names = ", ".join(map(literal, schemes))
        seen = [f"    from .actions import {module.name} as _of_{module.name}" for module in modules]
        return python_module(
            "client.py.j2",
            1,
            modules=modules,
            seen=Code("\n".join(seen)),
            table=Code(_literal(table)),
            table_async=Code(_literal(table_async)),
            catalog=PythonString(catalog.surface[:16]),
            schemes=Code(f"frozenset({{{names}}})" if names else "frozenset()"),
            changes=changes,
            doc=PythonDocstring(f"{title}: calls that block.\n\n{_CLIENT}", "    "),
            async_doc=PythonDocstring(f"{title}: calls to be awaited.\n\n{_ASYNC_CLIENT}", "    "),
        )

    return kept(made, "client", table, title, catalog.surface, schemes, changes)


def _changes(catalog: Catalog) -> Code | None:
    if catalog.changes is None:
        return None
    path = literal(f"{catalog.prefix}/changes")
    scheme = catalog.changes.scheme
    return Code(f"_changes_call({path}{'' if scheme is None else f', {scheme_code(scheme)}'})")
