/** The client of a page: with what was read, and a name by which the page knows its own changes. */

import type { QueryClient } from "@tanstack/react-query";
import type { Action } from "../called.js";
import { type Connection, settings } from "../connection.js";
import type { CallOptions } from "../options.js";
import type { AnyResult } from "../result.js";
import { FAMILY } from "./keys.js";
import { called } from "./table.js";

/** Under a symbol, as the settings of a connection are. */
export const page: unique symbol = Symbol("page");

/** What `useActionClient` gives. */
export interface ActionClient extends Connection {
  readonly [page]: Page;
}

/** What a page keeps. */
interface Page {
  readonly queryClient: QueryClient;
  /** The beginning of what its calls name themselves to the server. */
  readonly source: string;
  /** What those calls named themselves whose success it did not see. */
  readonly unseen: Set<string>;
  calls: number;
}

/** Make the client of a page. */
export function pageOf(client: Connection, queryClient: QueryClient): ActionClient {
  // Pages without TLS have no `randomUUID`.
  const source = globalThis.crypto?.randomUUID?.() ?? `${Math.random()}`;
  return {
    [settings]: client[settings],
    [page]: { queryClient, source, unseen: new Set(), calls: 0 },
  };
}

/** Call an action that changes something; if it did, or nobody knows, all that is shown is read anew. */
export async function change(
  client: ActionClient,
  action: Action,
  input?: object,
  options?: CallOptions,
): Promise<AnyResult> {
  const own = client[page];
  own.calls += 1;
  const source = `${own.source}.${own.calls}`;
  const given = options?.headers;
  const headers = async () => ({
    ...(typeof given === "function" ? await given() : given),
    "actionary-source": source,
  });
  let result: AnyResult | undefined;
  try {
    result = await called(action)(client, input, { ...options, headers });
    return result;
  } finally {
    // It may still come to pass, and then has to be heard of.
    if (mayHaveChanged(result)) {
      if (!result?.ok) own.unseen.add(source);
      void readAnew(own.queryClient);
    }
  }
}

/** Say whether a change was made by this page, which has seen to it already. */
export function isOwn(client: ActionClient, source: string | null): boolean {
  const own = client[page];
  return !!source?.startsWith(`${own.source}.`) && !own.unseen.has(source);
}

/** Read all anew that is shown of actions; what is not is read anew when it is shown. */
export function readAnew(queryClient: QueryClient): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: FAMILY });
}

/** A call that waits for approval now, or that ended nobody knows how, may have changed something too. */
function mayHaveChanged(result: AnyResult | undefined): boolean {
  if (!result || result.ok || result.status === 0 || result.status >= 500) return true;
  return result.code === "conflict" || result.code === "approval_required";
}
