"""`src/react.ts` and what is below it: the actions by their names, for the hooks of the runtime."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from actionary_build.emit.typescript.calls import Call
from actionary_build.emit.typescript.modules import HEADER, Imports, module_text
from actionary_build.emit.typescript.types import literal_key, property_key

Modules = Mapping[str, list[Call]]


def react_modules(modules: Modules, *, changes: bool) -> Iterator[tuple[str, str]]:
    """Write the modules by their paths; ``changes`` where the server tells of changes."""
    yield "src/react.ts", f"{HEADER}\n{_ENTRY}"
    yield "src/react/hooks.ts", f"{HEADER}{_HOOKS}"
    yield "src/react/options.ts", f"{HEADER}\n{_OPTIONS}"
    yield "src/react/provider.ts", f"{HEADER}{_LISTENING_PROVIDER if changes else _SILENT_PROVIDER}"
    yield "src/react/tables.ts", _tables(modules)


def _tables(modules: Modules) -> str:
    """Write the function of each action under the action's name, by what it is to React Query."""
    imports = Imports()
    for module, calls in modules.items():
        imports.value(f"../actions/{module}", *(call.names.function for call in calls))
    by_name = sorted(
        (call for calls in modules.values() for call in calls), key=lambda call: call.action.name
    )
    queries = [call for call in by_name if call.action.read_only]
    paged = [call for call in queries if call.action.paginate is not None]
    mutations = [call for call in by_name if not call.action.read_only]
    return module_text(
        imports,
        [
            *_table("Queries", "$queries", "The actions that only read.", queries),
            *_table("PagedQueries", "$pagedQueries", "Those among them that give pages.", paged),
            *_table("Mutations", "$mutations", "The actions that change something.", mutations),
        ],
    )


def _table(interface: str, value: str, meaning: str, calls: Iterable[Call]) -> Iterator[str]:
    """Declare a table and write it; no function of an action can have such names."""
    listed = [(call.action.name, call.names.function) for call in calls]
    types = "".join(f"  readonly {property_key(name)}: typeof {function};\n" for name, function in listed)
    values = "".join(f"  {literal_key(name)}: {function},\n" for name, function in listed)
    yield f"/** {meaning} */\nexport interface {interface} {{\n{types}}}\n"
    yield f"export const {value}: {interface} = {{\n{values}}};\n"


_OPTIONS: Final = """\
import { type KeyFactory, partOf } from "../runtime/react/keys.js";
import { type MutationFactory, mutationOf } from "../runtime/react/mutation.js";
import {
  type InfiniteQueryFactory,
  infiniteQueryOf,
  type QueryFactory,
  queryOf,
} from "../runtime/react/query.js";
import type { Mutations, PagedQueries, Queries } from "./tables.js";

/**
 * Describe the query of an action that only reads, for `useQuery`, `useSuspenseQuery`, `useQueries`,
 * `prefetchQuery` and the like. A bundler keeps only the actions that are imported.
 *
 * `false` instead of the input stands for one that is not there yet: nothing is read.
 */
export const actionQuery: QueryFactory<Queries> = queryOf as unknown as QueryFactory<Queries>;

/** Describe the pages of an action, for `useInfiniteQuery`, `prefetchInfiniteQuery` and the like. */
export const actionInfiniteQuery: InfiniteQueryFactory<PagedQueries> =
  infiniteQueryOf as unknown as InfiniteQueryFactory<PagedQueries>;

/**
 * Describe the mutation of an action that changes something, for `useMutation`. It takes the client of
 * the page, which `useActionClient` gives; when it succeeds, all that actions gave is read anew.
 */
export const actionMutation: MutationFactory<Mutations> =
  mutationOf as unknown as MutationFactory<Mutations>;

/**
 * Make the key under which React Query has what actions gave: all of it, that of one action, or that
 * of one action for an input. What begins with a key is found by it.
 */
export const actionKey: KeyFactory<Queries> = partOf as unknown as KeyFactory<Queries>;
"""

_HOOKS: Final = """\
"use client";

import {
  type CallAction,
  caller,
  infiniteQueryHook,
  mutationHook,
  queryHook,
  type UseActionInfiniteQuery,
  type UseActionMutation,
  type UseActionQuery,
} from "../runtime/react/hooks.js";
import {
  $mutations,
  $pagedQueries,
  $queries,
  type Mutations,
  type PagedQueries,
  type Queries,
} from "./tables.js";

/**
 * Read what an action gives, by the action's name; with the options of `useQuery`.
 *
 * `false` instead of the input stands for one that is not there yet: nothing is read.
 */
export const useActionQuery: UseActionQuery<Queries> = /* @__PURE__ */ queryHook($queries);

/** Read page after page of what an action gives; with the options of `useInfiniteQuery`. */
export const useActionInfiniteQuery: UseActionInfiniteQuery<PagedQueries> =
  /* @__PURE__ */ infiniteQueryHook($pagedQueries);

/**
 * Call an action that changes something; with the options of `useMutation`.
 *
 * When it succeeds, all that actions gave is read anew.
 */
export const useActionMutation: UseActionMutation<Mutations> = /* @__PURE__ */ mutationHook($mutations);

/**
 * Call an action with the client of the page that is shown, such as when something is clicked. What it
 * gives is a result; after a change, all that actions gave is read anew.
 *
 * @throws Error where no `ActionProvider` is shown, so always on a server.
 */
export const callAction: CallAction<Queries & Mutations> = /* @__PURE__ */ caller($queries, $mutations);
"""

_LISTENING_PROVIDER: Final = """\
"use client";

import { subscribeChanges } from "../changes.js";
import {
  type ListeningProviderProps,
  listeningProvider,
  type Provider,
} from "../runtime/react/provider.js";

/** What `ActionProvider` takes. */
export interface ActionProviderProps extends ListeningProviderProps {}

/** Gives its client to all inside, and reads anew what others change. */
export const ActionProvider: Provider<ActionProviderProps> =
  /* @__PURE__ */ listeningProvider(subscribeChanges);
"""

_SILENT_PROVIDER: Final = """\
"use client";

import { type Provider, SilentProvider, type SilentProviderProps } from "../runtime/react/provider.js";

/** What `ActionProvider` takes. */
export interface ActionProviderProps extends SilentProviderProps {}

/** Gives its client to all inside. */
export const ActionProvider: Provider<ActionProviderProps> = SilentProvider;
"""

_ENTRY: Final = """\
export { callAction, useActionInfiniteQuery, useActionMutation, useActionQuery } from "./react/hooks.js";
export { actionInfiniteQuery, actionKey, actionMutation, actionQuery } from "./react/options.js";
export { ActionProvider, type ActionProviderProps } from "./react/provider.js";
export type { Mutations, PagedQueries, Queries } from "./react/tables.js";
export type { ActionClient } from "./runtime/react/client.js";
export { useActionClient } from "./runtime/react/provider.js";
export type { DataOf } from "./runtime/called.js";
export type { ErrorOf, InputOf } from "./runtime/react/types.js";
"""
