/** What somebody who tests a program of theirs has of the scripted client. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ActionError,
  type Change,
  createOrder,
  items,
  listMeals,
  type NewOrder,
  oldPing,
  progress,
  type Reset,
  searchProducts,
  subscribeChanges,
} from "wide-client";
import { fail, ok, testClient } from "wide-client/testing";

const ORDER: NewOrder = { customer_id: "c", lines: [], payment: { kind: "card", number: "4" } };
const STOCK = { product_id: "p1", available: 2 };

describe("a scripted client", () => {
  it("replies as its script says, to methods, functions and those that throw", async () => {
    const { client } = testClient({
      search_products: ok({ items: [] }),
      create_order: fail("out_of_stock", STOCK),
    });
    const found = await client.searchProducts({ query: "shoes" });
    assert.deepEqual(found, { ok: true, data: { items: [] }, action: "search_products", latencyMs: 0 });
    const result = await createOrder(client, ORDER);
    assert(!result.ok && result.code === "out_of_stock");
    assert.equal(result.details.available, 2);
    assert.deepEqual([result.status, result.retryable, result.action], [409, false, "create_order"]);
    await assert.rejects(client.throwing.createOrder(ORDER), ActionError);
  });

  it("makes a reply of the input", async () => {
    const { client } = testClient({
      list_meals: async ({ day }) => (day === "mon" ? ok({ meals: ["soup"], next: null }) : fail("timeout")),
    });
    assert.deepEqual(await client.throwing.listMeals({ day: "mon" }), { meals: ["soup"], next: null });
    const result = await client.listMeals({ day: "tue" });
    assert.equal(!result.ok && `${result.code} ${result.status} ${result.retryable}`, "timeout 504 true");
  });

  it("replies call after call, and says so when a list is at its end", async () => {
    const { client } = testClient({ old_ping: [fail("network_error", null, { cause: "no" }), ok(7)] });
    const first = await client.oldPing();
    assert(!first.ok && first.code === "network_error");
    assert.deepEqual([first.cause, first.status, first.retryable], ["no", 0, true]);
    assert.equal(await client.throwing.oldPing(), 7);
    await assert.rejects(oldPing(client), {
      message:
        '"old_ping" was called 3 times and its script has 2 replies; ' +
        "add one, or give a reply or a function in place of the list",
    });
  });

  it("says how to script what has no script", async () => {
    await assert.rejects(testClient().client.oldPing(), {
      message: '"old_ping" was called and has no script; give one: testClient({ "old_ping": ok(data) })',
    });
  });

  it("keeps the calls with what they were given", async () => {
    const { client, calls, callsOf } = testClient({
      old_ping: ok(null),
      search_products: ok({ items: [] }),
    });
    await client.oldPing();
    await searchProducts(client, { query: "shoes" }, { approval: "k" });
    assert.deepEqual(
      calls.map(({ action }) => action),
      ["old_ping", "search_products"],
    );
    const [call] = callsOf("search_products");
    const query: string | undefined = call?.input.query;
    assert.deepEqual([query, call?.options.approval], ["shoes", "k"]);
    for (const each of calls) if (each.action === "search_products") assert.equal(each.input.query, "shoes");
  });

  it("gives each caller a copy, so that none changes the reply of the next one", async () => {
    const { client } = testClient({ list_meals: ok({ meals: ["soup"], next: null }) });
    (await client.throwing.listMeals({ day: "a" })).meals.pop();
    assert.deepEqual((await client.throwing.listMeals({ day: "a" })).meals, ["soup"]);
  });

  it("keeps inputs as they were when they were given, whoever changes them later", async () => {
    const { client, callsOf } = testClient({
      create_order: ({ lines }) => {
        lines.push({ product_id: "by the script" });
        return fail("shop_closed");
      },
    });
    const order = {
      customer_id: "c",
      lines: [{ product_id: "p" }],
      payment: { kind: "card", number: "4" },
    } as const;
    const given = { ...order, lines: [...order.lines] };
    await client.createOrder(given);
    given.lines.pop();
    given.lines.push({ product_id: "p" }, { product_id: "by the caller" } as never);
    assert.deepEqual(
      callsOf("create_order").map(({ input }) => input),
      [order],
    );
  });

  for (const timeoutMs of [0, -1, Number.NaN]) {
    it(`throws for a time of ${timeoutMs}, as when it is sent, and counts no call`, async () => {
      const { client, calls } = testClient({ old_ping: ok(null) });
      await assert.rejects(client.oldPing({}, { timeoutMs }), {
        name: "TypeError",
        message: `"timeoutMs" is ${timeoutMs}; give a number above 0`,
      });
      assert.deepEqual(calls, []);
    });
  }

  it("throws for an input that is no JSON, as when it is sent, and counts no call", async () => {
    const { client, calls } = testClient({ search_products: ok({ items: [] }) });
    await assert.rejects(client.searchProducts({ query: "a", limit: Number.NaN }), TypeError);
    assert.deepEqual(calls, []);
  });

  it("can be given up, and is late where a function never answers", async () => {
    const { client, calls } = testClient({ old_ping: () => new Promise(() => undefined) });
    const controller = new AbortController();
    const call = client.oldPing({}, { signal: controller.signal });
    controller.abort("enough");
    const result = await call;
    assert.equal(!result.ok && result.code === "aborted" && result.cause, "enough");
    const late = await client.oldPing({}, { timeoutMs: 1 });
    assert.equal(!late.ok && late.code, "client_timeout");
    const before = await client.oldPing({}, { signal: controller.signal });
    assert.equal(!before.ok && before.code, "aborted");
    assert.equal(calls.length, 2);
  });

  it("has pages", async () => {
    const { client, callsOf } = testClient({
      list_meals: [ok({ meals: ["a", "b"], next: "2" }), ok({ meals: ["c"], next: null })],
    });
    const all: string[] = [];
    for await (const meal of items(client, listMeals, { day: "mon" })) all.push(meal);
    assert.deepEqual(all, ["a", "b", "c"]);
    assert.deepEqual(
      callsOf("list_meals").map(({ input }) => input.cursor),
      [undefined, "2"],
    );
  });

  it("tells progress to who listens, and gives its result to who does not", async () => {
    const { client } = testClient({
      old_ping: ok("done", { progress: [{ done: 1, total: 2 }, { done: 2 }] }),
    });
    const seen: unknown[] = [];
    for await (const event of progress(client, oldPing)) {
      seen.push(event.type === "progress" ? [event.done, event.total, event.message] : event.result.ok);
    }
    assert.deepEqual(seen, [[1, 2, null], [2, null, null], true]);
    assert.equal(await client.throwing.oldPing(), "done");
  });

  it("tells changes to who listens, now or later", async () => {
    const { client, change } = testClient();
    change({ action: "create_order" });
    const seen: (Change | Reset)[] = [];
    for await (const event of subscribeChanges(client)) {
      seen.push(event);
      if (event.type === "change") change({ type: "reset" });
      else break;
    }
    const unset = { source: "action", scope: null, requestSource: null };
    assert.deepEqual(seen, [{ ...unset, type: "change", action: "create_order" }, { type: "reset" }]);
  });
});

/** What does not compile; never called. */
export function wrong() {
  testClient({
    // @ts-expect-error there is no such action
    no_such_action: ok(1),
  });
  testClient({
    // @ts-expect-error no such output
    search_products: ok({ items: 7 }),
  });
  testClient({
    // @ts-expect-error the action cannot fail with this code
    search_products: fail("out_of_stock", STOCK),
  });
  testClient({
    // @ts-expect-error the code has other details
    create_order: fail("out_of_stock", { product: "p1" }),
  });
  testClient({
    // @ts-expect-error a code with details has to have some
    create_order: fail("out_of_stock"),
  });
  testClient({
    // @ts-expect-error the input has no such field
    search_products: (input) => ok({ items: [input.nothing] }),
  });
  testClient({
    // @ts-expect-error one reply of the list is wrong
    list_meals: [ok({ meals: [], next: null }), ok({ meals: [1], next: null })],
  });
  // @ts-expect-error there is no such action
  testClient().callsOf("no_such_action");
}
