/** How the generated functions call. */

import type { ActionTable } from "./action.js";
import { type Connection, settings } from "./connection.js";
import type { CallOptions } from "./options.js";
import type { AnyFailure, Result } from "./result.js";

/**
 * Call an action.
 *
 * Whatever the server or the network does is in the result. Only a mistake in the program is
 * thrown: an input that is no JSON, a header or a time that is not valid; and what functions among
 * the options throw.
 */
export function call<Typed extends Result<unknown, AnyFailure>>(
  action: ActionTable,
  connection: Connection,
  input?: object,
  options?: CallOptions,
): Promise<Typed> {
  // Sound because `Typed` and the table that the answer is held to are generated together.
  const own = connection[settings];
  return own.send(own, action, input, options) as Promise<Typed>;
}
