"""The calls of the client: methods, their arguments and errors, by module."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from actionary import codes
from actionary.action_spec import ActionSpec, ErrorSpec
from actionary.catalog import Catalog
from actionary.json_schema import Schema
from actionary.names import pascal_case

from actionary_build.emit.openapi_query import query_parameters
from actionary_build.emit.python.annotations import Code, code, literal, unshadowed
from actionary_build.emit.python.models import Types, Wanted, argument_type, described
from actionary_build.emit.python.names import (
    EXTRA_INPUT,
    PARAMETERS_TAKEN,
    Name,
    class_name,
    module_name,
    names_for,
)
from actionary_build.emit.signature import takes_other_keys
from actionary_build.texts import PythonDocstring, PythonIdentifier, PythonString, one_line

Key: TypeAlias = tuple[str, ...]
"""What a type is for: ("input", action, property), ("extra" or "output", action) or ("details", code)."""

RUNTIME_ERRORS: Final = (
    *("Failure", "InvalidInput", "Unauthorized", "RateLimited", "PayloadTooLarge"),
    *("UnsupportedMediaType", "Forbidden", "Conflict", "ApprovalRequired", "MissingCredentials"),
    *("Timeout", "HandlerError", "InvalidOutput", "Unavailable"),
    *("NetworkError", "ClientTimeout", "Aborted", "InvalidResponse", "UnknownError", "ClientError"),
    *("InputProblem", "KeyConflict", "ApprovalAsked", "MissingKeys", "RawReply", "UnknownCode"),
)
"""What the runtime's ``errors`` offers."""

RUNTIME_NAMES: Final = (
    *("ActionError", "AsyncClient", "CallOptions", "CatalogDriftWarning", "Client", "Ok"),
    *("UNSET", "Unset", "unwrap"),
)
"""What the package offers beside its errors, actions and models."""


EXTRA_TOLD: Final = "Values under other keys, which the action takes too."
"""What is said of the argument `EXTRA_INPUT`."""


@dataclass(frozen=True, slots=True)
class ParameterView:
    """An argument of a method, and the property it fills."""

    name: Name
    wire: PythonString
    annotation: Code
    required: bool


@dataclass(frozen=True, slots=True)
class ActionView:
    """A method of the client, with what stands in the tables for it.

    ``extra`` is the type of values under keys beside its parameters, where it takes such.
    """

    name: PythonString
    method_name: PythonIdentifier
    pascal: PythonIdentifier
    constant: PythonIdentifier
    http_method: PythonString
    path: PythonString
    doc: PythonDocstring
    parameters: tuple[ParameterView, ...]
    extra: Code | None
    data_type: Code
    data_expression: Code
    errors: tuple[tuple[PythonString, Name], ...]
    json_keys: Code | None


@dataclass(frozen=True, slots=True)
class ModuleView:
    """A module of actions: those with one first tag."""

    name: Name
    doc: PythonDocstring
    class_doc: PythonDocstring
    class_name: Name
    actions: tuple[ActionView, ...]


@dataclass(frozen=True, slots=True)
class ErrorView:
    """A class for a domain error."""

    name: Name
    code: PythonString
    details: Code
    doc: PythonDocstring


def properties_of(catalog: Catalog, action: ActionSpec) -> dict[str, Schema]:
    """Give the properties of an action's input, by name on the wire, the required ones first."""
    root = catalog.resolve(action.input)
    required = root.get("required", ())
    properties: dict[str, Any] = root.get("properties", {})
    ordered = sorted(properties, key=lambda wire: (wire not in required, wire))
    return {wire: properties[wire] if isinstance(properties[wire], dict) else {} for wire in ordered}


def parameter_names(catalog: Catalog, action: ActionSpec) -> dict[str, Name]:
    """Name the arguments of a method, by name on the wire."""
    extra = {EXTRA_INPUT} if extra_schema(catalog, action) is not None else set[str]()
    return names_for(properties_of(catalog, action), PARAMETERS_TAKEN | extra)


