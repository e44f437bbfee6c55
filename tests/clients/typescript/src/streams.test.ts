/** Pages, progress and changes; `fetch` is a stand-in. */

import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import {
  ActionError,
  type AttemptFailure,
  type Client,
  type ClientOptions,
  createClient,
  items,
  listMeals,
  oldPing,
  pages,
  progress,
  searchProducts,
  subscribeChanges,
} from "wide-client";

type Step = (init: RequestInit) => Response | Promise<Response>;

interface Sent {
  readonly url: URL;
  readonly headers: Headers;
}

function scripted(steps: Step[], options: Partial<ClientOptions> = {}): [Client, Sent[]] {
  const sent: Sent[] = [];
  const fetch = async (url: string, init: RequestInit) => {
    sent.push({ url: new URL(url), headers: new Headers(init.headers) });
    const step = steps[sent.length - 1];
    assert(step, "more was sent than there are steps");
    return await step(init);
  };
  return [createClient({ baseUrl: "http://shop.test", fetch, retry: { baseMs: 0 }, ...options }), sent];
}

const envelope = (action: string, data: unknown) => ({ ok: true, data, action, latencyMs: 1 });
const refusal = (action: string, code: string, status: number, retryable = false) =>
  Response.json(
    { ok: false, code, message: code, status, retryable, details: null, action, latencyMs: 1 },
    { status },
  );
const broken: Step = () => {
  throw new TypeError("fetch failed");
};

