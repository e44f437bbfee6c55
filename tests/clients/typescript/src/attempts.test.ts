/** When a call is made again, what is sent with it, and what hooks see of it; `fetch` is a stand-in. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import {
  type AttemptFailure,
  type CallOptions,
  type Client,
  type ClientOptions,
  createClient,
  type NewOrder,
} from "wide-client";

const ORDER: NewOrder = { customer_id: "c", lines: [], payment: { kind: "card", number: "4" } };

type Step = (signal: AbortSignal) => Response | Promise<Response>;

const ok: (action: string, data?: unknown) => Step =
  (action, data = null) =>
  () =>
    Response.json({ ok: true, data, action, latencyMs: 1 });

function failed(
  action: string,
  code: string,
  status: number,
  more: { retryable?: boolean; details?: unknown; headers?: Record<string, string> } = {},
): Step {
  const { retryable = true, details = null, headers = {} } = more;
  const envelope = { ok: false, code, message: code, status, retryable, details, action, latencyMs: 1 };
  return () => Response.json(envelope, { status, headers });
}

const broken: Step = () => {
  throw new TypeError("fetch failed", { cause: new Error("ECONNRESET") });
};
const gateway: Step = () => new Response("<h1>Bad gateway</h1>", { status: 502 });
const busy = (action: string, retryAfter?: string): Step =>
  failed(action, "unavailable", 503, retryAfter ? { headers: { "retry-after": retryAfter } } : {});
const running = (action: string): Step =>
  failed(action, "conflict", 409, { retryable: false, details: { reason: "in_progress" } });

/** A client whose server does one step after the other; what was sent; the waits, which do not last. */
function scripted(
  steps: Step[],
  options: Partial<ClientOptions> = {},
): { client: Client; sent: Headers[]; waits: number[] } {
  const sent: Headers[] = [];
  const waits: number[] = [];
  const fetch = async (_: string, init: RequestInit) => {
    sent.push(new Headers(init.headers));
    const step = steps[sent.length - 1];
    assert(step, "more was sent than there are steps");
    return await step(init.signal as AbortSignal);
  };
  const onRetry = ({ waitMs }: AttemptFailure) => {
    waits.push(waitMs);
    setImmediate(() => mock.timers.tick(waitMs));
  };
  return { client: createClient({ baseUrl: "http://shop.test", fetch, onRetry, ...options }), sent, waits };
}

