/** What the generated part tells the runtime. */

import type { ClientFailure } from "./result.js";

/** One action: how it is reached, and the codes its failures may have. */
export interface ActionTable {
  readonly name: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** From the server's root. */
  readonly path: string;
  /** Each code the server may answer with; true when its failure carries details. */
  readonly codes: Readonly<Record<string, boolean>>;
}

/** What holds for all actions. */
export interface Contract {
  /** The digest of the catalog this client was generated from, as the server sends it. */
  readonly catalog: string;
  /** The codes that only a client gives. */
  readonly clientCodes: Readonly<Record<ClientFailure["code"], ClientCode>>;
  /** The statuses that, without an envelope, mean a gateway's passing trouble. */
  readonly retryableStatuses: readonly number[];
}

/** What a client's own code stands for. */
export interface ClientCode {
  readonly retryable: boolean;
  readonly meaning: string;
}
