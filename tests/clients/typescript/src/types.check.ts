/** What the compiler must accept and refuse; it is compiled, never run. */

import {
  ActionError,
  type Client,
  type CreateOrderFailure,
  connect,
  createClient,
  createOrder,
  type DeleteInput,
  items,
  listEvents,
  type NewOrder,
  type Order,
  oldPing,
  pages,
  progress,
  type SearchProductsResult,
  type SearchResult,
  type StockDetails,
  searchProducts,
  unwrap,
} from "my-shop-client";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<_ extends true>(): void {}

const client: Client = createClient({ baseUrl: "http://localhost" });
const connection = connect({ baseUrl: "http://localhost", fetch: async () => new Response(), headers: {} });
const order: NewOrder = {
  customer_id: "c",
  lines: [{ product_id: "p" }],
  payment: { kind: "card", number: "4" },
};

export async function inputs(limit: number | undefined, signal: AbortSignal | undefined): Promise<void> {
  await client.searchProducts({ query: "shoes", limit }, { signal, timeoutMs: undefined });
  await searchProducts(client, { query: "shoes" });
  await searchProducts(connection, { query: "shoes" });
  await client.oldPing();
  await client.oldPing(undefined, { timeoutMs: 1 });
  await oldPing(connection, {});
  await oldPing(connection, {}, { retry: false, auth: { tokens: async () => undefined, key: "k" } });
  await createOrder(client, { ...order, note: null });
  await listEvents(client, { from: "2026-01-01", hours: { min: 1, max: 2 }, tag: [], kind: "party" });

  await client.createOrder(order, { idempotencyKey: "k" });
  // @ts-expect-error: this action takes no key, so one would promise what nobody keeps
  await client.oldPing({}, { idempotencyKey: "k" });
  // @ts-expect-error: nor does its function
  await oldPing(connection, {}, { idempotencyKey: "k" });

  // @ts-expect-error: `query` is required
  await client.searchProducts({});
  // @ts-expect-error: the input is required
  await client.searchProducts();
  // @ts-expect-error: a number is no text
  await client.searchProducts({ query: 1 });
  // @ts-expect-error: `limits` is unknown
  await client.searchProducts({ query: "", limits: 1 });
  // @ts-expect-error: null is not allowed where the schema has none
  await client.searchProducts({ query: "", limit: null });
  // @ts-expect-error: an enum has its members only
  await client.listEvents({ from: "2026-01-01", kind: "talks" });
  // @ts-expect-error: a card has no `due`
  await client.createOrder({ ...order, payment: { kind: "card", due: "2026-01-01" } });
  // @ts-expect-error: `old_ping` takes nothing
  await client.oldPing({ any: 1 });
  // @ts-expect-error: options are checked too
  await client.oldPing({}, { timeout: 1 });
  // @ts-expect-error: there is no such scheme
  await client.oldPing({}, { auth: { password: "x" } });
  // @ts-expect-error: a token is text
  await client.oldPing({}, { auth: { tokens: 1 } });
  // @ts-expect-error: there is one object for all that repeats
  await client.oldPing({}, { retry: 3 });
  // @ts-expect-error: a function of its own needs a client
  await searchProducts({ query: "shoes" });
  // @ts-expect-error: `baseUrl` is required
  createClient({});
  // @ts-expect-error: private actions do not exist
  client.internalReport;
  // @ts-expect-error: actions without a route do not exist
  client.navigate;
}

export async function streams(): Promise<void> {
  for await (const event of progress(client, createOrder, order)) {
    if (event.type === "progress") event.done satisfies number;
    else same<Same<typeof event.result, Awaited<ReturnType<typeof createOrder>>>>();
  }
  // @ts-expect-error: `query` is required
  progress(client, searchProducts, {});
  // @ts-expect-error: this action gives no pages
  items(client, createOrder, order);
  // @ts-expect-error: this action gives no pages
  pages(client, searchProducts, { query: "" });
}

export async function throwing(): Promise<void> {
  same<Same<Awaited<ReturnType<typeof client.throwing.createOrder>>, Order>>();
  // @ts-expect-error: `query` is required
  await client.throwing.searchProducts({});
}

export const reserved: DeleteInput[] = [
  { class: "x" },
  { class: "x", constructor: true, "a-b": 1 },
  // @ts-expect-error: it is a boolean, however odd its name
  { class: "x", constructor: "yes" },
];

export async function results(): Promise<void> {
  const result: SearchProductsResult = await client.searchProducts({ query: "shoes" });
  // @ts-expect-error: whether there is data is not known yet
  result.data;
  if (result.ok) {
    same<Same<typeof result.data, SearchResult>>();
    // @ts-expect-error: a success has no code
    result.code;
  } else {
    // @ts-expect-error: a failure has no data
    result.data;
    // @ts-expect-error: this action cannot be out of stock
    result.code === "out_of_stock";
  }
  same<Same<ReturnType<typeof unwrapped>, Promise<Order>>>();
}

async function unwrapped() {
  return unwrap(await client.createOrder(order));
}

export function everyFailure(failure: CreateOrderFailure): string {
  switch (failure.code) {
    case "payload_too_large":
    case "unsupported_media_type":
    case "timeout":
    case "handler_error":
    case "invalid_output":
    case "unavailable":
    case "shop_closed":
    case "client_timeout":
      return nothing(failure.details);
    case "invalid_input":
      return failure.details.map((issue) => issue.path.join(".") + issue.type + issue.message).join();
    case "conflict":
      return failure.details.reason;
    case "out_of_stock":
      same<Same<typeof failure.details, StockDetails>>();
      return String(failure.details.available);
    case "network_error":
    case "aborted":
      return String(failure.cause) + nothing(failure.details);
    case "invalid_response":
      return failure.details.body + failure.details.status + failure.details.headers["content-type"];
    case "unknown_error":
      same<Same<typeof failure.details.details, unknown>>();
      return failure.details.code + failure.details.message;
  }
}

// @ts-expect-error: a code is missing, so the end is reached
export function notEveryFailure(failure: CreateOrderFailure): string {
  switch (failure.code) {
    case "out_of_stock":
      return failure.details.product_id;
  }
}

function nothing(value: null): string {
  return String(value);
}

export function thrown(error: unknown): string {
  if (!(error instanceof ActionError)) return "";
  const code: string = error.code;
  return code + error.status + error.message + (error.requestId ?? "") + error.retryable;
}

export function thrownByOneAction(error: ActionError<CreateOrderFailure>): string {
  return error.failure.code === "out_of_stock" ? error.failure.details.product_id : error.code;
}

type Connection = ReturnType<typeof connect>;
type Functions = typeof import("my-shop-client");
type Methods = Omit<Client, keyof Connection | "throwing">;

/** Each method is the function of its name, without the client: programs are not made to compare them. */
export const methods: {
  readonly [Name in keyof Methods]: Name extends keyof Functions
    ? Functions[Name] extends (connection: Connection, ...rest: infer Rest) => infer Given
      ? (...rest: Rest) => Given
      : never
    : never;
} = client;
