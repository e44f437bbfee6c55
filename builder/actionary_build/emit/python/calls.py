"""The calls of the client: methods, their arguments and errors, by module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from actionary.action_spec import ActionSpec, ErrorSpec, SchemeSpec
from actionary.catalog import Catalog
from actionary.names import pascal_case

from actionary_build.emit.openapi_query import query_parameters
from actionary_build.emit.python.annotations import Code, literal
from actionary_build.emit.python.api import Api
from actionary_build.emit.python.groups import error_modules, module_of
from actionary_build.emit.python.imports import IMPORTED
from actionary_build.emit.python.models import Types, Wanted, argument_type, described
from actionary_build.emit.python.names import (
    EXTRA_INPUT,
    Name,
    class_name,
)
from actionary_build.texts import PythonDocstring, PythonIdentifier, PythonString, one_line

Key: TypeAlias = tuple[str, ...]
"""What a type is for: ("input", action, property), ("extra" or "output", action) or ("details", code)."""

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
class PagesView:
    """A method that goes from page to page, and what a page and an item is."""

    method_name: PythonIdentifier
    page: Code
    item: Code
    doc: PythonDocstring


@dataclass(frozen=True, slots=True)
class ActionView:
    """A method of the client, with what stands in the tables for it; ``facts`` are what `Call` is told more.

    ``extra`` is the type of values under keys beside its parameters, where it takes such;
    ``deprecated`` is what callers are warned with.
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
    reader: Code
    errors: tuple[tuple[PythonString, Name], ...]
    facts: tuple[Code, ...]
    deprecated: PythonString | None
    pages: PagesView | None


@dataclass(frozen=True, slots=True)
class ModuleView:
    """A module of actions: those with one first tag. ``pages`` are its methods for pages, by action."""

    name: Name
    doc: PythonDocstring
    class_doc: PythonDocstring
    class_name: Name
    actions: tuple[ActionSpec, ...]
    pages: Mapping[str, PythonIdentifier]

    @property
    def methods(self) -> tuple[str, ...]:
        """The names of its methods."""
        own = (PythonIdentifier(action.name) for action in self.actions)
        return tuple(map(str, (*own, *self.pages.values())))


@dataclass(frozen=True, slots=True)
class ErrorView:
    """A class for a domain error."""

    name: Name
    code: PythonString
    details: Code
    doc: PythonDocstring


def paging(api: Api, types: Types[Key], action: ActionSpec) -> str | None:
    """Say how to get from page to page, with the names that the client has for the fields."""
    pages = action.paginate
    if pages is None:
        return None
    arguments = api.arguments(action).names
    fields = types.fields_of(types.schemas["output", action.name])
    return replace(
        pages,
        input=arguments.get(pages.input, pages.input),
        output=fields.get(pages.output, pages.output),
        items=fields.get(pages.items, pages.items),
    ).told


def wanted_types(api: Api) -> dict[Key, Wanted]:
    """Give the schemas that the calls need types for."""
    wanted: dict[Key, Wanted] = {}
    for action in api.actions:
        module = module_of(action)
        arguments = api.arguments(action)
        pascal = action.pascal
        for wire, schema in arguments.properties.items():
            name = pascal + pascal_case(wire)
            wanted["input", action.name, wire] = Wanted(schema, name, sent=True, module=module)
        if arguments.extra is not None:
            name = f"{pascal}Extra"
            wanted["extra", action.name] = Wanted(arguments.extra, name, sent=True, module=module)
        name = f"{pascal}Output"
        wanted["output", action.name] = Wanted(action.output, name, sent=False, module=module)
    modules = error_modules(api.catalog)
    for code_, error in sorted(api.domain_errors.items()):
        if error.details is not None:
            name = f"{pascal_case(code_)}Details"
            wanted["details", code_] = Wanted(error.details, name, sent=False, module=modules[code_])
    return wanted


def error_views(api: Api, types: Types[Key], codes: Iterable[str]) -> list[ErrorView]:
    """Describe the classes of domain errors, by name."""
    views = [
        ErrorView(
            name=api.error_names[code_],
            code=PythonString(code_),
            details=Code(
                types.expression(("details", code_)) if ("details", code_) in types.schemas else "None"
            ),
            doc=PythonDocstring(api.domain_errors[code_].description or code_, "    "),
        )
        for code_ in codes
    ]
    return sorted(views, key=lambda view: view.name)


def module_views(api: Api, types: Types[Key]) -> tuple[ModuleView, ...]:
    """Describe the modules of actions, by name."""
    by_module: dict[Name, list[ActionSpec]] = {}
    for action in api.actions:
        by_module.setdefault(module_of(action), []).append(action)
    return tuple(
        ModuleView(
            name=name,
            doc=PythonDocstring(f"The actions of `{name}`."),
            class_doc=PythonDocstring(f"The actions of `{name}`.", "    "),
            class_name=class_name(f"{name}_actions"),
            actions=tuple(actions),
            pages={each.name: api.pages_names[each.name] for each in actions if _has_pages(types, each)},
        )
        for name, actions in sorted(by_module.items())
    )


