"""Examples of calls as TypeScript modules: complete, so that they compile and run as they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from actionary import codes
from actionary.action_spec import SchemeSpec
from actionary.catalog import Catalog

from actionary_build.emit.plain_input import plain_input
from actionary_build.emit.typescript.calls import Call, ServerFailure
from actionary_build.emit.typescript.types import literal_key
from actionary_build.texts import TypeScriptString, json_text


@dataclass(frozen=True, slots=True)
class Setting:
    """Where examples import the client from, the server they talk to, and whether there is ``bigint``."""

    package: str
    base_url: str
    has_bigint: bool = False

    def json_of(self, value: str, *more: str) -> str:
        """Write what makes JSON text of a value, ``more`` being what ``JSON.stringify`` takes at its end."""
        replacer = "null"
        if self.has_bigint:
            replacer = '(_, value) => (typeof value === "bigint" ? String(value) : value)'
        given = [replacer, *more] if more or self.has_bigint else []
        return f"JSON.stringify({', '.join([value, *given])})"


_CREDENTIALS: Final = {
    "bearer": '"TOKEN"',
    "api_key": '"KEY"',
    "basic": '{ username: "USERNAME", password: "PASSWORD" }',
}


class Written(str):
    """A TypeScript expression among the data of an example."""

    __slots__ = ()


def arguments(catalog: Catalog, call: Call) -> list[str]:
    """Give the inputs an example may pass: those of the catalog, or none where none is needed.

    Keys that the server ignores are left out: the input's type does not have them.
    """
    schema = catalog.resolve(call.action.input)
    takes_any = bool(schema.get("additionalProperties", False))
    known = schema.get("properties", {})
    given = [
        literal({key: value for key, value in example.input.items() if takes_any or key in known})
        for example in call.action.examples
    ]
    return given or ([] if call.input_required else [""])


def shown_first(catalog: Catalog, calls: Sequence[Call]) -> tuple[Call, str] | None:
    """Choose the call to show first, with its input: one with an example, rather one that only reads.

    What the server brings itself comes last. Without examples the input is made of the schema; ``None``
    where that is simple for no call.
    """
    ranked = sorted(
        calls,
        key=lambda call: (
            f"{call.path}/".startswith(f"{catalog.prefix}/approvals/"),
            not call.action.examples,
            bool(call.action.deprecated),
            not call.action.read_only,
        ),
    )
    for call in ranked:
        for argument in arguments(catalog, call) or _made(catalog, call):
            return call, argument
    return None


def _made(catalog: Catalog, call: Call) -> list[str]:
    made = plain_input(catalog, call.action)
    return [] if made is None else [literal(made)]


def plain_call(call: Call, argument: str, setting: Setting) -> str:
    """Show a call and its data."""
    return "\n".join(
        [
            _import(["createClient"], setting),
            "",
            _client(setting, call.action.scheme),
            f"const result = await client.{call.names.function}({argument});",
            "console.log(result.ok ? result.data : result.message);",
        ]
    )


def checked_call(call: Call, argument: str, setting: Setting) -> str:
    """Show a call, and that its failure is looked at."""
    return "\n".join(
        [
            _import(["createClient"], setting),
            "",
            _client(setting, call.action.scheme),
            f"const result = await client.{call.names.function}({argument});",
            "if (result.ok) console.log(result.data);",
            "else console.error(result.code, result.message, result.details);",
        ]
    )


def scripted_call(call: Call, argument: str, setting: Setting) -> str:
    """Show how a test scripts the reply to a call, and looks at what was asked."""
    script = f'{{ {literal_key(call.action.name)}: fail("network_error") }}'
    return "\n".join(
        [
            f"import {{ fail, testClient }} from {TypeScriptString(setting.package + '/testing')};",
            "",
            f"const {{ client, calls }} = testClient({script});",
            f"const result = await client.{call.names.function}({argument});",
            "console.log(!result.ok && result.code, calls.length);",
        ]
    )


def handled_call(call: Call, argument: str, setting: Setting) -> str:
    """Show a call whose every failure is handled, which the compiler checks."""
    return "\n".join(
        [
            _import(["createClient", f"type {call.names.failure}"], setting),
            "",
            _client(setting, call.action.scheme),
            f"const result = await client.{call.names.function}({argument});",
            "console.log(result.ok ? result.data : explain(result));",
            "",
            f"function explain(failure: {call.names.failure}): string {{",
            "  switch (failure.code) {",
            *_cases(call, setting),
            "  }",
            "}",
        ]
    )


def _cases(call: Call, setting: Setting) -> list[str]:
    lines: list[str] = []
    plain: list[str] = []
    for failure in call.failures:
        case = f"    case {TypeScriptString(failure.code)}:"
        if failure.details is None:
            plain.append(case)
        else:
            lines += [case, f"      return {_explained(failure, setting)};"]
    plain += [f"    case {TypeScriptString(code)}:" for code in codes.CLIENT]
    return [*lines, *plain, "      return failure.message;"]


def _explained(failure: ServerFailure, setting: Setting) -> str:
    if failure.code == "invalid_input":
        return 'failure.details.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ")'
    return f"`${{failure.message}} ${{{setting.json_of('failure.details')}}}`"


def thrown_call(call: Call, argument: str, setting: Setting) -> str:
    """Show a call whose failure is thrown."""
    return "\n".join(
        [
            _import(["ActionError", "createClient", "unwrap"], setting),
            "",
            _client(setting, call.action.scheme),
            "try {",
            f"  console.log(unwrap(await client.{call.names.function}({_indented(argument)})));",
            "} catch (error) {",
            "  if (!(error instanceof ActionError)) throw error;",
            "  console.log(error.code, error.message, error.requestId);",
            "}",
        ]
    )


def throwing_call(call: Call, argument: str, setting: Setting) -> str:
    """Show a call by the methods that throw."""
    return "\n".join(
        [
            _import(["createClient"], setting),
            "",
            _client(setting, call.action.scheme),
            f"console.log(await client.throwing.{call.names.function}({argument}));",
        ]
    )


def watched_call(call: Call, argument: str, setting: Setting) -> str:
    """Show a call whose progress is read."""
    function = call.names.function
    client, event = (_beside(function, name) for name in ("client", "event"))
    return "\n".join(
        [
            _import(["createClient", function, "progress"], setting),
            "",
            _client(setting, call.action.scheme, client),
            f"for await (const {event} of progress({client}, {_passed(function, argument)})) {{",
            f'  if ({event}.type === "progress") console.log({event}.done, {event}.total, {event}.message);',
            f"  else console.log({event}.result.ok);",
            "}",
        ]
    )


def paged_call(call: Call, argument: str, setting: Setting) -> str:
    """Show how all that a paginated action lists is read."""
    function = call.names.function
    client, item = (_beside(function, name) for name in ("client", "item"))
    return "\n".join(
        [
            _import(["createClient", "items", function], setting),
            "",
            _client(setting, call.action.scheme, client),
            f"for await (const {item} of items({client}, {_passed(function, argument)})) {{",
            f"  console.log({item});",
            "}",
        ]
    )


def _passed(function: str, argument: str) -> str:
    return f"{function}, {argument}" if argument else function


def _beside(function: str, name: str) -> str:
    """Give a name that an example may use beside the function it imports."""
    return f"{name}_" if name == function else name


def heard_changes(setting: Setting, scheme: SchemeSpec | None) -> str:
    """Show how changes are heard, where the server asks by a scheme who listens."""
    return "\n".join(
        [
            _import(["createClient", "subscribeChanges"], setting),
            "",
            _client(setting, scheme),
            "const controller = new AbortController();",
            "for await (const event of subscribeChanges(client, { signal: controller.signal })) {",
            '  if (event.type === "change") console.log(event.action, event.scope);',
            '  else console.log("read everything anew");',
            "}",
        ]
    )


def limited_call(call: Call, argument: str, setting: Setting) -> str:
    """Show a call with a time limit that can be given up."""
    options = "{ timeoutMs: 5_000, signal: controller.signal }"
    return "\n".join(
        [
            _import(["createClient"], setting),
            "",
            _client(setting, call.action.scheme),
            "const controller = new AbortController();",
            f"const call = client.{call.names.function}({argument or 'undefined'}, {options});",
            "controller.abort();",
            "const result = await call;",
            'console.log(!result.ok && result.code === "aborted");',
        ]
    )


def standalone_call(call: Call, argument: str, setting: Setting) -> str:
    """Show a call by its own function."""
    function = call.names.function
    connection, result = (_beside(function, name) for name in ("connection", "result"))
    passed = f"{connection}, {argument}" if argument else connection
    return "\n".join(
        [
            _import(["connect", function], setting),
            "",
            f"const {connection} = connect({client_options(setting, call.action.scheme)});",
            f"const {result} = await {function}({passed});",
            f"console.log({result}.ok);",
        ]
    )


def _import(names: Sequence[str], setting: Setting) -> str:
    return f"import {{ {', '.join(names)} }} from {TypeScriptString(setting.package)};"


def _client(setting: Setting, scheme: SchemeSpec | None, name: str = "client") -> str:
    return f"const {name} = createClient({client_options(setting, scheme)});"


def client_options(setting: Setting, *schemes: SchemeSpec | None) -> str:
    """Write the options of a client: where the server is, and who calls, by the schemes that ask for it."""
    asking = {scheme.name: scheme.kind for scheme in schemes if scheme is not None}
    auth = ", ".join(f"{literal_key(name)}: {_CREDENTIALS[kind]}" for name, kind in sorted(asking.items()))
    address = f"baseUrl: {TypeScriptString(setting.base_url)}"
    return f"{{ {address}, auth: {{ {auth} }} }}" if auth else f"{{ {address} }}"


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")


def literal(value: Any, indent: str = "") -> str:
    """Write JSON data as a TypeScript expression, on one line where it is short."""
    if isinstance(value, Written):
        return value
    if not isinstance(value, list | dict) or not value:
        return json_text(value)
    inner = f"{indent}  "
    if isinstance(value, list):
        items, brackets = [literal(item, inner) for item in value], "[]"
    else:
        items = [f"{literal_key(key)}: {literal(item, inner)}" for key, item in sorted(value.items())]
        brackets = "{}"
    line = ", ".join(items)
    if len(line) + len(indent) <= 80 and not re.search(r"\n", line):
        return f"{{ {line} }}" if brackets == "{}" else f"[{line}]"
    return f"{brackets[0]}\n" + "".join(f"{inner}{item},\n" for item in items) + f"{indent}{brackets[1]}"
