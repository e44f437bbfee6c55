/** The one way that every call takes. */

import type { ActionTable } from "./action.js";
import { answerOf, readAnswer } from "./answer.js";
import type { Settings } from "./connection.js";
import { failing } from "./failure.js";
import { headersOf } from "./headers.js";
import { interruptible, LONGEST_TIMER_MS, pause } from "./interruption.js";
import type { CallOptions, SharedOptions } from "./options.js";
import type { AnyResult, RawAnswer } from "./result.js";
import { waitMsAfter } from "./retry.js";

/** Call an action: attempt after attempt, until one succeeds or another one is of no use. */
export async function send(
  own: Settings,
  action: ActionTable,
  input: object = {},
  call: CallOptions = {},
): Promise<AnyResult> {
  // What is undefined is the same as absent.
  const option = <Name extends keyof SharedOptions<object>>(name: Name): SharedOptions<object>[Name] =>
    call[name] ?? own[name];
  const limitMs = Math.min(option("timeoutMs") ?? 60_000, LONGEST_TIMER_MS);
  if (!(limitMs > 0)) throw new TypeError(`"timeoutMs" is ${limitMs}; give a number above 0`);
  const { query, body } = action.write(input);
  const url = own.baseUrl + action.path + query;
  const key = call.idempotencyKey ?? action.newKey?.();
  const started = performance.now();
  const waitedMs = () => performance.now() - started;
  const fail = failing(action, waitedMs);

  const interrupted = (aborted: unknown) =>
    aborted ? fail("aborted", call.signal?.reason) : fail("client_timeout", `${limitMs} ms`, {});
  return interruptible(limitMs, call.signal, interrupted, async (signal) => {
    for (let attempt = 1; ; attempt++) {
      const about = { action: action.name, url, attempt };
      const headers = await headersOf([
        action.auth?.(option("auth") as never),
        own.headers,
        call.headers,
        () => ({
          accept: "application/json",
          "content-type": body && "application/json",
          "idempotency-key": key,
          "actionary-approval": call.approval,
          "actionary-timeout-ms": `${Math.ceil(limitMs - waitedMs())}`,
        }),
      ]);
      await option("onRequest")?.({ ...about, headers });
      let answer: RawAnswer | undefined;
      let result: AnyResult;
      try {
        const request = { method: action.method, headers, body, signal };
        answer = await answerOf(await (option("fetch") ?? fetch)(url, request));
        result = readAnswer(answer, action, fail);
      } catch (cause) {
        result = fail("network_error", cause);
      }
      if (answer) await option("onResponse")?.({ ...about, answer, result });
      if (result.ok) return result;
      const waitMs = waitMsAfter(attempt, result, answer, action, option("retry"));
      if (!(waitedMs() + waitMs < limitMs)) return result;
      await option("onRetry")?.({ ...about, failure: result, waitMs });
      if (await pause(waitMs, signal)) return result; // which nobody waits for any more
    }
  });
}
