/** Makes a result of an answer. */

import type { ActionTable } from "./action.js";
import type { Fail } from "./failure.js";
import type { AnyFailure, AnyResult, RawAnswer } from "./result.js";

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
  let envelope = {} as AnyResult;
  try {
    envelope = parse(answer.body) as AnyResult;
  } catch {
    // What is no JSON is no envelope either.
  }
  const failure = { requestId, ...envelope } as AnyFailure;
  const { ok, code, message, details } = failure;
  // JSON has no undefined: it stands for what is missing.
  if (failure.action === name && typeof failure.latencyMs === "number") {
    if (envelope.ok === true && status === 200 && envelope.data !== undefined) return envelope;
    const hasDetails = codes.includes(`${code}!`);
    if (
      ok === false &&
      `${[code, message, failure.status, failure.retryable].map((value) => typeof value)}` ===
        "string,string,number,boolean" &&
      (details === null ? !hasDetails : details !== undefined)
    ) {
      return hasDetails || codes.includes(code)
        ? failure
        : fail("unknown_error", `${code}: ${message}`, { ...failure, details: { code, message, details } });
    }
  }
  return fail("invalid_response", `HTTP ${status}`, { requestId, status, details: answer });
}
