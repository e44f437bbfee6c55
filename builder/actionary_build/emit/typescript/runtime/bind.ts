/** Turns functions that take a connection into methods of a client. */

import type { Connection } from "./connection.js";
import { unwrap } from "./error.js";
import type { AnyFailure, Result, Success } from "./result.js";

/** A generated function, standing alone. */
type Standalone = (connection: Connection, ...rest: never[]) => Promise<Result<unknown, AnyFailure>>;

/** The same methods, which give the data of a success and throw an `ActionError` for a failure. */
export type Throwing<Methods> = {
  readonly [Name in keyof Methods]: Methods[Name] extends (...rest: infer Rest) => Promise<infer Given>
    ? (...rest: Rest) => Promise<Extract<Given, Success<unknown>>["data"]>
    : never;
};

/**
 * Make a client of a connection and the functions it is to offer.
 *
 * Sound because `Client` and the functions are generated together: to have them compared in every
 * program that uses the package takes longer than all else in it.
 */
export function bind<Client extends Connection>(connection: Connection, functions: object): Client {
  const made = (make: (standalone: Standalone) => unknown): object =>
    Object.fromEntries(
      Object.entries(functions as Record<string, Standalone>).map(([name, standalone]) => [
        name,
        make(standalone),
      ]),
    );
  const client = {
    ...connection,
    ...made(
      (standalone) =>
        (...rest: never[]) =>
          standalone(connection, ...rest),
    ),
    throwing: made(
      (standalone) =>
        async (...rest: never[]) =>
          unwrap(await standalone(connection, ...rest)),
    ),
  };
  return client as unknown as Client;
}
