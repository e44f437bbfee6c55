"""`src/connect.ts`, `src/client.ts`, `src/index.ts`: the ways in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from actionary import codes
from actionary.catalog import Catalog

from actionary_build.emit.typescript.calls import Call
from actionary_build.emit.typescript.comments import action_comment
from actionary_build.emit.typescript.modules import HEADER, Imports, clause, module_text
from actionary_build.emit.typescript.names import RUNTIME_TYPES, RUNTIME_VALUES, referred
from actionary_build.texts import TypeScriptString

Modules = Mapping[str, list[Call]]


def connect_module(catalog: Catalog) -> str:
    """Write what all calls share, from the one table of codes, and the function that takes it along."""
    imports = Imports()
    imports.type("./runtime/action", "Contract")
    imports.value("./runtime/connection", "open")
    imports.type("./runtime/connection", "ClientOptions", "Connection")
    rows = "".join(
        f"    {code.name}: {{\n"
        f"      retryable: {str(code.retryable).lower()},\n"
        f"      meaning: {TypeScriptString(code.meaning)},\n"
        f"    }},\n"
        for code in codes.CLIENT.values()
    )
    statuses = ", ".join(str(status) for status in sorted(codes.RETRYABLE_STATUSES))
    contract = (
        f"const contract: Contract = {{\n"
        f"  catalog: {TypeScriptString(catalog.surface[:16])},\n"
        f"  clientCodes: {{\n{rows}  }},\n"
        f"  retryableStatuses: [{statuses}],\n"
        f"}};\n"
    )
    return module_text(imports, [contract, _CONNECT])


_CONNECT = """\
/**
 * Connect to a server, for the functions that take a client as their first argument.
 *
 * A bundler keeps only the actions that are imported. Nothing is sent yet.
 */
export function connect(options: ClientOptions): Connection {
  return open(options, contract);
}
"""


def client_module(modules: Modules) -> str:
    """Write the client that has every action as a method."""
    imports = Imports()
    imports.value("./connect", "connect")
    imports.value("./runtime/bind", "bind")
    imports.type("./runtime/connection", "ClientOptions", "Connection")
    methods: list[str] = []
    for module, calls in modules.items():
        for call in calls:
            imports.type("./runtime/connection", "CallOptions")
            imports.value(f"./actions/{module}", call.names.function)
            imports.type(f"./actions/{module}", call.names.result)
            local = referred(call.action.input) is None
            imports.type(f"./actions/{module}" if local else "./types", call.names.input)
            methods.append(f"{action_comment(call.action, call.deprecation, '  ')}  {call.signature};\n")
    functions = "".join(f"  {call.names.function},\n" for calls in modules.values() for call in calls)
    interface = f"{_CLIENT_COMMENT}export interface Client extends Connection {{\n{''.join(methods)}}}\n"
    return module_text(imports, [interface, f"const $actions = {{\n{functions}}};\n", _CREATE_CLIENT])


_CLIENT_COMMENT = "/** Every action as a method; the methods may be taken apart from it. */\n"
_CREATE_CLIENT = """\
/** Make a client of every action. Nothing is sent yet. */
export function createClient(options: ClientOptions): Client {
  return bind(connect(options), $actions);
}
"""


def index_module(modules: Modules) -> str:
    """Write the entry: everything a user of the package may import."""
    return f"{HEADER}\n{''.join(_exports(modules))}"


def _exports(modules: Modules) -> Iterator[str]:
    for module in sorted({*RUNTIME_VALUES, *RUNTIME_TYPES}):
        values = RUNTIME_VALUES.get(module, ())
        types = RUNTIME_TYPES.get(module, ())
        if values:
            yield clause("export", [*values, *(f"type {name}" for name in types)], f"./{module}")
        else:
            yield clause("export type", types, f"./{module}")
    for module in modules:
        yield f'export * from "./actions/{module}.js";\n'
    yield 'export type * from "./types.js";\n'
