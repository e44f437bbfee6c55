/** What the hooks do, in a document without a browser. */

import assert from "node:assert/strict";
import { test as nodeTest } from "node:test";
import type { Change, Reset } from "actionary-reference-client";
import {
  change,
  pageOf,
  page as pageSymbol,
} from "../node_modules/actionary-reference-client/dist/runtime/react/client.js";
import { hear } from "../node_modules/actionary-reference-client/dist/runtime/react/hear.js";
import { type Answer, type Asked, Server, show, turn } from "./stage.js";

const { ActionError, connect, createOrder, items, listApprovals, listMeals } = await import(
  "actionary-reference-client"
);
const { actionInfiniteQuery, actionKey, actionMutation, actionQuery, callAction, ...hooks } = await import(
  "actionary-reference-client/react"
);
const { useActionClient, useActionInfiniteQuery, useActionMutation, useActionQuery } = hooks;
const { QueryClient, useMutation, useQuery } = await import("@tanstack/react-query");

const test = (name: string, work: () => Promise<void>) => nodeTest(name, { timeout: 60_000 }, work);

const DAY = { day: "2026-03-01" };
const ORDER = { lines: [{ product_id: "p-1" }], delivery: { method: "pickup", shop: "harbour" } } as const;
const order = { ...ORDER, lines: [...ORDER.lines] };
const diary = (total_kcal: number) => ({ data: { day: DAY.day, meals: [], total_kcal } });
const ordered = { data: { id: "o-1" } };
const OUT = { status: 409, code: "out_of_stock", details: { product_id: "p-1", available: 0 } };

/** A server whose diary says how often it was read. */
function counting(create_order: () => Answer | Response = () => ordered): Server {
  const server: Server = new Server({ list_meals: () => diary(server.count("list_meals")), create_order });
  return server;
}

test("a query has the data, under the key of its action and input", async () => {
  const server = counting();
  const page = show(server, () => useActionQuery("list_meals", DAY, { select: (data) => data.total_kcal }));
  assert.equal((await page.until(({ isSuccess }) => isSuccess)).data, 1);
  const [query] = page.queryClient.getQueryCache().getAll();
  assert.deepEqual(query?.queryKey, ["action", "list_meals", DAY]);
  assert.deepEqual(actionKey("list_meals", DAY), query.queryKey);
  assert.equal(page.queryClient.getQueryData(actionKey("list_meals", DAY))?.total_kcal, 1);
  page.leave();
});

test("what actions gave is kept by the page's own `QueryClient`, whichever is nearer", async () => {
  const server = counting();
  const inside = new QueryClient();
  const page = show(server, both, { inside });
  await page.until(({ diary: { data } }) => data?.total_kcal === 1);
  page.latest.order.mutate(order);
  await page.until(({ diary: { data } }) => data?.total_kcal === 2);
  assert.equal(page.queryClient.getQueryCache().getAll().length, 1);
  assert.equal(page.queryClient.getMutationCache().getAll().length, 1);
  assert.equal(inside.getQueryCache().getAll().length + inside.getMutationCache().getAll().length, 0);
  page.leave();
});

test("a failed call is the query's error, and is repeated by the client alone", async () => {
  const server = new Server({ list_meals: () => ({ status: 503, code: "unavailable" }) });
  const page = show(server, () => useActionQuery("list_meals", DAY));
  const { error } = await page.until(({ isError }) => isError);
  assert.ok(error instanceof ActionError);
  assert.deepEqual([error.code, error.status, error.details], ["unavailable", 503, null]);
  assert.equal(server.count("list_meals"), 2);
  page.leave();
});

test("nobody makes React Query repeat calls, not even who does not compile", async () => {
  const server = new Server({ list_meals: () => ({ status: 500, code: "handler_error" }) });
  const eager = { retry: 3, retryDelay: 0, queryKey: ["mine"] } as object;
  const page = show(server, () => useActionQuery("list_meals", DAY, eager));
  await page.until(({ isError }) => isError);
  assert.equal(server.count("list_meals"), 1);
  page.leave();
});