describe("a call that failed", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => {
    mock.timers.reset();
    mock.restoreAll();
  });

  for (const [fault, step] of [
    ["a broken connection", broken],
    ["a gateway without an envelope", gateway],
    ["a server that has no time", busy("old_ping")],
    ["a server that was too slow", failed("old_ping", "timeout", 504)],
  ] as const) {
    it(`is made again after ${fault}, where the action only reads`, async () => {
      const { client, sent } = scripted([step, ok("old_ping")]);
      assert.equal((await client.oldPing()).ok, true);
      assert.equal(sent.length, 2);
      assert.equal(sent[0]?.has("idempotency-key"), false);
    });
  }

  it("is made again under one key of its own, where the action takes a key", async () => {
    const { client, sent } = scripted([broken, gateway, ok("create_order")]);
    assert.equal((await client.createOrder(ORDER)).ok, true);
    const keys = sent.map((headers) => headers.get("idempotency-key"));
    assert.match(keys[0] ?? "", /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    assert.equal(new Set(keys).size, 1);
  });

  it("has another key for another call, and the caller's where one is given", async () => {
    const { client, sent } = scripted([ok("create_order"), ok("create_order"), ok("create_order")]);
    await client.createOrder(ORDER);
    await client.createOrder(ORDER);
    await client.createOrder(ORDER, { idempotencyKey: "order-7" });
    const keys = sent.map((headers) => headers.get("idempotency-key"));
    assert.equal(new Set(keys).size, 3);
    assert.equal(keys[2], "order-7");
  });

  it("has a key too where there is no `randomUUID`", async () => {
    const { crypto } = globalThis;
    Object.defineProperty(globalThis, "crypto", { value: undefined, configurable: true });
    try {
      const { client, sent } = scripted([ok("create_order"), ok("create_order")]);
      await client.createOrder(ORDER);
      await client.createOrder(ORDER);
      const keys = sent.map((headers) => headers.get("idempotency-key") ?? "");
      assert(keys.every((key) => /^[!-~]{20,255}$/.test(key)));
      assert.notEqual(keys[0], keys[1]);
    } finally {
      Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true });
    }
  });

  for (const [fault, step, code] of [
    ["a broken connection", broken, "network_error"],
    ["a gateway without an envelope", gateway, "invalid_response"],
    ["a server that was too slow", failed("pay", "timeout", 504), "timeout"],
  ] as const) {
    it(`is not made again after ${fault}, where the action is neither safe nor takes a key`, async () => {
      const { client, sent } = scripted([step]);
      const result = await client.pay(ORDER);
      assert.equal(!result.ok && result.code, code);
      assert.equal(sent.length, 1);
      assert.equal(sent[0]?.has("idempotency-key"), false);
    });
  }

  it("is made again for any action when the server says that it has not begun", async () => {
    const { client, sent } = scripted([busy("pay"), ok("pay")]);
    assert.equal((await client.pay(ORDER)).ok, true);
    assert.equal(sent.length, 2);
  });

  for (const [fault, step, code] of [
    ["a broken connection", broken, "network_error"],
    ["a server that was too slow", failed("create_order", "timeout", 504), "timeout"],
    ["a gateway without an envelope", gateway, "invalid_response"],
  ] as const) {
    it(`says after ${fault} under which key it can be made again, and is made under it`, async () => {
      const { client, sent } = scripted([step, ok("create_order")], { retry: false });
      const first = await client.createOrder(ORDER);
      assert(!first.ok && first.code === code);
      const { idempotencyKey } = first;
      assert(idempotencyKey);
      assert.equal((await client.createOrder(ORDER, { idempotencyKey })).ok, true);
      assert.deepEqual(
        sent.map((headers) => headers.get("idempotency-key")),
        [idempotencyKey, idempotencyKey],
      );
    });
  }

  it("says under which key it can be made again when its time is up", async () => {
    const { client, sent } = scripted([() => new Promise(() => undefined)]);
    const call = client.createOrder(ORDER, { timeoutMs: 1000 });
    while (sent.length === 0) await new Promise(setImmediate);
    mock.timers.tick(1000);
    const result = await call;
    assert(!result.ok && result.code === "client_timeout");
    assert.equal(result.idempotencyKey, sent[0]?.get("idempotency-key"));
  });

  it("says of no key where the action takes none, and sends none that is given in spite of its type", async () => {
    const { client, sent } = scripted([broken]);
    const result = await client.pay(ORDER, { idempotencyKey: "k" } as CallOptions);
    assert(!result.ok && !("idempotencyKey" in result));
    assert.equal(sent[0]?.has("idempotency-key"), false);
  });

  it("with an approval is made again only when the server says that it has not begun", async () => {
    for (const [step, attempts] of [
      [broken, 1],
      [gateway, 1],
      [failed("wipe", "timeout", 504), 1],
      [busy("wipe"), 2],
    ] as const) {
      const approved = scripted([step, ok("wipe")]);
      await approved.client.wipe({ class: "x" }, { approval: "a-1" });
      assert.equal(approved.sent.length, attempts);
      const plain = scripted([step, ok("wipe")]);
      await plain.client.wipe({ class: "x" });
      assert.equal(plain.sent.length, 2);
    }
  });

  it("waits for its own earlier attempt that still runs", async () => {
    const { client } = scripted([broken, running("create_order"), ok("create_order")]);
    assert.equal((await client.createOrder(ORDER)).ok, true);
  });

  for (const [name, step] of [
    ["a first attempt whose key somebody else uses", running("create_order")],
    ["what will not pass", failed("create_order", "handler_error", 500, { retryable: false })],
  ] as const) {
    it(`is not made again after ${name}`, async () => {
      const { client, sent } = scripted([step]);
      assert.equal((await client.createOrder(ORDER)).ok, false);
      assert.equal(sent.length, 1);
    });
  }

  it("is made three times at most, unless told otherwise; the last failure is the result", async () => {
    const { client, sent } = scripted([broken, gateway, busy("old_ping")]);
    const result = await client.oldPing();
    assert.equal(!result.ok && result.code, "unavailable");
    assert.equal(sent.length, 3);
    for (const [retry, attempts] of [
      [false, 1],
      [{ attempts: 1 }, 1],
      [{ attempts: 2 }, 2],
      [{ attempts: Number.NaN }, 1],
      [{ baseMs: 1 }, 3],
    ] as const) {
      const perCall = scripted(Array(4).fill(broken));
      await perCall.client.oldPing({}, { retry });
      const perClient = scripted(Array(4).fill(broken), { retry });
      await perClient.client.oldPing();
      assert.deepEqual([perCall.sent.length, perClient.sent.length], [attempts, attempts]);
    }
  });

  it("waits a random time that doubles, at most 8 seconds", async () => {
    mock.method(Math, "random", () => 0.5);
    const { client, waits } = scripted(Array(8).fill(broken), { retry: { attempts: 8 } });
    await client.oldPing();
    assert.deepEqual(waits, [125, 250, 500, 1000, 2000, 4000, 4000]);
  });

  it("waits as its own options say, and those of the client where it says nothing", async () => {
    mock.method(Math, "random", () => 1);
    const { client, waits } = scripted(Array(8).fill(broken), {
      retry: { attempts: 2, baseMs: 40, maxMs: 100 },
    });
    await client.oldPing({}, { retry: { attempts: 4, baseMs: undefined } });
    await client.oldPing({}, { retry: { baseMs: 5 } });
    assert.deepEqual(waits, [40, 80, 100, 5]);
    const never = scripted(Array(2).fill(broken), { retry: false });
    await never.client.oldPing({}, { retry: { attempts: 2, baseMs: 3 } });
    assert.deepEqual(never.waits, [3]);
  });

  it("waits as long as the server asks, in seconds or until a date", async () => {
    const date = new Date(Date.now() + 20_000).toUTCString();
    const steps = [busy("old_ping", "2"), busy("old_ping", date), ok("old_ping")];
    const { client, waits } = scripted(steps);
    assert.equal((await client.oldPing()).ok, true);
    assert.equal(waits[0], 2000);
    assert(waits[1] !== undefined && waits[1] > 15_000 && waits[1] <= 20_000, `${waits[1]}`);
  });

  for (const [name, retryAfter] of [
    ["a time that is over", "Wed, 21 Oct 2015 07:28:00 GMT"],
    ["what is no time", "soon"],
    ["no time at all", "0"],
  ] as const) {
    it(`waits by itself where the server asks for ${name}`, async () => {
      const { client, waits } = scripted([busy("old_ping", retryAfter), ok("old_ping")]);
      assert.equal((await client.oldPing()).ok, true);
      assert(waits[0] !== undefined && waits[0] < 250);
    });
  }

  it("is given up at once where the server asks for more than a minute", async () => {
    const { client, sent } = scripted([busy("old_ping", "61")], { timeoutMs: Number.POSITIVE_INFINITY });
    const result = await client.oldPing();
    assert.equal(!result.ok && result.code, "unavailable");
    assert.equal(sent.length, 1);
  });

  it("is not waited for where the time limit would end the wait", async () => {
    const { client, sent, waits } = scripted([busy("old_ping", "5")], { timeoutMs: 5000 });
    const result = await client.oldPing();
    assert.equal(!result.ok && result.code, "unavailable");
    assert.deepEqual([sent.length, waits], [1, []]);
  });

  it("is a `client_timeout` when the limit of all attempts is over in a later one", async () => {
    const hanging: Step = () => {
      setImmediate(() => mock.timers.tick(1000));
      return new Promise(() => undefined);
    };
    const { client } = scripted([broken, hanging], { timeoutMs: 1000, retry: { baseMs: 1 } });
    const result = await client.oldPing();
    assert.equal(!result.ok && result.code, "client_timeout");
  });

  it("can be given up while it waits", async () => {
    const controller = new AbortController();
    const onRetry = () => void setImmediate(() => controller.abort("enough"));
    const { client, sent } = scripted([busy("old_ping", "30")], { onRetry });
    const result = await client.oldPing({}, { signal: controller.signal });
    assert.equal(!result.ok && result.code, "aborted");
    assert.equal(!result.ok && result.code === "aborted" && result.cause, "enough");
    await new Promise(setImmediate);
    assert.equal(sent.length, 1);
  });

  for (const place of ["auth", "headers", "onRequest", "fetch", "onResponse", "onRetry"] as const) {
    it(`goes no further when it is given up in ${place}`, async () => {
      const controller = new AbortController();
      const seen: string[] = [];
      const at = (name: string) => {
        seen.push(name);
        if (name === place) controller.abort();
      };
      const client = createClient({
        baseUrl: "http://shop.test",
        onRequest: async () => at("onRequest"),
        fetch: async () => {
          at("fetch");
          return new Response("<h1>Bad gateway</h1>", { status: 502 });
        },
        onResponse: async () => at("onResponse"),
        onRetry: () => at("onRetry"),
        retry: { baseMs: 0, attempts: 2 },
      });
      const headers = async () => {
        at("headers");
        return {};
      };
      const options = { signal: controller.signal, headers };
      const result = await client.whoami(
        {},
        { ...options, auth: { staff: async () => at("auth") as undefined } },
      );
      assert.equal(!result.ok && result.code, "aborted");
      for (let i = 0; i < 10; i += 1) await new Promise(setImmediate);
      assert.equal(seen.at(-1), place === "auth" ? "headers" : place);
      assert.equal(new Set(seen).size, seen.length);
    });
  }

  it("tells the server what is left of the time", async () => {
    const { client, sent } = scripted([broken, ok("old_ping")]);
    await client.oldPing({}, { timeoutMs: 5000 });
    const told = sent.map((headers) => Number(headers.get("actionary-timeout-ms")));
    assert(told.every((ms) => Number.isInteger(ms) && ms > 0 && ms <= 5000));
  });

  it("brings the same approval with each attempt", async () => {
    const { client, sent } = scripted([broken, ok("delete")]);
    await client.delete_({ class: "x" }, { approval: "a-1" });
    const sentWith = sent.map((headers) => headers.get("actionary-approval"));
    assert.deepEqual(sentWith, ["a-1", "a-1"]);
    assert.equal(sent[0]?.get("idempotency-key"), sent[1]?.get("idempotency-key"));
  });
});

