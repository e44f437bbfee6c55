/** What a caller of the client sees of its own side; `fetch` is a stand-in. */

import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import {
  ActionError,
  type CallOptions,
  type Client,
  type ClientOptions,
  connect,
  createClient,
  type ListEventsInput,
  oldPing,
  searchProducts,
  unwrap,
} from "my-shop-client";

const PING = { ok: true, data: null, action: "old_ping", latencyMs: 1 };
const HEADERS = { "content-type": "application/json" };

interface Sent {
  readonly url: URL;
  readonly init: RequestInit;
}

/** A client whose server says the same every time, and what was sent. */
function recorded(envelope: object = PING, options: Partial<ClientOptions> = {}): [Client, Sent[]] {
  const sent: Sent[] = [];
  const fetch = async (url: string, init: RequestInit) => {
    sent.push({ url: new URL(url), init });
    return Response.json(envelope);
  };
  return [createClient({ baseUrl: "http://shop.test", fetch, ...options }), sent];
}

/** A client whose server never answers, and does not notice that it was given up. */
function deaf(): Client {
  return createClient({ baseUrl: "http://shop.test", fetch: () => new Promise(() => undefined) });
}

async function failureOf(client: Client, options?: CallOptions) {
  const result = await client.oldPing({}, options);
  assert(!result.ok);
  return result;
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
}

/** A signal that counts its listeners. */
function counted(): { controller: AbortController; listeners: () => number } {
  const controller = new AbortController();
  let listeners = 0;
  const { signal } = controller;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners += 1;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners -= 1;
    remove(...args);
  };
  return { controller, listeners: () => listeners };
}

describe("giving up", () => {
  it("gives `aborted` with the signal's reason", async () => {
    const controller = new AbortController();
    const call = failureOf(deaf(), { signal: controller.signal });
    controller.abort("changed my mind");
    const failure = await call;
    assert.equal(failure.code, "aborted");
    assert.equal(failure.code === "aborted" && failure.cause, "changed my mind");
    assert.equal(failure.status, 0);
    assert.equal(failure.retryable, false);
  });

  it("sends nothing when the signal has fired before", async () => {
    const [client, sent] = recorded();
    const failure = await failureOf(client, { signal: AbortSignal.abort() });
    assert.equal(failure.code, "aborted");
    assert.deepEqual(sent, []);
  });

  it("tells `fetch` when the time is up, and does not wait for it", async () => {
    let told: AbortSignal | null | undefined;
    const fetch = (_: string, init: RequestInit) => {
      told = init.signal;
      return new Promise<Response>(() => undefined);
    };
    const failure = await failureOf(createClient({ baseUrl: "http://shop.test", fetch, timeoutMs: 5 }));
    assert.equal(failure.code, "client_timeout");
    assert.equal(failure.retryable, true);
    assert.match(failure.message, /5 ms/);
    assert.equal(told?.aborted, true);
  });

  it("covers the body, not only the headers", async () => {
    const fetch = async () => new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }));
    const failure = await failureOf(createClient({ baseUrl: "http://shop.test", fetch, timeoutMs: 5 }));
    assert.equal(failure.code, "client_timeout");
  });

  it("takes a call's own limit before the client's", async () => {
    const failure = await failureOf(deaf(), { timeoutMs: 5 });
    assert.equal(failure.code, "client_timeout");
  });

  it("waits 60 seconds unless told otherwise", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const call = failureOf(deaf());
      let ended = false;
      void call.then(() => {
        ended = true;
      });
      mock.timers.tick(59_999);
      await new Promise(setImmediate);
      assert.equal(ended, false);
      mock.timers.tick(1);
      assert.equal((await call).code, "client_timeout");
    } finally {
      mock.timers.reset();
    }
  });

  for (const timeoutMs of [Number.POSITIVE_INFINITY, 2 ** 31]) {
    it(`waits for 23 days for ${timeoutMs}, as no timer can be much longer`, async () => {
      mock.timers.enable({ apis: ["setTimeout"] });
      try {
        const sent: Headers[] = [];
        const fetch = async (_: string, init: RequestInit) => {
          sent.push(new Headers(init.headers));
          await new Promise((resolve) => setTimeout(resolve, 1_999_999_999));
          return Response.json(PING);
        };
        const call = createClient({ baseUrl: "http://shop.test", fetch, timeoutMs }).oldPing();
        await new Promise(setImmediate);
        mock.timers.tick(1_999_999_999);
        assert.equal((await call).ok, true);
        assert.match(sent[0]?.get("actionary-timeout-ms") ?? "", /^(2000000000|1999999\d{3})$/);
      } finally {
        mock.timers.reset();
      }
    });
  }

  for (const [ending, fetch] of [
    ["an answer", async () => Response.json(PING)],
    ["a failure", () => Promise.reject(new Error("no"))],
    [
      "a throw",
      () => {
        throw new Error("at once");
      },
    ],
  ] as const) {
    it(`leaves no timer and no listener after ${ending}`, async () => {
      const before = timers();
      const { controller, listeners } = counted();
      const client = createClient({ baseUrl: "http://shop.test", fetch, retry: false });
      await client.oldPing({}, { signal: controller.signal });
      assert.equal(timers(), before);
      assert.equal(listeners(), 0);
    });
  }

  it("leaves no timer and no listener after giving up", async () => {
    const before = timers();
    const { controller, listeners } = counted();
    await failureOf(deaf(), { timeoutMs: 5, signal: controller.signal });
    assert.equal(listeners(), 0);
    const call = failureOf(deaf(), { signal: controller.signal });
    controller.abort();
    await call;
    assert.equal(listeners(), 0);
    assert.equal(timers(), before);
  });
});

