/** What a page does with a server that remembers: `node remembering.mjs <entry of the package> <address>`. */

import { pathToFileURL } from "node:url";

const [entry, baseUrl] = process.argv.slice(2);
const api = await import(pathToFileURL(entry).href);
const auth = { humans: () => "token-of-eve", staff: { username: "jörg", password: "geheim-ü" } };
const client = api.createClient({ baseUrl, auth, retry: { baseMs: 1 } });
const told = {};

/** Does what it is to do, but loses the first answer on the way. */
let lost = false;
const losing = async (url, init) => {
  const answer = await fetch(url, init);
  if (lost) return answer;
  lost = true;
  await answer.arrayBuffer();
  throw new TypeError("fetch failed");
};
const losingAll = async (url, init) => {
  await (await fetch(url, init)).arrayBuffer();
  throw new TypeError("fetch failed");
};
told.once = await client.throwing.sendLetter({ text: "milk" }, { fetch: losing });
told.twice = await client.throwing.sendLetter({ text: "milk" });

const asked = await client.sendParcel({ to: "ann" });
const approval = asked.details.approval_key;
told.asked = asked.code;
told.decided = (await client.throwing.approveCall({ key: approval })).state;
told.sent = await client.throwing.sendParcel({ to: "ann" }, { approval });
told.again = (await client.sendParcel({ to: "ann" }, { approval })).code;

const cut = await client.sendLetter({ text: "bread" }, { fetch: losingAll, retry: false });
told.cut = cut.code;
told.resumed = await client.throwing.sendLetter({ text: "bread" }, { idempotencyKey: cut.idempotencyKey });

const street = "Elm Street";
const address = (await client.changeAddress({ street })).details.approval_key;
await client.throwing.approveCall({ key: address });
told.lostApproved = (await client.changeAddress({ street }, { approval: address, fetch: losingAll })).code;
told.addresses = await client.throwing.listAddresses();

told.letters = [];
for await (const letter of api.items(client, api.listLetters)) told.letters.push(letter);
told.pages = [];
for await (const page of api.pages(client, api.listLetters, { after: 2 })) told.pages.push(page.letters);

told.progress = [];
for await (const event of api.progress(client, api.count, { to: 3 })) {
  told.progress.push(event.type === "progress" ? event.message : event.result.data);
}

told.user = await client.throwing.whoAmI();
const strange = await client.whoAmI({}, { auth: { staff: { username: "jörg", password: "x" } } });
told.stranger = strange.code;

told.changes = [];
const controller = new AbortController();
const listening = (async () => {
  for await (const event of api.subscribeChanges(client, { signal: controller.signal })) {
    told.changes.push(event.action);
    if (event.requestSource === "last") controller.abort();
  }
})();
const heard = setInterval(
  () => client.sendLetter({ text: "tea" }, { headers: { "actionary-source": "last" } }),
  100,
);
await listening;
clearInterval(heard);
told.changes = [...new Set(told.changes)];

console.log(JSON.stringify(told));
