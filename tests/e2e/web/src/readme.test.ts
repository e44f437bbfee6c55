/** What the README shows, shown: its blocks are `readme0.tsx` and so on. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Server, turn } from "./stage.js";

const discount = { data: { percent: 10 } };
const server = new Server({
  apply_discount: () => discount,
  create_invoice: () => ({ status: 404, code: "customer_not_found", details: { customer_id: "cus_123" } }),
  list_approvals: () => ({ data: { approvals: [], next_cursor: null } }),
  changes: () => new Promise<never>(() => undefined),
});
globalThis.fetch = server.fetch as typeof fetch;

const { QueryClient } = await import("@tanstack/react-query");
const { createClient } = await import("actionary-reference-client");
const { ActionProvider } = await import("actionary-reference-client/react");
const { createElement } = await import("react");
const { createRoot } = await import("react-dom/client");
const { Page } = await import("./readme0.js");
const { Button } = await import("./readme1.js");
const { Pages } = await import("./readme2.js");
const { Read } = await import("./readme3.js");

function shown(element: React.ReactNode) {
  const place = document.body.appendChild(document.createElement("div"));
  const root = createRoot(place);
  root.render(element);
  return { place, leave: () => root.unmount() };
}

function inside(component: () => React.ReactNode) {
  const props = {
    client: createClient({ baseUrl: "http://localhost:8000" }),
    queryClient: new QueryClient(),
  };
  return shown(createElement(ActionProvider, props, createElement(component)));
}

async function reads(place: HTMLElement, text: string): Promise<void> {
  while (place.textContent !== text) await turn();
}

test("the examples show what the actions give", { timeout: 60_000 }, async () => {
  const data = JSON.stringify(discount.data, null, 2);
  const [page, read, pages, button] = [
    shown(createElement(Page)),
    inside(Read),
    inside(Pages),
    inside(Button),
  ];
  await reads(page.place, data);
  await reads(read.place, data);
  await reads(pages.place, "1");
  await reads(button.place, "create_invoice");
  button.place.querySelector("button")?.click();
  await reads(button.place, "customer_not_found");
  assert.equal(server.count("create_invoice"), 1);
  for (const { leave } of [page, read, pages, button]) leave();
});
