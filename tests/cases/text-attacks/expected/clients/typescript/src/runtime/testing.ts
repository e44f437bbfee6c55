/** A server in memory for tests: its replies are scripted, and it keeps what was asked. */

import type { Action, DataOf, RestOf, ResultOf } from "./called.js";
import type { Change, Reset } from "./changes.js";
import { type Connection, type Send, type Settings, settings } from "./connection.js";
import { failing } from "./failure.js";
import { interruptible, LONGEST_TIMER_MS } from "./interruption.js";
import type { CallOptions, Fetch } from "./options.js";
import type { Progress } from "./progress.js";
import type { AnyFailure, AnyResult, Success } from "./result.js";

/** A progress event as a script has it; what is left out is not known. */
export type Step = Pick<Progress, "done"> & Partial<Omit<Progress, "type">>;

/** A success, as a script has it. */
export interface Ok<Data> {
  readonly ok: true;
  readonly data: Data;
  readonly progress: readonly Step[];
}

/** A failure, as a script has it. */
export interface Fail<Code extends string, Details> {
  readonly ok: false;
  readonly code: Code;
  readonly details: Details;
  readonly more: FailMore;
}

/** What a failure has beside its code and details, where it is not as the definition has it. */
export type FailMore = Partial<Omit<AnyFailure, "ok" | "code" | "details" | "action">> & {
  /** For `network_error` and `aborted`. */
  readonly cause?: unknown;
};

/** Reply with a success; `progress` is told before it to who listens. */
export function ok<Data>(
  data: Data,
  { progress = [] }: { readonly progress?: readonly Step[] } = {},
): Ok<Data> {
  return { ok: true, data, progress };
}

/** Reply with a failure; its details may be left out where it has none. */
export function fail<Code extends string>(code: Code): Fail<Code, null>;
export function fail<Code extends string, Details>(
  code: Code,
  details: Details,
  more?: FailMore,
): Fail<Code, Details>;
export function fail(code: string, details: unknown = null, more: FailMore = {}): Fail<string, unknown> {
  return { ok: false, code, details, more };
}

type FailOf<Failed> = Failed extends AnyFailure ? Fail<Failed["code"], Failed["details"]> : never;

/** What an action may reply. */
export type ReplyOf<Called extends Action> =
  | Ok<DataOf<Called>>
  | FailOf<Exclude<ResultOf<Called>, Success<unknown>>>;

/** What an action is given. */
export type InputOf<Called extends Action> = NonNullable<RestOf<Called>[0 & keyof RestOf<Called>]>;

/** A reply, or a function that makes it of the input. */
export type Scene<Called extends Action> =
  | ReplyOf<Called>
  | ((input: InputOf<Called>, options: CallOptions) => ReplyOf<Called> | Promise<ReplyOf<Called>>);

type Script<Called> = Called extends Action ? Scene<Called> | readonly Scene<Called>[] : never;

/** What every object has by that name: it shows where there is no script. */
type Inherited<Name> = Name extends keyof typeof Object.prototype ? (typeof Object.prototype)[Name] : never;

/** For each action what it replies, always, or call after call. */
export type Scripts<Actions> = {
  readonly [Name in keyof Actions]?: Script<Actions[Name]> | Inherited<Name>;
};

/** A call that was made of the action `Name`. */
export interface CallOf<Actions, Name extends keyof Actions> {
  readonly action: Name;
  readonly input: Actions[Name] extends Action ? InputOf<Actions[Name]> : never;
  readonly options: CallOptions;
}

/** Any call that was made. */
export type AnyCall<Actions> = { readonly [Name in keyof Actions]: CallOf<Actions, Name> }[keyof Actions];

/** A client whose replies are scripted, and what was asked of it. */
export interface Scripted<Actions, Client> {
  readonly client: Client;
  /** All calls, in their order. */
  readonly calls: readonly AnyCall<Actions>[];
  /** The calls of one action, in their order. */
  readonly callsOf: <Name extends keyof Actions>(name: Name) => readonly CallOf<Actions, Name>[];
  /** Tell a change to who listens, now or later. */
  readonly change: (event: Partial<Change> | Reset) => void;
}

/** The status of each code, and whether it may pass. */
export type Codes = Readonly<Record<string, readonly [status: number, retryable: boolean]>>;

type AnyReply = Ok<unknown> | Fail<string, unknown>;
type AnyScene = AnyReply | ((input: object, options: CallOptions) => AnyReply | Promise<AnyReply>);
interface Kept {
  readonly action: string;
  readonly input: object;
  readonly options: CallOptions;
}

