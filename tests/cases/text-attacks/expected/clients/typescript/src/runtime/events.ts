/** Reads server-sent events (WHATWG HTML §9.2.6). */

/** An event as it came; one without data is told of too, for its id. */
export interface ServerEvent {
  readonly type: string;
  readonly data: string;
  /** The last id that was told, by this event or before it. */
  readonly id: string | undefined;
}

/** Say whether an answer is a stream of events. */
export function hasEvents(
  response: Response,
): response is Response & { readonly body: ReadableStream<Uint8Array> } {
  return response.body !== null && /^text\/event-stream\b/i.test(response.headers.get("content-type") ?? "");
}

/**
 * Give the events of a stream until it ends or the signal fires.
 *
 * `onBytes` is told of all that comes, comments too.
 */
export async function* eventsOf(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  onBytes: () => void = () => undefined,
): AsyncGenerator<ServerEvent, void, undefined> {
  const reader = stream.getReader();
  const stop = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    yield* parsed(reader, onBytes);
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

async function* parsed(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<ServerEvent, void, undefined> {
  let type = "";
  let data: string[] = [];
  let id: string | undefined;
  for await (const line of linesOf(reader, onBytes)) {
    if (line === "") {
      yield { type: type || "message", data: data.join("\n"), id };
      type = "";
      data = [];
      continue;
    }
    // A regular expression would run out of stack on a long line.
    const colon = `${line}:`.indexOf(":");
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") type = value;
    else if (name === "data") data.push(value);
    else if (name === "id" && !value.includes("\0")) id = value;
  }
}

/** Give whole lines; what has no end is none. */
async function* linesOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let afterReturn = false;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onBytes();
    const text: string = decoder.decode(value, { stream: true });
    // The line feed after a carriage return may come by itself.
    const [end = "", ...lines] = text.replace(afterReturn ? /^\n/ : "", "").split(/\r\n|\n|\r/);
    if (text) afterReturn = text.endsWith("\r");
    pieces.push(end);
    for (const line of lines) {
      yield pieces.join("");
      pieces = [line];
    }
  }
}
