/** Makes the failures that only a client can see. */

import type { ActionTable } from "./action.js";
import type { AnyFailure, ClientFailure } from "./result.js";

/**
 * The codes only a client gives that may pass, and the statuses which without an envelope mean a
 * gateway's passing trouble.
 */
const PASSING: readonly (ClientFailure["code"] | number)[] = [
  "network_error",
  "client_timeout",
  502,
  503,
  504,
];

/** What a failure that only a client sees may have beside its code and message. */
type More = Partial<AnyFailure> & { readonly cause?: unknown };

/** Makes a failure of what was thrown, or of a text with the fields in which it differs. */
export type Fail = (code: ClientFailure["code"], cause: unknown, more?: More) => AnyFailure;

/** Make what makes the failures of a call; those of an answer are retryable by its status. */
export function failing({ name }: ActionTable, waitedMs: () => number): Fail {
  return (code, cause, more = { cause }) => ({
    status: 0,
    retryable: PASSING.includes(more.status ?? code),
    details: null,
    action: name,
    latencyMs: waitedMs(),
    ...more,
    ok: false,
    code,
    // `fetch` says little itself in Node; the reason is one `cause` deeper.
    message: `${code}: ${String((cause as Error | undefined)?.cause ?? cause)}`,
  });
}
