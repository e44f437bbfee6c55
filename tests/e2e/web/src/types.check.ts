/** Compiled, never run: what the hooks take and give by the names of actions, and what they refuse. */

import {
  QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useSuspenseQuery,
} from "@tanstack/react-query";
import {
  approveCall,
  connect,
  createOrder,
  type Diary,
  getOrder,
  listApprovals,
  listEvents,
  listMeals,
  type NewOrder,
  type Order,
  type SearchResult,
  type Stock,
  searchProducts,
} from "actionary-reference-client";
import {
  ActionProvider,
  actionInfiniteQuery,
  actionKey,
  actionMutation,
  actionQuery,
  type Mutations as ChangingActions,
  callAction,
  type DataOf,
  type ErrorOf,
  type InputOf,
  type Queries as ReadingActions,
  useActionClient,
  useActionInfiniteQuery,
  useActionMutation,
  useActionQuery,
} from "actionary-reference-client/react";
import { createElement } from "react";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => undefined;

const connection = connect({ baseUrl: "https://shop.example" });
const queryClient = new QueryClient();
const order: NewOrder = { lines: [{ product_id: "p-1" }], delivery: { method: "pickup", shop: "harbour" } };

export function Queries(): void {
  const found = useActionQuery("search_products", { query: "tent", limit: 3 });
  same<typeof found.data, SearchResult | undefined>(true);
  const total = useActionQuery(
    "search_products",
    { query: "tent" },
    { select: (data) => data.total, staleTime: 5 },
  );
  same<typeof total.data, number | undefined>(true);
  useActionQuery("get_order", false);
  useActionQuery("get_order", { order_id: "o-1" }, { enabled: false, call: { timeoutMs: 5, retry: false } });
  useActionQuery("list_approvals");
  useActionQuery("list_approvals", { cursor: "c" }, { call: { auth: { shopkeeper: "token" } } });

  // @ts-expect-error it changes something
  useActionQuery("create_order", order);
  // @ts-expect-error there is no such action
  useActionQuery("search_product", { query: "tent" });
  // @ts-expect-error a key is wrong
  useActionQuery("search_products", { quarry: "tent" });
  // @ts-expect-error a value is wrong
  useActionQuery("search_products", { query: 3 });
  // @ts-expect-error an input is needed
  useActionQuery("search_products");
  // @ts-expect-error the key is settled
  useActionQuery("search_products", { query: "tent" }, { queryKey: ["mine"] });
  // @ts-expect-error the client repeats calls
  useActionQuery("search_products", { query: "tent" }, { retry: 3 });
  // @ts-expect-error React Query has a signal of its own
  useActionQuery("search_products", { query: "tent" }, { call: { signal: new AbortController().signal } });
}

export function Errors(): string {
  const { error } = useActionQuery("get_order", { order_id: "o-1" });
  if (error === null) return "";
  switch (error.code) {
    case "order_not_found":
      same<typeof error.details.order_id, string>(true);
      return error.details.order_id;
    case "invalid_input":
      return error.details.map((issue) => issue.message).join();
    case "timeout":
    case "handler_error":
    case "invalid_output":
    case "unavailable":
    case "network_error":
    case "client_timeout":
    case "aborted":
    case "invalid_response":
    case "unknown_error":
      return error.message;
  }
}

export function Mutations(): void {
  const ordering = useActionMutation("create_order", {
    call: { timeoutMs: 5, approval: undefined },
    onSuccess: (made) => same<typeof made, Order>(true),
    onError: (error, input) => {
      if (error.code === "out_of_stock") same<typeof error.details, Stock>(true);
      same<(typeof input.lines)[number]["product_id"], string>(true);
    },
  });
  ordering.mutate(order);
  same<typeof ordering.data, Order | undefined>(true);
  const left: number | undefined =
    ordering.error?.code === "out_of_stock" ? ordering.error.details.available : 0;
  same<typeof left, string>(false);

  // @ts-expect-error it only reads
  useActionMutation("search_products");
  // @ts-expect-error there is no such action
  useActionMutation("make_order");
  // @ts-expect-error the input is wrong
  ordering.mutate({ lines: [] });
  // @ts-expect-error an input is needed
  ordering.mutate();
  // @ts-expect-error the client repeats calls
  useActionMutation("create_order", { retry: 3 });
}

