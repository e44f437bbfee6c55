/** Reads anew what others change. */

import type { Change, Reset } from "../changes.js";
import type { Connection } from "../connection.js";
import { type ActionClient, isOwn, page, readAnew } from "./client.js";

/** Gives changes until its signal fires. */
export type Subscribe = (
  client: Connection,
  options: { readonly signal: AbortSignal },
) => AsyncIterable<Change | Reset>;

/**
 * Read all anew whenever something was changed by others, or something was missed.
 *
 * @throws Whatever ends the changes for good.
 */
export async function hear(subscribe: Subscribe, client: ActionClient, signal: AbortSignal): Promise<void> {
  const refresh = oneAfterTheOther(() => readAnew(client[page].queryClient));
  for await (const event of subscribe(client, { signal })) {
    if (event.type === "reset" || !isOwn(client, event.requestSource)) refresh();
  }
}

/** Make work that is asked for while it is done be done once more, and no oftener. */
function oneAfterTheOther(work: () => Promise<void>): () => void {
  let isWanted = false;
  let isDone = true;
  const run = async () => {
    isDone = false;
    while (isWanted) {
      isWanted = false;
      await work();
    }
    isDone = true;
  };
  return () => {
    isWanted = true;
    if (isDone) void run();
  };
}
