/** Says how long is waited before a failed call is made again. */

import { LONGEST_TIMER_MS } from "./interruption.js";
import type { Retry } from "./options.js";
import type { RawAnswer } from "./result.js";

/**
 * Give the wait before a failed call is made again, in milliseconds: longer than any call takes, where
 * it is not, such as where the server wants a wait of more than a minute.
 */
export function waitMsAfter(
  attempt: number,
  answer: RawAnswer | undefined,
  given: (name: keyof Retry) => number | undefined,
): number {
  // What is not there is NaN both as a number and as a date.
  const asked = answer?.headers["retry-after"] as string;
  const askedMs = +asked * 1000 || Date.parse(asked) - Date.now();
  if (!(attempt < (given("attempts") ?? 3)) || askedMs > 60_000) return LONGEST_TIMER_MS;
  // A time that is over, or none, does not say when to come again.
  if (askedMs >= 0) return askedMs;
  return Math.random() * Math.min(given("maxMs") ?? 8000, (given("baseMs") ?? 250) * 2 ** (attempt - 1));
}
