"""Which imports a generated module needs: found in its own text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from actionary_build.emit.python.annotations import Code
from actionary_build.emit.python.generate import GeneratorError

_FROM: Final = {
    "_AsyncAuth": ("{dots}_auth", "AsyncAuth"),
    "_AsyncBasic": ("{dots}_runtime.auth", "AsyncBasic"),
    "_AsyncPages": ("{dots}_runtime.pages", "AsyncPages"),
    "_AsyncSecret": ("{dots}_runtime.auth", "AsyncSecret"),
    "_Auth": ("{dots}_auth", "Auth"),
    "_Basic": ("{dots}_runtime.auth", "Basic"),
    "_AsyncCalls": ("{dots}_runtime.client", "AsyncCalls"),
    "_Call": ("{dots}_runtime.call", "Call"),
    "_CallOptions": ("{dots}_runtime.options", "CallOptions"),
    "_Mapping": ("collections.abc", "Mapping"),
    "_Maybe": ("{dots}_runtime.model", "Maybe"),
    "_Model": ("{dots}_runtime.model", "Model"),
    "_Ok": ("{dots}_runtime.result", "Ok"),
    "_Pages": ("{dots}_runtime.pages", "Pages"),
    "_Reader": ("{dots}_runtime.values", "Reader"),
    "_Scheme": ("{dots}_runtime.auth", "Scheme"),
    "_Secret": ("{dots}_runtime.auth", "Secret"),
    "_SyncCalls": ("{dots}_runtime.client", "SyncCalls"),
    "_TypeAliasType": ("typing_extensions", "TypeAliasType"),
    "_UNSET": ("{dots}_runtime.unset", "UNSET"),
    "_Unset": ("{dots}_runtime.unset", "Unset"),
    "_dataclass": ("dataclasses", "dataclass"),
    "_deprecated": ("typing_extensions", "deprecated"),
    "_Failure": ("{dots}_runtime.errors", "Failure"),
    "_errors": ("{dots}", "errors"),
    "_models": ("{dots}", "models"),
    "_lazily": ("{dots}_runtime.lazy", "lazily"),
    "_changes_call": ("{dots}_runtime.changes", "changes_call"),
    "_shared": (".", "_shared"),
    "_with_methods": ("{dots}_runtime.lazy", "with_methods"),
    "_with_extra": ("{dots}_runtime.encode", "with_extra"),
}
"""What generated modules name, and where it comes from."""

_LIBRARIES: Final = {
    f"_{name}": name for name in ("builtins", "datetime", "decimal", "pydantic", "typing", "uuid")
}
"""Whole modules that generated modules name."""

IMPORTED: Final = _FROM.keys() | _LIBRARIES.keys()
"""What generated modules may not call anything of their own."""

_THIRD: Final = frozenset({"pydantic", "typing_extensions"})
"""Those that are not of the standard library."""


_NO_CODE: Final = re.compile(
    r"""
    \"\"\" (?:[^"\\]|\\.|"(?!""))* \"\"\"      # a docstring,
    | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'   # a text
    | \# [^\n]*                                   # or a comment
    """,
    re.VERBOSE | re.DOTALL,
)
"""In which nothing is a name. Each alternative begins with a letter of its own, which makes looking quick."""

_NAME: Final = re.compile(r"_(?<![\w.]_)[A-Za-z]\w*(?![\w=])")
"""A private name; no attribute, no keyword."""

_MADE_HERE: Final = re.compile(
    r"^\s* (?: class\ (_[A-Za-z]\w*) | (_[A-Za-z]\w*) (?=\ ?[:=]) ) | \b as\ (_[A-Za-z]\w*)",
    re.VERBOSE | re.MULTILINE,
)
"""Classes, names that are given a value at the beginning of a line, and imports."""


def imports_for(source: str, depth: int, quoted: Iterable[str] = ()) -> Code:
    """Write the imports of a module's private names, for a module that deep in the package.

    What is ``quoted`` stands in the module as text, and names types all the same.

    Raises:
        GeneratorError: A name comes from nowhere that is known.
    """
    dots = "." * depth
    groups: dict[int, list[str]] = {0: [], 1: [], 2: []}
    for name in sorted(_private_names(source, quoted)):
        if name in _LIBRARIES:
            module, line = _LIBRARIES[name], f"import {_LIBRARIES[name]} as {name}"
        elif name in _FROM:
            module, original = _FROM[name]
            module = module.format(dots=dots)
            line = f"from {module} import {original} as {name}"
        else:
            raise GeneratorError(
                f"the Python client needs {name[1:]}, and nothing says where that is imported from; "
                "this is a mistake of Actionary: please report it, with the schema of the type that needs it"
            )
        groups[2 if module.startswith(".") else int(module in _THIRD)].append(line)
    return Code("\n\n".join("\n".join(sorted(lines)) for lines in groups.values() if lines))


def _private_names(source: str, quoted: Iterable[str]) -> set[str]:
    """Give the names that a module uses and does not make itself.

    It is read as text: a syntax tree of a large API's module takes longer than all the rest.
    """
    code = _NO_CODE.sub("", source)
    made = {name for names in _MADE_HERE.findall(code) for name in names}
    texts = (code, *(_NO_CODE.sub("", text) for text in quoted))
    return {name for text in texts for name in _NAME.findall(text)} - made
