"""`src/actions/<tag>.ts`: for each action its table, its types and its function."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from actionary.json_schema import references

from actionary_build.emit.typescript.auth import AUTH_WRITERS, auth_function
from actionary_build.emit.typescript.calls import DETAILS_TYPES, Call
from actionary_build.emit.typescript.comments import action_comment, comment
from actionary_build.emit.typescript.modules import WIDTH, Imports, inline, module_text, table
from actionary_build.emit.typescript.names import referred
from actionary_build.emit.typescript.shapes import Shapes, conversion_rows
from actionary_build.emit.typescript.types import TypeNames, declaration
from actionary_build.texts import TypeScriptIdentifier, TypeScriptString


def actions_module(calls: Iterable[Call], types: TypeNames, shapes: Shapes | None = None) -> str:
    """Write the module of some actions; with ``shapes`` some values of theirs are converted."""
    imports = Imports()
    imports.value("../runtime/call", "call")
    imports.type("../runtime/action", "ActionTable")
    imports.type("../runtime/connection", "Connection")
    imports.type("../runtime/result", "Result")
    parts: list[str] = []
    for call in calls:
        converting = None if shapes is None else conversion_rows(call, shapes)
        rows = converting or [f"write: {call.writer}"]
        if converting is None:
            imports.value("../runtime/input", call.writer)
        else:
            imports.value("../runtime/exact", "exactly", f"inExact{call.writer.removeprefix('in')}")
            named = re.findall(r"\(\) => (\$[\w$]+)", " ".join(rows))
            if named:
                imports.value("../shapes", *named)
        imports.type("../options", call.options)
        imports.value("../runtime/repeat", call.repeat, *(["newKey"] if call.takes_key else []))
        if call.action.scheme is not None:
            imports.value("../runtime/auth", AUTH_WRITERS[call.action.scheme.kind])
            imports.type("../options", "Auth")
        if call.action.paginate is not None:
            imports.type("../runtime/pages", "Paged")
        imports.type("../runtime/result", call.shared_type)
        if own := call.own_failures:
            needed = [DETAILS_TYPES[each.code] for each in own if each.code in DETAILS_TYPES]
            imports.type("../runtime/result", "Failure", *needed)
        own_parts = list(_parts(call, types, rows))
        used = {types[name] for schema in call.action.schemas for name in references(schema)}
        if used:
            imports.type("../types", *_named(used, own_parts))
        parts += own_parts
    return module_text(imports, parts)


def _named(used: set[TypeScriptIdentifier], parts: list[str]) -> Iterable[str]:
    """Leave out the types that a union with ``unknown`` has swallowed."""
    if not any("unknown" in part for part in parts):
        return used
    return used & set(re.findall(r"[\w$]+", "\n".join(parts)))


def _parts(call: Call, types: TypeNames, rows: Iterable[str]) -> Iterator[str]:
    names = call.names
    yield _table(call, rows)
    if referred(call.action.input) is None:
        yield declaration(names.input, call.action.input, types)
    if referred(call.action.output) is None:
        yield declaration(names.output, call.action.output, types)
    yield f"{_failure_comment(call)}{_failure_type(call)}"
    yield f"export type {names.result} = Result<{names.output}, {names.failure}>;\n"
    yield (
        f"{action_comment(call.action, call.deprecation)}"
        f"export function {names.function}(\n"
        f"  client: Connection,\n"
        f"  {call.input_parameter},\n"
        f"  options?: {call.options},\n"
        f"): {call.promise} {{\n"
        f"  return call(${names.function}, client, input, options);\n"
        f"}}\n"
    )


def _table(call: Call, converting: Iterable[str]) -> str:
    """Write what the runtime knows of an action, under a name that no identifier of ours can have."""
    action = call.action
    rows = [
        f"name: {TypeScriptString(action.name)}",
        f"method: {TypeScriptString(call.method)}",
        f"path: {TypeScriptString(call.path)}",
        *converting,
        f"repeat: {call.repeat}",
    ]
    if call.takes_key:
        rows.append("newKey")
    if action.scheme is not None:
        rows.append(f"auth: {auth_function(action.scheme)}")
    if action.paginate is not None:
        fields = asdict(action.paginate).items()
        rows.append(f"pages: {inline((key, TypeScriptString(value)) for key, value in fields)}")
    codes = " ".join(
        failure.code if failure.details is None else f"{failure.code}!" for failure in call.failures
    )
    rows.append(f"codes: {TypeScriptString(f' {codes} ')}")
    return table(call.names.function, rows)


def _failure_comment(call: Call) -> str:
    own = [
        f"`{failure.code}` ({failure.status}): {failure.meaning.strip()}" for failure in call.domain_failures
    ]
    return comment([f"What `{call.names.function}` can fail with.", *own])


def _failure_type(call: Call) -> str:
    members = [
        f"Failure<{TypeScriptString(failure.code)}>"
        if failure.details is None
        else f"Failure<{TypeScriptString(failure.code)}, {failure.details}>"
        for failure in call.own_failures
    ]
    members.append(call.shared_type)
    line = f"export type {call.names.failure} = {' | '.join(members)};\n"
    if len(line) <= WIDTH:
        return line
    lines = "".join(f"\n  | {member}" for member in members)
    return f"export type {call.names.failure} ={lines};\n"
