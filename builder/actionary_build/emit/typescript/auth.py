"""`src/options.ts`: the options of a client, with the credentials that this server asks for."""

from __future__ import annotations

from typing import Final

from actionary.action_spec import SchemeSpec
from actionary.catalog import Catalog

from actionary_build.emit.credentials import header_of
from actionary_build.emit.typescript.comments import comment
from actionary_build.emit.typescript.modules import Imports, module_text
from actionary_build.emit.typescript.types import property_key
from actionary_build.texts import TypeScriptString

AUTH_WRITERS: Final = {"bearer": "bearer", "api_key": "apiKey", "basic": "basic"}
"""The function of the runtime that writes the header of a scheme, by its kind."""

_TYPES: Final = {"bearer": "Credential", "api_key": "Credential", "basic": "Credential<BasicCredential>"}
_MEANINGS: Final = {"bearer": "A bearer token", "api_key": "An API key", "basic": "A name and a password"}


def auth_function(scheme: SchemeSpec) -> str:
    """Write what takes the credential of a scheme from the option `auth`, and gives its header."""
    key = scheme.name if property_key(scheme.name) == scheme.name else f"[{TypeScriptString(scheme.name)}]"
    taken = f"given?.{key}"
    if scheme.kind == "api_key":
        header = TypeScriptString(header_of(scheme)[0].lower())
        return f"(given: Auth | undefined) => apiKey({header}, {taken})"
    return f"(given: Auth | undefined) => {AUTH_WRITERS[scheme.kind]}({taken})"


def options_module(catalog: Catalog) -> str:
    """Write the types of the options, whose `auth` has a key for each scheme."""
    imports = Imports()
    imports.type("./runtime/options", "CallOptions as AnyCallOptions", "ClientOptions as AnyClientOptions")
    schemes = catalog.schemes.values()
    for scheme in schemes:
        imports.type("./runtime/options", "Credential")
        if scheme.kind == "basic":
            imports.type("./runtime/options", "BasicCredential")
    fields = "".join(
        f"{comment(_told(scheme), indent='  ')}"
        f"  readonly {property_key(scheme.name)}?: {_TYPES[scheme.kind]} | undefined;\n"
        for scheme in schemes
    )
    auth = (
        f"/** Says who calls, by the scheme that asks for it. */\nexport type Auth = {{\n{fields}}};\n"
        if fields
        else "/** No action asks who calls. */\nexport type Auth = Readonly<Record<string, never>>;\n"
    )
    return module_text(imports, [auth, _OPTIONS])


def _told(scheme: SchemeSpec) -> list[str]:
    kind = f" ({scheme.format})" if scheme.format else ""
    wanted = f"{_MEANINGS[scheme.kind]}{kind}."
    return [wanted, scheme.description] if scheme.description.strip() else [wanted]


_OPTIONS: Final = """\
/** What `connect` takes. */
export interface ConnectOptions extends AnyClientOptions<Auth> {}

/** What `createClient` takes. */
export interface ClientOptions extends ConnectOptions {
  /**
   * Told once when the server was built from another catalog than this client;
   * `console.warn` when it is not given.
   */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** What a single call takes. */
export interface CallOptions extends Omit<AnyCallOptions<Auth>, "idempotencyKey"> {}

/** What a single call takes whose repetitions the server knows by a key. */
export interface KeyedCallOptions extends AnyCallOptions<Auth> {}
"""