/** A stream of events whose bytes come in the pieces given; it ends, or else stays open. */
function streamed(pieces: string[], { ends = true } = {}): Step {
  return () => {
    const waiting = pieces.map((piece) => new TextEncoder().encode(piece));
    const body = new ReadableStream<Uint8Array>({
      pull(stream) {
        const piece = waiting.shift();
        if (piece) stream.enqueue(piece);
        else if (ends) stream.close();
        else return new Promise(() => undefined);
        return undefined;
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
  };
}

async function all<Each>(given: AsyncIterable<Each>): Promise<Each[]> {
  const found: Each[] = [];
  for await (const each of given) found.push(each);
  return found;
}

describe("pages", () => {
  const page = (meals: string[], next: string | null) => () =>
    Response.json(envelope("list_meals", { meals, next }));

  it("are followed to the last one, item by item", async () => {
    const [client, sent] = scripted([page(["a", "b"], "2"), page([], "3"), page(["c"], null)]);
    const found: string[] = await all(items(client, listMeals, { day: "x" }));
    assert.deepEqual(found, ["a", "b", "c"]);
    assert.deepEqual(
      sent.map(({ url }) => url.search),
      ["?day=x", "?day=x&cursor=2", "?day=x&cursor=3"],
    );
  });

  it("can be taken as they are, from the one that is asked for", async () => {
    const [client, sent] = scripted([page(["c"], null)]);
    const found = await all(pages(client, listMeals, { day: "x", cursor: "3" }, { headers: { "x-a": "1" } }));
    assert.deepEqual(found, [{ meals: ["c"], next: null }]);
    assert.equal(sent[0]?.headers.get("x-a"), "1");
  });

  it("are asked for when they are needed", async () => {
    const [client, sent] = scripted([page(["a"], "2")]);
    for await (const meal of items(client, listMeals, { day: "x" })) {
      assert.equal(meal, "a");
      break;
    }
    assert.equal(sent.length, 1);
  });

  it("throw the failure of a page, after those that came", async () => {
    const fault = () => refusal("list_meals", "handler_error", 500);
    const [client] = scripted([page(["a"], "2"), fault]);
    const found: string[] = [];
    await assert.rejects(
      async () => {
        for await (const meal of items(client, listMeals, { day: "x" })) found.push(meal);
      },
      (error) => error instanceof ActionError && error.code === "handler_error",
    );
    assert.deepEqual(found, ["a"]);
  });

  it("that lead nowhere, or back, are no endless loop", async () => {
    for (const steps of [
      [page(["a"], "2"), page(["a"], "2")],
      [page(["a"], "2"), page(["b"], "3"), page(["c"], "2")],
    ]) {
      const [client] = scripted(steps);
      await assert.rejects(all(items(client, listMeals, { day: "x" })), /pages have no end/);
    }
  });
});

describe("progress", () => {
  const told = (done: number) => `event: progress\ndata: {"done":${done},"total":3,"message":null}\n\n`;
  const result = (data: unknown) => `event: result\ndata: ${JSON.stringify(envelope("old_ping", data))}\n\n`;

  it("comes before the result", async () => {
    const [client, sent] = scripted([
      streamed([told(1), told(2), ": the call goes on\n\n", result({ pong: 1 })]),
    ]);
    const events = await all(progress(client, oldPing));
    assert.deepEqual(events, [
      { type: "progress", done: 1, total: 3, message: null },
      { type: "progress", done: 2, total: 3, message: null },
      { type: "result", result: envelope("old_ping", { pong: 1 }) },
    ]);
    assert.equal(sent[0]?.headers.get("accept"), "text/event-stream");
  });

  it("is read however the bytes are cut, and however lines end", async () => {
    const text = `${told(1)}${result({ snow: "☃" })}`;
    for (const newline of ["\n", "\r\n", "\r"]) {
      const pieces = [...text.replaceAll("\n", newline)];
      const [client] = scripted([streamed(pieces)]);
      const events = await all(progress(client, oldPing));
      assert.equal(events.length, 2, JSON.stringify(newline));
      const last = events[1];
      assert(last?.type === "result" && last.result.ok);
      assert.deepEqual(last.result.data, { snow: "☃" });
    }
  });

  it("is read in time that grows with its size only, however small the pieces", async () => {
    const data = "x".repeat(20_000_000);
    const text = result(data);
    const size = 1 << 16;
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
      text.slice(i * size, (i + 1) * size),
    );
    const split = mock.method(String.prototype, "split");
    const [client] = scripted([streamed(pieces)]);
    try {
      const [last] = await all(progress(client, oldPing));
      assert(last?.type === "result" && last.result.ok);
      assert.equal((last.result.data as string).length, data.length);
      const read = split.mock.calls.map((call) => (call.this as string).length);
      assert(read.reduce((sum, length) => sum + length, 0) <= text.length);
    } finally {
      split.mock.restore();
    }
  });

  it("is none where the call is refused, or nothing is told", async () => {
    for (const step of [
      () => refusal("old_ping", "handler_error", 500),
      () => Response.json(envelope("old_ping", 1)),
    ]) {
      const [client] = scripted([step]);
      const [only, ...rest] = await all(progress(client, oldPing));
      assert.equal(only?.type, "result");
      assert.deepEqual(rest, []);
    }
  });

  it("begins anew when the stream breaks and the action may be repeated", async () => {
    const [client, sent] = scripted([streamed([told(2)]), streamed([told(1), result(null)])]);
    const events = await all(progress(client, oldPing));
    assert.deepEqual(
      events.map((event) => (event.type === "progress" ? event.done : event.result.ok)),
      [2, 1, true],
    );
    assert.equal(sent.length, 2);
  });

  it("is given up by leaving the loop", async () => {
    let signal: AbortSignal | null | undefined;
    const step = streamed([told(1)], { ends: false });
    const [client] = scripted([
      (init) => {
        signal = init.signal;
        return step(init);
      },
    ]);
    for await (const event of progress(client, oldPing)) {
      assert.equal(event.type, "progress");
      break;
    }
    assert.equal(signal?.aborted, true);
  });

  it("ends with `aborted` when the caller's signal fires", async () => {
    const controller = new AbortController();
    const [client] = scripted([streamed([told(1)], { ends: false })]);
    const events: string[] = [];
    for await (const event of progress(client, oldPing, {}, { signal: controller.signal })) {
      if (event.type === "progress") controller.abort("enough");
      else events.push(event.result.ok ? "ok" : event.result.code);
    }
    assert.deepEqual(events, ["aborted"]);
  });

  it("throws what a hook throws", async () => {
    const onRequest = () => {
      throw new Error("a mistake");
    };
    const [client] = scripted([]);
    await assert.rejects(all(progress(client, searchProducts, { query: "a" }, { onRequest })), /a mistake/);
  });
});

describe("changes", () => {
  const change = (id: string, action: string) =>
    `id: ${id}\nevent: change\ndata: ${JSON.stringify({ type: "change", source: "action", action, scope: null, requestSource: null })}\n\n`;

  /** Hear until so many events came; connections are made again without a wait. */
  async function heard(
    steps: Step[],
    count: number,
    options: Partial<ClientOptions> = {},
  ): Promise<[string[], Sent[], AttemptFailure[]]> {
    const lost: AttemptFailure[] = [];
    mock.method(Math, "random", () => 0);
    const [client, sent] = scripted(steps, { onRetry: (failure) => void lost.push(failure), ...options });
    const events: string[] = [];
    try {
      for await (const event of subscribeChanges(client)) {
        events.push(event.type === "change" ? `${event.action}` : event.type);
        if (events.length === count) break;
      }
    } finally {
      mock.restoreAll();
    }
    return [events, sent, lost];
  }

  it("are heard as they come, a reset as an event of its own", async () => {
    const step = streamed(["retry: 2000\nid: 1.1\n\n", change("2.1", "pay"), "event: reset\ndata: {}\n\n"]);
    const [events, sent] = await heard([step], 2, { auth: { tokens: "t" } });
    assert.deepEqual(events, ["pay", "reset"]);
    assert.equal(sent[0]?.url.href, "http://shop.test/api/changes");
    assert.equal(sent[0]?.headers.get("authorization"), "Bearer t");
    assert.equal(sent[0]?.headers.has("last-event-id"), false);
  });

  it("go on after the last one when the connection is lost", async () => {
    const [events, sent, lost] = await heard(
      [
        streamed(["retry: 2000\nid: 1.1\n\n"]),
        broken,
        streamed([change("2.1", "pay")]),
        () => refusal("changes", "unavailable", 503, true),
        () => new Response("", { status: 502 }),
        streamed([change("3.1", "ship")]),
      ],
      2,
    );
    assert.deepEqual(events, ["pay", "ship"]);
    assert.deepEqual(
      sent.map(({ headers }) => headers.get("last-event-id")),
      [null, "1.1", "1.1", "2.1", "2.1", "2.1"],
    );
    assert.deepEqual(
      lost.map(({ failure }) => failure.code),
      ["network_error", "network_error", "network_error", "unavailable", "invalid_response"],
    );
    assert.deepEqual(
      lost.map(({ attempt }) => attempt),
      [1, 2, 1, 2, 3],
    );
  });

  it("throw where the server refuses for good", async () => {
    for (const [step, code] of [
      [() => refusal("changes", "unauthorized", 401), "unauthorized"],
      [() => new Response("<h1>Not found</h1>", { status: 404 }), "invalid_response"],
    ] as const) {
      await assert.rejects(heard([step], 1), (error) => error instanceof ActionError && error.code === code);
    }
  });

  it("are asked for anew when nothing comes for 45 seconds, not even a sign of life", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    mock.method(Math, "random", () => 0);
    const lost: string[] = [];
    const silent: Step = (init) => {
      setImmediate(() => mock.timers.tick(45_000));
      return streamed([": still here\n\n"], { ends: false })(init);
    };
    const onRetry = ({ failure }: AttemptFailure) => {
      lost.push(failure.code);
      setImmediate(() => mock.timers.tick(1));
    };
    const [client, sent] = scripted([silent, streamed([change("2.1", "pay")])], { onRetry });
    try {
      for await (const event of subscribeChanges(client)) {
        assert.equal(event.type, "change");
        break;
      }
      assert.equal(sent.length, 2);
      assert.deepEqual(lost, ["network_error"]);
    } finally {
      mock.timers.reset();
      mock.restoreAll();
    }
  });

  it("end with their signal, quietly, while they wait and while they listen", async () => {
    for (const step of [broken, streamed([": still here\n\n"], { ends: false })]) {
      const controller = new AbortController();
      const [client] = scripted([step], { onRetry: () => void setImmediate(() => controller.abort()) });
      if (step !== broken) setImmediate(() => controller.abort());
      const { signal } = controller;
      assert.deepEqual(await all(subscribeChanges(client, { signal })), []);
    }
  });

  it("are not asked for where the signal fires before they can be", async () => {
    for (const slow of ["headers", "onRequest"] as const) {
      const controller = new AbortController();
      const seen: string[] = [];
      const fire = async (name: string) => {
        seen.push(name);
        await new Promise(setImmediate);
        if (name === slow) controller.abort();
      };
      const [client, sent] = scripted([], {
        headers: () => fire("headers").then(() => ({})),
        onRequest: () => fire("onRequest"),
      });
      assert.deepEqual(await all(subscribeChanges(client, { signal: controller.signal })), []);
      assert.deepEqual([sent.length, seen.at(-1)], [0, slow]);
    }
  });

  it("let the connection go where the signal fires while it is made", async () => {
    const controller = new AbortController();
    let cancelled = 0;
    const deaf: Step = () => {
      controller.abort();
      const body = new ReadableStream({
        pull: () => new Promise(() => undefined),
        cancel: () => void cancelled++,
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    };
    const [client] = scripted([deaf]);
    assert.deepEqual(await all(subscribeChanges(client, { signal: controller.signal })), []);
    assert.equal(cancelled, 1);
  });

  it("are no more after the signal fired, though more of them have come", async () => {
    const controller = new AbortController();
    const [client] = scripted([streamed([change("1.1", "pay") + change("2.1", "ship")])]);
    const events: string[] = [];
    for await (const event of subscribeChanges(client, { signal: controller.signal })) {
      if (event.type === "change") events.push(`${event.action}`);
      controller.abort();
    }
    assert.deepEqual(events, ["pay"]);
  });
});
