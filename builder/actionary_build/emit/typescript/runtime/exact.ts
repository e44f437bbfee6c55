/** Integers to the last digit, and times as `Date`: for packages that are generated so. */

import type { Written } from "./input.js";

/** What becomes of a value; what has no shape stays as JSON has it. */
export interface Shape {
  readonly as?: "bigint" | "date" | "time";
  readonly fields?: Readonly<Record<string, Ref>>;
  /** Of the fields that are not named. */
  readonly others?: Ref;
  readonly items?: Ref;
  /** Of the first items, where they have types of their own. */
  readonly first?: readonly (Ref | null)[];
  /** The first one that fits counts. */
  readonly any?: readonly Alternative[];
}

/** A shape, or what gives it: a shape may hold itself. */
export type Ref = Shape | (() => Ref);

/** A shape among others, and what says that a value has it. */
export interface Alternative {
  readonly type: "object" | "array" | "number" | "string";
  readonly required?: readonly string[];
  readonly consts?: Readonly<Record<string, unknown>>;
  readonly then?: Ref;
}

type Fields = Readonly<Record<string, unknown>>;

/** Write an input as JSON. */
export function inExactBody(input: object, shape?: Ref): Written {
  return { query: "", body: jsonOf("", input, shape) ?? "" };
}

/** Write an input as query parameters, as `inQuery` does. */
export function inExactQuery(input: object, shape?: Ref): Written {
  const query = new URLSearchParams();
  const at = shapeOf(shape, input);
  for (const [key, value] of Object.entries(input)) {
    const text = jsonOf(key, value, fieldOf(at, key));
    if (text === undefined || text === "null") continue;
    const items = Array.isArray(value) ? value : [value];
    const texts = items.map((item, i) => jsonOf(key, item, itemOf(at, key, value, i)) ?? "null");
    const areScalars = texts.length > 0 && texts.every((item) => !/^([[{]|null$)/.test(item));
    const name = text === '["[]"]' ? `${key}[]` : key;
    for (const item of areScalars ? texts : [text])
      query.append(name, item.startsWith('"') ? (JSON.parse(item) as string) : item);
  }
  const text = query.toString();
  return { query: text && `?${text}`, body: null };
}

/** Read an answer: the data of a success, and of a failure the details by its code. */
export function exactly(
  text: string,
  data: Ref | undefined,
  details: Readonly<Record<string, Ref>>,
): unknown {
  const mark = `${Math.random()}:`;
  const marked = /\d{16}/.test(text)
    ? text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g, (token) =>
        /^-?\d{16,}$/.test(token) ? `"${mark}${token}"` : token,
      )
    : text;
  const envelope: unknown = JSON.parse(marked);
  const { code } = Object(envelope) as { readonly code?: unknown };
  const own = typeof code === "string" && Object.hasOwn(details, code) ? details[code] : undefined;
  return read(envelope, { fields: { ...(data && { data }), ...(own && { details: own }) } }, mark);
}

function read(value: unknown, ref: Ref | undefined, mark: string): unknown {
  const long = typeof value === "string" && value.startsWith(mark) ? value.slice(mark.length) : undefined;
  const shape = shapeOf(ref, long === undefined ? value : 0);
  if (long !== undefined) return shape?.as === "bigint" ? BigInt(long) : Number(long);
  if (typeof value === "number") {
    return shape?.as === "bigint" && Number.isInteger(value) ? BigInt(value) : value;
  }
  if (typeof value === "string") return shape?.as === "date" || shape?.as === "time" ? dateOf(value) : value;
  if (Array.isArray(value)) {
    return value.map((item, i) => read(item, shape?.first?.[i] ?? shape?.items, mark));
  }
  if (value === null || typeof value !== "object") return value;
  const fields = Object.entries(value).map(([key, item]) => [key, read(item, fieldOf(shape, key), mark)]);
  return Object.fromEntries(fields) as Fields;
}

/** Make a date of what is one; a leap second stays text. */
function dateOf(text: string): Date | string {
  const date = new Date(text);
  return /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(date.getTime()) ? date : text;
}

/** Write JSON text; undefined for what JSON leaves out. */
function jsonOf(key: string, value: unknown, ref: Ref | undefined): string | undefined {
  const shape = shapeOf(ref, value);
  if (typeof value === "bigint") return `${value}`;
  if (value instanceof Date)
    return `"${value.toISOString().slice(0, shape?.as === "date" ? 10 : undefined)}"`;
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new TypeError(`"${key}" is ${value}; give a finite number`);
  }
  if (Array.isArray(value)) {
    const items = value.map((item, i) => jsonOf(key, item, shape?.first?.[i] ?? shape?.items) ?? "null");
    return `[${items.join(",")}]`;
  }
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === "function") return jsonOf(key, toJSON.call(value, key), ref);
  const fields = Object.entries(value).flatMap(([name, item]) => {
    const text = jsonOf(name, item, fieldOf(shape, name));
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
  return `{${fields.join(",")}}`;
}

/** Follow references and choose among alternatives, until a shape is what the value has. */
function shapeOf(ref: Ref | undefined, value: unknown): Shape | undefined {
  let shape = ref;
  while (typeof shape === "function") shape = shape();
  if (!shape?.any) return shape;
  const chosen = shape.any.find((one) => fits(value, one));
  return chosen && shapeOf(chosen.then, value);
}

function fits(value: unknown, { type, required = [], consts = {} }: Alternative): boolean {
  if (type !== typeOf(value)) return false;
  const fields = value as Fields;
  return (
    required.every((key) => Object.hasOwn(fields, key) && fields[key] !== undefined) &&
    Object.entries(consts).every(([key, known]) => fields[key] === undefined || fields[key] === known)
  );
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (value instanceof Date) return "string";
  if (value === null) return "null";
  return typeof value === "bigint" ? "number" : typeof value;
}

function fieldOf(shape: Shape | undefined, key: string): Ref | undefined {
  return shape?.fields && Object.hasOwn(shape.fields, key) ? shape.fields[key] : shape?.others;
}

function itemOf(shape: Shape | undefined, key: string, value: unknown, i: number): Ref | undefined {
  const field = fieldOf(shape, key);
  if (!Array.isArray(value)) return field;
  const list = shapeOf(field, value);
  return list?.first?.[i] ?? list?.items;
}
