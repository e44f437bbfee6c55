/** What the hooks do where a page is made on a server: there is no document. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { dehydrate, hydrate, QueryClient } from "@tanstack/react-query";
import { connect, type Fetch, listMeals } from "actionary-reference-client";
import {
  ActionProvider,
  actionQuery,
  callAction,
  useActionMutation,
  useActionQuery,
} from "actionary-reference-client/react";
import { createElement } from "react";
import { renderToString } from "react-dom/server";

const DAY = { day: "2026-03-01" };

test("what was read before the page is made stands in it, and nothing is read again", async () => {
  let asked = 0;
  const fetch: Fetch = async () => {
    asked += 1;
    const data = { day: DAY.day, meals: [], total_kcal: 420 };
    return Response.json({ ok: true, data, action: "list_meals", latencyMs: 1 });
  };
  const client = connect({ baseUrl: "https://shop.example", fetch });
  const before = new QueryClient();
  await before.prefetchQuery(actionQuery(client, listMeals, DAY));
  const sent = JSON.parse(JSON.stringify(dehydrate(before)));

  const queryClient = new QueryClient();
  hydrate(queryClient, sent);
  const Page = () => {
    const { data } = useActionQuery("list_meals", DAY);
    const order = useActionMutation("create_order");
    return createElement("p", null, `${data?.total_kcal} kcal, ${order.status}`);
  };
  const made = renderToString(createElement(ActionProvider, { client, queryClient }, createElement(Page)));
  assert.equal(made, "<p>420 kcal, idle</p>");
  assert.equal(asked, 1);
  await assert.rejects(async () => callAction("list_meals", DAY), /no <ActionProvider> is shown/);
  before.clear();
  queryClient.clear();
});

test("a hook outside of a provider says what is missing", () => {
  const Page = () => createElement("p", null, useActionQuery("list_meals", DAY).status);
  assert.throws(() => renderToString(createElement(Page)), /put an <ActionProvider client=/);
});
