"""An example call as Python source, for the README's programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from actionary.catalog import REF, ActionSpec, Catalog, ExampleSpec, Schema

from actionary_build.emit.python.annotations import Code, literal
from actionary_build.emit.python.calls import Key, error_names, parameter_names
from actionary_build.emit.python.models import Types
from actionary_build.emit.python.names import Name, module_name
from actionary_build.emit.python.schemas import DECIMAL, is_decimal
from actionary_build.texts import PythonIdentifier

_CONSTRUCTORS: Final = {
    "date": ("datetime", "date", "date.fromisoformat"),
    "date-time": ("datetime", "datetime", "datetime.fromisoformat"),
    "time": ("datetime", "time", "time.fromisoformat"),
    "uuid": ("uuid", "UUID", "UUID"),
}
"""By format: the module, what is imported from it, and what makes the value of its text."""

_CLIENT_ERRORS: Final = (
    *("Aborted", "ClientTimeout", "InvalidResponse", "NetworkError"),
    *("Ok", "UnknownError"),
)
"""What every program that handles all results imports."""

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}


@dataclass(frozen=True, slots=True)
class ExampleView:
    """A call, with what a program around it needs."""

    method: PythonIdentifier
    module: Name
    pascal: PythonIdentifier
    imports: tuple[Code, ...]
    uses_models: bool
    arguments: tuple[Code, ...]
    domain_errors: tuple[Name, ...]
    server_errors: tuple[Name, ...]
    all_errors: tuple[Name, ...]


class _NoExampleError(Exception):
    """The value cannot be written as one would type it."""


def example_view(catalog: Catalog, types: Types[Key]) -> ExampleView | None:
    """Give the example call that shows most: one with domain errors, if any can be written."""
    ordered = sorted(catalog.http_actions, key=lambda action: (not action.errors, action.name))
    for action in ordered:
        for example in action.examples:
            try:
                return _view(catalog, types, action, example)
            except _NoExampleError:
                continue
    return None


def _view(catalog: Catalog, types: Types[Key], action: ActionSpec, example: ExampleSpec) -> ExampleView:
    writer = _Writer(types)
    names = parameter_names(catalog, action)
    if not example.input.keys() <= names.keys():
        raise _NoExampleError
    arguments = tuple(
        Code(f"{name}={writer.write(types.schemas['input', action.name, wire], example.input[wire])}")
        for wire, name in names.items()
        if wire in example.input
    )
    errors = error_names(catalog)
    own = [errors[error.code] for error in sorted(action.errors, key=lambda error: error.code)]
    common = [errors[each.name] for each in action.common_codes if each.name in errors]
    return ExampleView(
        method=PythonIdentifier(action.name),
        module=module_name(next(iter(action.tags), None)),
        pascal=PythonIdentifier(action.pascal),
        imports=tuple(Code(f"from {module} import {name}") for module, name in sorted(writer.imports)),
        uses_models=writer.uses_models,
        arguments=arguments,
        domain_errors=tuple(own),
        server_errors=tuple(common),
        all_errors=tuple(sorted([*own, *common, *map(Name, _CLIENT_ERRORS)])),
    )


@dataclass(slots=True)
class _Writer:
    """Writes values, and remembers what they need."""

    types: Types[Key]
    imports: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    uses_models: bool = False

    def write(self, schema: Any, value: Any) -> str:
        """Write a JSON value as the Python value that the client takes for it."""
        schema = schema if isinstance(schema, dict) else {}
        if "$ref" in schema:
            return self._named(schema["$ref"].removeprefix(REF), value)
        branches = schema.get("anyOf") or schema.get("oneOf")
        if branches:
            return self.write(self._branch(schema, branches, value), value)
        if isinstance(value, list):
            return f"[{', '.join(self.write(schema.get('items'), item) for item in value)}]"
        if isinstance(value, dict):
            values = schema.get("additionalProperties")
            return (
                f"{{{', '.join(f'{literal(k)}: {self.write(values, item)}' for k, item in value.items())}}}"
            )
        return self._scalar(schema, value)

    def _named(self, name: str, value: Any) -> str:
        definition = self.types.definitions[name]
        if not definition.is_model:
            return self.write(definition.schema, value)
        fields = self.types.fields[name]
        if not isinstance(value, dict) or not value.keys() <= fields.keys():
            raise _NoExampleError
        self.uses_models = True
        properties = definition.schema["properties"]
        arguments = [
            f"{fields[wire]}={self.write(properties[wire], item)}" for wire, item in sorted(value.items())
        ]
        return f"models.{self.types.names[name]}({', '.join(arguments)})"

    def _branch(self, schema: Schema, branches: list[Any], value: Any) -> Schema:
        discriminator = schema.get("discriminator", {})
        mapping = discriminator.get("mapping", {})
        if mapping and isinstance(value, dict) and value.get(discriminator["propertyName"]) in mapping:
            return {"$ref": mapping[value[discriminator["propertyName"]]]}
        for branch in branches:
            if isinstance(branch, dict) and self._fits(branch, value):
                return branch
        raise _NoExampleError

    def _fits(self, schema: Schema, value: Any) -> bool:
        name = str(schema.get("$ref", "")).removeprefix(REF)
        if name == DECIMAL:
            return False
        if name:
            definition = self.types.definitions[name]
            if definition.is_model:
                return isinstance(value, dict) and value.keys() <= self.types.fields[name].keys()
            return self._fits(definition.schema, value)
        kinds = _TYPES.get(str(schema.get("type")), (object,))
        return isinstance(value, kinds) and (bool in kinds or object in kinds or not isinstance(value, bool))

    def _scalar(self, schema: Schema, value: Any) -> str:
        if isinstance(value, str) and schema.get("format") in _CONSTRUCTORS:
            module, name, constructor = _CONSTRUCTORS[schema["format"]]
            self.imports.add((module, name))
            return f"{constructor}({literal(value)})"
        if is_decimal(schema):
            self.imports.add(("decimal", "Decimal"))
            return f"Decimal({literal(str(value))})"
        if schema.get("format") == "duration":
            raise _NoExampleError
        return literal(value)
