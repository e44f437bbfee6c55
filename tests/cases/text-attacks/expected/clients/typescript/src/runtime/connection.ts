/** Where a server is and how to talk to it. */

import type { ActionTable } from "./action.js";
import type { CallOptions, ClientOptions } from "./options.js";
import type { AnyResult } from "./result.js";
import { send } from "./send.js";

/** Under a symbol, so that an action may have any name. */
export const settings: unique symbol = Symbol();

/** What every call needs: a client is one, and so is what `connect` gives. */
export interface Connection {
  readonly [settings]: Settings;
}

/** Calls an action. */
export type Send = (
  own: Settings,
  action: ActionTable,
  input?: object,
  options?: CallOptions,
) => Promise<AnyResult>;

/** What a connection keeps: the options as they were given, but for the `/` at the end of `baseUrl`. */
export interface Settings extends ClientOptions {
  readonly send: Send;
}

/** Only pages and their workers have an address, and only programs for them know its type. */
type Global = { readonly location?: { readonly href: string } };

/**
 * Check the options and keep them; nothing is sent.
 *
 * @throws TypeError for a `baseUrl` that cannot be used.
 */
export function open(options: ClientOptions): Connection {
  try {
    const [, baseUrl] = /^(https?:\/\/[^@/]+(\/[^?#]*?)??)\/*$/.exec(
      new URL(options.baseUrl || "/", (globalThis as Global).location?.href).href,
    ) as string[] as [string, string]; // or null, of which nothing can be taken
    return { [settings]: { ...options, baseUrl, send } };
  } catch {
    throw new TypeError(`"baseUrl" is ${options.baseUrl}; give https://host`);
  }
}
