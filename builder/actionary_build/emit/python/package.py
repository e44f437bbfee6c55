"""The files of the client package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from actionary.auth_scheme import SchemeSpec
from actionary.catalog import Catalog
from actionary.names import slug
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from actionary_build.emit.credentials import by_scheme, header_of
from actionary_build.emit.python.annotations import Code
from actionary_build.emit.python.calls import (
    RUNTIME_ERRORS,
    RUNTIME_NAMES,
    ErrorView,
    Key,
    ModuleView,
    error_views,
    module_views,
    wanted_types,
)
from actionary_build.emit.python.examples import example_view
from actionary_build.emit.python.imports import imports_for
from actionary_build.emit.python.models import Types, describe_types
from actionary_build.emit.python.names import Name, TomlString
from actionary_build.emit.python.readme import actions_told, renamed, types_told
from actionary_build.texts import (
    MarkdownCode,
    MarkdownText,
    PythonDocstring,
    PythonIdentifier,
    PythonString,
    one_line,
)

_HERE: Final = Path(__file__).parent
_CLIENT: Final = """``timeout`` is in seconds and covers a whole call; ``None`` waits without end.
``headers`` go with every call, ``transport`` replaces the network in tests.
The client may be shared by threads. Nothing raises for what a server can do.

Raises:
    ValueError: ``base_url`` is no address."""

_ASYNC_CLIENT: Final = _CLIENT.replace("shared by threads", "shared by the tasks of one loop")

_RUNTIME_MODULES: Final = {
    "client": ("CatalogDriftWarning",),
    "options": ("CallOptions",),
    "result": ("ActionError", "Ok", "unwrap"),
    "unset": ("UNSET", "Unset"),
}
"""In which module of the runtime the public names are."""

_SAFE: Final = (
    *(Code, Name, TomlString, MarkdownCode, MarkdownText),
    *(PythonDocstring, PythonIdentifier, PythonString),
)


def package_files(catalog: Catalog, package: str) -> Iterator[tuple[str, bytes]]:
    """Give the files of the project by path."""
    types = describe_types(catalog, wanted_types(catalog))
    modules = module_views(catalog, types)
    errors = error_views(catalog, types)
    yield "pyproject.toml", _project(catalog, package)
    yield "README.md", _readme(catalog, types, package)
    yield f"{package}/py.typed", b""
    yield f"{package}/__init__.py", _root(catalog, errors)
    yield f"{package}/models.py", _python("models.py.j2", 1, types=types)
    yield f"{package}/errors.py", _errors(errors)
    yield f"{package}/client.py", _client(catalog, modules)
    yield f"{package}/actions/__init__.py", b'"""The actions, one module for each first tag."""\n'
    for module in modules:
        yield f"{package}/actions/{module.name}.py", _python("actions.py.j2", 2, module=module)
    for source in sorted((_HERE / "runtime").glob("*.py")):
        yield f"{package}/_runtime/{source.name}", source.read_bytes()


def _project(catalog: Catalog, package: str) -> bytes:
    return _rendered(
        "pyproject.toml.j2",
        name=TomlString(package.replace("_", "-")),
        version=TomlString(python_version(catalog.version)),
        description=TomlString(f"The Python client of {catalog.title}."),
        package=TomlString(package),
    )


_VERSION: Final = re.compile(
    r"v?(\d+!)?\d+(\.\d+)*([-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?\d*)?"
    r"(-\d+|[-_.]?(post|rev|r)[-_.]?\d*)?([-_.]?dev[-_.]?\d*)?(\+[a-z0-9]+([-_.][a-z0-9]+)*)?",
    re.ASCII | re.IGNORECASE,
)
"""A version as PEP 440 has it (match in full)."""


def python_version(version: str) -> str:
    """Give a version as PEP 440 has it: the text, or the numbers it begins with and the rest as a label."""
    text = version.strip()
    if _VERSION.fullmatch(text):
        return text
    release = re.match(r"v?\d+(\.\d+)*", text, re.ASCII)
    numbers = release[0] if release else "0"
    label = slug(text.removeprefix(numbers)).replace("-", ".")
    return f"{numbers}+{label}" if label else numbers


def _root(catalog: Catalog, errors: Iterable[ErrorView]) -> bytes:
    public = {*RUNTIME_NAMES, *RUNTIME_ERRORS, *(str(error.name) for error in errors), "models"}
    lines = [
        "from . import models as models",
        *(_from_import(f"._runtime.{module}", names) for module, names in sorted(_RUNTIME_MODULES.items())),
        _from_import(".client", ("AsyncClient", "Client")),
        _from_import(".errors", sorted(public - {*RUNTIME_NAMES, "models"})),
    ]
    return _rendered(
        "init.py.j2",
        doc=PythonDocstring(f"The client of {one_line(catalog.title)}."),
        imports=Code("\n".join(lines)),
        public=[PythonString(name) for name in sorted(public)],
    )


def _from_import(module: str, names: Iterable[str]) -> str:
    listed = "".join(f"    {name},\n" for name in names)
    return f"from {module} import (\n{listed})"


def _errors(errors: Iterable[ErrorView]) -> bytes:
    reexported = [f"from ._runtime.errors import {name} as {name}" for name in sorted(RUNTIME_ERRORS)]
    return _python("errors.py.j2", 1, reexported=Code("\n".join(reexported)), errors=errors)


def _client(catalog: Catalog, modules: Iterable[ModuleView]) -> bytes:
    imports = [f"from .actions import {module.name} as _{module.name}" for module in modules]
    own = "\n".join(
        [
            "from ._runtime.client import AsyncCalls as _AsyncCalls",
            "from ._runtime.client import SyncCalls as _SyncCalls",
            *imports,
        ]
    )
    title = one_line(catalog.title)
    return _rendered(
        "client.py.j2",
        imports=Code(own),
        modules=modules,
        catalog=PythonString(catalog.surface[:16]),
        doc=PythonDocstring(f"{title}: calls that block.\n\n{_CLIENT}", "    "),
        async_doc=PythonDocstring(f"{title}: calls to be awaited.\n\n{_ASYNC_CLIENT}", "    "),
    )


def _readme(catalog: Catalog, types: Types[Key], package: str) -> bytes:
    return _rendered(
        "README.md.j2",
        title=MarkdownText(catalog.title),
        description=MarkdownText(catalog.description) if catalog.description else None,
        package=PythonIdentifier(package),
        base_url=PythonString(catalog.base_url or "http://127.0.0.1:8000"),
        example=example_view(catalog, types),
        schemes=[
            {
                "header": MarkdownCode(_header(scheme)),
                "actions": [
                    {
                        "method": MarkdownCode(PythonIdentifier(action.name)),
                        "scopes": [MarkdownCode(scope) for scope in action.scopes],
                    }
                    for action in asking
                ],
                "description": MarkdownText(scheme.description) if scheme.description else None,
            }
            for scheme, asking in by_scheme(sorted(catalog.http_actions, key=lambda action: action.name))
        ],
        actions=actions_told(catalog, types),
        types=types_told(types),
        renamed=list(renamed(catalog, types)),
    )


def _header(scheme: SchemeSpec) -> str:
    """Write the option by which a client says who calls."""
    name, value = header_of(scheme)
    return f"headers={{{PythonString(name)}: {PythonString(value)}}}"


def _python(template: str, depth: int, **values: Any) -> bytes:
    """Render a module twice: what it imports is seen only once it stands there."""
    body = _environment().get_template(template).render(imports=Code(), **values)
    return _rendered(template, imports=imports_for(body, depth), **values)


def _rendered(template: str, **values: Any) -> bytes:
    text = _environment().get_template(template).render(**values)
    return (text.rstrip("\n") + "\n").encode()


def _only_safe(value: Any) -> Any:
    if not isinstance(value, _SAFE):
        raise TypeError(f"{value!r} is no safe text; a template takes only those")
    return value


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        undefined=StrictUndefined,
        finalize=_only_safe,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Python and Markdown; only safe types get in
    )
