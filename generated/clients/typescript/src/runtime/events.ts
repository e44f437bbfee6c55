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
    const [name, value] = fieldOf(line);
    if (name === "event") type = value;
    else if (name === "data") data.push(value);
    else if (name === "id" && !value.includes("\0")) id = value;
  }
}

/** Take a line apart; a regular expression would run out of stack on a long one. */
function fieldOf(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(":");
  if (colon < 0) return [line, ""];
  return [line.slice(0, colon), line.slice(colon + (line[colon + 1] === " " ? 2 : 1))];
}

/** Give whole lines; what has no end is none. */
async function* linesOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let endsWithReturn = false;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onBytes();
    const decoded = decoder.decode(value, { stream: true });
    if (decoded === "") continue;
    // The line feed after a carriage return may come by itself.
    const text: string = endsWithReturn && decoded.startsWith("\n") ? decoded.slice(1) : decoded;
    endsWithReturn = text.endsWith("\r");
    const [end = "", ...lines] = text.split(/\r\n|\n|\r/);
    pieces.push(end);
    for (const line of lines) {
      yield pieces.join("");
      pieces = [line];
    }
  }
}
