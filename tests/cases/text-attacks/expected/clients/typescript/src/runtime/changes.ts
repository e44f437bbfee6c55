/** Hears of changes, for as long as somebody listens. */

import type { ActionTable } from "./action.js";
import { answerOf, readAnswer } from "./answer.js";
import { type Connection, type Settings, settings } from "./connection.js";
import { ActionError } from "./error.js";
import { eventsOf, hasEvents } from "./events.js";
import { failing } from "./failure.js";
import { headersOf } from "./headers.js";
import { pause } from "./interruption.js";
import type { Attempt, Credentials, Retry, SharedOptions } from "./options.js";
import type { AnyFailure, RawAnswer } from "./result.js";
import { waitMsAfter } from "./retry.js";

/** Something that is shown may be another by now. */
export interface Change {
  readonly type: "change";
  /** Whether a call changed it, or the server tells of what it found out otherwise. */
  readonly source: "action" | "manual";
  /** The action's name on the server, where it is public. */
  readonly action: string | null;
  /** What changed, in the server's own words. */
  readonly scope: string | null;
  /** What its caller named itself in the header `Actionary-Source`. */
  readonly requestSource: string | null;
}

/** Changes were missed: all that is shown has to be read anew. */
export interface Reset {
  readonly type: "reset";
}

/** What a listener takes; what is not given is the client's. */
export interface ChangesOptions<Auth = Credentials>
  extends Pick<SharedOptions<Auth>, "auth" | "fetch" | "headers" | "onRequest" | "onRetry"> {
  /** Ends the loop. */
  readonly signal?: AbortSignal | undefined;
}

/** A server that is there says so every 15 seconds. */
const LONGEST_SILENCE_MS = 45_000;
/** Where the server asks for a longer wait. */
const LONGEST_WAIT_MS = 60_000;
/** A listener does not give up. */
const RETRY: Retry = { attempts: Number.POSITIVE_INFINITY, baseMs: 2000, maxMs: 30_000 };

/** Where a listener is. */
interface Place {
  /** The attempt to connect, from 1; nothing has come since the first one. */
  attempt: number;
  /** The id of the last event. */
  id: string | undefined;
}

/** Why a connection is no more, and the answer that it got instead of events, if any. */
interface Lost {
  readonly failure: AnyFailure;
  readonly answer?: RawAnswer;
}

/**
 * Give changes as they come, until the loop is left or the signal fires.
 *
 * A connection that breaks or falls silent is made again, and goes on where it was.
 *
 * @throws ActionError where the server refuses for good, such as `unauthorized`.
 */
export async function* changesOf(
  table: ActionTable,
  client: Connection,
  options: ChangesOptions = {},
): AsyncGenerator<Change | Reset, void, undefined> {
  const own = client[settings];
  const onRetry = options.onRetry ?? own.onRetry;
  const closed = options.signal ?? new AbortController().signal;
  const place: Place = { attempt: 1, id: undefined };
  while (!closed.aborted) {
    const { failure, answer } = yield* connected(table, own, options, place, closed);
    if (closed.aborted) return;
    if (!failure.retryable) throw new ActionError(failure);
    const waitMs = Math.min(
      waitMsAfter(place.attempt, answer, (name) => RETRY[name]),
      LONGEST_WAIT_MS,
    );
    await onRetry?.({ ...aboutOf(table, own, place), failure, waitMs });
    place.attempt += 1;
    await pause(waitMs, closed);
  }
}

/** Give what comes by one connection; in the end, why there comes no more. */
async function* connected(
  table: ActionTable,
  own: Settings,
  options: ChangesOptions,
  place: Place,
  closed: AbortSignal,
): AsyncGenerator<Change | Reset, Lost, undefined> {
  const fetch = options.fetch ?? own.fetch ?? globalThis.fetch;
  const onRequest = options.onRequest ?? own.onRequest;
  const about = aboutOf(table, own, place);
  const started = performance.now();
  const fail = failing(table, () => performance.now() - started);
  const headers = await headersOf([
    table.auth?.((options.auth ?? own.auth) as never),
    own.headers,
    options.headers,
    { accept: "text/event-stream", "last-event-id": place.id },
  ]);
  if (!closed.aborted) await onRequest?.({ ...about, headers });
  if (closed.aborted) return { failure: fail("aborted", closed.reason) };
  const silence = new Silence(closed);
  try {
    const response = await fetch(about.url, { headers, signal: silence.signal });
    if (!hasEvents(response)) {
      const answer = await answerOf(response);
      const result = readAnswer(answer, table, fail);
      const failure = result.ok ? fail("invalid_response", "no events", { details: answer }) : result;
      return { failure, answer };
    }
    for await (const { type, data, id } of eventsOf(response.body, silence.signal, silence.heard)) {
      place.attempt = 1;
      place.id = id ?? place.id;
      if (closed.aborted) break;
      if (type === "change") yield JSON.parse(data) as Change;
      if (type === "reset") yield { type };
    }
    return { failure: fail("network_error", "the stream ended") };
  } catch (cause) {
    return { failure: fail("network_error", cause) };
  } finally {
    silence.end();
  }
}

function aboutOf(table: ActionTable, own: Settings, { attempt }: Place): Attempt {
  return { action: table.name, url: own.baseUrl + table.path, attempt };
}

/** Fires its signal when nothing came for too long, or the listener is closed. */
class Silence {
  readonly #controller = new AbortController();
  readonly #closed: AbortSignal;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(closed: AbortSignal) {
    this.#closed = closed;
    closed.addEventListener("abort", this.end);
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Tell that something came. */
  readonly heard = (): void => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.end, LONGEST_SILENCE_MS);
  };

  readonly end = (): void => {
    clearTimeout(this.#timer);
    this.#closed.removeEventListener("abort", this.end);
    this.#controller.abort();
  };
}
