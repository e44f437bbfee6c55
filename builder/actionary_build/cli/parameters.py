"""``actionary call NAME --help``: an action's parameters, from its input schema."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from actionary.catalog import ActionSpec, Catalog

from actionary_build.emit.signature import Field, Shape, named_types, shape
from actionary_build.texts import one_line


def help_of(action: ActionSpec, catalog: Catalog) -> str:
    """Write the help of an action; ``catalog`` has the types its input refers to."""
    return "\n".join(_lines(action, catalog))


def _lines(action: ActionSpec, catalog: Catalog) -> Iterator[str]:
    root = catalog.resolve(action.input)
    fields = shape(root).fields
    yield f"Usage: actionary call {action.name} [JSON]{' [--FIELD VALUE]...' if fields else ''}"
    for text in (action.description, action.when_to_use and f"Use when: {action.when_to_use}"):
        if text:
            yield ""
            yield from _wrapped(one_line(text), "  ")
    yield ""
    yield "Parameters:" if fields else "It takes no parameters."
    for field in fields:
        yield from _field(field, "  ", flag=True)
    types = [named for named in named_types(catalog, root) if named.fields]
    for named in types:
        yield ""
        yield from _type(named)
    yield ""
    yield "Lists of texts or numbers repeat their flag; objects are JSON text. JSON - is standard input."


def _type(named: Shape) -> Iterator[str]:
    yield f"{one_line(named.name)}:"
    for field in named.fields:
        yield from _field(field, "  ", flag=False)


def _field(field: Field, indent: str, *, flag: bool) -> Iterator[str]:
    name = one_line(field.name)
    kind = "".join(one_line(piece.text) if piece.kind != "words" else piece.text for piece in field.type)
    facts = [kind, "required" if field.required else ""]
    facts += [f"default {one_line(field.default)}" if field.default is not None else ""]
    facts += ["deprecated" if field.deprecated else ""]
    spelled = f"--{name.replace('_', '-')}" if flag else name
    yield f"{indent}{spelled}  {'; '.join(fact for fact in facts if fact)}"
    if field.description:
        yield from _wrapped(one_line(field.description), f"{indent}    ")


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, 88, initial_indent=indent, subsequent_indent=indent)
