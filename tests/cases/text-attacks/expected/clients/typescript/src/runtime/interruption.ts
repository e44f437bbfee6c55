/** Ends work that takes too long or that the caller gives up. */

/** 23 days; of 2 ** 31 and more, a timer would fire at once. */
export const LONGEST_TIMER_MS = 2_000_000_000;

/**
 * Do work, if there is any, until it is done, its time is up or the caller's signal fires.
 *
 * The signal that the work gets fires in both cases, but nobody waits for work
 * that ignores it. A caller's signal that fired before lets nothing begin.
 */
export function interruptible<Done>(
  limitMs: number,
  caller: AbortSignal | undefined,
  interrupted: (aborted: unknown) => Done,
  work?: (signal: AbortSignal) => Promise<Done>,
): Promise<Done> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let end: (aborted?: unknown) => void;
  return new Promise<Done>((resolve, reject) => {
    end = (aborted) => {
      resolve(interrupted(aborted));
      controller.abort();
    };
    timer = setTimeout(end, limitMs);
    caller?.addEventListener("abort", end);
    if (caller?.aborted) end(true);
    else work?.(controller.signal).then(resolve, reject);
  }).finally(() => {
    clearTimeout(timer);
    caller?.removeEventListener("abort", end);
  });
}

/** Wait, and say whether the signal fired before the time was up. */
export function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return interruptible(ms, signal, Boolean);
}
