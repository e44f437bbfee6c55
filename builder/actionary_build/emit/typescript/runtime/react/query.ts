/** What actions that only read are to React Query: for all of its hooks, and for reading before a page is shown. */

import type { UseQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import type { Action } from "../called.js";
import type { Connection } from "../connection.js";
import { unwrap } from "../error.js";
import type { CallOptions } from "../options.js";
import type { Paging } from "../pages.js";
import { keyOf } from "./keys.js";
import { called, tableOf } from "./table.js";
import type { ActionInfiniteQuery, ActionQuery, InputOf, OneOf, ReadOptions } from "./types.js";

/** The input, or `false` while there is none, and the options of the call. */
type Arguments<Called> =
  undefined extends InputOf<Called>
    ? [input?: InputOf<Called> | false, call?: ReadOptions<Called>]
    : [input: InputOf<Called> | false, call?: ReadOptions<Called>];

/** `queryOf`, for the given actions only. */
export type QueryFactory<Queries> = <Called extends Action>(
  client: Connection,
  action: Called & OneOf<Queries, Called>,
  ...rest: Arguments<Called>
) => ActionQuery<Called>;

/** `infiniteQueryOf`, for the given actions only. */
export type InfiniteQueryFactory<Queries> = <Called extends Action>(
  client: Connection,
  action: Called & Paging<Called> & OneOf<Queries, Called>,
  ...rest: Arguments<Called>
) => ActionInfiniteQuery<Called>;

type Fields = Readonly<Record<string, unknown>>;

/** What React Query tells of what it reads. */
interface Asked {
  readonly signal: AbortSignal;
  readonly pageParam?: unknown;
}

/** Describe a query. The client repeats failed calls where that is of use, so React Query does not. */
export function queryOf(
  client: Connection,
  action: Action,
  input?: object | false,
  call?: CallOptions,
): UseQueryOptions {
  const { name } = tableOf(action);
  return {
    queryKey: keyOf(name, input),
    queryFn: async ({ signal }: Asked) =>
      unwrap(await called(action)(client, existing(name, input), { ...call, signal })),
    ...settled(input),
  };
}

/**
 * Describe a query of pages, each of which leads to the next one.
 *
 * @throws TypeError where the action gives no pages.
 */
export function infiniteQueryOf(
  client: Connection,
  action: Action,
  input?: object | false,
  call?: CallOptions,
): Parameters<typeof useInfiniteQuery>[0] {
  const { name, pages } = tableOf(action);
  if (!pages) throw new TypeError(`${name} gives no pages`);
  const nextOf = (page: unknown) => (page as Fields)[pages.output] ?? undefined;
  return {
    queryKey: [...keyOf(name, input), "pages"],
    queryFn: async ({ signal, pageParam }: Asked) => {
      const first: Fields = { ...existing(name, input) };
      const asked = pageParam === undefined ? first : { ...first, [pages.input]: pageParam };
      const page = unwrap(await called(action)(client, asked, { ...call, signal }));
      const next = nextOf(page);
      if (next === undefined || next !== asked[pages.input]) return page;
      throw new Error(`${name} gave \`${pages.output}\` as it was asked with: its pages have no end`);
    },
    initialPageParam: undefined,
    getNextPageParam: nextOf,
    ...settled(input),
  };
}

function settled(input: object | false | undefined): { readonly retry: false; readonly enabled?: false } {
  return { retry: false, ...(input === false && { enabled: false }) };
}

function existing(name: string, input: object | false | undefined): object | undefined {
  if (input !== false) return input;
  throw new Error(`${name} has no input yet; give one instead of false before it is read`);
}
