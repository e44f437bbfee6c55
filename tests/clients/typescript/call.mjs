/**
 * Calls actions as a table says: `node call.mjs <entry of the package> <calls.json >answers.json`.
 *
 * A call is `{client, function, input?, options?, standalone?}`, `client` being the options of
 * `createClient`; an answer is `{result, warnings}` or `{thrown, warnings}`. Errors inside a result
 * are shown as text.
 */

import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const api = await import(pathToFileURL(process.argv[2]).href);
const answers = [];
for (const call of JSON.parse(await text(process.stdin))) answers.push(await answer(call));
console.log(JSON.stringify(answers, (_, value) => (value instanceof Error ? String(value) : value)));

async function answer(call) {
  const warnings = [];
  const options = { ...call.client, onWarning: (message) => warnings.push(message) };
  try {
    const result = call.standalone
      ? await api[call.function](api.connect(options), call.input, call.options)
      : await api.createClient(options)[call.function](call.input, call.options);
    return { result, warnings };
  } catch (error) {
    return { thrown: String(error), warnings };
  }
}
