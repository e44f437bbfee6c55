/** Writes an input as a request has it. */

/** An input as the query and the body of a request. */
export interface Written {
  readonly query: string;
  readonly body: string | null;
}

/** Keeps `JSON.stringify` from making null of what JSON cannot say. */
function finite(key: string, value: unknown): unknown {
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  throw new TypeError(`"${key}" is ${value}; give a finite number`);
}

/**
 * Write an input as JSON.
 *
 * @throws TypeError when it is none (a cycle, a bigint, NaN).
 */
export function inBody(input: object): Written {
  return { query: "", body: JSON.stringify(input, finite) };
}

/**
 * Write an input as query parameters.
 *
 * Lists of scalars repeat the key, `key=[]` is the empty list (so the list of the
 * one text `[]` is `key[]=[]`), other lists and objects are JSON text. A query
 * cannot say null: it is left out like what is undefined.
 *
 * @throws TypeError when it is no JSON (a cycle, a bigint, NaN).
 */
export function inQuery(input: object): Written {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(JSON.parse(JSON.stringify(input, finite)))) {
    const text = JSON.stringify(value);
    const items = [value].flat();
    const areScalars = items.length && items.every((item) => typeof item !== "object");
    const name = text === '["[]"]' ? `${key}[]` : key;
    // Of what is no scalar, only null is falsy.
    for (const item of areScalars ? items : value ? [text] : []) query.append(name, `${item}`);
  }
  const text = query.toString();
  return { query: text && `?${text}`, body: null };
}
