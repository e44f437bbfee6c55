"""`src/testing.ts`: the scripted client for the tests of those who use the package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from actionary import codes

from actionary_build.emit.typescript.calls import Call
from actionary_build.emit.typescript.modules import Imports, module_text
from actionary_build.emit.typescript.types import literal_key, property_key
from actionary_build.texts import json_text

_TESTING: Final = """\
/** A client whose replies are scripted, and what was asked of it. */
export interface TestClient extends Scripted<Actions, Client> {}

/**
 * Make a client for tests, whose replies are scripted by the names that actions have on the server.
 *
 * A script is a reply, a function that makes it of the input, or a list of these for call after call.
 * Nothing is sent: headers, retries and hooks play no part.
 */
export function testClient(scripts: Scripts<Actions> = {}): TestClient {
  return scripted(scripts, $codes, $clientOf);
}

export { fail, ok };
export type { AnyCall, CallOf, Fail, Ok, Scripts };
"""


def testing_module(modules: Mapping[str, list[Call]]) -> str:
    """Write the types of all scripts, and with which status each code comes."""
    imports = Imports()
    imports.value("./client", "$clientOf")
    imports.type("./client", "Client")
    imports.value("./runtime/testing", "fail", "ok", "scripted")
    imports.type("./runtime/testing", "AnyCall", "CallOf", "Codes", "Fail", "Ok", "Scripted", "Scripts")
    functions = "".join(
        f"  readonly {property_key(call.action.name)}: typeof {whole}.{call.names.function};\n"
        for whole, calls in [
            (imports.whole(module, only_types=True), calls) for module, calls in modules.items()
        ]
        for call in calls
    )
    actions = f"/** Every action, by its name on the server. */\nexport interface Actions {{\n{functions}}}\n"
    return module_text(
        imports, [actions, _codes([call for calls in modules.values() for call in calls]), _TESTING]
    )


def _codes(calls: list[Call]) -> str:
    """Write the status of each code and whether it may pass: a code means the same in all actions."""
    told = {
        **{error.code: (error.status, error.retryable) for call in calls for error in call.action.errors},
        **{code.name: (code.status, code.retryable) for code in codes.COMMON.values()},
        **{code.name: (0, code.retryable) for code in codes.CLIENT.values()},
    }
    rows = "".join(f"  {literal_key(code)}: {json_text(of)},\n" for code, of in sorted(told.items()))
    return f"const $codes: Codes = {{\n{rows}}};\n"
