/** Notices that the server was built from other definitions than the client. */

import { type Connection, type Send, settings } from "./connection.js";
import type { Fetch } from "./options.js";

/** Make a connection warn, once, when an answer names another catalog than the client's own. */
export function warning(
  connection: Connection,
  catalog: string,
  warn: (message: string) => void = (message) => console.warn(message),
): Connection {
  const own = connection[settings];
  let warned = false;
  const look = (named: string | null) => {
    if (warned || named === null || named === catalog) return;
    warned = true;
    warn(
      `the server has the actions of catalog ${named}, this client those of ${catalog}; generate it again`,
    );
  };
  const send: Send = (_, table, input, options) => {
    const given = options?.fetch ?? own.fetch;
    const fetch: Fetch = async (url, init) => {
      const response = await (given ?? globalThis.fetch)(url, init);
      look(response.headers.get("actionary-catalog"));
      return response;
    };
    return own.send(own, table, input, { ...options, fetch });
  };
  return { [settings]: { ...own, send } };
}
