/** The one way that every call takes. */

import type { ActionTable } from "./action.js";
import { answerOf, readAnswer } from "./answer.js";
import type { Settings } from "./connection.js";
import { failing } from "./failure.js";
import { headersOf } from "./headers.js";
import { interruptible, LONGEST_TIMER_MS } from "./interruption.js";
import type { CallOptions, Retry, SharedOptions } from "./options.js";
import type { AnyResult, RawAnswer } from "./result.js";
import { waitMsAfter } from "./retry.js";

/** Call an action: attempt after attempt, until one succeeds or another one is of no use. */
export async function send(
  own: Settings,
  action: ActionTable,
  input: object = {},
  call: CallOptions = {},
): Promise<AnyResult> {
  const limitMs = Math.min(call.timeoutMs ?? own.timeoutMs ?? 60_000, LONGEST_TIMER_MS);
  if (!(limitMs > 0)) throw new TypeError(`"timeoutMs" is ${limitMs}; give a number above 0`);
  const { query, body } = action.write(input);
  const key = action.newKey && (call.idempotencyKey ?? action.newKey());
  const started = performance.now();
  const waitedMs = () => performance.now() - started;
  const fail = failing(action, waitedMs);

  const result = await interruptible(
    limitMs,
    call.signal,
    (aborted) =>
      aborted ? fail("aborted", call.signal?.reason) : fail("client_timeout", `${limitMs} ms`, {}),
    async (signal) => {
      /** Give an option; once nobody waits for the call any more, it goes no further than to here. */
      const option = <Name extends keyof SharedOptions<object>>(name: Name): SharedOptions<object>[Name] => {
        signal.throwIfAborted();
        return call[name] ?? own[name];
      };
      for (let attempt = 1; ; attempt++) {
        const about = { action: action.name, url: own.baseUrl + action.path + query, attempt };
        const headers = await headersOf([
          action.auth?.(option("auth") as never),
          own.headers,
          call.headers,
          () => ({
            accept: "application/json",
            "content-type": body && "application/json",
            "idempotency-key": key,
            "actionary-approval": call.approval,
            "actionary-timeout-ms": Math.ceil(limitMs - waitedMs()),
          }),
        ]);
        await option("onRequest")?.({ ...about, headers });
        let answer: RawAnswer | undefined;
        let result: AnyResult;
        try {
          answer = await answerOf(
            await (option("fetch") ?? fetch)(about.url, { method: action.method, headers, body, signal }),
          );
          result = readAnswer(answer, action, fail);
        } catch (cause) {
          result = fail("network_error", cause);
        }
        if (answer) await option("onResponse")?.({ ...about, answer, result });
        if (result.ok) return result;
        const given = (name: keyof Retry) =>
          (call.retry as Retry | undefined)?.[name] ?? (own.retry as Retry | undefined)?.[name];
        const waitMs = waitMsAfter(attempt, answer, given);
        if (
          option("retry") === false ||
          !action.repeat(result, attempt, call.approval) ||
          !(waitedMs() + waitMs < limitMs)
        )
          return result;
        await option("onRetry")?.({ ...about, failure: result, waitMs });
        if (await interruptible(waitMs, signal, Boolean)) return result; // which nobody waits for any more
      }
    },
  );
  return result.ok || !key ? result : { ...result, idempotencyKey: key };
}
