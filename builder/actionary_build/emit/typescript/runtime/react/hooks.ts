"use client";

/** Hooks that find an action by its name. */

import {
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
} from "@tanstack/react-query";
import type { Action, DataOf, ResultOf } from "../called.js";
import type { CallOptions } from "../options.js";
import { change, page } from "./client.js";
import { mutationOf } from "./mutation.js";
import { shownClient, useActionClient } from "./provider.js";
import { infiniteQueryOf, queryOf } from "./query.js";
import { called } from "./table.js";
import type {
  ByName,
  ErrorOf,
  InfiniteHookOptions,
  InputOf,
  MutationHookOptions,
  OptionsOf,
  PagesOf,
  QueryHookOptions,
  VariablesOf,
} from "./types.js";

type Rest<Called, Options, No = never> =
  undefined extends InputOf<Called>
    ? [input?: InputOf<Called> | No, options?: Options]
    : [input: InputOf<Called> | No, options?: Options];

/** `useActionQuery`, for the given actions. */
export type UseActionQuery<Queries extends ByName<Queries>> = <
  Name extends keyof Queries,
  Data = DataOf<Queries[Name]>,
>(
  name: Name,
  ...rest: Rest<Queries[Name], QueryHookOptions<Queries[Name], Data>, false>
) => UseQueryResult<Data, ErrorOf<Queries[Name]>>;

/** `useActionInfiniteQuery`, for the given actions. */
export type UseActionInfiniteQuery<Queries extends ByName<Queries>> = <
  Name extends keyof Queries,
  Data = PagesOf<Queries[Name]>,
>(
  name: Name,
  ...rest: Rest<Queries[Name], InfiniteHookOptions<Queries[Name], Data>, false>
) => UseInfiniteQueryResult<Data, ErrorOf<Queries[Name]>>;

/** `useActionMutation`, for the given actions. */
export type UseActionMutation<Mutations extends ByName<Mutations>> = <
  Name extends keyof Mutations,
  Context = unknown,
>(
  name: Name,
  options?: MutationHookOptions<Mutations[Name], Context>,
) => UseMutationResult<
  DataOf<Mutations[Name]>,
  ErrorOf<Mutations[Name]>,
  VariablesOf<Mutations[Name]>,
  Context
>;

/** `callAction`, for the given actions. */
export type CallAction<Actions extends ByName<Actions>> = <Name extends keyof Actions>(
  name: Name,
  ...rest: Rest<Actions[Name], OptionsOf<Actions[Name]>>
) => Promise<ResultOf<Actions[Name]>>;

interface HookOptions {
  readonly call?: CallOptions;
}

/** Make `useActionQuery` of the actions that only read. */
export function queryHook<Queries extends ByName<Queries>>(queries: Queries): UseActionQuery<Queries> {
  const useActionQuery = (name: string, input?: object | false, { call, ...rest }: HookOptions = {}) => {
    const client = useActionClient();
    const query = queryOf(client, named(queries, name, ONLY_READS), input, call);
    return useQuery({ ...rest, ...query }, client[page].queryClient);
  };
  return useActionQuery as unknown as UseActionQuery<Queries>;
}

/** Make `useActionInfiniteQuery` of the actions that give pages. */
export function infiniteQueryHook<Queries extends ByName<Queries>>(
  queries: Queries,
): UseActionInfiniteQuery<Queries> {
  const useActionInfiniteQuery = (
    name: string,
    input?: object | false,
    { call, ...rest }: HookOptions = {},
  ) => {
    const client = useActionClient();
    const query = infiniteQueryOf(client, named(queries, name, GIVES_PAGES), input, call);
    return useInfiniteQuery({ ...rest, ...query }, client[page].queryClient);
  };
  return useActionInfiniteQuery as unknown as UseActionInfiniteQuery<Queries>;
}

/** Make `useActionMutation` of the actions that change something. */
export function mutationHook<Mutations extends ByName<Mutations>>(
  mutations: Mutations,
): UseActionMutation<Mutations> {
  const useActionMutation = (name: string, { call, ...rest }: HookOptions = {}) => {
    const client = useActionClient();
    const mutation = mutationOf(client, named(mutations, name, CHANGES), call);
    return useMutation({ ...rest, ...mutation }, client[page].queryClient);
  };
  return useActionMutation as unknown as UseActionMutation<Mutations>;
}

/** Make `callAction` of all actions. */
export function caller<Queries extends ByName<Queries>, Mutations extends ByName<Mutations>>(
  queries: Queries,
  mutations: Mutations,
): CallAction<Queries & Mutations> {
  const callAction = (name: string, input?: object, options?: CallOptions) =>
    Object.hasOwn(mutations, name)
      ? change(shownClient(), named(mutations, name, CHANGES), input, options)
      : called(named(queries, name, IS_CALLED))(shownClient(), input, options);
  return callAction as unknown as CallAction<Queries & Mutations>;
}

const ONLY_READS = "only reads; useActionMutation takes those that change something";
const CHANGES = "changes something; useActionQuery takes those that only read";
const GIVES_PAGES = "gives pages; useActionQuery takes the others that only read";
const IS_CALLED = "this client can call";

/** Find an action: who does not compile with types gives any name. */
function named(actions: object, name: string, wanted: string): Action {
  if (Object.hasOwn(actions, name)) return (actions as Readonly<Record<string, Action>>)[name] as Action;
  throw new TypeError(`${JSON.stringify(name)} is no action that ${wanted}`);
}