test("who leaves the page gives up what it reads", async () => {
  const never = new Promise<never>(() => undefined);
  const server = new Server({ list_meals: () => never });
  const page = show(server, () => useActionQuery("list_meals", DAY));
  while (server.asked.length === 0) await turn();
  const { signal } = server.asked[0] as Asked;
  assert.equal(signal.aborted, false);
  page.leave();
  while (!signal.aborted) await turn();
});

test("without an input nothing is read", async () => {
  const server = counting();
  const page = show(server, () => useActionQuery("list_meals", false, { enabled: true }));
  const { refetch } = await page.until(({ fetchStatus }) => fetchStatus === "idle");
  const { error } = await refetch();
  assert.match(String(error), /list_meals has no input yet/);
  assert.equal(server.asked.length, 0);
  page.leave();
});

test("a name of no such action is refused", async () => {
  const server = counting();
  const refused: unknown[] = [];
  const page = show(server, () => {
    for (const use of [
      () => useActionQuery("create_order" as "list_meals", DAY),
      () => useActionQuery("toString" as "list_meals", DAY),
      () => useActionMutation("list_meals" as "create_order"),
      () => useActionInfiniteQuery("list_meals" as "list_approvals"),
    ]) {
      assert.throws(use, (error) => refused.push(error) > 0);
    }
    return true;
  });
  await page.until(() => true);
  assert.deepEqual(refused.slice(0, 4).map(String), [
    'TypeError: "create_order" is no action that only reads; useActionMutation takes those that change something',
    'TypeError: "toString" is no action that only reads; useActionMutation takes those that change something',
    'TypeError: "list_meals" is no action that changes something; useActionQuery takes those that only read',
    'TypeError: "list_meals" is no action that gives pages; useActionQuery takes the others that only read',
  ]);
  page.leave();
});

const both = () => ({ diary: useActionQuery("list_meals", DAY), order: useActionMutation("create_order") });

test("after a mutation all is read anew", async () => {
  const server = counting();
  const page = show(server, both);
  await page.until(({ diary: { data } }) => data?.total_kcal === 1);
  page.latest.order.mutate(order);
  const given = await page.until(({ diary: { data } }) => data?.total_kcal === 2);
  assert.deepEqual(given.order.data ?? (await page.until(({ order: { data } }) => !!data)).order.data, {
    id: "o-1",
  });
  page.leave();
});

test("a mutation that the server refused leaves what is shown, and its error has the details", async () => {
  const server = counting(() => OUT);
  const page = show(server, both);
  await page.until(({ diary: { data } }) => data?.total_kcal === 1);
  page.latest.order.mutate(order);
  const { error } = (await page.until((given) => given.order.isError)).order;
  assert.equal(error?.code === "out_of_stock" && error.details.available, 0);
  assert.equal(page.queryClient.isFetching(), 0);
  assert.equal(server.count("list_meals"), 1);
  assert.equal(server.count("create_order"), 1);
  page.leave();
});

test("after a mutation of which nobody knows how it ended all is read anew", async () => {
  const server = counting(() => Response.json({}, { status: 500 }));
  const page = show(server, both);
  await page.until(({ diary: { data } }) => data?.total_kcal === 1);
  page.latest.order.mutate(order);
  await page.until(({ diary: { data } }) => data?.total_kcal === 2);
  assert.equal((await page.until((given) => given.order.isError)).order.error?.code, "invalid_response");
  page.leave();
});

test("a page remembers only those of its calls that may still change something", async () => {
  const answers = [
    OUT,
    OUT,
    { status: 400, code: "invalid_input", details: [] },
    { status: 500, code: "handler_error" },
  ];
  const server = new Server({ create_order: () => answers.shift() ?? ordered });
  const client = pageOf(connect({ baseUrl: "https://shop.example", fetch: server.fetch }), new QueryClient());
  for (let i = 0; i < 5; i += 1) await change(client, createOrder, order);
  assert.equal(server.count("create_order"), 5);
  assert.equal(client[pageSymbol].unseen.size, 1);
});

