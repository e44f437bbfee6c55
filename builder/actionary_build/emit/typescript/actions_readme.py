"""The part of `README.md` on the actions and their types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from actionary.catalog import Catalog
from actionary.json_schema import Schema

from actionary_build.emit.client_docs import MOST_IN_FULL
from actionary_build.emit.constraints import constraints
from actionary_build.emit.signature import takes_other_keys
from actionary_build.emit.typescript import examples
from actionary_build.emit.typescript.agents import action_line
from actionary_build.emit.typescript.calls import Call, by_module
from actionary_build.emit.typescript.examples import Setting
from actionary_build.emit.typescript.types import TypeNames, expression, property_order
from actionary_build.texts import MarkdownCode, MarkdownFence, MarkdownText


def actions_part(
    catalog: Catalog, calls: Sequence[Call], types: TypeNames, setting: Setting, declared: Sequence[str]
) -> Iterator[str]:
    """Tell of every action, and of every type as it is declared; of very many actions in a line each."""
    yield "## Actions"
    if len(calls) > MOST_IN_FULL:
        yield from _in_lines(calls)
        return
    for call in calls:
        yield from _action(catalog, call, types, setting)
    if declared:
        yield "## Types"
        yield MarkdownFence("\n".join(declared), "ts")


def _in_lines(calls: Sequence[Call]) -> Iterator[str]:
    yield (
        "What each takes, gives and fails with is told by your editor, in `src/actions/` and `src/types.ts`; "
        "`schemas/` has their JSON Schemas."
    )
    for module, members in by_module(tuple(calls)).items():
        yield f"### {MarkdownText(module)}"
        yield "\n".join(map(action_line, members))


def _action(catalog: Catalog, call: Call, types: TypeNames, setting: Setting) -> Iterator[str]:
    action = call.action
    yield f"### {call.names.function}"
    yield MarkdownCode(call.signature)
    told = [action.description, call.deprecation or ""]
    if action.when_to_use:
        told.append(f"Use when: {action.when_to_use}")
    if action.when_not_to_use:
        told.append(f"Do not use when: {action.when_not_to_use}")
    if action.paging:
        told.append(action.paging)
    yield MarkdownText(" ".join(text for text in told if text))
    yield from _fields(catalog.resolve(action.input), types)
    yield f"Gives {MarkdownCode(expression(action.output, types).text)}. {_failures(call)}"
    for argument in examples.arguments(catalog, call):
        yield MarkdownFence(examples.plain_call(call, argument, setting), "ts")


def _fields(schema: Schema, types: TypeNames) -> Iterator[str]:
    lines: list[str] = []
    for key in property_order(schema):
        field = schema["properties"][key]
        required = key in schema.get("required", ())
        optional = "" if required else " (optional)"
        texts = [
            str(field.get("description", "")) if isinstance(field, dict) else "",
            constraints(field, required=required),
        ]
        told = " ".join(filter(None, texts)).strip()
        code = MarkdownCode(expression(field, types).text)
        lines.append(f"- {MarkdownCode(key)}{optional}: {code}{f'. {MarkdownText(told)}' if told else ''}")
    if lines:
        yield "Input:"
        yield "\n".join(lines)
    if takes_other_keys(schema):
        yield "There may be other keys too."


def _failures(call: Call) -> str:
    common = _listed(call.common_codes)
    own = "".join(
        f" {MarkdownCode(failure.code)} ({failure.status}): {MarkdownText(failure.meaning)}"
        for failure in call.domain_failures
    )
    return f"Fails with {common}{'; and of its own:' if own else '.'}{own}"


@cache
def _listed(codes_of_some: tuple[str, ...]) -> str:
    return ", ".join(MarkdownCode(code) for code in codes_of_some)
