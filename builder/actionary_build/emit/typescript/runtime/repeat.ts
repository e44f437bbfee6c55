/** Which failed calls may be made again: each action has the rule that its definition allows. */

import type { AnyFailure, KeyConflict } from "./result.js";

/**
 * Says whether a call may be made again after this failure of an attempt, counted from 1; `approval`
 * is what a human gave for it.
 */
export type Repeat = (failure: AnyFailure, attempt: number, approval: string | undefined) => boolean;

/** For what may run twice: whatever may pass. */
export function always({ retryable }: AnyFailure): boolean {
  return retryable;
}

/** For what runs once under a key: an earlier attempt of the same call may still run, too. */
export function underKey({ code, retryable, details }: AnyFailure, attempt: number): boolean {
  return (
    retryable || (attempt > 1 && code === "conflict" && (details as KeyConflict).reason === "in_progress")
  );
}

/** For all others: only an answer that says that the call has not begun. */
export function unlessBegun({ code, retryable }: AnyFailure): boolean {
  return retryable && /^(rate_limited|unavailable)$/.test(code);
}

/**
 * For what may run twice, but not with the approval of a human: that is used up when the call begins.
 */
export function unlessApproved(failure: AnyFailure, _: number, approval: string | undefined): boolean {
  return approval === undefined ? always(failure) : unlessBegun(failure);
}

/** Make a key that nobody else has; Node 18 and pages without TLS have no `randomUUID`. */
export function newKey(): string {
  return globalThis.crypto?.randomUUID?.() ?? `${Math.random()}${Math.random()}`;
}
