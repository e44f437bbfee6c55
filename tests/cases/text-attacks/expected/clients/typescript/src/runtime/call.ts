/** The one way that every call takes. */

import type { ActionTable } from "./action.js";
import { readAnswer } from "./answer.js";
import { type CallOptions, type Connection, type Fetch, settings } from "./connection.js";
import { aborted, clientTimeout, networkError } from "./failure.js";
import { checkedTimeout, interruptible } from "./interruption.js";
import { type PreparedRequest, prepare } from "./request.js";
import type { AnyFailure, RawAnswer, Result } from "./result.js";

/**
 * Call an action.
 *
 * Whatever the server or the network does is in the result. Only a mistake in the
 * program is thrown: an input that is no JSON, a header or a time that is not valid.
 */
export async function call<Typed extends Result<unknown, AnyFailure>>(
  action: ActionTable,
  connection: Connection,
  input: object = {},
  options: CallOptions = {},
): Promise<Typed> {
  // Sound because `Typed` and the table that the answer is held to are generated together.
  return (await exchange(action, connection, input, options)) as Typed;
}

async function exchange(
  action: ActionTable,
  connection: Connection,
  input: object,
  options: CallOptions,
): Promise<Result<unknown, AnyFailure>> {
  const own = connection[settings];
  const request = prepare(action, input, own.baseUrl, [own.headers, options.headers]);
  const limitMs = checkedTimeout(options.timeoutMs ?? own.timeoutMs);
  const started = performance.now();
  const ended = await interruptible((signal) => send(request, own.fetch, signal), limitMs, options.signal);
  const known = { action, contract: own.contract, waitedMs: performance.now() - started };
  switch (ended.end) {
    case "answered":
      own.checkCatalog(ended.answer.headers["actionary-catalog"]);
      return readAnswer(ended.answer, known);
    case "broken":
      return networkError(ended.cause, known);
    case "timed out":
      return clientTimeout(limitMs, known);
    case "aborted":
      return aborted(ended.cause, known);
  }
}

type Sent =
  | { readonly end: "answered"; readonly answer: RawAnswer }
  | { readonly end: "broken"; readonly cause: unknown };

async function send(request: PreparedRequest, fetch: Fetch, signal: AbortSignal): Promise<Sent> {
  try {
    const response = await fetch(request.url, { ...request.init, signal });
    const body = await response.text();
    return {
      end: "answered",
      answer: { status: response.status, headers: Object.fromEntries(response.headers), body },
    };
  } catch (cause) {
    return { end: "broken", cause };
  }
}
