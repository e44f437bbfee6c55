/** What a client and a call can be told. */

import type { AnyFailure, RawAnswer, Result } from "./result.js";

/** A value, or a function that gives it when it is needed. */
export type Given<Value> = Value | (() => Value | Promise<Value>);

/** Headers to send; one that is undefined is left out. */
export type HeaderValues = Readonly<Record<string, string | undefined>>;

/** The part of `fetch` that is used, so that a stand-in is easily written. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A name and a password. */
export interface BasicCredential {
  readonly username: string;
  readonly password: string;
}

/** A token or a key, or a name and a password; undefined where there is none now. */
export type Credential<Value = string> = Given<Value | undefined>;

/** Credentials by the name of the scheme that asks for them. */
export type Credentials = Readonly<Record<string, Credential<string> | Credential<BasicCredential>>>;

/** How failed calls are repeated. */
export interface Retry {
  /** How often a call is made at most, the first time included; 3 unless given. */
  readonly attempts?: number | undefined;
  /** The longest first wait in milliseconds, doubled for each one after it; 250 unless given. */
  readonly baseMs?: number | undefined;
  /** The longest wait of all; 8 000 unless given. */
  readonly maxMs?: number | undefined;
}

/** One attempt of a call. */
export interface Attempt {
  /** The action's name on the server. */
  readonly action: string;
  readonly url: string;
  /** From 1. */
  readonly attempt: number;
}

/** What `onRequest` sees. */
export interface AttemptRequest extends Attempt {
  /** What is about to be sent; it may be changed. */
  readonly headers: Headers;
}

/** What `onResponse` sees. */
export interface AttemptResponse extends Attempt {
  /** What came. */
  readonly answer: RawAnswer;
  /** What was read in it. */
  readonly result: Result<unknown, AnyFailure>;
}

/** What `onRetry` sees. */
export interface AttemptFailure extends Attempt {
  readonly failure: AnyFailure;
  /** How long is waited before the next attempt, in milliseconds. */
  readonly waitMs: number;
}

/** What a client and a single call take; a call's own count before the client's. */
export interface SharedOptions<Auth> {
  /** Says who calls, to the actions that ask for it; a function is asked at each attempt. */
  readonly auth?: Auth | undefined;
  /** Used instead of the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Sent with each attempt; a function is asked at each. A call's are sent beside the client's. */
  readonly headers?: Given<HeaderValues> | undefined;
  /**
   * The longest a call may take, from its start to the last byte of the answer, with all attempts
   * and waits. 60 000 when it is not given; 23 days for more, such as `Infinity`. The server is told
   * what is left.
   */
  readonly timeoutMs?: number | undefined;
  /** How failed calls are repeated; `false` for never. */
  readonly retry?: Retry | false | undefined;
  /** Called before each attempt; what it throws, the call throws. */
  readonly onRequest?: ((request: AttemptRequest) => void | Promise<void>) | undefined;
  /** Called after each whole answer; what it throws, the call throws. */
  readonly onResponse?: ((response: AttemptResponse) => void | Promise<void>) | undefined;
  /** Called before the wait for another attempt; what it throws, the call throws. */
  readonly onRetry?: ((failure: AttemptFailure) => void | Promise<void>) | undefined;
}

/** What `createClient` and `connect` take. */
export interface ClientOptions<Auth = Credentials> extends SharedOptions<Auth> {
  /**
   * The server's address, with the path it is mounted under if there is one: `https://example.com/shop`.
   * On a page it may be relative to the page's own address; `""` is the root of the page's server.
   */
  readonly baseUrl: string;
}

/** What a single call takes. */
export interface CallOptions<Auth = Credentials> extends SharedOptions<Auth> {
  /**
   * Gives the call up; the result is the failure `aborted`. The server stops, except where the call has an
   * idempotency key: there it runs to its end.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Under which the server runs the call once, however often it is repeated; for actions that take
   * one, instead of the one that the client makes.
   */
  readonly idempotencyKey?: string | undefined;
  /** The key of a human's approval, as the `details` of `approval_required` gave it; for one call. */
  readonly approval?: string | undefined;
}