test("a mutation takes the options of its call", async () => {
  const server = counting();
  const call = { idempotencyKey: "k-1", headers: () => ({ "x-team": "shop" }), approval: undefined };
  const page = show(server, () => useActionMutation("create_order", { call }));
  await page.until(() => true);
  await page.latest.mutateAsync(order);
  const { headers } = server.asked[0] as Asked;
  assert.deepEqual([headers.get("idempotency-key"), headers.get("x-team")], ["k-1", "shop"]);
  assert.match(headers.get("actionary-source") ?? "", /^[!-~]{1,128}$/);
  page.leave();
});

test("callAction calls with the client of the page that is shown", async () => {
  await assert.rejects(
    async () => callAction("list_meals", DAY),
    /no <ActionProvider> is shown, so callAction has no client/,
  );
  const server = counting();
  const page = show(server, () => useActionQuery("list_meals", DAY));
  await page.until(({ data }) => data?.total_kcal === 1);
  const read = await callAction("list_meals", DAY);
  assert.equal(read.ok && read.data.total_kcal, 2);
  assert.equal(page.latest.data?.total_kcal, 1);
  assert.equal((await callAction("create_order", order)).ok, true);
  await page.until(({ data }) => data?.total_kcal === 3);
  page.leave();
  await turn();
  await assert.rejects(async () => callAction("list_meals", DAY), /no <ActionProvider> is shown/);
});

test("an effect of the page finds the client of callAction", async () => {
  const { useEffect, useState } = await import("react");
  const page = show(counting(), () => {
    const [read, setRead] = useState(0);
    useEffect(() => {
      void callAction("list_meals", DAY).then((result) => result.ok && setRead(result.data.total_kcal));
    }, []);
    return read;
  });
  await page.until((read) => read === 1);
  page.leave();
});

test("functions make the same queries and mutations as names", async () => {
  const server = counting();
  const page = show(server, () => ({
    diary: useQuery(actionQuery(useActionClient(), listMeals, DAY)),
    named: useActionQuery("list_meals", DAY),
    order: useMutation(actionMutation(useActionClient(), createOrder)),
  }));
  await page.until(({ diary: { data } }) => data?.total_kcal === 1);
  assert.equal(page.latest.named.data?.total_kcal, 1);
  page.latest.order.mutate(order);
  await page.until(({ named: { data } }) => data?.total_kcal === 2);
  assert.equal(server.count("list_meals"), 2);
  assert.deepEqual(page.queryClient.getMutationCache().getAll()[0]?.options.mutationKey, [
    "action",
    "create_order",
  ]);
  page.leave();
});

const approvals = (...keys: string[]) => keys.map((key) => ({ key }));

test("pages are read to the last one", async () => {
  const server = new Server({
    list_approvals: ({ query: { cursor } }) => ({
      data: cursor
        ? { approvals: approvals("c"), next_cursor: null }
        : { approvals: approvals("a", "b"), next_cursor: "2" },
    }),
  });
  const page = show(server, () => useActionInfiniteQuery("list_approvals", { state: "pending" }));
  const first = await page.until(({ isSuccess }) => isSuccess);
  assert.equal(first.hasNextPage, true);
  await first.fetchNextPage();
  const last = await page.until(({ data }) => data?.pages.length === 2);
  assert.equal(last.hasNextPage, false);
  assert.deepEqual(
    last.data?.pages.flatMap((each) => each.approvals.map(({ key }) => key)),
    ["a", "b", "c"],
  );
  assert.deepEqual(
    server.asked.map(({ query }) => query),
    [{ state: "pending" }, { state: "pending", cursor: "2" }],
  );
  assert.deepEqual(page.queryClient.getQueryCache().getAll()[0]?.queryKey, [
    "action",
    "list_approvals",
    { state: "pending" },
    "pages",
  ]);
  page.leave();
});

test("pages that have no end are an error, as they are to who reads them in a loop", async () => {
  const server = new Server({
    list_approvals: () => ({ data: { approvals: approvals("a"), next_cursor: "1" } }),
  });
  const page = show(server, () => useActionInfiniteQuery("list_approvals", { cursor: "1" }));
  const { error } = await page.until(({ isError }) => isError);
  assert.match(String(error), /its pages have no end/);
  await assert.rejects(async () => {
    for await (const _ of items(page.client, listApprovals, { cursor: "1" }));
  }, /its pages have no end/);
  assert.throws(
    () => actionInfiniteQuery(page.client, listMeals as unknown as typeof listApprovals),
    /list_meals gives no pages/,
  );
  page.leave();
});