export function Pages(): void {
  const waiting = useActionInfiniteQuery("list_approvals");
  same<typeof waiting.hasNextPage, boolean>(true);
  const keys = waiting.data?.pages.flatMap((page) => page.approvals.map((approval) => approval.key));
  same<typeof keys, string[] | undefined>(true);
  const count = useActionInfiniteQuery(
    "list_approvals",
    {},
    { select: (data) => data.pages.length, maxPages: 3 },
  );
  same<typeof count.data, number | undefined>(true);

  // @ts-expect-error it gives no pages
  useActionInfiniteQuery("list_meals", { day: "2026-03-01" });
  // @ts-expect-error it changes something
  useActionInfiniteQuery("create_order", order);
  // @ts-expect-error the definition says how pages follow each other
  useActionInfiniteQuery("list_approvals", {}, { getNextPageParam: () => 1 });
}

export async function Calls(): Promise<void> {
  const made = await callAction("create_order", order, { idempotencyKey: "k" });
  if (made.ok) same<typeof made.data, Order>(true);
  else if (made.code === "out_of_stock") same<typeof made.details, Stock>(true);
  const diary = await callAction("list_meals", { day: "2026-03-01" });
  if (diary.ok) same<typeof diary.data, Diary>(true);
  await callAction("list_approvals");

  // @ts-expect-error the input is wrong
  await callAction("create_order", { lines: [] });
  // @ts-expect-error there is no such action
  await callAction("make_order", order);
}

export async function Options(): Promise<void> {
  const found = useQuery(actionQuery(connection, searchProducts, { query: "tent" }));
  same<typeof found.data, SearchResult | undefined>(true);
  const meant = useQuery({ ...actionQuery(connection, getOrder, false), staleTime: 3 });
  const asked: string | undefined =
    meant.error?.code === "order_not_found" ? meant.error.details.order_id : "";
  same<typeof asked, number>(false);
  const there = useSuspenseQuery(actionQuery(connection, listMeals, { day: "2026-03-01" }, { timeoutMs: 5 }));
  same<typeof there.data, Diary>(true);
  const fetched = await queryClient.fetchQuery(actionQuery(connection, searchProducts, { query: "tent" }));
  same<typeof fetched, SearchResult>(true);
  await queryClient.prefetchQuery(
    actionQuery(connection, listEvents, { from: "2026-03-01", to: "2026-03-02" }),
  );
  const paged = useInfiniteQuery(actionInfiniteQuery(connection, listApprovals));
  same<typeof paged.data, typeof paged.data>(true);
  const first = paged.data?.pages[0]?.approvals[0]?.action;
  same<typeof first, string | undefined>(true);
  await queryClient.prefetchInfiniteQuery(actionInfiniteQuery(connection, listApprovals));
  const ordering = useMutation(actionMutation(useActionClient(), createOrder));
  ordering.mutate(order);
  const stock: Stock | undefined =
    ordering.error?.code === "out_of_stock" ? ordering.error.details : undefined;
  same<typeof stock, string>(false);
  useMutation({ ...actionMutation(useActionClient(), approveCall), onSuccess: () => undefined });

  // @ts-expect-error it changes something
  actionQuery(connection, createOrder, order);
  // @ts-expect-error the input is wrong
  actionQuery(connection, searchProducts, { quarry: "tent" });
  // @ts-expect-error an input is needed
  actionQuery(connection, searchProducts);
  // @ts-expect-error it gives no pages
  actionInfiniteQuery(connection, listMeals, { day: "2026-03-01" });
  // @ts-expect-error it only reads
  actionMutation(useActionClient(), searchProducts);
  // @ts-expect-error only the client of a page knows what is to be read anew
  actionMutation(connection, createOrder);
}

export function Types(): void {
  same<InputOf<ChangingActions["create_order"]>, NewOrder>(true);
  same<DataOf<ReadingActions["search_products"]>, SearchResult>(true);
  const stock = (error: ErrorOf<ChangingActions["create_order"]>): Stock | undefined =>
    error.code === "out_of_stock" ? error.details : undefined;
  same<typeof stock, string>(false);
}

export async function Keys(): Promise<void> {
  same<ReturnType<typeof actionKey>, readonly unknown[]>(false);
  await queryClient.invalidateQueries({ queryKey: actionKey() });
  await queryClient.invalidateQueries({ queryKey: actionKey("search_products") });
  const cached = queryClient.getQueryData(actionKey("search_products", { query: "tent" }));
  same<typeof cached, SearchResult | undefined>(true);
  queryClient.setQueryData(actionQuery(connection, searchProducts, { query: "tent" }).queryKey, {
    items: [],
    total: 0,
  });

  // @ts-expect-error nothing is kept of what changes something
  actionKey("create_order");
  // @ts-expect-error it is no search result
  queryClient.setQueryData(actionKey("search_products", { query: "tent" }), { items: 3 });
}

createElement(ActionProvider, {
  client: connection,
  queryClient,
  listen: false,
  onListenError: console.error,
});
createElement(ActionProvider, { client: connection }, "inside");
// @ts-expect-error a client is needed
createElement(ActionProvider, { queryClient });
