"""What the client's README says of each action and each type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from actionary.action_spec import ActionSpec
from actionary.catalog import Catalog
from actionary.json_schema import Schema

from actionary_build.emit.constraints import constraints
from actionary_build.emit.python.annotations import readable
from actionary_build.emit.python.calls import (
    EXTRA_TOLD,
    Key,
    called,
    error_names,
    extra_schema,
    paging,
    parameter_names,
    properties_of,
)
from actionary_build.emit.python.examples import CallView, calls_of
from actionary_build.emit.python.models import FieldView, ModelView, Types
from actionary_build.emit.python.names import EXTRA_INPUT, Name, module_name
from actionary_build.emit.python.schemas import Definition
from actionary_build.texts import MarkdownCode, MarkdownText, PythonIdentifier


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTold:
    """An argument or a field; ``wire`` is its name there where that is another one."""

    name: MarkdownCode
    wire: MarkdownCode | None
    required: bool
    type: MarkdownCode
    told: MarkdownText


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorTold:
    """A domain error that an action can answer; ``details`` is their type, ``None`` without any."""

    name: MarkdownCode
    status: MarkdownCode
    meaning: MarkdownText
    details: MarkdownCode | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionTold:
    """A section of the README about an action."""

    heading: MarkdownText
    method: PythonIdentifier
    module: MarkdownCode
    brief: MarkdownText
    text: MarkdownText
    arguments: tuple[FieldTold, ...]
    data: MarkdownCode
    common_errors: tuple[MarkdownCode, ...]
    own_errors: tuple[ErrorTold, ...]
    calls: tuple[CallView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeTold:
    """A section of the README about a type: the fields of a class, or what an alias stands for."""

    heading: MarkdownText
    text: MarkdownText
    fields: tuple[FieldTold, ...]
    alias: MarkdownCode | None


@dataclass(frozen=True, slots=True)
class Renamed:
    """A name on the wire, and what it is called in Python; ``where`` is a method or a class."""

    where: MarkdownCode
    wire: MarkdownCode
    name: MarkdownCode


def actions_told(catalog: Catalog, types: Types[Key]) -> list[ActionTold]:
    """Tell of every action, by name."""
    actions = sorted(catalog.http_actions, key=lambda action: action.name)
    errors = error_names(catalog)
    return [_action(catalog, types, errors, action) for action in actions]


def _action(
    catalog: Catalog, types: Types[Key], errors: Mapping[str, Name], action: ActionSpec
) -> ActionTold:
    deprecation = action.deprecation_calling(called(catalog))
    texts = (
        action.description,
        deprecation,
        action.when_to_use and f"Use when: {action.when_to_use}",
        action.when_not_to_use and f"Do not use when: {action.when_not_to_use}",
        paging(catalog, types, action),
    )
    common = [errors[code.name] for code in action.common_codes if code.name in errors]
    return ActionTold(
        heading=MarkdownText(PythonIdentifier(action.name)),
        method=PythonIdentifier(action.name),
        module=MarkdownCode(f"actions.{module_name(next(iter(action.tags), None))}"),
        brief=MarkdownText(" ".join(text for text in (deprecation, action.description) if text)),
        text=MarkdownText(" ".join(text for text in texts if text)),
        arguments=tuple(_arguments(catalog, types, action)),
        data=MarkdownCode(readable(types.expressions["output", action.name])),
        common_errors=tuple(MarkdownCode(name) for name in common),
        own_errors=tuple(_own_errors(types, errors, action)),
        calls=tuple(calls_of(catalog, types, action)),
    )


def _arguments(catalog: Catalog, types: Types[Key], action: ActionSpec) -> Iterator[FieldTold]:
    properties = properties_of(catalog, action)
    required = catalog.resolve(action.input).get("required", ())
    for wire, name in parameter_names(catalog, action).items():
        shown = readable(types.expressions["input", action.name, wire])
        yield _field(name, wire, shown, properties[wire], required=wire in required)
    if extra_schema(catalog, action) is not None:
        values = readable(types.expressions["extra", action.name])
        yield FieldTold(
            name=MarkdownCode(EXTRA_INPUT),
            wire=None,
            required=False,
            type=MarkdownCode(f"Mapping[str, {values}]"),
            told=MarkdownText(EXTRA_TOLD),
        )


def _own_errors(types: Types[Key], errors: Mapping[str, Name], action: ActionSpec) -> Iterator[ErrorTold]:
    for error in sorted(action.errors, key=lambda error: error.code):
        details = types.expressions.get(("details", error.code))
        yield ErrorTold(
            name=MarkdownCode(errors[error.code]),
            status=MarkdownCode(str(error.status)),
            meaning=MarkdownText(error.description),
            details=None if details is None else MarkdownCode(readable(details)),
        )


def types_told(types: Types[Key]) -> list[TypeTold]:
    """Tell of every class and alias of ``models``, by name."""
    models = {model.name: model for model in types.models}
    aliases = {alias.name: alias for alias in types.aliases}
    told: list[TypeTold] = []
    for name, definition in sorted(_named(types)):
        alias = aliases.get(name)
        told.append(
            TypeTold(
                heading=MarkdownText(f"models.{name}"),
                text=MarkdownText(str(definition.schema.get("description", ""))),
                fields=tuple(_fields(types, definition, models[name])) if name in models else (),
                alias=None if alias is None else MarkdownCode(alias.shown),
            )
        )
    return told


def _named(types: Types[Key]) -> Iterator[tuple[Name, Definition]]:
    return ((name, types.definitions[wanted]) for wanted, name in types.names.items())


def _fields(types: Types[Key], definition: Definition, model: ModelView) -> Iterator[FieldTold]:
    views: dict[str, FieldView] = {view.name: view for view in model.fields}
    wires = {name: wire for wire, name in types.fields[definition.name].items()}
    for name, view in views.items():
        wire = wires[view.name]
        schema = definition.schema["properties"][wire]
        yield _field(name, wire, view.shown, schema, required=view.default is None)


def _field(name: str, wire: str, shown: str, schema: Any, *, required: bool) -> FieldTold:
    description = str(schema.get("description", "")) if isinstance(schema, dict) else ""
    texts = (description, _limits(schema, required=required))
    return FieldTold(
        name=MarkdownCode(name),
        wire=None if wire == name else MarkdownCode(wire),
        required=required,
        type=MarkdownCode(shown),
        told=MarkdownText(" ".join(text for text in texts if text)),
    )


_SAID_BY_TYPES: Final = frozenset({"date", "date-time", "time", "duration", "uuid", "decimal"})
"""Formats that have a type of their own in Python."""


def _limits(schema: Any, *, required: bool) -> str:
    """Say what a schema demands beyond what its Python type says."""
    if not isinstance(schema, dict):
        return ""
    return constraints(_without_formats(schema), required=required)


def _without_formats(schema: Schema) -> Schema:
    kept = {key: value for key, value in schema.items() if key != "format" or value not in _SAID_BY_TYPES}
    if "anyOf" in kept:
        branches = kept["anyOf"]
        kept["anyOf"] = [_without_formats(one) if isinstance(one, dict) else one for one in branches]
    return kept


def renamed(catalog: Catalog, types: Types[Key]) -> Iterator[Renamed]:
    """List what is called otherwise in Python: methods and arguments, then fields of classes."""
    for action in sorted(catalog.http_actions, key=lambda action: action.name):
        method = PythonIdentifier(action.name)
        if method != action.name:
            yield Renamed(MarkdownCode(method), MarkdownCode(action.name), MarkdownCode("(the method)"))
        for wire, name in parameter_names(catalog, action).items():
            if wire != name:
                yield Renamed(MarkdownCode(method), MarkdownCode(wire), MarkdownCode(name))
    for class_name, definition in sorted(_named(types)):
        for wire, name in types.fields.get(definition.name, {}).items():
            if wire != name:
                yield Renamed(MarkdownCode(f"models.{class_name}"), MarkdownCode(wire), MarkdownCode(name))
