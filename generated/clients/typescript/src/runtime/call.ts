/** How the generated functions call. */

import type { ActionTable } from "./action.js";
import { type Connection, settings } from "./connection.js";
import type { CallOptions } from "./options.js";

/**
 * Call an action.
 *
 * Whatever the server or the network does is in the result. Only a mistake in the program is
 * thrown: an input that is no JSON, a header or a time that is not valid; and what functions among
 * the options throw.
 *
 * Its type is that of any result: the one that a generated function promises and the table that the
 * answer is held to are generated together, so that a compiler has nothing to compare.
 */
export function call(
  action: ActionTable,
  connection: Connection,
  input?: object,
  options?: CallOptions,
): Promise<never> {
  const own = connection[settings];
  return own.send(own, action, input, options) as Promise<never>;
}
