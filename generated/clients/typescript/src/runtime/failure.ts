/** Makes the failures that only a client can see. */

import type { ActionTable, Contract } from "./action.js";
import type { Aborted, ClientFailure, Failure, NetworkError, RawAnswer, UnknownCode } from "./result.js";

/** What is known of a call beside its answer. */
export interface Exchange {
  readonly action: ActionTable;
  readonly contract: Contract;
  /** How long the client waited. */
  readonly waitedMs: number;
}

export function networkError(cause: unknown, exchange: Exchange): NetworkError {
  return { ...unanswered("network_error", textOf(cause), exchange), cause };
}

export function clientTimeout(limitMs: number, exchange: Exchange): Failure<"client_timeout"> {
  return unanswered("client_timeout", `${limitMs} ms`, exchange);
}

export function aborted(cause: unknown, exchange: Exchange): Aborted {
  return { ...unanswered("aborted", textOf(cause), exchange), cause };
}

export function invalidResponse(
  answer: RawAnswer,
  fault: string,
  { action, contract, waitedMs }: Exchange,
): Failure<"invalid_response", RawAnswer> {
  return {
    ok: false,
    code: "invalid_response",
    message: messageOf("invalid_response", `HTTP ${answer.status}, ${fault}`, contract),
    status: answer.status,
    retryable: contract.retryableStatuses.includes(answer.status),
    details: answer,
    action: action.name,
    latencyMs: waitedMs,
    ...requestIdOf(answer),
  };
}

/** Make a failure of what the server told of one whose code this client does not know. */
export function unknownError(
  told: Failure<string, unknown>,
  { contract }: Exchange,
): Failure<"unknown_error", UnknownCode> {
  const { code, message, details } = told;
  const text = messageOf("unknown_error", `${code}: ${message}`, contract);
  return { ...told, code: "unknown_error", message: text, details: { code, message, details } };
}

/** The id that the answer's headers give the call, as a field to spread. */
export function requestIdOf(answer: RawAnswer): { readonly requestId?: string } {
  const id = answer.headers["x-request-id"];
  return id === undefined ? {} : { requestId: id };
}

function unanswered<Code extends ClientFailure["code"]>(
  code: Code,
  more: string,
  { action, contract, waitedMs }: Exchange,
): Failure<Code> {
  return {
    ok: false,
    code,
    message: messageOf(code, more, contract),
    status: 0,
    retryable: contract.clientCodes[code].retryable,
    details: null,
    action: action.name,
    latencyMs: waitedMs,
  };
}

function messageOf(code: ClientFailure["code"], more: string, contract: Contract): string {
  const { meaning } = contract.clientCodes[code];
  return more ? `${meaning} (${more})` : meaning;
}

/** `fetch` says little itself in Node; the reason is one `cause` deeper. */
function textOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "";
  const deeper = cause.cause instanceof Error ? cause.cause.message : "";
  return deeper ? `${cause.message}: ${deeper}` : cause.message;
}
