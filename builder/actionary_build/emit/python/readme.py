"""What the client's README says of each action and each type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from actionary.action_spec import ActionSpec
from actionary.json_schema import Schema

from actionary_build.emit.constraints import constraints
from actionary_build.emit.python.annotations import readable
from actionary_build.emit.python.api import Api
from actionary_build.emit.python.calls import EXTRA_TOLD, Key, paging
from actionary_build.emit.python.examples import CallView, calls_of
from actionary_build.emit.python.models import Types
from actionary_build.emit.python.names import EXTRA_INPUT, Name
from actionary_build.emit.python.schemas import Definition
from actionary_build.emit.python.views import AliasView, ModelView
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


def brief(api: Api, action: ActionSpec) -> MarkdownText:
    """Tell of an action in a line."""
    return MarkdownText(" ".join(text for text in (api.deprecation(action), action.description) if text))


def action_told(api: Api, types: Types[Key], action: ActionSpec) -> ActionTold:
    """Tell of an action."""
    deprecated = api.deprecation(action)
    texts = (
        action.description,
        deprecated,
        action.when_to_use and f"Use when: {action.when_to_use}",
        action.when_not_to_use and f"Do not use when: {action.when_not_to_use}",
        paging(api, types, action),
    )
    return ActionTold(
        heading=MarkdownText(PythonIdentifier(action.name)),
        method=PythonIdentifier(action.name),
        text=MarkdownText(" ".join(text for text in texts if text)),
        arguments=tuple(_arguments(api, types, action)),
        data=MarkdownCode(readable(types.expression(("output", action.name)))),
        common_errors=tuple(MarkdownCode(api.error_names[code]) for code in api.common_codes(action)),
        own_errors=tuple(_own_errors(types, api.error_names, action)),
        calls=tuple(calls_of(api, types, action)),
    )


def _arguments(api: Api, types: Types[Key], action: ActionSpec) -> Iterator[FieldTold]:
    arguments = api.arguments(action)
    for wire, name in arguments.names.items():
        shown = readable(types.expression(("input", action.name, wire)))
        yield _field(name, wire, shown, arguments.properties[wire], required=wire in arguments.required)
    if arguments.extra is not None:
        values = readable(types.expression(("extra", action.name)))
        yield FieldTold(
            name=MarkdownCode(EXTRA_INPUT),
            wire=None,
            required=False,
            type=MarkdownCode(f"Mapping[str, {values}]"),
            told=MarkdownText(EXTRA_TOLD),
        )


def _own_errors(types: Types[Key], errors: Mapping[str, Name], action: ActionSpec) -> Iterator[ErrorTold]:
    for error in sorted(action.errors, key=lambda error: error.code):
        key = ("details", error.code)
        yield ErrorTold(
            name=MarkdownCode(errors[error.code]),
            status=MarkdownCode(str(error.status)),
            meaning=MarkdownText(error.description),
            details=MarkdownCode(readable(types.expression(key))) if key in types.schemas else None,
        )


def type_told(types: Types[Key], name: Name, definition: Definition) -> TypeTold:
    """Tell of a class or an alias of ``models``."""
    view = types.view(definition.name)
    return TypeTold(
        heading=MarkdownText(f"models.{name}"),
        text=MarkdownText(str(definition.schema.get("description", ""))),
        fields=tuple(_fields(types, definition, view)) if isinstance(view, ModelView) else (),
        alias=MarkdownCode(view.shown) if isinstance(view, AliasView) else None,
    )


def named_types(types: Types[Key]) -> Iterator[tuple[Name, Definition]]:
    """Give every class and alias of ``models`` with its definition."""
    return ((name, types.definitions[wanted]) for wanted, name in types.names.items())


def _fields(types: Types[Key], definition: Definition, model: ModelView) -> Iterator[FieldTold]:
    names = types.fields[definition.name]
    for view in model.fields:
        schema = definition.schema["properties"][view.wire]
        yield _field(names[view.wire], view.wire, view.shown, schema, required=view.default is None)


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


def renamed(api: Api, types: Types[Key]) -> Iterator[Renamed]:
    """List what is called otherwise in Python: methods and arguments, then fields of classes."""
    for action in api.actions:
        method = PythonIdentifier(action.name)
        if method != action.name:
            yield Renamed(MarkdownCode(method), MarkdownCode(action.name), MarkdownCode("(the method)"))
        for wire, name in api.arguments(action).names.items():
            if wire != name:
                yield Renamed(MarkdownCode(method), MarkdownCode(wire), MarkdownCode(name))
    for class_name, definition in sorted(named_types(types)):
        for wire, field in types.fields.get(definition.name, {}).items():
            if wire != field:
                yield Renamed(MarkdownCode(f"models.{class_name}"), MarkdownCode(wire), MarkdownCode(field))
