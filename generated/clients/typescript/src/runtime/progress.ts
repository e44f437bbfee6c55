/** A call that tells how far it is. */

import type { Action, RestOf, ResultOf } from "./called.js";
import { type Connection, type Send, settings } from "./connection.js";
import { eventsOf, hasEvents } from "./events.js";
import type { CallOptions, Fetch } from "./options.js";

/** How far an action is, as it says itself. */
export interface Progress {
  readonly type: "progress";
  readonly done: number;
  /** How much there is to do, if that is known. */
  readonly total: number | null;
  readonly message: string | null;
}

/** The last event: what the call gives. */
export interface Finished<Typed> {
  readonly type: "result";
  readonly result: Typed;
}

/**
 * Call an action and give its progress as it comes, and at last its result.
 *
 * Who leaves the loop before gives the call up, which the server runs to its end all the same where it has
 * an idempotency key. An attempt that is repeated begins anew.
 */
export async function* progress<Called extends Action>(
  client: Connection,
  action: Called,
  ...rest: RestOf<Called>
): AsyncGenerator<Progress | Finished<ResultOf<Called>>, void, undefined> {
  const own = client[settings];
  const given = rest[1] as CallOptions | undefined;
  const waiting: Progress[] = [];
  let wake = (): void => undefined;
  const tell = (event: Progress) => {
    waiting.push(event);
    wake();
  };
  const left = new AbortController();
  const leave = () => left.abort(given?.signal?.reason);
  given?.signal?.addEventListener("abort", leave);
  if (given?.signal?.aborted) leave();
  const send: Send = (_, table, input, options) => {
    const fetch = listening(options?.fetch ?? own.fetch ?? globalThis.fetch, tell);
    return own.send(own, table, input, { ...options, fetch, signal: left.signal });
  };
  const call = action as unknown as (
    client: Connection,
    ...rest: readonly unknown[]
  ) => Promise<ResultOf<Called>>;
  const finished = call({ [settings]: { ...own, send } }, ...rest).then(
    (result): Finished<ResultOf<Called>> => ({ type: "result", result }),
  );
  try {
    for (;;) {
      const news = new Promise<void>((resolve) => {
        wake = resolve;
      });
      yield* waiting.splice(0);
      const last = await Promise.race([finished, news]);
      if (!last) continue;
      yield* waiting.splice(0);
      yield last;
      return;
    }
  } finally {
    given?.signal?.removeEventListener("abort", leave);
    left.abort();
  }
}

/** Make a `fetch` that asks for events, tells those of progress, and answers with the result. */
function listening(fetch: Fetch, tell: (event: Progress) => void): Fetch {
  return async (url, init) => {
    const headers = new Headers(init.headers);
    headers.set("accept", "text/event-stream");
    const response = await fetch(url, { ...init, headers });
    if (!hasEvents(response)) return response;
    for await (const { type, data } of eventsOf(response.body, init.signal as AbortSignal)) {
      if (type === "progress") tell({ type, ...(JSON.parse(data) as Omit<Progress, "type">) });
      if (type === "result") return new Response(data, { headers: response.headers });
    }
    throw new Error("the stream ended without a result");
  };
}
