"""The one place that calls datamodel-code-generator, and reads what it wrote.

Each schema is asked for as a field of a class. The text is not used as it is: the type of
each field is read out of its syntax tree, so that neither the header and layout nor the
names that the generator makes up reach the output, and what comes of a schema does not
depend on what is asked for beside it. As a program (`main`) it loads the generator, then
reads schemas from its standard input and writes their types, both as JSON.
"""

from __future__ import annotations

import ast
import builtins
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from actionary.json_schema import Schema, references

from actionary_build.emit.python.annotations import private_module
from actionary_build.emit.python.syntax import annotated, annotated_expression, attribute, replace_names

REFERENCE: Final = "ActionaryType"
"""What a schema calls a type that it refers to; a number stands behind it."""

DECIMAL: Final = "ActionaryDecimal"
"""What a schema calls a decimal number."""

_CLASS: Final = "ActionaryClass"
_FIELDS_OF_A_CLASS: Final = 50

_OPTIONS: Final[dict[str, Any]] = {
    "formatters": [],
    "custom_file_header": "#",
    "disable_timestamp": True,
    "use_annotated": True,
    "field_constraints": True,
    "use_standard_collections": True,
    "use_union_operator": True,
    "collapse_root_models": True,
    "skip_root_model": True,
    "keep_model_order": True,
    "strict_nullable": True,
}
"""What the generator is told; others with a type of their own stand in `_module_of`."""


class GeneratorError(Exception):
    """datamodel-code-generator gave something that cannot be read; the message says what."""


def generate(schemas: Sequence[Schema]) -> list[str]:
    """Give the type of each schema as Python.

    Types are of libraries, as ``_datetime.date``, built in, or ``ActionaryType0`` and
    so on as the schemas have them.

    Raises:
        GeneratorError: The generator did not make what it was asked for.
    """
    if not schemas:
        return []
    rows = [schemas[at : at + _FIELDS_OF_A_CLASS] for at in range(0, len(schemas), _FIELDS_OF_A_CLASS)]
    document = {
        f"{_CLASS}{number}": _object({f"f{at}": schema for at, schema in enumerate(row)})
        for number, row in enumerate(rows)
    }
    names = {name for schema in schemas for name in references(schema)} | {DECIMAL}
    stubs = {name: _object({"root": {"type": "string"}}) for name in names}
    module = _read(_module_of({**document, **stubs}))
    return [
        ast.unparse(ast.fix_missing_locations(module.type_of(f"{_CLASS}{number}", f"f{at}", schema)))
        for number, row in enumerate(rows)
        for at, schema in enumerate(row)
    ]


Generator: TypeAlias = Callable[[Sequence[Schema]], list[str]]

GENERATOR: Final[ContextVar[Generator]] = ContextVar("GENERATOR", default=generate)
"""What gives the types: `generate`, unless a build keeps what it gave before."""

KNOWN: Final[ContextVar[Callable[[str], str | None]]] = ContextVar("KNOWN", default=lambda _: None)
"""Gives the type of a schema, as JSON with sorted keys, where a build has it from before."""


@dataclass(frozen=True, slots=True)
class _Module:
    """The generator's classes with their fields, and where the names come from that it imported."""

    classes: dict[str, dict[str, ast.expr]] = field(default_factory=dict[str, dict[str, ast.expr]])
    imported: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])

    def type_of(self, owner: str, name: str, schema: Schema) -> ast.expr:
        """Give the type of a field, without names that only this module has."""
        fields = self.classes.get(owner, {})
        if name not in fields:
            raise GeneratorError(
                "datamodel-code-generator made no type of a schema; please report this one: "
                f"{json.dumps(schema, sort_keys=True)}"
            )

        def resolve(used: str) -> ast.expr | None:
            if used in self.imported:
                module, original = self.imported[used]
                return attribute(private_module(module), original)
            if used.startswith((REFERENCE, DECIMAL)) or used not in self.classes:
                return None
            return self.type_of(used, "root", schema)  # it was made up for a constraint

        resolved = replace_names(_without_discriminator(fields[name]), resolve)
        for used in ast.walk(resolved):
            known = isinstance(used, ast.Name) and used.id.startswith(("_", REFERENCE, DECIMAL))
            if isinstance(used, ast.Name) and not known and not hasattr(builtins, used.id):
                raise GeneratorError(
                    f"datamodel-code-generator uses {used.id}, which is not known here; please report this "
                    f"schema: {json.dumps(schema, sort_keys=True)}"
                )
        return resolved


def _read(source: str) -> _Module:
    module = _Module()
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.ImportFrom) and statement.module:
            for name in statement.names:
                module.imported[name.asname or name.name] = (statement.module, name.name)
        elif isinstance(statement, ast.ClassDef):
            module.classes[statement.name] = {
                line.target.id: line.annotation
                for line in statement.body
                if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
            }
        elif isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            [alias] = statement.targets  # X = TypeAliasType("X", ...)
            if isinstance(alias, ast.Name) and len(statement.value.args) == 2:
                module.classes[alias.id] = {"root": statement.value.args[1]}
    return module


def _without_discriminator(annotation: ast.expr) -> ast.expr:
    """Leave out what tells the members of a union apart: it stands for fields that are named elsewhere."""

    class Strip(ast.NodeTransformer):
        def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
            self.generic_visit(node)
            arguments = annotated(node)
            if arguments is None or not isinstance(arguments[-1], ast.Call):
                return node
            call = arguments[-1]
            kept = [keyword for keyword in call.keywords if keyword.arg != "discriminator"]
            if not kept:
                return arguments[0]
            return annotated_expression(arguments[0], ast.Call(call.func, call.args, kept))

    stripped: ast.expr = Strip().visit(annotation)
    return stripped


def _object(properties: dict[str, Any]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _module_of(definitions: dict[str, Schema]) -> str:
    from datamodel_code_generator import generate as generate_module  # noqa: PLC0415 - slow, and rarely needed
    from datamodel_code_generator.enums import (  # noqa: PLC0415 - slow, and rarely needed
        DataModelType,
        InputFileType,
    )
    from datamodel_code_generator.format import (  # noqa: PLC0415 - slow, and rarely needed
        DatetimeClassType,
        PythonVersion,
    )
    from datamodel_code_generator.parser import LiteralType  # noqa: PLC0415 - slow, too

    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": definitions}
    source = generate_module(
        json.dumps(document, sort_keys=True),
        input_file_type=InputFileType.JsonSchema,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        output_datetime_class=DatetimeClassType.Datetime,
        enum_field_as_literal=LiteralType.All,
        **_OPTIONS,
    )
    if not isinstance(source, str):
        raise GeneratorError("datamodel-code-generator gave no single module; please report this")
    return source


def main() -> None:
    """Serve a process of `processes`, which may have been started before it is known what is asked for."""
    try:
        generate([{"type": "string", "maxLength": 1}])  # loads all that makes types
        made = generate(json.loads(sys.stdin.read()))
    except Exception as error:  # noqa: BLE001 - whoever asked tells of it
        sys.exit(f"{type(error).__name__}: {error}")
    json.dump(made, sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # to free all that was loaded takes longer than to make a type