describe("a broken connection", () => {
  it("keeps what `fetch` threw", async () => {
    const cause = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
    const failure = await failureOf(
      createClient({ baseUrl: "http://shop.test", fetch: () => Promise.reject(cause), retry: false }),
    );
    assert.equal(failure.code, "network_error");
    assert.equal(failure.code === "network_error" && failure.cause, cause);
    assert.equal(failure.message, "network_error: Error: connect ECONNREFUSED");
    assert.equal(failure.retryable, true);
  });

  it("may break while the body is read", async () => {
    const body = () => new ReadableStream({ pull: (stream) => stream.error(new Error("reset")) });
    const failure = await failureOf(
      createClient({ baseUrl: "http://shop.test", fetch: async () => new Response(body()), retry: false }),
    );
    assert.equal(failure.code, "network_error");
  });
});

describe("a query", () => {
  const cases: [input: Partial<ListEventsInput> | Record<string, unknown>, query: string][] = [
    [{ tag: ["a", "b c", "d&e"] }, "tag=a&tag=b+c&tag=d%26e"],
    [{ tag: ["a"] }, "tag=a"],
    [{ tag: [] }, "tag=%5B%5D"],
    [{ tag: ["[]"] }, "tag%5B%5D=%5B%5D"],
    [{ tag: ["[]", "a"] }, "tag=%5B%5D&tag=a"],
    [{ tag: [""] }, "tag="],
    [{ hours: { min: 1, max: 2 } }, "hours=%7B%22min%22%3A1%2C%22max%22%3A2%7D"],
    [{ hours: null, to: undefined }, ""],
    [{ windows: [{ min: 1 }] }, "windows=%5B%7B%22min%22%3A1%7D%5D"],
    [{ nested: [[1], [2]] }, "nested=%5B%5B1%5D%2C%5B2%5D%5D"],
    [{ numbers: [1, 2.5, -3] }, "numbers=1&numbers=2.5&numbers=-3"],
    [{ yes: true, no: false, zero: 0, empty: "" }, "yes=true&no=false&zero=0&empty="],
    [{ day: new Date("2026-01-02T03:04:05Z") }, "day=2026-01-02T03%3A04%3A05.000Z"],
    [{ "a-b": 1, constructor: "x" }, "a-b=1&constructor=x"],
  ];
  for (const [input, query] of cases) {
    it(`writes ${JSON.stringify(input)} as ${query || "nothing"}`, async () => {
      const [client, sent] = recorded();
      await client.listEvents(input as ListEventsInput);
      assert.equal(sent[0]?.url.href, `http://shop.test/api/actions/list_events${query && `?${query}`}`);
      assert.equal(sent[0]?.init.method, "GET");
      assert.equal(sent[0]?.init.body, null);
    });
  }
});

describe("a body", () => {
  it("is the input as JSON: null stays, undefined goes", async () => {
    const [client, sent] = recorded();
    await client.delete_({ class: "x", constructor: undefined, "a-b": null as unknown as number });
    assert.equal(sent[0]?.init.method, "POST");
    assert.equal(sent[0]?.init.body, '{"class":"x","a-b":null}');
    assert.equal(new Headers(sent[0]?.init.headers).get("content-type"), "application/json");
  });
});