describe("hooks", () => {
  it("see each attempt, and may change its headers", async () => {
    const seen: unknown[] = [];
    const { client, sent } = scripted([gateway, ok("old_ping")], {
      retry: { baseMs: 0 },
      onRequest: ({ action, url, attempt, headers }) => {
        seen.push([action, url, attempt]);
        headers.set("traceparent", `t-${attempt}`);
      },
      onResponse: async ({ attempt, answer, result }) => {
        seen.push([attempt, answer.status, result.ok]);
      },
      onRetry: ({ attempt, failure, waitMs }) => void seen.push([attempt, failure.code, waitMs]),
    });
    await client.oldPing();
    const url = "http://shop.test/api/actions/old_ping";
    assert.deepEqual(seen, [
      ["old_ping", url, 1],
      [1, 502, false],
      [1, "invalid_response", 0],
      ["old_ping", url, 2],
      [2, 200, true],
    ]);
    assert.deepEqual(
      sent.map((headers) => headers.get("traceparent")),
      ["t-1", "t-2"],
    );
  });

  for (const hook of ["onRequest", "onResponse", "onRetry"] as const) {
    for (const kind of ["throws", "rejects"] as const) {
      it(`let the call throw what ${hook} ${kind}, and it is not made again`, async () => {
        const mistake = new Error("a mistake");
        const fail = () => {
          if (kind === "throws") throw mistake;
          return Promise.reject(mistake);
        };
        const { client, sent } = scripted([gateway], { [hook]: fail });
        await assert.rejects(client.oldPing(), (error) => error === mistake);
        assert.equal(sent.length, hook === "onRequest" ? 0 : 1);
      });
    }
  }

  it("of a call count before those of the client", async () => {
    const seen: string[] = [];
    const { client } = scripted([ok("old_ping")], { onRequest: () => void seen.push("client") });
    await client.oldPing({}, { onRequest: () => void seen.push("call") });
    assert.deepEqual(seen, ["call"]);
  });
});

