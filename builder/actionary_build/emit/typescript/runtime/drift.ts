/** Notices that the server was built from other definitions than the client. */

import { type Connection, type Send, settings } from "./connection.js";
import type { AttemptResponse } from "./options.js";

/** Make a connection warn, once, when an answer names another catalog than the client's own. */
export function warning(
  connection: Connection,
  catalog: string,
  warn: (message: string) => void = (message) => console.warn(message),
): Connection {
  const own = connection[settings];
  let warned = false;
  const look = (named: string | undefined) => {
    if (warned || named === undefined || named === catalog) return;
    warned = true;
    warn(
      `the server has the actions of catalog ${named}, this client those of ${catalog}; generate it again`,
    );
  };
  const send: Send = (_, table, input, options) => {
    const given = options?.onResponse ?? own.onResponse;
    // Not where the answer is fetched: what `warn` throws would be a failure of the network.
    const onResponse = async (response: AttemptResponse) => {
      await given?.(response);
      look(response.answer.headers["actionary-catalog"]);
    };
    return own.send(own, table, input, { ...options, onResponse });
  };
  return { [settings]: { ...own, send } };
}