/** Make a client whose replies are scripted. Nothing is sent: headers, retries and hooks play no part. */
export function scripted<Actions, Client>(
  scripts: Scripts<Actions>,
  codes: Codes,
  clientOf: (connection: Connection) => Client,
): Scripted<Actions, Client> {
  const calls: Kept[] = [];
  const callsOf = (name: PropertyKey) => calls.filter(({ action }) => action === name);
  const { change, fetch } = broadcast();

  const send: Send = async (_, table, input = {}, options = {}) => {
    const { name } = table;
    const started = performance.now();
    const interrupted = failing(table, () => performance.now() - started);
    const limitMs = Math.min(options.timeoutMs ?? 60_000, LONGEST_TIMER_MS);
    if (!(limitMs > 0)) throw new TypeError(`"timeoutMs" is ${limitMs}; give a number above 0`);
    return interruptible<AnyResult>(
      limitMs,
      options.signal,
      (aborted) =>
        aborted
          ? interrupted("aborted", options.signal?.reason)
          : interrupted("client_timeout", `${limitMs} ms`, {}),
      async (signal) => {
        table.write(input); // which throws for what is no JSON
        calls.push({ action: name, input: copyOf(input) as object, options });
        const given = Object.hasOwn(scripts, name) ? scripts[name as keyof Actions] : undefined;
        const scene = sceneOf(name, given as AnyScene | undefined, callsOf(name).length);
        const reply = typeof scene === "function" ? await scene(input, options) : scene;
        if (!reply.ok) return failureOf(name, reply, codes);
        if (reply.progress.length > 0) {
          // `progress` listens by the `fetch` of its call; ours gives it what the body says.
          await options.fetch?.("", { body: textOf(reply.progress), signal });
        }
        return { ok: true, data: structuredClone(reply.data), action: name, latencyMs: 0 };
      },
    );
  };
  const own: Settings = { baseUrl: "http://test.invalid", fetch, send };
  return {
    client: clientOf({ [settings]: own }),
    calls: calls as unknown as readonly AnyCall<Actions>[],
    callsOf: callsOf as unknown as Scripted<Actions, Client>["callsOf"],
    change,
  };
}

/** Copy what is written as JSON: who changes an input after its call does not change what was asked. */
function copyOf(value: unknown): unknown {
  if (value instanceof Date) return new Date(value);
  if (value === null || typeof value !== "object" || "toJSON" in value) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOf(item)]));
}

/** Choose what is replied to the n-th call of an action, from 1. */
function sceneOf(name: string, given: AnyScene | readonly AnyScene[] | undefined, n: number): AnyScene {
  const key = JSON.stringify(name);
  if (given === undefined) {
    throw new Error(`${key} was called and has no script; give one: testClient({ ${key}: ok(data) })`);
  }
  if (!Array.isArray(given)) return given as AnyScene;
  const scenes = given as readonly AnyScene[];
  const scene = scenes[n - 1];
  if (scene !== undefined) return scene;
  throw new Error(
    `${key} was called ${n} times and its script has ${scenes.length} replies; ` +
      "add one, or give a reply or a function in place of the list",
  );
}

function failureOf(action: string, { code, details, more }: Fail<string, unknown>, codes: Codes): AnyFailure {
  const [status, retryable] = codes[code] ?? [0, false];
  return {
    ok: false,
    code,
    message: `${code}, as scripted`,
    status,
    retryable,
    details: structuredClone(details),
    action,
    latencyMs: 0,
    ...more,
  };
}

function textOf(steps: readonly Step[]): string {
  const events = steps.map((step) => eventOf("progress", { total: null, message: null, ...step }));
  return `${events.join("")}event: result\ndata: {}\n\n`;
}

function eventOf(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Make what tells changes, and the `fetch` by which they are heard; the body of a request is given back. */
function broadcast(): { readonly change: (event: Partial<Change> | Reset) => void; readonly fetch: Fetch } {
  const told: Uint8Array[] = [];
  const listeners = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const unset = { source: "action", action: null, scope: null, requestSource: null };
  return {
    change: (event) => {
      const { type = "change" } = event;
      const bytes = new TextEncoder().encode(eventOf(type, { ...unset, type, ...event }));
      told.push(bytes);
      for (const listener of listeners) listener.enqueue(bytes);
    },
    fetch: async (_, { body }) => {
      let own: ReadableStreamDefaultController<Uint8Array>;
      const changes = new ReadableStream<Uint8Array>({
        start(listener) {
          own = listener;
          for (const bytes of told) listener.enqueue(bytes);
          listeners.add(listener);
        },
        cancel() {
          listeners.delete(own);
        },
      });
      return new Response(body ?? changes, { headers: { "content-type": "text/event-stream" } });
    },
  };
}
