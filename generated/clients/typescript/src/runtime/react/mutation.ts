/** What actions that change something are to React Query. */

import type { UseMutationOptions } from "@tanstack/react-query";
import type { Action } from "../called.js";
import { unwrap } from "../error.js";
import type { CallOptions } from "../options.js";
import { type ActionClient, change } from "./client.js";
import { FAMILY } from "./keys.js";
import { tableOf } from "./table.js";
import type { ActionMutation, OneOf, OptionsOf } from "./types.js";

/** `mutationOf`, for the given actions only. */
export type MutationFactory<Mutations> = <Called extends Action>(
  client: ActionClient,
  action: Called & OneOf<Mutations, Called>,
  call?: OptionsOf<Called>,
) => ActionMutation<Called>;

/** Describe a mutation. The client repeats failed calls where that is safe, so React Query does not. */
export function mutationOf(
  client: ActionClient,
  action: Action,
  call?: CallOptions,
): UseMutationOptions<unknown, Error, object | undefined> {
  return {
    mutationKey: [...FAMILY, tableOf(action).name],
    mutationFn: async (input) => unwrap(await change(client, action, input, call)),
    retry: false,
  };
}
