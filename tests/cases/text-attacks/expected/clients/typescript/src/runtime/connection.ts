/** Where a server is and how to talk to it. */

import type { Contract } from "./action.js";
import { checkedTimeout } from "./interruption.js";

/** Headers to send; one that is undefined is left out. */
export type HeaderValues = Readonly<Record<string, string | undefined>>;

/** The part of `fetch` that is used, so that a stand-in is easily written. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What `createClient` and `connect` take. */
export interface ClientOptions {
  /** The server's address, with the path it is mounted under if there is one: `https://example.com/shop`. */
  readonly baseUrl: string;
  /** Used instead of the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Sent with each call. */
  readonly headers?: HeaderValues | undefined;
  /**
   * The longest a call may take, from its start to the last byte of the answer.
   * 60 000 when it is not given; `Infinity` for no limit.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Told once when the server was built from another catalog than this client;
   * `console.warn` when it is not given.
   */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** What a single call takes. */
export interface CallOptions {
  /** Instead of the client's. */
  readonly timeoutMs?: number | undefined;
  /** Gives the call up; the result is the failure `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Beside the client's headers, or instead of those of the same name. */
  readonly headers?: HeaderValues | undefined;
}

/** Under a symbol, so that an action may have any name. */
export const settings: unique symbol = Symbol("settings");

/** What every call needs: a client is one, and so is what `connect` gives. */
export interface Connection {
  readonly [settings]: Settings;
}

/** The options, checked and complete. */
export interface Settings {
  readonly contract: Contract;
  readonly baseUrl: string;
  readonly fetch: Fetch;
  readonly headers: HeaderValues;
  readonly timeoutMs: number;
  /** Takes the digest that an answer names, if it does. */
  readonly checkCatalog: (digest: string | undefined) => void;
}

const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Check the options and keep them; nothing is sent.
 *
 * @throws TypeError for a `baseUrl` and RangeError for a `timeoutMs` that cannot be used.
 */
export function open(options: ClientOptions, contract: Contract): Connection {
  return {
    [settings]: {
      contract,
      baseUrl: checkedBaseUrl(options.baseUrl),
      fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
      headers: options.headers ?? {},
      timeoutMs: checkedTimeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
      checkCatalog: warnOnce(contract.catalog, options.onWarning ?? ((message) => console.warn(message))),
    },
  };
}

function checkedBaseUrl(text: string): string {
  const page = (globalThis as { readonly location?: { readonly href: string } }).location?.href;
  const url = parseUrl(text, page);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw new TypeError(
      `baseUrl ${JSON.stringify(text)} is not the address of a server; ` +
        'give http(s), host and path only, such as "https://example.com" or "https://example.com/shop"',
    );
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

function parseUrl(text: string, base: string | undefined): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

function warnOnce(own: string, warn: (message: string) => void): (digest: string | undefined) => void {
  let warned = false;
  return (digest) => {
    if (warned || digest === undefined || digest === own) return;
    warned = true;
    warn(`the server has the actions of catalog ${digest}, this client those of ${own}; generate it again`);
  };
}
