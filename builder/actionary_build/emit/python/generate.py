"""The one place that calls datamodel-code-generator, and reads what it wrote.

Its text is not used as it is: it is read as a syntax tree, so that neither its
header and layout nor the names it makes up reach the output.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from actionary.json_schema import Schema


class GeneratorError(Exception):
    """datamodel-code-generator gave something that cannot be read; the message says what."""


@dataclass(frozen=True, slots=True)
class GeneratedField:
    """A field: its name in the generator's class, and its annotation."""

    name: str
    annotation: ast.expr


GeneratedFields: TypeAlias = dict[str, GeneratedField]


@dataclass(frozen=True, slots=True)
class Generated:
    """The generator's classes, their fields by the names on the wire, and what it imported.

    ``imported`` maps a name to its module and its name there.
    """

    classes: dict[str, GeneratedFields] = field(default_factory=dict[str, GeneratedFields])
    imported: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])


def generate_classes(definitions: Mapping[str, Schema]) -> Generated:
    """Have classes made of object schemas, and read them.

    Raises:
        GeneratorError: The generator gave no Python module.
    """
    if not definitions:
        return Generated()
    source = _generate(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": dict(definitions)}
    )
    generated = Generated()
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.ImportFrom) and statement.module:
            for name in statement.names:
                generated.imported[name.asname or name.name] = (statement.module, name.name)
        elif isinstance(statement, ast.ClassDef):
            generated.classes[statement.name] = dict(_fields(statement))
    missing = sorted(definitions.keys() - generated.classes.keys())
    if missing:
        raise GeneratorError(
            f"datamodel-code-generator made no class for {', '.join(missing)}; please report this schema: "
            f"{json.dumps(definitions[missing[0]], sort_keys=True)}"
        )
    return generated


def _generate(document: Schema) -> str:
    from datamodel_code_generator import generate  # noqa: PLC0415 - slow, and only this target needs it
    from datamodel_code_generator.enums import (  # noqa: PLC0415 - slow, and only this target needs it
        DataModelType,
        InputFileType,
    )
    from datamodel_code_generator.format import (  # noqa: PLC0415 - slow, and only this target needs it
        DatetimeClassType,
        PythonVersion,
    )
    from datamodel_code_generator.parser import LiteralType  # noqa: PLC0415 - slow, too

    source = generate(
        json.dumps(document, sort_keys=True),
        input_file_type=InputFileType.JsonSchema,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        output_datetime_class=DatetimeClassType.Datetime,
        enum_field_as_literal=LiteralType.All,
        formatters=[],
        custom_file_header="#",
        disable_timestamp=True,
        use_annotated=True,
        field_constraints=True,
        use_standard_collections=True,
        use_union_operator=True,
        collapse_root_models=True,
        skip_root_model=True,
        keep_model_order=True,
        strict_nullable=True,
    )
    if not isinstance(source, str):
        raise GeneratorError("datamodel-code-generator gave no single module; please report this")
    return source


def _fields(statement: ast.ClassDef) -> list[tuple[str, GeneratedField]]:
    found: list[tuple[str, GeneratedField]] = []
    for line in statement.body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            annotation, alias = without_alias(line.annotation)
            name = line.target.id
            found.append((name if alias is None else alias, GeneratedField(name, annotation)))
    return found


def without_alias(annotation: ast.expr) -> tuple[ast.expr, str | None]:
    """Take the alias out of ``Annotated[T, Field(alias=…, …)]``; give the rest, and the alias."""
    arguments = annotated(annotation)
    if arguments is None or not isinstance(arguments[-1], ast.Call):
        return annotation, None
    field_call = arguments[-1]
    aliases = [keyword.value for keyword in field_call.keywords if keyword.arg == "alias"]
    if not aliases:
        return annotation, None
    alias = ast.literal_eval(aliases[0])
    rest = [keyword for keyword in field_call.keywords if keyword.arg != "alias"]
    if not rest:
        return arguments[0], alias
    inner = ast.Call(func=field_call.func, args=field_call.args, keywords=rest)
    return annotated_expression(arguments[0], inner), alias


def annotated(node: ast.expr) -> list[ast.expr] | None:
    """Give what ``Annotated[…]`` holds, ``None`` for any other expression."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        generic = node.value
        name = generic.attr if isinstance(generic, ast.Attribute) else getattr(generic, "id", None)
        return node.slice.elts if name == "Annotated" else None
    return None


def annotated_expression(inner: ast.expr, metadata: ast.expr) -> ast.expr:
    """Make ``Annotated[inner, metadata]``."""
    return ast.Subscript(
        value=ast.Name(id="Annotated", ctx=ast.Load()),
        slice=ast.Tuple(elts=[inner, metadata], ctx=ast.Load()),
        ctx=ast.Load(),
    )
