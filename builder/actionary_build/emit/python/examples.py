"""An example call as Python source, for the README's programs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from actionary.action_spec import ActionSpec, SchemeSpec
from actionary.json_schema import REF, Schema

from actionary_build.emit.plain_input import plain_input
from actionary_build.emit.python.annotations import Code, literal
from actionary_build.emit.python.api import Api
from actionary_build.emit.python.calls import Key
from actionary_build.emit.python.generate import DECIMAL
from actionary_build.emit.python.groups import module_of
from actionary_build.emit.python.models import Types
from actionary_build.emit.python.names import EXTRA_INPUT, Name
from actionary_build.emit.python.schemas import is_decimal
from actionary_build.texts import PythonIdentifier, PythonString

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
class CallView:
    """A call as it is written: what it passes, and what has to be imported for that.

    ``auth`` is the client's option by which it says who calls, ``None`` where nobody is asked.
    """

    arguments: tuple[Code, ...]
    imports: tuple[Code, ...]
    uses_models: bool
    auth: Code | None
    uses_basic: bool


@dataclass(frozen=True, slots=True)
class ExampleView:
    """An action that shows how all are called; ``call`` is ``None`` when no call can be written simply."""

    method: PythonIdentifier
    module: Name
    pascal: PythonIdentifier
    call: CallView | None
    domain_errors: tuple[Name, ...]
    server_errors: tuple[Name, ...]
    all_errors: tuple[Name, ...]


class _NoExampleError(Exception):
    """The value cannot be written as one would type it."""


def example_view(api: Api, types: Types[Key]) -> ExampleView | None:
    """Give the action that shows most, ``None`` without any: one with domain errors, if it can be.

    Without examples its input is made of the schema. The actions by which humans approve
    calls, which are in many APIs, are shown where there is nothing else.
    """
    ordered = sorted(
        api.actions,
        key=lambda action: (_is_approval(action), not action.errors, bool(action.deprecated), action.name),
    )
    for for_approvals in (False, True):
        shown = [action for action in ordered if _is_approval(action) is for_approvals]
        given = [(action, example.input) for action in shown for example in action.examples]
        made = ((action, plain_input(api.catalog, action)) for action in shown)
        for action, value in chain(given, made):
            with suppress(_NoExampleError):
                if value is not None:
                    return _view(api, action, _call(api, types, action, value))
    return _view(api, ordered[0], None) if ordered else None


_APPROVING: Final = frozenset({"list_approvals", "show_approval", "approve_call", "deny_call"})


def _is_approval(action: ActionSpec) -> bool:
    return action.name in _APPROVING and action.tags == ("approvals",)


def calls_of(api: Api, types: Types[Key], action: ActionSpec) -> list[CallView]:
    """Give the calls that show an action: its examples that can be written, or one without arguments."""
    needed = api.catalog.resolve(action.input).get("required")
    values = [example.input for example in action.examples] or ([] if needed else [{}])
    calls: list[CallView] = []
    for value in values:
        with suppress(_NoExampleError):
            calls.append(_call(api, types, action, value))
    return calls


def _call(api: Api, types: Types[Key], action: ActionSpec, value: Mapping[str, Any]) -> CallView:
    writer = _Writer(types)
    names = api.arguments(action).names
    arguments = [
        Code(f"{name}={writer.write(types.schemas['input', action.name, wire], value[wire])}")
        for wire, name in names.items()
        if wire in value
    ]
    others = {key: value[key] for key in value if key not in names}
    if others and ("extra", action.name) in types.schemas:  # else the server ignores them
        kinds = {"additionalProperties": types.schemas["extra", action.name]}
        arguments.append(Code(f"{EXTRA_INPUT}={writer.write(kinds, others)}"))
    imports = tuple(Code(f"from {module} import {name}") for module, name in sorted(writer.imports))
    scheme = action.scheme
    return CallView(
        arguments=tuple(arguments),
        imports=imports,
        uses_models=writer.uses_models,
        auth=None if scheme is None else auth_shown(scheme),
        uses_basic=scheme is not None and scheme.kind == "basic",
    )


_SECRETS: Final[Mapping[str, str]] = {
    "bearer": PythonString("TOKEN"),
    "api_key": PythonString("KEY"),
    "basic": f"BasicCredentials({PythonString('NAME')}, {PythonString('PASSWORD')})",
}


def auth_shown(scheme: SchemeSpec) -> Code:
    """Write the option by which a client says who calls."""
    return Code(f"auth={{{PythonString(scheme.name)}: {_SECRETS[scheme.kind]}}}")


def _view(api: Api, action: ActionSpec, call: CallView | None) -> ExampleView:
    errors = api.error_names
    own = [errors[error.code] for error in sorted(action.errors, key=lambda error: error.code)]
    common = [errors[code] for code in api.common_codes(action)]
    return ExampleView(
        method=PythonIdentifier(action.name),
        module=module_of(action),
        pascal=PythonIdentifier(action.pascal),
        call=call,
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
            return self._alternative(schema, branches, value)
        if isinstance(value, list):
            return self._list(schema, value)
        if isinstance(value, dict):
            values = schema.get("additionalProperties")
            return (
                f"{{{', '.join(f'{literal(k)}: {self.write(values, item)}' for k, item in value.items())}}}"
            )
        return self._scalar(schema, value)

    def _list(self, schema: Schema, items: list[Any]) -> str:
        schemas = schema.get("prefixItems")
        if schemas is None:
            return f"[{', '.join(self.write(schema.get('items'), item) for item in items)}]"
        if not len(items) == len(schemas) == schema.get("minItems") == schema.get("maxItems"):
            raise _NoExampleError
        written = ", ".join(self.write(one, item) for one, item in zip(schemas, items, strict=True))
        if self.types.plain_data:
            return f"[{written}]"
        return f"({written}{',' if len(items) == 1 else ''})"

    def _named(self, name: str, value: Any) -> str:
        definition = self.types.definitions[name]
        if not definition.is_model:
            return self.write(definition.schema, value)
        fields = self.types.fields[name]
        if not isinstance(value, dict) or not value.keys() <= fields.keys():
            raise _NoExampleError
        properties = definition.schema["properties"]
        if self.types.plain_data:
            pairs = (
                f"{literal(wire)}: {self.write(properties[wire], value[wire])}" for wire in sorted(value)
            )
            return f"{{{', '.join(pairs)}}}"
        self.uses_models = True
        arguments = [
            f"{fields[wire]}={self.write(properties[wire], item)}" for wire, item in sorted(value.items())
        ]
        return f"models.{self.types.names[name]}({', '.join(arguments)})"

    def _alternative(self, schema: Schema, branches: list[Any], value: Any) -> str:
        takes_decimal = any(isinstance(branch, dict) and is_decimal(branch) for branch in branches)
        if takes_decimal and isinstance(value, int | float | str) and not self.types.plain_data:
            return self._decimal(value)
        return self.write(self._branch(schema, branches, value), value)

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
        if self.types.plain_data:
            return literal(value)
        if isinstance(value, str) and schema.get("format") in _CONSTRUCTORS:
            module, name, constructor = _CONSTRUCTORS[schema["format"]]
            self.imports.add((module, name))
            return f"{constructor}({literal(value)})"
        if is_decimal(schema):
            return self._decimal(value)
        if schema.get("format") == "duration":
            raise _NoExampleError
        return literal(value)

    def _decimal(self, value: object) -> str:
        self.imports.add(("decimal", "Decimal"))
        return f"Decimal({literal(str(value))})"
