/** The pages of an action that gives a long list page by page. */

import type { PagesTable } from "./action.js";
import type { Action, DataOf, RestOf } from "./called.js";
import { type Connection, type Send, settings } from "./connection.js";
import { unwrap } from "./error.js";
import type { CallOptions } from "./options.js";

declare const itemsField: unique symbol;

/** A call that gives a page; `Field` is where its data list what is on it. */
export interface Paged<Typed, Field extends string> extends Promise<Typed> {
  /** For the compiler only. */
  readonly [itemsField]?: Field;
}

/** What is listed on a page; never, where an action gives no pages. */
export type ItemOf<Called extends Action> =
  ReturnType<Called> extends Paged<unknown, infer Field>
    ? string extends Field
      ? never
      : DataOf<Called> extends { readonly [Name in Field]: readonly (infer Item)[] }
        ? Item
        : never
    : never;

/** The function, if its action gives pages; or else what the compiler is to say instead of `never`. */
export type Paging<Called extends Action> = [ItemOf<Called>] extends [never]
  ? "give a function that the package exports, of an action that gives pages"
  : Called;

/**
 * Give page after page.
 *
 * @throws ActionError where a page fails.
 */
export async function* pages<Called extends Action>(
  client: Connection,
  action: Called & Paging<Called>,
  ...rest: RestOf<Called>
): AsyncGenerator<DataOf<Called>, void, undefined> {
  for await (const [page] of eachPage(client, action, rest)) yield page as DataOf<Called>;
}

/**
 * Give what is listed on the pages, one after the other; a page is asked for when it is needed.
 *
 * @throws ActionError where a page fails.
 */
export async function* items<Called extends Action>(
  client: Connection,
  action: Called & Paging<Called>,
  ...rest: RestOf<Called>
): AsyncGenerator<ItemOf<Called>, void, undefined> {
  for await (const [page, fields] of eachPage(client, action, rest)) {
    yield* page[fields.items] as Iterable<ItemOf<Called>>;
  }
}

type Fields = Readonly<Record<string, unknown>>;

async function* eachPage(
  client: Connection,
  action: Action,
  rest: readonly unknown[],
): AsyncGenerator<readonly [page: Fields, fields: PagesTable]> {
  const own = client[settings];
  let fields: PagesTable | undefined;
  const send: Send = (_, table, input, options) => {
    fields = table.pages;
    return own.send(own, table, input, options);
  };
  const call = action as (client: Connection, input: Fields, options?: CallOptions) => ReturnType<Action>;
  let input = (rest[0] ?? {}) as Fields;
  const options = rest[1] as CallOptions | undefined;
  const asked = new Set<unknown>();
  for (;;) {
    const page = unwrap(await call({ [settings]: { ...own, send } }, input, options)) as Fields;
    if (fields === undefined) throw new TypeError(`${action.name} gives no pages`);
    yield [page, fields];
    const cursor = page[fields.output];
    if (cursor === null || cursor === undefined) return;
    if (asked.add(input[fields.input]).has(cursor)) {
      throw new Error(
        `${action.name} gave a \`${fields.output}\` that led to a page before: its pages have no end`,
      );
    }
    input = { ...input, [fields.input]: cursor };
  }
}
