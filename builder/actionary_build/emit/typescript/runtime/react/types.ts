/** What the hooks know of an action from its function. */

import type {
  DataTag,
  InfiniteData,
  UseMutationOptions,
  UseQueryOptions,
  useInfiniteQuery,
} from "@tanstack/react-query";
import type { Action, DataOf, ResultOf } from "../called.js";
import type { Connection } from "../connection.js";
import type { ActionError } from "../error.js";
import type { AnyFailure, Success } from "../result.js";

/** Functions by the names that their actions have on the server. */
export type ByName<Actions> = Readonly<Record<keyof Actions, Action>>;

/** The function, if it is one of those. */
export type OneOf<Actions, Called> = {
  [Name in keyof Actions]: [Actions[Name], Called] extends [Called, Actions[Name]] ? Called : never;
}[keyof Actions];

/** The input; with undefined where it may be left out. */
export type InputOf<Called> = Called extends (
  client: Connection,
  input: infer Input,
  ...rest: never[]
) => unknown
  ? Input
  : never;

/** What a call takes beside the input. */
export type OptionsOf<Called> = Called extends (
  client: Connection,
  input: never,
  options: infer Options,
) => unknown
  ? NonNullable<Options>
  : never;

/** What a call that only reads takes beside the input; React Query has a signal of its own. */
export type ReadOptions<Called> = Omit<OptionsOf<Called>, "signal" | "idempotencyKey">;

type Thrown<Failed> = Failed extends AnyFailure ? ActionError<Failed> : never;

/** What a call fails with, an error for each code: `error.code` settles the type of `error.details`. */
export type ErrorOf<Called extends Action> = Thrown<Exclude<ResultOf<Called>, Success<unknown>>>;

/** Where React Query keeps what an action gave. */
export type ActionKey = readonly ["action", string, unknown];

/** The same for all pages of it. */
export type PagesKey = readonly [...ActionKey, "pages"];

/** All pages that were read so far. */
export type PagesOf<Called extends Action> = InfiniteData<DataOf<Called>, unknown>;

/** What is not a user's to choose: the client repeats calls, and React Query must not do it again. */
type Ours = "queryKey" | "queryFn" | "retry" | "retryDelay";

type Query<Called extends Action, Data> = UseQueryOptions<DataOf<Called>, ErrorOf<Called>, Data, ActionKey>;

// The type of the options has had other parameters in earlier releases, the function has not.
type Pages<Called extends Action, Data> = Parameters<
  typeof useInfiniteQuery<DataOf<Called>, ErrorOf<Called>, Data, PagesKey, unknown>
>[0];

/** Options for `useQuery`, `prefetchQuery` and whatever else takes a query. */
export type ActionQuery<Called extends Action> = Omit<
  Query<Called, DataOf<Called>>,
  "queryKey" | "queryFn"
> & {
  readonly queryKey: DataTag<ActionKey, DataOf<Called>>;
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<DataOf<Called>>;
};

/** Options for `useInfiniteQuery`, `prefetchInfiniteQuery` and whatever else takes pages. */
export type ActionInfiniteQuery<Called extends Action> = Omit<
  Pages<Called, PagesOf<Called>>,
  "queryKey" | "queryFn"
> & {
  readonly queryKey: DataTag<PagesKey, PagesOf<Called>>;
  readonly queryFn: (context: {
    readonly signal: AbortSignal;
    readonly pageParam: unknown;
  }) => Promise<DataOf<Called>>;
};

/** What a mutation is called with: nothing, where the input may be left out. */
export type VariablesOf<Called> =
  // biome-ignore lint/suspicious/noConfusingVoidType: an argument may be left out only where it may be void
  undefined extends InputOf<Called> ? InputOf<Called> | void : InputOf<Called>;

/** Options for `useMutation`. */
export type ActionMutation<Called extends Action, Context = unknown> = UseMutationOptions<
  DataOf<Called>,
  ErrorOf<Called>,
  VariablesOf<Called>,
  Context
>;

/** What `useActionQuery` takes: the options of `useQuery`, and as `call` those of the call. */
export type QueryHookOptions<Called extends Action, Data> = Omit<Query<Called, Data>, Ours> & {
  readonly call?: ReadOptions<Called> | undefined;
};

/** What `useActionInfiniteQuery` takes: the options of `useInfiniteQuery`, and as `call` those of each call. */
export type InfiniteHookOptions<Called extends Action, Data> = Omit<
  Pages<Called, Data>,
  Ours | "initialPageParam" | "getNextPageParam"
> & { readonly call?: ReadOptions<Called> | undefined };

/** What `useActionMutation` takes: the options of `useMutation`, and as `call` those of the call. */
export type MutationHookOptions<Called extends Action, Context> = Omit<
  ActionMutation<Called, Context>,
  "mutationFn" | "mutationKey" | "retry" | "retryDelay"
> & { readonly call?: OptionsOf<Called> | undefined };
