/** What is known of a function of this package that calls an action. */

import type { Connection } from "./connection.js";
import type { AnyFailure, Result, Success } from "./result.js";

/** A function of this package that calls an action. */
export type Action = (client: Connection, ...rest: never[]) => Promise<Result<unknown, AnyFailure>>;

/** What it takes beside the client. */
export type RestOf<Called> = Called extends (client: Connection, ...rest: infer Rest) => unknown
  ? Rest
  : never;

/** What a call gives. */
export type ResultOf<Called extends Action> = Awaited<ReturnType<Called>>;

/** The data of a success. */
export type DataOf<Called extends Action> = Extract<ResultOf<Called>, Success<unknown>>["data"];