/** A stream of changes that is told what to say. */
function stream() {
  let say: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      say = controller;
    },
  });
  const tell = (event: Change | Reset) => {
    const text = `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
    say?.enqueue(new TextEncoder().encode(text));
  };
  return { tell, response: new Response(body, { headers: { "content-type": "text/event-stream" } }) };
}

const changeBy = (requestSource: string | null): Change => ({
  type: "change",
  source: "action",
  action: "log_meal",
  scope: null,
  requestSource,
});

test("what others change is read anew, and all where something was missed", async () => {
  const { tell, response } = stream();
  const server: Server = new Server({
    list_meals: () => diary(server.count("list_meals")),
    changes: () => response,
  });
  const page = show(server, () => useActionQuery("list_meals", DAY), { listen: true });
  await page.until(({ data }) => data?.total_kcal === 1);
  tell(changeBy("tab-2"));
  await page.until(({ data }) => data?.total_kcal === 2);
  tell(changeBy(null));
  await page.until(({ data }) => data?.total_kcal === 3);
  tell({ type: "reset" });
  await page.until(({ data }) => data?.total_kcal === 4);
  const { signal } = server.asked.find(({ action }) => action === "changes") as Asked;
  page.leave();
  while (!signal.aborted) await turn();
});

test("a page that may not listen says so, once, and works without", async () => {
  const told: unknown[] = [];
  const server: Server = new Server({
    list_meals: () => diary(server.count("list_meals")),
    changes: () => ({ status: 401, code: "unauthorized" }),
  });
  const onListenError = (error: unknown) => void told.push(error);
  const page = show(server, () => useActionQuery("list_meals", DAY), { listen: true, onListenError });
  await page.until(({ isSuccess }) => isSuccess);
  while (told.length === 0) await turn();
  assert.equal(told[0] instanceof ActionError && told[0].code, "unauthorized");
  assert.equal(server.count("changes"), 1);
  page.leave();
});

/** A page of which only that matters how often it reads anew. */
function heard(server: Server) {
  const queryClient = new QueryClient();
  const client = pageOf(connect({ baseUrl: "https://shop.example", fetch: server.fetch }), queryClient);
  const seen = { anew: 0, reading: Promise.resolve() };
  queryClient.invalidateQueries = () => {
    seen.anew += 1;
    return seen.reading;
  };
  const tell = (...events: (Change | Reset)[]) => {
    async function* subscribe() {
      yield* events;
    }
    return hear(subscribe, client, new AbortController().signal);
  };
  return { client, seen, tell };
}

test("a page does not hear of what it changed itself", async () => {
  const server = counting();
  const { client, seen, tell } = heard(server);
  await change(client, createOrder, order);
  assert.equal(seen.anew, 1);
  const source = server.asked[0]?.headers.get("actionary-source") ?? null;
  await tell(changeBy(source));
  assert.equal(seen.anew, 1);
  await tell(changeBy(`${source}0`.replace(/^./, "x")));
  assert.equal(seen.anew, 2);
});

test("a page hears of what it changed without having seen that it did", async () => {
  const server = counting(() => Response.json({}, { status: 504 }));
  const { client, seen, tell } = heard(server);
  await change(client, createOrder, order, { retry: false });
  const source = server.asked[0]?.headers.get("actionary-source") ?? null;
  assert.equal(seen.anew, 1);
  await tell(changeBy(source));
  assert.equal(seen.anew, 2);
});

test("of many changes none is lost, and nothing is read twice at a time", async () => {
  const { seen, tell } = heard(counting());
  let done = (): void => undefined;
  seen.reading = new Promise((resolve) => {
    done = resolve;
  });
  await tell(...Array.from({ length: 100 }, () => changeBy(null)));
  assert.equal(seen.anew, 1);
  done();
  await turn();
  assert.equal(seen.anew, 2);
});