describe("headers", () => {
  it("are the client's, then the call's; undefined is left out", async () => {
    const [client, sent] = recorded(PING, { headers: { "X-A": "1", "x-b": "1", "x-c": undefined } });
    await client.oldPing({}, { headers: { "x-a": "2", "x-b": undefined } });
    const headers = new Headers(sent[0]?.init.headers);
    assert.deepEqual([headers.get("x-a"), headers.get("x-b"), headers.has("x-c")], ["2", "1", false]);
    assert.equal(headers.get("accept"), "application/json");
  });
});

describe("a base address", () => {
  for (const [baseUrl, url] of [
    ["http://shop.test", "http://shop.test/api/actions/old_ping"],
    ["http://shop.test/", "http://shop.test/api/actions/old_ping"],
    ["https://shop.test:8443/a/b//", "https://shop.test:8443/a/b/api/actions/old_ping"],
  ] as const) {
    it(`may be ${baseUrl}`, async () => {
      const [client, sent] = recorded(PING, { baseUrl });
      await client.oldPing();
      assert.equal(sent[0]?.url.href, url);
    });
  }

  for (const [baseUrl, url] of [
    ["", "https://shop.test/api/actions/old_ping"],
    ["/", "https://shop.test/api/actions/old_ping"],
    ["/shop", "https://shop.test/shop/api/actions/old_ping"],
    ["shop", "https://shop.test/orders/shop/api/actions/old_ping"],
    ["https://other.test/@me/", "https://other.test/@me/api/actions/old_ping"],
  ] as const) {
    it(`may be ${JSON.stringify(baseUrl)} on a page`, async () => {
      Object.defineProperty(globalThis, "location", {
        value: { href: "https://shop.test/orders/7?tab=1#top" },
        configurable: true,
      });
      try {
        const [client, sent] = recorded(PING, { baseUrl });
        await client.oldPing();
        assert.equal(sent[0]?.url.href, url);
      } finally {
        Reflect.deleteProperty(globalThis, "location");
      }
    });
  }

  for (const baseUrl of [
    "",
    "shop.test",
    "/api",
    "http://",
    "http://shop.test:99999",
    "http://shop test",
    "http://[::1",
    "http://exa%mple",
    "ftp://shop.test",
    "http://u:p@shop.test",
    "http://shop.test/?a=1",
    "http://shop.test#x",
  ]) {
    it(`may not be ${JSON.stringify(baseUrl)}`, () => {
      assert.throws(() => createClient({ baseUrl }), {
        name: "TypeError",
        message: /^"baseUrl" is .*; give http/,
      });
    });
  }
});

describe("mistakes in the program", () => {
  for (const timeoutMs of [0, -1, Number.NaN]) {
    it(`throw for a time of ${timeoutMs}`, async () => {
      const [client, sent] = recorded();
      await assert.rejects(client.oldPing({}, { timeoutMs }), TypeError);
      await assert.rejects(recorded(PING, { timeoutMs })[0].oldPing(), {
        message: `"timeoutMs" is ${timeoutMs}; give a number above 0`,
      });
      assert.deepEqual(sent, []);
    });
  }

  it("throw for an input that is no JSON and a header that is none", async () => {
    const [client, sent] = recorded();
    await assert.rejects(client.delete_({ class: 1n as unknown as string }), TypeError);
    await assert.rejects(client.oldPing({}, { headers: { "x-a": "\n\n\u0000" } }), TypeError);
    assert.deepEqual(sent, []);
  });
});

describe("a number that JSON cannot say", () => {
  for (const number of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    it(`throws and sends nothing: ${number}`, async () => {
      const [client, sent] = recorded();
      const order = { customer_id: "c", payment: { kind: "card", number: "4" } } as const;
      for (const call of [
        () => client.searchProducts({ query: "shoes", limit: number }),
        () => client.createOrder({ ...order, lines: [{ product_id: "p", quantity: number }] }),
        () => client.addNode({ value: 1, children: [{ value: number, children: [] }] }),
      ]) {
        await assert.rejects(call(), {
          name: "TypeError",
          message: new RegExp(`"(limit|quantity|value)" is ${number}; give a finite number`),
        });
      }
      assert.deepEqual(sent, []);
    });
  }
});

