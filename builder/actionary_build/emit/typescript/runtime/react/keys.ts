/** Under which keys React Query keeps what actions gave. */

import type { DataTag } from "@tanstack/react-query";
import type { DataOf } from "../called.js";
import type { ActionKey, ByName, InputOf } from "./types.js";

/** All that any action gave. */
export const FAMILY: readonly ["action"] = ["action"];

/** `partOf`, for the given actions. */
export interface KeyFactory<Queries extends ByName<Queries>> {
  (): typeof FAMILY;
  <Name extends keyof Queries>(name: Name): readonly ["action", Name];
  <Name extends keyof Queries>(
    name: Name,
    input: InputOf<Queries[Name]>,
  ): DataTag<ActionKey, DataOf<Queries[Name]>>;
}

/** Make the key of all that actions gave, or one of them, or one of them for an input. */
export function partOf(name?: string, input?: object): readonly unknown[] {
  if (name === undefined) return FAMILY;
  return input === undefined ? [...FAMILY, name] : keyOf(name, input);
}

/** Make the key of what an action gave for an input; `false` where there is no input yet. */
export function keyOf(name: string, input: object | false | undefined): ActionKey {
  return [...FAMILY, name, input === false ? input : plain(input ?? {})];
}

/** Make it what JSON has: a key has to be text in the end, and JSON has no bigint. */
function plain(input: object): unknown {
  return JSON.parse(
    JSON.stringify(input, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value)),
  );
}
