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
  /** Those that fit count, among objects those that know most of the fields. */
  readonly any?: readonly Alternative[];
  /** All of them count. */
  readonly all?: readonly Ref[];
}

/** A shape, or what gives it: a shape may hold itself. */
export type Ref = Shape | (() => Ref);

/** A shape among others, and what says that a value has it. */
export interface Alternative {
  readonly type: "object" | "array" | "number" | "string";
  readonly required?: readonly string[];
  readonly optional?: readonly string[];
  /** Fields that have one of a few values. */
  readonly tags?: Readonly<Record<string, readonly unknown[]>>;
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
  const at = shapesOf(shape, input);
  for (const [key, value] of Object.entries(input)) {
    const field = fieldOf(at, key);
    const text = jsonOf(key, value, field);
    if (text === undefined || text === "null") continue;
    const isList = Array.isArray(value);
    const items: readonly unknown[] = isList ? value : [value];
    const inside = shapesOf(field, value);
    const texts = items.map((item, i) => jsonOf(key, item, isList ? itemOf(inside, i) : field) ?? "null");
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
  const marked = /\d{16}/.test(text) ? withMarks(text, mark) : text;
  const envelope: unknown = JSON.parse(marked);
  const { code } = Object(envelope) as { readonly code?: unknown };
  const own = typeof code === "string" && Object.hasOwn(details, code) ? details[code] : undefined;
  return read(envelope, { fields: { ...(data && { data }), ...(own && { details: own }) } }, mark);
}

/** Write long integers as text with a mark before it, and leave texts as they are. */
function withMarks(text: string, mark: string): string {
  const made: string[] = [];
  const token = /"|-?\d[\d.eE+-]*/g;
  let taken = 0;
  for (let found = token.exec(text); found; found = token.exec(text)) {
    const [it] = found;
    if (it === '"') token.lastIndex = endOf(text, token.lastIndex);
    if (!/^-?\d{16,}$/.test(it)) continue;
    made.push(text.slice(taken, found.index), `"${mark}${it}"`);
    taken = token.lastIndex;
  }
  return made.join("") + text.slice(taken);
}

/** Find the end of a text; a regular expression would run out of stack on a long one. */
function endOf(text: string, start: number): number {
  for (let at = start; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text.length;
    let escapes = quote;
    while (text[escapes - 1] === "\\") escapes -= 1;
    at = quote + 1;
    if ((quote - escapes) % 2 === 0) return at;
  }
}

function read(value: unknown, ref: Ref | undefined, mark: string): unknown {
  const long = typeof value === "string" && value.startsWith(mark) ? value.slice(mark.length) : undefined;
  const shapes = shapesOf(ref, long === undefined ? value : 0);
  if (long !== undefined) return is(shapes, "bigint") ? BigInt(long) : Number(long);
  if (typeof value === "number") {
    return is(shapes, "bigint") && Number.isInteger(value) ? BigInt(value) : value;
  }
  if (typeof value === "string") return is(shapes, "date") || is(shapes, "time") ? dateOf(value) : value;
  if (Array.isArray(value)) return value.map((item, i) => read(item, itemOf(shapes, i), mark));
  if (value === null || typeof value !== "object") return value;
  const fields = Object.entries(value).map(([key, item]) => [key, read(item, fieldOf(shapes, key), mark)]);
  return Object.fromEntries(fields) as Fields;
}

/** Make a date of what is one; a leap second stays text. */
function dateOf(text: string): Date | string {
  const date = new Date(text);
  return /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(date.getTime()) ? date : text;
}

function timeOf(key: string, value: Date): string {
  if (Number.isNaN(value.getTime())) throw new TypeError(`"${key}" is an invalid Date; give a valid one`);
  return value.toISOString();
}

/** Midnight elsewhere is a time of the day before, or of the same one: nobody could tell which is meant. */
function dayOf(key: string, value: Date): string {
  const [day, time] = timeOf(key, value).split("T");
  if (time === "00:00:00.000Z") return `${day}`;
  throw new TypeError(
    `"${key}" is a date, and ${day}T${time} is not midnight in UTC; ` +
      'give new Date(Date.UTC(2026, 2, 1)) or new Date("2026-03-01")',
  );
}

/** Write JSON text; undefined for what JSON leaves out. */
function jsonOf(key: string, value: unknown, ref: Ref | undefined): string | undefined {
  const shapes = shapesOf(ref, value);
  if (typeof value === "bigint") return `${value}`;
  if (value instanceof Date) return `"${is(shapes, "date") ? dayOf(key, value) : timeOf(key, value)}"`;
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new TypeError(`"${key}" is ${value}; give a finite number`);
  }
  if (Array.isArray(value)) {
    const items = value.map((item, i) => jsonOf(key, item, itemOf(shapes, i)) ?? "null");
    return `[${items.join(",")}]`;
  }
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === "function") return jsonOf(key, toJSON.call(value, key), ref);
  const fields = Object.entries(value).flatMap(([name, item]) => {
    const text = jsonOf(name, item, fieldOf(shapes, name));
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
  return `{${fields.join(",")}}`;
}

/** Follow references and choose among alternatives: give all that a value has. */
function shapesOf(ref: Ref | undefined, value: unknown): readonly Shape[] {
  let shape = ref;
  while (typeof shape === "function") shape = shape();
  if (!shape?.all && !shape?.any) return shape ? [shape] : [];
  const parts = [...(shape.all ?? []), ...(shape.any ? chosen(shape.any, value) : [])];
  return [shape, ...parts.flatMap((part) => shapesOf(part, value))];
}

function chosen(among: readonly Alternative[], value: unknown): readonly Ref[] {
  const fitting = among.filter((one) => fits(value, one)).map((one) => ({ one, known: knownIn(value, one) }));
  const most = Math.max(...fitting.map(({ known }) => known));
  return fitting.flatMap(({ one, known }) => (one.then && known === most ? [one.then] : []));
}

function fits(value: unknown, { type, required = [], tags = {} }: Alternative): boolean {
  if (type !== typeOf(value)) return false;
  return (
    required.every((key) => has(value, key)) &&
    Object.entries(tags).every(([key, known]) => !has(value, key) || known.includes((value as Fields)[key]))
  );
}

function knownIn(value: unknown, { required = [], optional = [] }: Alternative): number {
  return required.length + optional.filter((key) => has(value, key)).length;
}

/** What is undefined is the same as absent. */
function has(value: unknown, key: string): boolean {
  return Object.hasOwn(value as Fields, key) && (value as Fields)[key] !== undefined;
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (value instanceof Date) return "string";
  if (value === null) return "null";
  return typeof value === "bigint" ? "number" : typeof value;
}

function is(shapes: readonly Shape[], what: Shape["as"]): boolean {
  return shapes.some((shape) => shape.as === what);
}

function fieldOf(shapes: readonly Shape[], key: string): Ref | undefined {
  return together(
    shapes.map(({ fields, others }) => (fields && Object.hasOwn(fields, key) ? fields[key] : others)),
  );
}

function itemOf(shapes: readonly Shape[], i: number): Ref | undefined {
  return together(shapes.map(({ first = [], items }) => (i < first.length ? first[i] : items)));
}

function together(refs: readonly (Ref | null | undefined)[]): Ref | undefined {
  const all = refs.filter((ref) => ref != null);
  return all.length > 1 ? { all } : all[0];
}