describe("who calls", () => {
  type Case = [name: string, auth: ClientOptions["auth"], header: string, sent: string | null];
  const cases: Case[] = [
    ["a bearer token", { tokens: "t" }, "authorization", "Bearer t"],
    ["a function that gives a token", { tokens: () => "t" }, "authorization", "Bearer t"],
    ["a promise of a token", { tokens: async () => "t" }, "authorization", "Bearer t"],
    ["no token now", { tokens: () => undefined }, "authorization", null],
    ["another scheme only", { key: "k" }, "authorization", null],
  ];
  for (const [name, auth, header, expected] of cases) {
    it(`is told by ${name}`, async () => {
      const { client, sent } = scripted([ok("add_node")], { auth });
      await client.addNode({ value: 1, children: [] });
      assert.equal(sent[0]?.get(header), expected);
    });
  }

  it("is told by a key in the header that the server names", async () => {
    const { client, sent } = scripted([ok("list_events", [])], { auth: { key: "k" } });
    await client.listEvents({ from: "2026-01-01" });
    assert.equal(sent[0]?.get("x-shop-key"), "k");
  });

  it("is told by a name and a password in UTF-8", async () => {
    const { client, sent } = scripted([ok("whoami")], {
      auth: { staff: { username: "jörg", password: "päss:wörd" } },
    });
    await client.whoami();
    const [, encoded = ""] = (sent[0]?.get("authorization") ?? "").split("Basic ");
    assert.equal(Buffer.from(encoded, "base64").toString(), "jörg:päss:wörd");
  });

  it("is told to nobody who does not ask", async () => {
    const { client, sent } = scripted([ok("old_ping")], { auth: { tokens: "t", key: "k" } });
    await client.oldPing();
    assert.deepEqual([sent[0]?.has("authorization"), sent[0]?.has("x-shop-key")], [false, false]);
  });

  it("is asked at each attempt, of the call before the client", async () => {
    let asked = 0;
    const tokens = () => `t-${++asked}`;
    const { client, sent } = scripted([broken, ok("add_node")], { auth: { tokens: "old" } });
    await client.addNode(
      { value: 1, children: [] },
      { auth: { tokens }, retry: { baseMs: 0 }, onRetry: () => undefined },
    );
    assert.deepEqual(
      sent.map((headers) => headers.get("authorization")),
      ["Bearer t-1", "Bearer t-2"],
    );
  });

  it("throws what a function for the credential throws, and sends nothing", async () => {
    const mistake = new Error("the vault is closed");
    const { client, sent } = scripted([], { auth: { tokens: () => Promise.reject(mistake) } });
    await assert.rejects(client.addNode({ value: 1, children: [] }), (error) => error === mistake);
    assert.deepEqual(sent, []);
  });

  it("may have headers that are asked for at each attempt", async () => {
    let asked = 0;
    const headers = async () => ({ "x-a": `${++asked}`, "x-b": undefined });
    const { client, sent } = scripted([broken, ok("old_ping")], { headers });
    await client.oldPing({}, { retry: { baseMs: 0 }, onRetry: () => undefined } satisfies CallOptions);
    assert.deepEqual(
      sent.map((each) => [each.get("x-a"), each.has("x-b")]),
      [
        ["1", false],
        ["2", false],
      ],
    );
  });
});

describe("client.throwing", () => {
  it("gives the data, or throws the failure", async () => {
    const { client } = scripted([
      ok("search_products", { items: [] }),
      failed("old_ping", "handler_error", 500, { retryable: false }),
    ]);
    assert.deepEqual(await client.throwing.searchProducts({ query: "a" }), { items: [] });
    await assert.rejects(client.throwing.oldPing(), {
      name: "ActionError",
      code: "handler_error",
      status: 500,
    });
  });
});
