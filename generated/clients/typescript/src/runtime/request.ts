/** Makes a request of an input. */

import type { ActionTable } from "./action.js";
import type { HeaderValues } from "./connection.js";

/** A request that only lacks its signal. */
export interface PreparedRequest {
  readonly url: string;
  readonly init: RequestInit;
}

/**
 * Build the request of a call; of equal headers the later source's counts.
 *
 * @throws TypeError when the input is no JSON (a cycle, a bigint, NaN) or a header is not valid.
 */
export function prepare(
  action: ActionTable,
  input: object,
  baseUrl: string,
  headerSources: readonly (HeaderValues | undefined)[],
): PreparedRequest {
  const { method, path } = action;
  const headers = mergedHeaders(headerSources);
  headers.set("accept", "application/json");
  if (method === "GET" || method === "DELETE") {
    const query = queryOf(input).toString();
    return { url: baseUrl + path + (query && `?${query}`), init: { method, headers } };
  }
  headers.set("content-type", "application/json");
  return { url: baseUrl + path, init: { method, headers, body: jsonOf(input) } };
}

/** Write JSON text; what JSON cannot say must not become null. */
function jsonOf(input: object): string {
  return JSON.stringify(input, (key, value: unknown) => {
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new TypeError(
        `the input cannot be sent: ${JSON.stringify(key)} in it is ${value}; give a number that is finite`,
      );
    }
    return value;
  });
}

function mergedHeaders(sources: readonly (HeaderValues | undefined)[]): Headers {
  const merged = new Headers();
  for (const source of sources) {
    for (const [name, value] of Object.entries(source ?? {})) {
      if (value !== undefined) merged.set(name, value);
    }
  }
  return merged;
}

/**
 * Write an input as query parameters.
 *
 * Lists of scalars repeat the key, `key=[]` is the empty list (so the list of the
 * one text `[]` is `key[]=[]`), other lists and objects are JSON text. A query
 * cannot say null: it is left out like what is undefined.
 */
export function queryOf(input: object): URLSearchParams {
  const query = new URLSearchParams();
  const plain = JSON.parse(jsonOf(input)) as Record<string, unknown>;
  for (const [key, value] of Object.entries(plain)) {
    if (value === null) continue;
    for (const [name, text] of parametersOf(key, value)) query.append(name, text);
  }
  return query;
}

function parametersOf(key: string, value: unknown): [name: string, text: string][] {
  if (isScalar(value)) return [[key, String(value)]];
  if (!Array.isArray(value) || value.length === 0 || !value.every(isScalar))
    return [[key, JSON.stringify(value)]];
  if (value.length === 1 && value[0] === "[]") return [[`${key}[]`, "[]"]];
  return value.map((item) => [key, String(item)]);
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value !== "object";
}
