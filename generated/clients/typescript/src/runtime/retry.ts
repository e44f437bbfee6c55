/** Decides whether a failed call is made again, and when. */

import type { ActionTable } from "./action.js";
import type { Retry } from "./options.js";
import type { AnyFailure, RawAnswer } from "./result.js";

/** A server that wants a longer wait than this is not waited for. */
const LONGEST_WAIT_MS = 60_000;

/** Give the wait before a failed call is made again, in milliseconds; NaN where it is not. */
export function waitMsAfter(
  attempt: number,
  failure: AnyFailure,
  answer: RawAnswer | undefined,
  action: ActionTable,
  retry: Retry | false | undefined,
): number {
  const { attempts = 3, baseMs = 250, maxMs = 8000 }: Retry = retry || {};
  const asked = answer?.headers["retry-after"] ?? "";
  const askedMs = Number(asked) * 1000 || Date.parse(asked) - Date.now();
  const ends = retry === false || !(attempt < attempts) || !action.repeat(failure, attempt);
  if (ends || askedMs > LONGEST_WAIT_MS) return Number.NaN;
  // A time that is over, or none, does not say when to come again.
  return askedMs >= 0 ? askedMs : Math.random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1));
}