def extra_schema(catalog: Catalog, action: ActionSpec) -> Schema | None:
    """Give the schema of values under keys that an input does not list, ``None`` where it takes none."""
    root = catalog.resolve(action.input)
    if not takes_other_keys(root):
        return None
    patterns: dict[str, Any] = root.get("patternProperties", {})
    kinds = [*(patterns[key] for key in sorted(patterns)), root.get("additionalProperties", False)]
    foreseen = [kind for kind in kinds if kind is not False]
    if not all(isinstance(kind, dict) and kind for kind in foreseen):
        return {}
    return foreseen[0] if len(foreseen) == 1 else {"anyOf": foreseen}


def called(catalog: Catalog) -> dict[str, str]:
    """Give the methods by the names of their actions."""
    return {action.name: PythonIdentifier(action.name) for action in catalog.http_actions}


def paging(catalog: Catalog, types: Types[Key], action: ActionSpec) -> str | None:
    """Say how to get from page to page, with the names that the client has for the fields."""
    pages = action.paginate
    if pages is None:
        return None
    arguments = parameter_names(catalog, action)
    fields = types.fields_of(types.schemas["output", action.name])
    return replace(
        pages,
        input=arguments.get(pages.input, pages.input),
        output=fields.get(pages.output, pages.output),
        items=fields.get(pages.items, pages.items),
    ).told


def domain_errors(catalog: Catalog) -> dict[str, ErrorSpec]:
    """Give every domain error of the HTTP actions once, by code."""
    return {
        error.code: error
        for action in catalog.http_actions
        for error in sorted(action.errors, key=lambda error: error.code)
    }


def error_names(catalog: Catalog) -> dict[str, Name]:
    """Name the classes of the errors a server can answer, by code; a domain error makes way."""
    names = {code_: class_name(code_) for action in catalog.http_actions for code_ in _common_codes(action)}
    taken = {*RUNTIME_ERRORS, *RUNTIME_NAMES}
    for code_ in sorted(domain_errors(catalog)):
        wanted = pascal_case(code_)
        name = Name(f"{wanted}Error" if wanted in taken else wanted, taken)
        taken.add(name)
        names[code_] = name
    return names


def _common_codes(action: ActionSpec) -> list[str]:
    return [each.name for each in action.common_codes if each.name not in codes.IN_PROCESS]


def wanted_types(catalog: Catalog) -> dict[Key, Wanted]:
    """Give the schemas that the calls need types for."""
    wanted: dict[Key, Wanted] = {}
    for action in sorted(catalog.http_actions, key=lambda action: action.name):
        for wire, schema in properties_of(catalog, action).items():
            wanted["input", action.name, wire] = Wanted(schema, action.pascal + pascal_case(wire), sent=True)
        extra = extra_schema(catalog, action)
        if extra is not None:
            wanted["extra", action.name] = Wanted(extra, f"{action.pascal}Extra", sent=True)
        wanted["output", action.name] = Wanted(action.output, f"{action.pascal}Output", sent=False)
    for code_, error in sorted(domain_errors(catalog).items()):
        if error.details is not None:
            wanted["details", code_] = Wanted(error.details, f"{pascal_case(code_)}Details", sent=False)
    return wanted


def error_views(catalog: Catalog, types: Types[Key]) -> tuple[ErrorView, ...]:
    """Describe the classes of the domain errors, by name."""
    names = error_names(catalog)
    views = [
        ErrorView(
            name=names[code_],
            code=PythonString(code_),
            details=_code_or_none(types.expressions.get(("details", code_))),
            doc=PythonDocstring(error.description or code_, "    "),
        )
        for code_, error in domain_errors(catalog).items()
    ]
    return tuple(sorted(views, key=lambda view: view.name))


def _code_or_none(expression: ast.expr | None) -> Code:
    return Code("None") if expression is None else code(expression)


