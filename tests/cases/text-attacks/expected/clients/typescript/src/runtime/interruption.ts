/** Ends work that takes too long or that the caller gives up. */

/** Why work was ended before it was done. */
export type Interruption =
  | { readonly end: "timed out" }
  | { readonly end: "aborted"; readonly cause: unknown };

/** A longer timer would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Give the limit back when it is one.
 *
 * @throws RangeError when it is not.
 */
export function checkedTimeout(timeoutMs: number): number {
  if (timeoutMs > 0) return timeoutMs;
  throw new RangeError(`timeoutMs is ${timeoutMs}; give a number above 0, or Infinity for no limit`);
}

/**
 * Do work until it is done, its time is up or the caller's signal fires.
 *
 * The signal that the work gets fires in both cases, but nobody waits for work
 * that ignores it. A caller's signal that fired before lets nothing begin.
 */
export async function interruptible<Done>(
  work: (signal: AbortSignal) => Promise<Done>,
  timeoutMs: number,
  caller: AbortSignal | undefined,
): Promise<Done | Interruption> {
  if (caller?.aborted) return { end: "aborted", cause: caller.reason };
  const controller = new AbortController();
  let interrupt: (why: Interruption) => void = () => undefined;
  const interrupted = new Promise<Interruption>((resolve) => {
    interrupt = (why) => {
      resolve(why);
      controller.abort();
    };
  });
  const onAbort = () => interrupt({ end: "aborted", cause: caller?.reason });
  const onTime = () => interrupt({ end: "timed out" });
  const timer = timeoutMs <= LONGEST_TIMER_MS ? setTimeout(onTime, timeoutMs) : undefined;
  caller?.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([interrupted, work(controller.signal)]);
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener("abort", onAbort);
  }
}
