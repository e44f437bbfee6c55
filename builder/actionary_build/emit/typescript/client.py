"""`src/connect.ts`, `src/client.ts`, `src/index.ts`: the ways in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from actionary.catalog import ChangesSpec

from actionary_build.emit.typescript.auth import AUTH_WRITERS, auth_function
from actionary_build.emit.typescript.calls import Call
from actionary_build.emit.typescript.comments import action_comment
from actionary_build.emit.typescript.modules import HEADER, Imports, clause, module_text, table
from actionary_build.emit.typescript.names import (
    CHANGES_TYPES,
    CHANGES_VALUES,
    RUNTIME_TYPES,
    RUNTIME_VALUES,
    referred,
)
from actionary_build.texts import TypeScriptString

Modules = Mapping[str, list[Call]]


def connect_module() -> str:
    """Write the way in for calls by their functions."""
    imports = Imports()
    imports.value("./runtime/connection", "open")
    imports.type("./runtime/connection", "Connection")
    imports.type("./options", "ConnectOptions")
    return module_text(imports, [_CONNECT])


_CONNECT = """\
/**
 * Connect to a server, for the functions that take a client as their first argument.
 *
 * A bundler keeps only the actions that are imported. Nothing is sent yet.
 */
export const connect: (options: ConnectOptions) => Connection = open;
"""


def client_module(modules: Modules, surface: str) -> str:
    """Write the client that has every action as a method; ``surface`` is the digest of its catalog."""
    imports = Imports()
    imports.value("./connect", "connect")
    imports.value("./runtime/drift", "warning")
    imports.value("./runtime/bind", "bind")
    imports.type("./runtime/bind", "Throwing")
    imports.type("./runtime/connection", "Connection")
    imports.type("./options", "ClientOptions")
    methods: list[str] = []
    for module, calls in modules.items():
        for call in calls:
            imports.type("./options", call.options)
            if call.action.paginate is not None:
                imports.type("./runtime/pages", "Paged")
            imports.type(f"./actions/{module}", call.names.result)
            local = referred(call.action.input) is None
            imports.type(f"./actions/{module}" if local else "./types", call.names.input)
            methods.append(f"{action_comment(call.action, call.deprecation, '  ')}  {call.signature};\n")
    functions = "".join(f"  ...{imports.whole(module)},\n" for module in modules)
    actions = f"{_ACTIONS_COMMENT}export interface Actions {{\n{''.join(methods)}}}\n"
    digest = TypeScriptString(surface[:16])
    own = f"/** The catalog of this client, as the server names it. */\nconst $catalog = {digest};\n"
    return module_text(
        imports, [actions, _CLIENT, own, f"const $actions = {{\n{functions}}};\n", _CREATE_CLIENT]
    )


_ACTIONS_COMMENT = "/** Every action as a method. */\n"
_CLIENT = """\
/** A client of every action; its methods may be taken apart from it. */
export interface Client extends Connection, Actions {
  /** The same methods, which give the data of a success and throw an `ActionError` for a failure. */
  readonly throwing: Throwing<Actions>;
}
"""
_CREATE_CLIENT = """\
/** Make a client of every action. Nothing is sent yet. */
export function createClient(options: ClientOptions): Client {
  return $clientOf(warning(connect(options), $catalog, options.onWarning));
}

/** Make a client of every action that uses a connection. */
export function $clientOf(connection: Connection): Client {
  return bind(connection, $actions);
}
"""


def changes_module(prefix: str, changes: ChangesSpec) -> str:
    """Write the function that hears of changes."""
    scheme = changes.scheme
    imports = Imports()
    imports.type("./runtime/action", "ActionTable")
    imports.type("./runtime/changes", "Change", "ChangesOptions as AnyChangesOptions", "Reset")
    imports.value("./runtime/changes", "changesOf")
    imports.type("./runtime/connection", "Connection")
    imports.value("./runtime/input", "inQuery")
    imports.value("./runtime/repeat", "always")
    imports.type("./options", "Auth")
    rows = [
        'name: "changes"',
        'method: "GET"',
        f"path: {TypeScriptString(prefix + '/changes')}",
        "write: inQuery",
        "repeat: always",
    ]
    if scheme is not None:
        imports.value("./runtime/auth", AUTH_WRITERS[scheme.kind])
        rows.append(f"auth: {auth_function(scheme)}")
    rows.append('codes: " invalid_input! unauthorized forbidden unavailable "')
    return module_text(imports, [table("changes", rows), _SUBSCRIBE])


_SUBSCRIBE = """\
/** What `subscribeChanges` takes; what is not given is the client's. */
export interface ChangesOptions extends AnyChangesOptions<Auth> {}

/**
 * Hear of changes, until the loop is left or the signal of the options fires.
 *
 * A connection that breaks or falls silent is made again, and goes on where it was. A `reset` says
 * that changes were missed: what is shown has to be read anew.
 *
 * @throws ActionError where the server refuses for good, such as `unauthorized`.
 */
export function subscribeChanges(
  client: Connection,
  options?: ChangesOptions,
): AsyncGenerator<Change | Reset, void, undefined> {
  return changesOf($changes, client, options);
}

export type { Change, Reset };
"""


def index_module(modules: Modules, *, changes: bool) -> str:
    """Write the entry: everything a user of the package may import."""
    return f"{HEADER}\n{''.join(_exports(modules, changes=changes))}"


def _exports(modules: Modules, *, changes: bool) -> Iterator[str]:
    if changes:
        yield clause("export", [*CHANGES_VALUES, *(f"type {name}" for name in CHANGES_TYPES)], "./changes")
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