describe("a server built from other definitions", () => {
  const answering = (digest: string | undefined) => async () =>
    Response.json(PING, { headers: digest === undefined ? HEADERS : { "actionary-catalog": digest } });

  it("is warned of once per client", async () => {
    const warnings: string[] = [];
    const client = createClient({
      baseUrl: "http://shop.test",
      fetch: answering("0123456789abcdef"),
      onWarning: (message) => warnings.push(message),
    });
    await client.oldPing();
    await client.oldPing();
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /catalog 0123456789abcdef/);
  });

  it("is warned of on the console unless told otherwise", async () => {
    const warn = mock.method(console, "warn", () => undefined);
    try {
      await createClient({ baseUrl: "http://shop.test", fetch: answering("other") }).oldPing();
      assert.equal(warn.mock.callCount(), 1);
    } finally {
      warn.mock.restore();
    }
  });

  it("is warned of by a function whose mistake is thrown, and the call is not made again", async () => {
    const mistake = new Error("a mistake");
    let asked = 0;
    const fetch = async () => {
      asked += 1;
      return answering("other")();
    };
    const onWarning = () => {
      throw mistake;
    };
    const client = createClient({ baseUrl: "http://shop.test", fetch, onWarning });
    await assert.rejects(client.oldPing(), (error) => error === mistake);
    assert.equal(asked, 1);
    assert.equal((await client.oldPing()).ok, true);
  });

  it("is warned of after `onResponse` saw the answer, that of the call before that of the client", async () => {
    const seen: string[] = [];
    const client = createClient({
      baseUrl: "http://shop.test",
      fetch: answering("other"),
      onWarning: () => seen.push("warning"),
      onResponse: () => void seen.push("client"),
    });
    await client.oldPing({}, { onResponse: () => void seen.push("call") });
    await client.oldPing();
    assert.deepEqual(seen, ["call", "warning", "client"]);
  });

  for (const digest of [process.env.CATALOG, undefined]) {
    it(`is not suspected of an answer with the digest ${digest ? "of this client" : "left out"}`, async () => {
      const warnings: string[] = [];
      const onWarning = (message: string) => warnings.push(message);
      await createClient({ baseUrl: "http://shop.test", fetch: answering(digest), onWarning }).oldPing();
      assert.deepEqual(warnings, []);
    });
  }
});

describe("both faces", () => {
  it("call the same: methods, methods taken apart, functions", async () => {
    const envelope = { ...PING, action: "search_products", data: { items: [] } };
    const [client, sent] = recorded(envelope);
    const { searchProducts: taken } = client;
    const fetch = async (url: string, init: RequestInit) => {
      sent.push({ url: new URL(url), init });
      return Response.json(envelope);
    };
    await client.searchProducts({ query: "a" });
    await taken({ query: "a" });
    await searchProducts(client, { query: "a" });
    await searchProducts(connect({ baseUrl: "http://shop.test", fetch }), { query: "a" });
    assert.equal(new Set(sent.map((one) => one.url.href)).size, 1);
    assert.equal(sent.length, 4);
  });

  it("show nothing but actions and their throwing twins, so that it can be awaited and printed", async () => {
    const [client] = recorded();
    assert.deepEqual(Object.keys(client).sort(), [
      "addNode",
      "createOrder",
      "delete_",
      "listEvents",
      "oldPing",
      "searchProducts",
      "throwing",
    ]);
    assert.equal(await Promise.resolve(client), client);
  });
});

describe("unwrap", () => {
  it("gives the data of a success", async () => {
    const [client] = recorded({ ...PING, data: { pong: 1 } });
    assert.deepEqual(unwrap(await oldPing(client)), { pong: 1 });
  });

  it("throws a failure with all it says", async () => {
    const failed = { ok: false, code: "handler_error", message: "It failed.", status: 500, retryable: false };
    const [client] = recorded({
      ...failed,
      details: null,
      action: "old_ping",
      latencyMs: 1,
      requestId: "r1",
    });
    const result = await client.oldPing();
    assert.throws(
      () => unwrap(result),
      (error: unknown) => {
        assert(error instanceof ActionError && error instanceof Error);
        assert.equal(error.name, "ActionError");
        assert.equal(error.message, "It failed.");
        assert.equal(error.code, "handler_error");
        assert.equal(error.status, 500);
        assert.equal(error.retryable, false);
        assert.equal(error.details, null);
        assert.equal(error.action, "old_ping");
        assert.equal(error.requestId, "r1");
        assert.equal(error.failure, result);
        return true;
      },
    );
  });

  it("passes the cause of a failure on", async () => {
    const cause = new Error("reset");
    const client = createClient({
      baseUrl: "http://shop.test",
      fetch: () => Promise.reject(cause),
      retry: false,
    });
    const result = await client.oldPing();
    assert.throws(() => unwrap(result), { name: "ActionError", cause });
  });
});