def module_views(catalog: Catalog, types: Types[Key]) -> tuple[ModuleView, ...]:
    """Describe the modules of actions, by name."""
    by_module: dict[Name, list[ActionSpec]] = {}
    for action in sorted(catalog.http_actions, key=lambda action: action.name):
        by_module.setdefault(module_name(next(iter(action.tags), None)), []).append(action)
    names = error_names(catalog)
    return tuple(
        ModuleView(
            name=name,
            doc=PythonDocstring(f"The actions of `{name}`."),
            class_doc=PythonDocstring(f"The actions of `{name}`.", "    "),
            class_name=class_name(f"{name}_actions"),
            actions=tuple(_action_view(catalog, types, names, action) for action in actions),
        )
        for name, actions in sorted(by_module.items())
    )


def _action_view(
    catalog: Catalog, types: Types[Key], names: Mapping[str, Name], action: ActionSpec
) -> ActionView:
    assert action.http is not None  # noqa: S101 - only HTTP actions are in here
    shadowed = {str(each.name) for each in catalog.http_actions}
    output = types.expressions["output", action.name]
    answered = [*_common_codes(action), *sorted(error.code for error in action.errors)]
    return ActionView(
        name=PythonString(action.name),
        method_name=PythonIdentifier(action.name),
        pascal=PythonIdentifier(action.pascal),
        constant=PythonIdentifier(f"_{action.name.upper()}"),
        http_method=PythonString(action.http.method),
        path=PythonString(action.http.path),
        doc=PythonDocstring(_doc(catalog, types, action), "        "),
        parameters=tuple(_parameters(catalog, types, action, shadowed)),
        extra=_extra_type(types, action, shadowed),
        data_type=argument_type(output, set()),
        data_expression=code(unshadowed(output, ())),
        errors=tuple((PythonString(code_), names[code_]) for code_ in dict.fromkeys(answered)),
        json_keys=_json_keys(catalog, action),
    )


def _parameters(
    catalog: Catalog, types: Types[Key], action: ActionSpec, shadowed: set[str]
) -> Iterator[ParameterView]:
    required = catalog.resolve(action.input).get("required", ())
    for wire, name in parameter_names(catalog, action).items():
        annotation = argument_type(types.expressions["input", action.name, wire], shadowed)
        yield ParameterView(name, PythonString(wire), annotation, wire in required)


def _extra_type(types: Types[Key], action: ActionSpec, shadowed: set[str]) -> Code | None:
    expression = types.expressions.get(("extra", action.name))
    return None if expression is None else argument_type(expression, shadowed)


def _json_keys(catalog: Catalog, action: ActionSpec) -> Code | None:
    if action.http is None or not action.http.reads_query:
        return None
    keys = sorted(each.name for each in query_parameters(catalog, action.input) if each.as_json)
    return Code(f"frozenset({{{', '.join(literal(key) for key in keys)}}})") if keys else None


def _doc(catalog: Catalog, types: Types[Key], action: ActionSpec) -> str:
    """Compose what a method says of itself: the texts, the arguments, the domain errors."""
    uses = [
        paging(catalog, types, action) or "",
        f"Use when: {one_line(action.when_to_use)}" if action.when_to_use else "",
        f"Do not use when: {one_line(action.when_not_to_use)}" if action.when_not_to_use else "",
        action.deprecation_calling(called(catalog)) or "",
    ]
    parts = [action.description.strip(), action.more.strip(), *uses]
    parts.append(_section("Args", _argument_lines(catalog, action)))
    parts.append(_section("Errors", [(error.code, error.description) for error in _sorted(action.errors)]))
    return "\n\n".join(part for part in parts if part) or action.name


def _argument_lines(catalog: Catalog, action: ActionSpec) -> list[tuple[str, str]]:
    properties = properties_of(catalog, action)
    lines = [
        (str(name), described(properties[wire])) for wire, name in parameter_names(catalog, action).items()
    ]
    if extra_schema(catalog, action) is not None:
        lines.append((EXTRA_INPUT, EXTRA_TOLD))
    return lines


def _sorted(errors: Iterable[ErrorSpec]) -> list[ErrorSpec]:
    return sorted(errors, key=lambda error: error.code)


def _section(title: str, lines: list[tuple[str, str]]) -> str:
    told = [f"    {name}: {one_line(text)}" for name, text in lines if text]
    return "\n".join([f"{title}:", *told]) if told else ""
