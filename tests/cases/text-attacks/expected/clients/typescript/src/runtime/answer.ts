/** Makes a result of an answer. */

import type { ActionTable } from "./action.js";
import { type Exchange, invalidResponse, requestIdOf, unknownError } from "./failure.js";
import type { AnyFailure, RawAnswer, Result } from "./result.js";

/**
 * Read the answer to a call: the server's result, or `invalid_response`, or `unknown_error`.
 *
 * Only the envelope is checked, not the data in it; unknown keys are left out.
 */
export function readAnswer(answer: RawAnswer, exchange: Exchange): Result<unknown, AnyFailure> {
  const body = parsed(answer.body);
  const fault = faultOf(body, answer.status, exchange.action);
  if (fault !== undefined) return invalidResponse(answer, fault, exchange);
  const envelope = body as Result<unknown, AnyFailure>;
  if (!envelope.ok) return failureOf(envelope, answer, exchange);
  const { data, action, latencyMs } = envelope;
  return { ok: true, data, action, latencyMs };
}

function failureOf(envelope: AnyFailure, answer: RawAnswer, exchange: Exchange): AnyFailure {
  const { code, message, status, retryable, details, action, latencyMs, requestId } = envelope;
  const id = typeof requestId === "string" ? { requestId } : requestIdOf(answer);
  const told: AnyFailure = { ok: false, code, message, status, retryable, details, action, latencyMs, ...id };
  return Object.hasOwn(exchange.action.codes, code) ? told : unknownError(told, exchange);
}

type Shape = Readonly<Record<string, "boolean" | "number" | "string">>;

const EVERY_ENVELOPE: Shape = { ok: "boolean", action: "string", latencyMs: "number" };
const EVERY_FAILURE: Shape = { code: "string", message: "string", status: "number", retryable: "boolean" };

/** Say what keeps a body from being the envelope of this action, if anything does. */
function faultOf(body: unknown, status: number, action: ActionTable): string | undefined {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    return "the body is not a JSON object";
  const fields = body as Readonly<Record<string, unknown>>;
  const fault = misfit(fields, EVERY_ENVELOPE);
  if (fault !== undefined) return fault;
  if (fields.action !== action.name) return `\`action\` is not ${action.name}`;
  return fields.ok ? faultOfSuccess(fields, status) : faultOfFailure(fields, action);
}

function faultOfSuccess(fields: Readonly<Record<string, unknown>>, status: number): string | undefined {
  if (status !== 200) return "a success has the status 200";
  return Object.hasOwn(fields, "data") ? undefined : "`data` is missing";
}

function faultOfFailure(fields: Readonly<Record<string, unknown>>, action: ActionTable): string | undefined {
  const fault = misfit(fields, EVERY_FAILURE);
  if (fault !== undefined) return fault;
  if (!Object.hasOwn(fields, "details")) return "`details` is missing";
  const code = String(fields.code);
  const promised = Object.hasOwn(action.codes, code) && action.codes[code];
  return promised && fields.details === null ? `\`details\` of ${code} is null` : undefined;
}

function misfit(fields: Readonly<Record<string, unknown>>, shape: Shape): string | undefined {
  for (const [name, type] of Object.entries(shape)) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (typeof value !== type) return `\`${name}\` is not a ${type}`;
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
