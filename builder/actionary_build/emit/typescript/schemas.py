"""`schemas/`: the JSON Schemas of each action, as values and as types of their own.

They are modules with their declarations beside them, which the compiler reads only for those who
import them: as sources they would make the compiler take three times as long for the package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from actionary.catalog import Catalog
from actionary.json_schema import Schema, reached, references

from actionary_build.emit.typescript.calls import Call
from actionary_build.emit.typescript.comments import comment
from actionary_build.emit.typescript.modules import HEADER
from actionary_build.emit.typescript.names import referred
from actionary_build.emit.typescript.types import literal_key
from actionary_build.texts import TypeScriptString, json_text


def schemas_files(catalog: Catalog, modules: Mapping[str, list[Call]]) -> Iterator[tuple[str, str]]:
    """Write a module for each tag, and one from where all of them can be had."""
    everything = "".join(f'export * from "./{name}.js";\n' for name in modules) or "export {};\n"
    yield "schemas/index.js", f"{HEADER}\n{everything}"
    yield "schemas/index.d.ts", f"{HEADER}\n{everything}"
    literals = _Literals(catalog)
    for name, calls in modules.items():
        values, types = _module(literals, calls)
        yield f"schemas/{name}.js", values
        yield f"schemas/{name}.d.ts", types


@dataclass(frozen=True, slots=True)
class _Literals:
    """Writes schemas as literals; what many refer to is written once and kept."""

    catalog: Catalog
    texts: dict[str, str] = field(default_factory=dict)
    direct: dict[str, list[str]] = field(default_factory=dict)
    used: dict[str, set[str]] = field(default_factory=dict)

    def of(self, schema: Schema) -> str:
        """Write a schema that needs nothing else: its root in place, the types it uses as `$defs`."""
        name = referred(schema)
        while name is not None and (next_name := referred(self.catalog.types[name])) is not None:
            name = next_name
        text = _literal(schema) if name is None else self._text(name)
        used = self._reached(schema) if name is None else self._used(name)
        if not used:
            return text
        named = (f"{TypeScriptString(each)}: {self._text(each)}" for each in sorted(used))
        types = _proto_as_key(", ".join(named))
        return f'{{"$defs": {{{types}}}, {text[1:]}'

    def _text(self, name: str) -> str:
        if name not in self.texts:
            self.texts[name] = _literal(self.catalog.types[name])
        return self.texts[name]

    def _direct(self, name: str) -> list[str]:
        if name not in self.direct:
            self.direct[name] = list(references(self.catalog.types[name]))
        return self.direct[name]

    def _used(self, name: str) -> set[str]:
        """Name the types that a type refers to, directly or through others."""
        if name not in self.used:
            self.used[name] = reached(self._direct(name), self._direct)
        return self.used[name]

    def _reached(self, schema: Schema) -> set[str]:
        return {used for name in references(schema) for used in (name, *self._used(name))}


def _literal(schema: Schema) -> str:
    return _proto_as_key(json_text(schema))


def _proto_as_key(literal: str) -> str:
    """Keep a key `__proto__` of a literal from being its prototype."""
    if "__proto__" not in literal:
        return literal
    return re.sub(r'(?<=[{ ])"__proto__": ', '["__proto__"]: ', literal)


def _module(literals: _Literals, calls: Iterable[Call]) -> tuple[str, str]:
    """Write the constants of some actions, and their types: as types, literals are spelled alike."""
    values, types = [HEADER], [HEADER]
    for call in calls:
        schemas = _schemas(literals, call)
        told = "The JSON Schemas of {}; `errors` has those of their details, by code."
        note = comment([told.format(f"`{call.action.name}`")])
        values.append(f"export const {call.names.function} = {schemas};\n")
        types.append(f"{note}export declare const {call.names.function}: {schemas};\n")
    return "\n".join(values), "\n".join(types)


def _schemas(literals: _Literals, call: Call) -> str:
    action = call.action
    errors = "".join(
        f"    {literal_key(error.code)}: {literals.of(error.details or {'type': 'null'})},\n"
        for error in action.errors
    )
    return (
        "{\n"
        f"  input: {literals.of(action.input)},\n"
        f"  output: {literals.of(action.output)},\n"
        f"  errors: {f'{{{chr(10)}{errors}  }}' if errors else '{}'},\n"
        "}"
    )
