/** Makes a result of an answer. */

import type { ActionTable } from "./action.js";
import type { Fail } from "./failure.js";
import type { AnyFailure, AnyResult, RawAnswer, Success } from "./result.js";

/** Take an answer as it came, with all of its body. */
export async function answerOf(response: Response): Promise<RawAnswer> {
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
}

/**
 * Read the answer to a call: the server's result, or `invalid_response`, or `unknown_error`.
 *
 * Only the envelope is checked, not the data in it.
 */
export function readAnswer(
  answer: RawAnswer,
  { name, codes, parse = JSON.parse }: ActionTable,
  fail: Fail,
): AnyResult {
  const { status } = answer;
  const requestId = answer.headers["x-request-id"];
  let envelope = {} as Success<unknown>;
  try {
    envelope = parse(answer.body) as Success<unknown>;
  } catch {
    // What is no JSON is no envelope either.
  }
  const failure = { requestId, ...(envelope as object) } as AnyFailure;
  const { ok, code, message, details } = failure as Omit<AnyFailure, "ok"> & { readonly ok: unknown };
  // JSON has no undefined: it stands for what is missing.
  if (failure.action === name && typeof failure.latencyMs === "number") {
    if (ok === true && status === 200 && envelope.data !== undefined) return envelope;
    const hasDetails = codes.includes(` ${code}! `);
    if (
      ok === false &&
      typeof code === "string" &&
      typeof message === "string" &&
      typeof failure.status === "number" &&
      typeof failure.retryable === "boolean" &&
      (hasDetails ? details != null : details !== undefined)
    ) {
      return hasDetails || codes.includes(` ${code} `)
        ? failure
        : fail("unknown_error", `${code}: ${message}`, { ...failure, details: { code, message, details } });
    }
  }
  return fail("invalid_response", `HTTP ${status}`, { requestId, status, details: answer });
}
