/** Makes the headers of a request. */

import type { Given, HeaderValues } from "./options.js";

/** Headers, or what gives them when they are needed; what is null is left out too. */
type Source =
  | Given<Readonly<Record<string, string | number | null | undefined>>>
  | Promise<HeaderValues>
  | undefined;

/**
 * Merge headers, source after source; of equal names the later one counts.
 *
 * @throws TypeError for what is no header, and what functions among the sources throw.
 */
export async function headersOf(sources: readonly Source[]): Promise<Headers> {
  const merged = new Headers();
  for (const source of sources) {
    const values = await (typeof source === "function" ? source() : source);
    for (const [name, value] of Object.entries(values ?? {})) {
      if (value != null) merged.set(name, value as string); // numbers are written by it
    }
  }
  return merged;
}
