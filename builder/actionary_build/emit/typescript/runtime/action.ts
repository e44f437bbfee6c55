/** What the generated part tells the runtime. */

import type { Written } from "./input.js";
import type { HeaderValues } from "./options.js";
import type { Repeat } from "./repeat.js";

/** One action: how it is reached, and the codes its failures may have. */
export interface ActionTable {
  readonly name: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** From the server's root. */
  readonly path: string;
  /** Puts the input where the method has it. */
  readonly write: (input: object) => Written;
  /** Says which failed calls may be made again. */
  readonly repeat: Repeat;
  /** Reads JSON text, where that is not `JSON.parse`. */
  readonly parse?: (text: string) => unknown;
  /** Makes the key under which the server runs a call once, where only that lets it be repeated. */
  readonly newKey?: () => string;
  /** Takes the credential that the action asks for from the option `auth`. */
  readonly auth?: (given: never) => HeaderValues | Promise<HeaderValues>;
  /** The fields that lead from page to page. */
  readonly pages?: PagesTable;
  /** The codes the server may answer with, each between blanks; with a `!` where it carries details. */
  readonly codes: string;
}

/** The fields that lead from page to page: of the input, of the output, and the list of the page. */
export interface PagesTable {
  readonly input: string;
  readonly output: string;
  readonly items: string;
}
