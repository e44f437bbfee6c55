/** For those who prefer exceptions: `unwrap` gives the data or throws the one `ActionError`. */

import type { AnyFailure, Success } from "./result.js";

/** A failure as an exception: thrown by `unwrap`, and by nothing else. */
export class ActionError<Failed extends AnyFailure = AnyFailure> extends Error {
  override readonly name = "ActionError";
  /** The failure as the call gave it; a `switch` on its `code` narrows its `details`. */
  readonly failure: Failed;
  readonly code: Failed["code"];
  readonly status: number;
  readonly retryable: boolean;
  readonly details: Failed["details"];
  readonly action: string;
  readonly requestId: string | undefined;

  constructor(failure: Failed) {
    super(failure.message, "cause" in failure ? { cause: failure.cause } : undefined);
    this.failure = failure;
    this.code = failure.code;
    this.status = failure.status;
    this.retryable = failure.retryable;
    this.details = failure.details;
    this.action = failure.action;
    this.requestId = failure.requestId;
  }
}

/**
 * Give the data of a result.
 *
 * @throws ActionError when the result is a failure.
 */
export function unwrap<Data, Failed extends AnyFailure>(result: Success<Data> | Failed): Data {
  if (result.ok) return result.data;
  throw new ActionError(result);
}
