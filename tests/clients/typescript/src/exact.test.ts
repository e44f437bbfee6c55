/** The client with `integers = "bigint"` and `dates = "Date"`; `fetch` is a stand-in. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createClient, type Node } from "exact-client";

/** A client whose server says this text of data, and what was sent. */
function saying(action: string, data: string) {
  const sent: { url: URL; body: unknown }[] = [];
  const fetch = async (url: string, { body }: RequestInit) => {
    sent.push({ url: new URL(url), body });
    return new Response(`{"ok":true,"data":${data},"action":"${action}","latencyMs":1}`);
  };
  return { client: createClient({ baseUrl: "http://shop.test", fetch }).throwing, sent };
}

const LONGEST = 9223372036854775807n;

describe("an integer", () => {
  it("is read and sent to the last digit, at any depth", async () => {
    const text = `{"value":${LONGEST},"children":[{"value":-${LONGEST},"children":[]},{"value":7,"children":[]}]}`;
    const { client, sent } = saying("add_node", text);
    const tree: Node = {
      value: LONGEST,
      children: [
        { value: -LONGEST, children: [] },
        { value: 7n, children: [] },
      ],
    };
    assert.deepEqual(await client.addNode(tree), tree);
    assert.equal(sent[0]?.body, text);
  });

  it("is what came, whatever it is", async () => {
    let seed = 1;
    const next = () => {
      seed = (seed * 48271) % 2147483647;
      return BigInt(seed);
    };
    for (let i = 0; i < 500; i += 1) {
      const value = (next() * next() * next()) >> (next() % 90n);
      const signed = next() % 2n ? value : -value;
      const { client, sent } = saying("add_node", `{"value":${signed},"children":[]}`);
      const read = await client.addNode({ value: signed, children: [] });
      assert.equal(read.value, signed);
      assert.equal(sent[0]?.body, `{"value":${signed},"children":[]}`);
    }
  });

  it("changes no text that looks like one, and no number that is none", async () => {
    const text =
      '{"items":[{"id":"12345678901234567890","name":"a \\"12345678901234567\\": 98765432109876543, \\\\",' +
      '"price_cents":12345678901234567890,"more":[12345678901234567890,0.12345678901234567,1e21]}]}';
    const { client } = saying("search_products", text);
    const [product] = (await client.searchProducts({ query: "a" })).items;
    assert.deepEqual(product, {
      id: "12345678901234567890",
      name: 'a "12345678901234567": 98765432109876543, \\',
      price_cents: 12345678901234567890n,
      more: [12345678901234567000, 0.12345678901234566, 1e21],
    });
  });

  it("is found beside a text of any length, whatever is escaped in it", async () => {
    const id = `${"\\".repeat(4_000_001)}"12345678901234567`;
    const text = `{"items":[{"id":${JSON.stringify(id)},"name":"\\\\","price_cents":${LONGEST},"more":[]}]}`;
    const { client } = saying("search_products", text);
    const [product] = (await client.searchProducts({ query: "a" })).items;
    assert.equal(product?.id === id && product.price_cents, LONGEST);
  });

  it("that is none is not sent", async () => {
    const { client, sent } = saying("add_node", "null");
    const value = Number.NaN as unknown as bigint;
    await assert.rejects(client.addNode({ value, children: [] }), {
      message: '"value" is NaN; give a finite number',
    });
    assert.deepEqual(sent, []);
  });
});

describe("a time", () => {
  it("is read and sent as the instant that it is, a day as the day", async () => {
    const { client, sent } = saying(
      "list_events",
      '[{"id":1,"start":"2026-01-02T03:04:05+01:00","title":"x"}]',
    );
    const [event] = await client.listEvents({
      from: new Date("2026-01-02"),
      to: new Date(Date.UTC(2026, 1, 3)),
      hours: { min: 1n, max: LONGEST },
    });
    const start: Date | undefined = event?.start;
    assert.equal(start?.toISOString(), "2026-01-02T02:04:05.000Z");
    assert.equal(event?.id, 1n);
    assert.deepEqual(Object.fromEntries(sent[0]?.url.searchParams ?? []), {
      from: "2026-01-02",
      to: "2026-02-03",
      hours: `{"min":1,"max":${LONGEST}}`,
    });
  });

  it("of an alternative is written as that one says", async () => {
    const { client, sent } = saying("create_order", "null");
    await client.createOrder({
      customer_id: "c",
      lines: [{ product_id: "p", quantity: 2n }],
      payment: { kind: "invoice", due: new Date("2026-03-04T00:00:00Z") },
    });
    assert.equal(
      sent[0]?.body,
      '{"customer_id":"c","lines":[{"product_id":"p","quantity":2}],"payment":{"kind":"invoice","due":"2026-03-04"}}',
    );
  });

  it("that is none is not sent", async () => {
    const { client, sent } = saying("list_events", "[]");
    await assert.rejects(client.listEvents({ from: new Date("never") }), {
      name: "TypeError",
      message: '"from" is an invalid Date; give a valid one',
    });
    assert.deepEqual(sent, []);
  });

  it("that is midnight elsewhere is not sent as the day before", async () => {
    const { client, sent } = saying("create_order", "null");
    const due = new Date("2026-03-01T00:00:00+01:00");
    const payment = { kind: "invoice", due } as const;
    await assert.rejects(client.createOrder({ customer_id: "c", lines: [], payment }), {
      name: "TypeError",
      message:
        '"due" is a date, and 2026-02-28T23:00:00.000Z is not midnight in UTC; ' +
        'give new Date(Date.UTC(2026, 2, 1)) or new Date("2026-03-01")',
    });
    const { client: reading } = saying("list_events", "[]");
    await assert.rejects(reading.listEvents({ from: due }), /"from" is a date, and/);
    assert.deepEqual(sent, []);
  });
});

describe("details of a failure", () => {
  it("are converted too", async () => {
    const body =
      '{"ok":false,"code":"out_of_stock","message":"no","status":409,"retryable":false,' +
      `"details":{"product_id":"p1","available":${LONGEST}},"action":"create_order","latencyMs":1}`;
    const fetch = async () => new Response(body, { status: 409 });
    const client = createClient({ baseUrl: "http://shop.test", fetch });
    const result = await client.createOrder({
      customer_id: "c",
      lines: [],
      payment: { kind: "card", number: "4" },
    });
    assert.equal(!result.ok && result.code === "out_of_stock" && result.details.available, LONGEST);
  });
});
