/** A page without a browser: a document, a server that answers as it is told, and hooks that are watched. */

import { type AttemptRequest, connect, type Fetch } from "actionary-reference-client";
import { Window } from "happy-dom";

const window = new Window({ url: "https://shop.example" });
for (const [name, value] of Object.entries({
  window,
  document: window.document,
  navigator: window.navigator,
})) {
  Object.defineProperty(globalThis, name, { value, configurable: true }); // Node 22 has a navigator of its own
}

// Not before there is a document: React and React Query look for one when they are loaded.
const { ActionProvider } = await import("actionary-reference-client/react");
const { QueryClient, QueryClientProvider } = await import("@tanstack/react-query");
const { createElement } = await import("react");
const { createRoot } = await import("react-dom/client");

/** A request that came. */
export interface Asked {
  readonly action: string;
  readonly query: Record<string, string>;
  readonly headers: Headers;
  readonly signal: AbortSignal;
}

/** What an action answers: data, or a failure with its status and its code, or nothing for now. */
export type Answer = { data: unknown } | { status: number; code: string; details?: unknown } | Promise<never>;

/** A server in memory; what it was asked, it keeps. */
export class Server {
  readonly asked: Asked[] = [];
  readonly answers: Record<string, (asked: Asked) => Answer | Response>;

  constructor(answers: Record<string, (asked: Asked) => Answer | Response>) {
    this.answers = answers;
  }

  /** How often it was asked for an action. */
  count(action: string): number {
    return this.asked.filter((each) => each.action === action).length;
  }

  readonly fetch: Fetch = async (text, init) => {
    const url = new URL(text);
    const asked: Asked = {
      action: url.pathname.replace("/api/approvals", "list_approvals").split("/").at(-1) ?? "",
      query: Object.fromEntries(url.searchParams),
      headers: new Headers(init.headers),
      signal: init.signal as AbortSignal,
    };
    this.asked.push(asked);
    const answer = await this.answers[asked.action]?.(asked);
    if (answer instanceof Response) return answer;
    if (answer === undefined) throw new TypeError(`nobody answers ${asked.action}`);
    const about = { action: asked.action, latencyMs: 1 };
    if ("data" in answer) return Response.json({ ok: true, ...answer, ...about });
    const retryable = answer.status === 503;
    const failure = { ok: false, message: answer.code, details: null, retryable, ...answer, ...about };
    return Response.json(failure, { status: answer.status });
  };
}

/** Options of a page. */
export interface PageOptions {
  readonly listen?: boolean;
  readonly onListenError?: (error: unknown) => void;
  readonly onRequest?: (request: AttemptRequest) => void;
  /** What somebody else's provider inside of ours gives. */
  readonly inside?: InstanceType<typeof QueryClient>;
}

/** Show a page that uses some hooks, and give what they gave last. */
export function show<Given>(server: Server, use: () => Given, options: PageOptions = {}) {
  const { onRequest, inside, ...provided } = options;
  const queryClient = new QueryClient({ defaultOptions: { queries: { gcTime: Number.POSITIVE_INFINITY } } });
  const client = connect({
    baseUrl: "https://shop.example",
    fetch: server.fetch,
    retry: { attempts: 2, baseMs: 1 },
    onRequest,
  });
  let latest: Given | undefined;
  const Probe = () => {
    latest = use();
    return null;
  };
  const root = createRoot(document.createElement("div"));
  const props = { listen: false, ...provided, client, queryClient };
  const probe = createElement(Probe);
  const shown = inside ? createElement(QueryClientProvider, { client: inside }, probe) : probe;
  root.render(createElement(ActionProvider, props, shown));
  return {
    client,
    queryClient,
    get latest(): Given {
      if (latest === undefined) throw new Error("nothing is shown yet");
      return latest;
    },
    /** Wait until the hooks gave something. */
    async until(check: (given: Given) => boolean): Promise<Given> {
      while (latest === undefined || !check(latest)) await turn();
      return latest;
    },
    leave: () => root.unmount(),
  };
}

/** Let others go on. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