def action_view(api: Api, types: Types[Key], action: ActionSpec) -> ActionView:
    """Describe the method of an action."""
    assert action.http is not None  # noqa: S101 - only HTTP actions are in here
    output = types.expression(("output", action.name))
    data_type = argument_type(output, ())
    answered = [*api.common_codes(action), *sorted(error.code for error in action.errors)]
    deprecation = api.deprecation(action)
    return ActionView(
        name=PythonString(action.name),
        method_name=PythonIdentifier(action.name),
        pascal=PythonIdentifier(action.pascal),
        constant=_constant(action.name),
        http_method=PythonString(action.http.method),
        path=PythonString(action.http.path),
        doc=PythonDocstring(_doc(api, types, action), "        "),
        parameters=tuple(_parameters(api, types, action)),
        extra=_extra_type(api, types, action),
        data_type=data_type,
        reader=Code(
            f"_Reader[{data_type}]()" if types.plain_data else f"_pydantic.TypeAdapter[{data_type}]({output})"
        ),
        errors=tuple((PythonString(code), api.error_names[code]) for code in dict.fromkeys(answered)),
        facts=tuple(_facts(api.catalog, types, action)),
        deprecated=None if deprecation is None else PythonString(deprecation),
        pages=_pages(api, types, action),
    )


def _constant(name: str) -> PythonIdentifier:
    """Name what describes an action; one of the names that modules import would be hidden by it."""
    constant = f"_{name.upper()}"
    return PythonIdentifier(f"{constant}_call" if constant in IMPORTED else constant)


def _parameters(api: Api, types: Types[Key], action: ActionSpec) -> Iterator[ParameterView]:
    arguments = api.arguments(action)
    for wire, name in arguments.names.items():
        annotation = argument_type(types.expression(("input", action.name, wire)), api.hidden)
        yield ParameterView(name, PythonString(wire), annotation, wire in arguments.required)


def _extra_type(api: Api, types: Types[Key], action: ActionSpec) -> Code | None:
    key = ("extra", action.name)
    return argument_type(types.expression(key), api.hidden) if key in types.schemas else None


def _facts(catalog: Catalog, types: Types[Key], action: ActionSpec) -> Iterator[Code]:
    """Give what a call is told beside the usual, as keyword arguments."""
    if action.http is not None and action.http.reads_query:
        keys = sorted(each.name for each in query_parameters(catalog, action.input) if each.as_json)
        if keys:
            yield Code(f"json_keys=frozenset({{{', '.join(literal(key) for key in keys)}}})")
    if action.read_only or action.idempotent:
        yield Code("repeatable=True")
    if action.idempotency_key:
        yield Code("takes_key=True")
    if action.needs_approval:
        yield Code("needs_approval=True")
    if action.scheme is not None:
        yield Code(f"scheme={scheme_code(action.scheme)}")
    if action.paginate is not None and _has_pages(types, action):
        fields = types.fields_of(types.schemas["output", action.name])
        names = (action.paginate.input, fields[action.paginate.output], fields[action.paginate.items])
        yield Code(f"pages=({', '.join(map(literal, names))})")


def scheme_code(scheme: SchemeSpec) -> Code:
    """Write how callers say who they are."""
    parts = [literal(scheme.name), literal(scheme.kind), *([literal(scheme.header)] if scheme.header else [])]
    return Code(f"_Scheme({', '.join(parts)})")


def _has_pages(types: Types[Key], action: ActionSpec) -> bool:
    if action.paginate is None:
        return False
    fields = types.fields_of(types.schemas["output", action.name])
    return action.paginate.output in fields and action.paginate.items in fields


def _pages(api: Api, types: Types[Key], action: ActionSpec) -> PagesView | None:
    pages = action.paginate
    if pages is None or not _has_pages(types, action):
        return None
    schema = types.schemas["output", action.name]
    return PagesView(
        method_name=api.pages_names[action.name],
        page=argument_type(types.expression(("output", action.name)), api.hidden),
        item=argument_type(types.item_type(schema, pages.items), api.hidden),
        doc=PythonDocstring(
            f"Give the pages of `{PythonIdentifier(action.name)}`, or their `items()`, "
            "each page called for when it is reached.\n\n"
            "Raises:\n    ActionError: A page failed.",
            "        ",
        ),
    )


def _doc(api: Api, types: Types[Key], action: ActionSpec) -> str:
    """Compose what a method says of itself: the texts, the arguments, the domain errors."""
    uses = [
        paging(api, types, action) or "",
        f"Use when: {one_line(action.when_to_use)}" if action.when_to_use else "",
        f"Do not use when: {one_line(action.when_not_to_use)}" if action.when_not_to_use else "",
        api.deprecation(action) or "",
    ]
    parts = [action.description.strip(), action.more.strip(), *uses]
    parts.append(_section("Args", _argument_lines(api, action)))
    parts.append(_section("Errors", [(error.code, error.description) for error in _sorted(action.errors)]))
    return "\n\n".join(part for part in parts if part) or action.name


def _argument_lines(api: Api, action: ActionSpec) -> list[tuple[str, str]]:
    arguments = api.arguments(action)
    lines = [(str(name), described(arguments.properties[wire])) for wire, name in arguments.names.items()]
    if arguments.extra is not None:
        lines.append((EXTRA_INPUT, EXTRA_TOLD))
    return lines


def _sorted(errors: Iterable[ErrorSpec]) -> list[ErrorSpec]:
    return sorted(errors, key=lambda error: error.code)


def _section(title: str, lines: list[tuple[str, str]]) -> str:
    told = [f"    {name}: {one_line(text)}" for name, text in lines if text]
    return "\n".join([f"{title}:", *told]) if told else ""
