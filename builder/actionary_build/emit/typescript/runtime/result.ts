/** What a call gives: told apart by `ok`, and a failure by its `code`. */

/** The action ran; `data` is what it gave. */
export interface Success<Data> {
  readonly ok: true;
  readonly data: Data;
  /** The action's name on the server. */
  readonly action: string;
  /** How long the server worked, in milliseconds. */
  readonly latencyMs: number;
}

/** The call failed; `code` says why and settles the type of `details`. */
export interface Failure<Code extends string, Details = null> {
  readonly ok: false;
  readonly code: Code;
  readonly message: string;
  /** The HTTP status, or 0 when no whole answer came. */
  readonly status: number;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  readonly details: Details;
  /** The action's name on the server. */
  readonly action: string;
  /** How long the server worked, or the client waited when the answer does not say, in milliseconds. */
  readonly latencyMs: number;
  /** Under which the server's log has the call, where it is known. */
  readonly requestId?: string | undefined;
  /**
   * Under which the call was made, where the action takes a key. Who does not know how the call ended
   * makes it again with this key as an option: the server runs it once.
   */
  readonly idempotencyKey?: string | undefined;
}

/** One thing that is wrong with an input: the `details` of `invalid_input` are a list of them. */
export interface InputIssue {
  readonly path: readonly (string | number)[];
  readonly type: string;
  readonly message: string;
}

/** What a human is asked for: the `details` of `approval_required`. */
export interface ApprovalAsked {
  /** What the same call is made with once it is approved, as the header `Actionary-Approval`. */
  readonly approval_key: string;
  /** Format date-time. */
  readonly expires_at: string;
  /** One line of what the call would do. */
  readonly summary: string;
}

/** Why an idempotency key has no answer: the `details` of `conflict`. */
export interface KeyConflict {
  readonly reason: "idempotency_key_reused" | "in_progress" | "unknown_effect";
}

/** The `details` of `missing_credentials`: the credentials that the server does not have. */
export interface MissingKeys {
  readonly keys: readonly string[];
}

/** An answer as it came, when it is none of this API. */
export interface RawAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A failure as the server told it, when this client does not know its code. */
export interface UnknownCode {
  readonly code: string;
  readonly message: string;
  readonly details: unknown;
}

/** The server could not be reached, or the connection broke; `cause` is what `fetch` threw. */
export interface NetworkError extends Failure<"network_error"> {
  readonly cause: unknown;
}

/** The caller's signal gave the call up; `cause` is the signal's reason. */
export interface Aborted extends Failure<"aborted"> {
  readonly cause: unknown;
}

/** The failures that only a client can see; every action has them. */
export type ClientFailure =
  | NetworkError
  | Failure<"client_timeout">
  | Aborted
  | Failure<"invalid_response", RawAnswer>
  | Failure<"unknown_error", UnknownCode>;

/** What calls of nearly all actions can fail with, beside what an action says itself. */
export type CallFailure =
  | Failure<"invalid_input", readonly InputIssue[]>
  | Failure<"timeout">
  | Failure<"handler_error">
  | Failure<"invalid_output">
  | Failure<"unavailable">
  | ClientFailure;

/** What calls that send their input in a body can fail with. */
export type BodyCallFailure = Failure<"payload_too_large"> | Failure<"unsupported_media_type"> | CallFailure;

/** Any failure of any action. */
export type AnyFailure = Failure<string, unknown>;

/** What a call gives: a `Success`, or one of the failures the action can have. */
export type Result<Data, Failed extends AnyFailure> = Success<Data> | Failed;

/** Any result of any action. */
export type AnyResult = Result<unknown, AnyFailure>;
