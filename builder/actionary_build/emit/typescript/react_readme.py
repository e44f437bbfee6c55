"""The part of `README.md` on the hooks for React; its ``tsx`` blocks are complete modules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from actionary.action_spec import SchemeSpec
from actionary.catalog import Catalog

from actionary_build.emit.typescript import examples
from actionary_build.emit.typescript.calls import Call
from actionary_build.emit.typescript.examples import Setting
from actionary_build.texts import MarkdownCode, MarkdownFence, TypeScriptString


def react_part(catalog: Catalog, calls: Sequence[Call], setting: Setting) -> Iterator[str]:
    """Tell of the hooks, with those examples that the actions allow."""
    queries = [call for call in calls if call.action.read_only]
    query = examples.shown_first(catalog, queries)
    paged = examples.shown_first(catalog, [call for call in queries if call.action.paginate is not None])
    mutation = examples.shown_first(catalog, [call for call in calls if not call.action.read_only])
    named = examples.shown_first(catalog, [call for call in queries if call.names.function not in _IMPORTED])
    schemes = [shown[0].action.scheme for shown in (query, paged, mutation, named) if shown is not None]
    if catalog.changes is not None:
        schemes.append(catalog.changes.scheme)
    entry = MarkdownCode(f"{setting.package}/react")
    yield "## React"
    yield (
        f"{entry} has hooks on top of React Query: `npm install react @tanstack/react-query`, React 18 or "
        "newer and React Query 5 or newer. Who does not import it needs neither."
    )
    if query is not None:
        yield MarkdownFence(_page(*query, setting, schemes), "tsx")
    yield _QUERIES
    if mutation is not None:
        yield MarkdownFence(_button(*mutation, setting), "tsx")
    yield _MUTATIONS
    yield _CHANGES if catalog.changes is not None else _NO_CHANGES
    if paged is not None:
        yield MarkdownFence(_pages(*paged, setting), "tsx")
        yield _PAGES
    if named is not None:
        yield _FUNCTIONS
        yield MarkdownFence(_function(*named, setting), "tsx")
    yield _SERVERS


_IMPORTED: Final = {"actionQuery", "query", "useActionClient", "useQuery"}
"""What the example of a function has beside the function."""

_QUERIES: Final = """\
The name of an action settles its input, its data and its errors: `query.error` is an `ActionError` whose
`code` settles its `details`. An action that changes something does not compile in `useActionQuery`, and is
refused there when it runs. The options of `useQuery` come third, and among them, as `call`, those of the
call. `false` instead of the input stands for one that is not there yet. Data is kept under
`["action", name, input]`; `actionKey` makes such keys, whole or their beginning. They do not name this
package: if a page uses another one like it, give each `ActionProvider` a `queryClient` of its own."""

_MUTATIONS: Final = """\
When a mutation succeeds, all that actions gave (the keys that begin with `"action"`) is read anew; also when
nobody knows how it ended, or when it waits for approval now. Once there is an approval, give its key as
`call: { approval }` in the options and mutate again. `await callAction(name, input)` does the same in one
call, such as in a handler of events: it gives a result, as the client does, and needs an `ActionProvider`
that is shown.

Failed calls are repeated by the client alone, as [above](#repeated-calls): the hooks take no `retry` of
React Query's, which would multiply the attempts. What only somebody who is gone wanted to read is given up.\
"""

_CHANGES: Final = """\
`ActionProvider` hears of changes, and has all read anew that others change; its own it knows. It goes on
listening until it is taken away; `listen={false}` keeps it from it, and `onListenError` is told when the
server refuses. What changed between the first reading and the connection is not heard of."""

_NO_CHANGES: Final = (
    "The server tells of no changes: what others change is seen when it is read the next time."
)

_PAGES: Final = """\
It ends where the action says that there are no more pages. The key has `"pages"` as its fourth part."""

_FUNCTIONS: Final = """\
The hooks find actions by their names, so a bundle that has one of them has the tables of all actions. Where
that is too much, make the options of React Query's own hooks of an action's function: `actionQuery`,
`actionInfiniteQuery` and `actionMutation` use the same keys and do the same, and a bundler keeps only the
actions that are imported."""

_SERVERS: Final = """\
The same options read before a page is made: `await queryClient.prefetchQuery(actionQuery(client, …))`, on
a server with a client of its own for each request."""


def _page(call: Call, argument: str, setting: Setting, schemes: Sequence[SchemeSpec | None]) -> str:
    return "\n".join(
        [
            'import { QueryClient } from "@tanstack/react-query";',
            f"import {{ createClient }} from {TypeScriptString(setting.package)};",
            _import("ActionProvider", "useActionQuery", setting=setting),
            "",
            f"const client = createClient({examples.client_options(setting, *schemes)});",
            "const queryClient = new QueryClient();",
            "",
            "export function Page() {",
            "  return (",
            "    <ActionProvider client={client} queryClient={queryClient}>",
            "      <Shown />",
            "    </ActionProvider>",
            "  );",
            "}",
            "",
            "function Shown() {",
            f"  const query = useActionQuery({_passed(call, argument)});",
            '  if (query.error) return <p role="alert">{query.error.message}</p>;',
            f"  return <pre>{{{setting.json_of('query.data', '2')}}}</pre>;",
            "}",
        ]
    )


def _button(call: Call, argument: str, setting: Setting) -> str:
    name = TypeScriptString(call.action.name)
    return "\n".join(
        [
            _import("useActionMutation", setting=setting),
            "",
            "export function Button() {",
            f"  const mutation = useActionMutation({name});",
            f"  const call = () => mutation.mutate({_indented(argument)});",
            "  return (",
            '    <button type="button" disabled={mutation.isPending} onClick={call}>',
            f"      {{mutation.error?.code ?? {name}}}",
            "    </button>",
            "  );",
            "}",
        ]
    )


def _pages(call: Call, argument: str, setting: Setting) -> str:
    return "\n".join(
        [
            _import("useActionInfiniteQuery", setting=setting),
            "",
            "export function Pages() {",
            f"  const query = useActionInfiniteQuery({_passed(call, argument)});",
            "  return (",
            '    <button type="button" disabled={!query.hasNextPage} onClick={() => query.fetchNextPage()}>',
            "      {query.data?.pages.length ?? 0}",
            "    </button>",
            "  );",
            "}",
        ]
    )


def _function(call: Call, argument: str, setting: Setting) -> str:
    function = call.names.function
    passed = f"{function}, {_indented(argument)}" if argument else function
    return "\n".join(
        [
            'import { useQuery } from "@tanstack/react-query";',
            f"import {{ {function} }} from {TypeScriptString(setting.package)};",
            _import("actionQuery", "useActionClient", setting=setting),
            "",
            "export function Read() {",
            f"  const query = useQuery(actionQuery(useActionClient(), {passed}));",
            f"  return <pre>{{{setting.json_of('query.data', '2')}}}</pre>;",
            "}",
        ]
    )


def _passed(call: Call, argument: str) -> str:
    """Write a name and an input as arguments, on the level of a function's body."""
    name = TypeScriptString(call.action.name)
    return f"{name}, {_indented(argument)}" if argument else name


def _import(*names: str, setting: Setting) -> str:
    return f"import {{ {', '.join(names)} }} from {TypeScriptString(f'{setting.package}/react')};"


def _indented(argument: str) -> str:
    return argument.replace("\n", "\n  ")
