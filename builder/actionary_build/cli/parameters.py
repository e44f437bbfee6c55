"""``actionary call NAME --help``: an action's parameters, from its input schema."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterator, Mapping

from actionary.action_spec import ActionSpec
from actionary.catalog import Catalog
from actionary.coerce import Parameter

from actionary_build.emit.signature import Field, Shape, Words, named_types, shape
from actionary_build.texts import json_text, one_line


def help_of(action: ActionSpec, catalog: Catalog, parameters: Mapping[str, Parameter]) -> str:
    """Write the help of an action.

    ``catalog`` has the types its input refers to, ``parameters`` say how flags are read.
    """
    return "\n".join(_lines(action, catalog, parameters))


def flag_of(name: str) -> str:
    """Spell the flag of a field, so that it can be shown."""
    return f"--{one_line(name).replace('_', '-')}"


def needs_one_json_text(parameter: Parameter) -> bool:
    """Say whether a list can only be given as one JSON text, since its items are no texts or numbers."""
    return "array" in parameter.types and "string" not in parameter.types and parameter.items is None


def _lines(action: ActionSpec, catalog: Catalog, parameters: Mapping[str, Parameter]) -> Iterator[str]:
    root = catalog.resolve(action.input)
    form = shape(root)
    fields = form.fields
    yield f"Usage: actionary call {action.name} [JSON]{' [--FIELD VALUE]...' if fields else ''}"
    for text in _texts(action):
        if text:
            yield ""
            yield from _wrapped(one_line(text), "  ")
    yield ""
    yield "Parameters:" if fields else "It takes no parameters."
    for field in fields:
        yield from _field(field, "  ", parameter=parameters.get(field.name))
    if form.open:
        yield "  Other keys are taken too, but only in the JSON."
    for named in named_types(catalog, root):
        yield ""
        yield from _type(named)
    if action.examples:
        yield ""
        yield f"Example: {_example(action)}"
    if action.errors:
        yield ""
        yield "Error codes:"
    for error in action.errors:
        yield f"  {one_line(error.code)}  {one_line(error.description)}".rstrip()
    yield ""
    yield "Lists of texts or numbers repeat their flag; objects are JSON text. JSON - is standard input."
    yield f"Options of call: {_options({field.name for field in fields})}"


def _texts(action: ActionSpec) -> Iterator[str | None]:
    yield action.description
    yield action.deprecation
    yield action.when_to_use and f"Use when: {action.when_to_use}"
    yield action.when_not_to_use and f"Do not use when: {action.when_not_to_use}"
    yield action.paging
    if action.needs_approval:
        yield "Calls over HTTP and by agents may need a human's approval; a call from here needs none."


def _example(action: ActionSpec) -> str:
    given = action.examples[0].input
    return f"actionary call {action.name}" + (f" {shlex.quote(json_text(given))}" if given else "")


def _options(fields: set[str]) -> str:
    """Name the options of the command, each by a spelling that no field of the action takes."""
    files = [f"--{name}-file" if name in fields else f"--{name}" for name in ("input", "output")]
    last = "--json before the name" if "json" in fields else "--json"
    return f"{files[0]} FILE (the JSON), {files[1]} FILE (the result), {last} (the whole envelope)"


def _type(named: Shape) -> Iterator[str]:
    name = one_line(named.name)
    yield f"{name}:" if named.fields else f"{name}: {_kind(named.type)}"
    if named.description:
        yield from _wrapped(one_line(named.description), "    ")
    for field in named.fields:
        yield from _field(field, "  ")


def _kind(type_: Words) -> str:
    return "".join(one_line(piece.text) if piece.kind != "words" else piece.text for piece in type_)


def _field(field: Field, indent: str, *, parameter: Parameter | None = None) -> Iterator[str]:
    """Describe a field; with ``parameter`` it is one of the action's own, which are flags."""
    name = one_line(field.name)
    whole = parameter is not None and needs_one_json_text(parameter)
    kind = f"{_kind(field.type)}, as one JSON text" if whole else _kind(field.type)
    facts = [kind, "required" if field.required else ""]
    facts += [f"default {one_line(field.default)}" if field.default is not None else ""]
    facts += ["deprecated" if field.deprecated else ""]
    spelled = name if parameter is None else flag_of(field.name)
    yield f"{indent}{spelled}  {'; '.join(fact for fact in facts if fact)}"
    if field.description:
        yield from _wrapped(one_line(field.description), f"{indent}    ")


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, 88, initial_indent=indent, subsequent_indent=indent)
