"""`src/actions/<tag>.ts`: for each action its table, its types and its function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from actionary.json_schema import references

from actionary_build.emit.typescript.calls import DETAILS_TYPES, Call
from actionary_build.emit.typescript.comments import action_comment, comment
from actionary_build.emit.typescript.modules import Imports, module_text
from actionary_build.emit.typescript.names import referred
from actionary_build.emit.typescript.types import TypeNames, declaration, literal_key
from actionary_build.texts import TypeScriptString


def actions_module(calls: Iterable[Call], types: TypeNames) -> str:
    """Write the module of some actions."""
    imports = Imports()
    imports.value("../runtime/call", "call")
    imports.type("../runtime/action", "ActionTable")
    imports.type("../runtime/connection", "CallOptions", "Connection")
    imports.type("../runtime/result", "ClientFailure", "Failure", "Result")
    parts: list[str] = []
    for call in calls:
        needed = [DETAILS_TYPES[each.code] for each in call.common_failures if each.code in DETAILS_TYPES]
        imports.type("../runtime/result", *needed)
        used = {name for schema in call.action.schemas for name in references(schema)}
        if used:
            imports.type("../types", *(types[name] for name in used))
        parts.extend(_parts(call, types))
    return module_text(imports, parts)


def _parts(call: Call, types: TypeNames) -> Iterator[str]:
    names = call.names
    yield _table(call)
    if referred(call.action.input) is None:
        yield declaration(names.input, call.action.input, types)
    if referred(call.action.output) is None:
        yield declaration(names.output, call.action.output, types)
    yield f"{_failure_comment(call)}export type {names.failure} ={_failure_union(call)};\n"
    yield f"export type {names.result} = Result<{names.output}, {names.failure}>;\n"
    yield (
        f"{action_comment(call.action, call.deprecation)}"
        f"export function {names.function}(\n"
        f"  client: Connection,\n"
        f"  {call.input_parameter},\n"
        f"  options?: CallOptions,\n"
        f"): Promise<{names.result}> {{\n"
        f"  return call(${names.function}, client, input, options);\n"
        f"}}\n"
    )


def _table(call: Call) -> str:
    """Write what the runtime knows of an action, under a name that no identifier of ours can have."""
    codes = [
        f"    {literal_key(failure.code)}: {'false' if failure.details is None else 'true'},\n"
        for failure in call.failures
    ]
    return (
        f"const ${call.names.function}: ActionTable = {{\n"
        f"  name: {TypeScriptString(call.action.name)},\n"
        f"  method: {TypeScriptString(call.method)},\n"
        f"  path: {TypeScriptString(call.path)},\n"
        f"  codes: {{\n{''.join(codes)}  }},\n"
        f"}};\n"
    )


def _failure_comment(call: Call) -> str:
    own = [
        f"`{failure.code}` ({failure.status}): {failure.meaning.strip()}" for failure in call.domain_failures
    ]
    return comment([f"What `{call.names.function}` can fail with.", *own])


def _failure_union(call: Call) -> str:
    members = [
        f"Failure<{TypeScriptString(failure.code)}>"
        if failure.details is None
        else f"Failure<{TypeScriptString(failure.code)}, {failure.details}>"
        for failure in call.failures
    ]
    return "".join(f"\n  | {member}" for member in [*members, "ClientFailure"])
