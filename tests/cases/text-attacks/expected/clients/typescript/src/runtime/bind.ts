/** Turns functions that take a connection into methods of a client. */

import type { Connection } from "./connection.js";

/** A generated function, standing alone. */
type Standalone = (connection: Connection, ...rest: never[]) => unknown;

/** The same functions without their first parameter. */
export type Bound<Functions> = {
  [Name in keyof Functions]: Functions[Name] extends (
    connection: Connection,
    ...rest: infer Rest
  ) => infer Given
    ? (...rest: Rest) => Given
    : never;
};

/** Make a client of a connection and the functions it is to offer. */
export function bind<Functions extends Readonly<Record<string, Standalone>>>(
  connection: Connection,
  functions: Functions,
): Connection & Bound<Functions> {
  const methods = Object.entries(functions).map(([name, standalone]) => [
    name,
    (...rest: never[]) => standalone(connection, ...rest),
  ]);
  return { ...connection, ...(Object.fromEntries(methods) as Bound<Functions>) };
}
