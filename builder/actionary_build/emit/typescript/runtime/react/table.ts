/** What a function that calls an action is, where its types are not known. */

import type { ActionTable } from "../action.js";
import type { Action } from "../called.js";
import { type Connection, type Send, type Settings, settings } from "../connection.js";
import type { CallOptions } from "../options.js";
import type { AnyResult } from "../result.js";

/** A call of any action. */
export type AnyCall = (client: Connection, input?: object, options?: CallOptions) => Promise<AnyResult>;

/** Take a function for that of any action. */
export function called(action: Action): AnyCall {
  return action as AnyCall;
}

/** Give what the runtime knows of an action. Nothing is sent. */
export function tableOf(action: Action): ActionTable {
  let found: ActionTable | undefined;
  const send: Send = (_, table) => {
    found = table;
    return new Promise(() => undefined);
  };
  void action({ [settings]: { send } as unknown as Settings });
  if (found) return found;
  throw new TypeError(`${action.name} is no function of this package that calls an action`);
}
