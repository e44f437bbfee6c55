/** Turns functions that take a connection into methods of a client. */

import type { Connection } from "./connection.js";
import { unwrap } from "./error.js";
import type { AnyFailure, Result, Success } from "./result.js";

/** A generated function, standing alone. */
type Standalone = (connection: Connection, ...rest: never[]) => Promise<Result<unknown, AnyFailure>>;

/** The same functions without their first parameter. */
export type Bound<Functions> = {
  [Name in keyof Functions]: Functions[Name] extends (
    connection: Connection,
    ...rest: infer Rest
  ) => infer Given
    ? (...rest: Rest) => Given
    : never;
};

/** The same methods, which give the data of a success and throw an `ActionError` for a failure. */
export type Throwing<Methods> = {
  readonly [Name in keyof Methods]: Methods[Name] extends (...rest: infer Rest) => Promise<infer Given>
    ? (...rest: Rest) => Promise<Extract<Given, Success<unknown>>["data"]>
    : never;
};

/** Make a client of a connection and the functions it is to offer. */
export function bind<Functions extends Readonly<Record<string, Standalone>>>(
  connection: Connection,
  functions: Functions,
): Connection & Bound<Functions> & { readonly throwing: Throwing<Bound<Functions>> } {
  const made = <Made>(make: (standalone: Standalone) => unknown): Made =>
    Object.fromEntries(
      Object.entries(functions).map(([name, standalone]) => [name, make(standalone)]),
    ) as Made;
  return {
    ...connection,
    ...made<Bound<Functions>>(
      (standalone) =>
        (...rest: never[]) =>
          standalone(connection, ...rest),
    ),
    throwing: made<Throwing<Bound<Functions>>>(
      (standalone) =>
        async (...rest: never[]) =>
          unwrap(await standalone(connection, ...rest)),
    ),
  };
}
