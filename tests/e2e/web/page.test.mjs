/**
 * What somebody sees who uses the page in a browser: `PROJECT=… CHROMIUM=… ACTIONARY_ADDRESS=… node --test page.test.mjs`,
 * with the project that holds the page, the browser's program, and where the reference actions are served.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

const { PROJECT, CHROMIUM, ACTIONARY_ADDRESS } = process.env;
const config = { root: PROJECT, configFile: fileURLToPath(new URL("vite.config.js", import.meta.url)) };
let server;
let browser;

before(async () => {
  const warned = [];
  const warn = (message) => warned.push(message);
  const customLogger = {
    info: () => {},
    warn,
    warnOnce: warn,
    error: warn,
    clearScreen: () => {},
    hasErrorLogged: () => false,
  };
  await build({ ...config, customLogger });
  assert.deepEqual(warned, []);
  server = await preview(config);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** Open the page, once it hears of changes; what it asks for is counted, and what it complains of kept. */
async function opened() {
  const page = await browser.newPage();
  const seen = { complaints: [], readings: 0 };
  page.on("pageerror", (error) => seen.complaints.push(String(error)));
  page.on("response", (response) => {
    if (response.url().includes("/list_meals")) seen.readings += 1;
  });
  const listening = page.waitForResponse((response) => response.url().endsWith("/api/changes"));
  await page.goto(`http://127.0.0.1:${server.httpServer.address().port}/`);
  await listening;
  return { page, seen, section: (name) => page.getByRole("region", { name }) };
}

async function call(name, input) {
  const answer = await fetch(`${ACTIONARY_ADDRESS}/api/actions/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(input),
  });
  assert.equal(answer.status, 200);
}

test("who adds to a list sees it in the list, and what others add too", async () => {
  const { page, seen, section } = await opened();
  const diary = section("Diary");
  await diary.getByText("0 kcal", { exact: true }).waitFor();
  const before = seen.readings;
  await diary.getByRole("button", { name: "Eat toast" }).click();
  await diary.getByText("210 kcal").waitFor();
  assert.deepEqual(await diary.getByRole("listitem").allTextContents(), ["Toast"]);

  await call("log_meal", { name: "Soup", kind: "snack", kcal: 300, eaten_at: "2026-05-01T21:00:00Z" });
  await diary.getByText("510 kcal").waitFor();
  assert.deepEqual(await diary.getByRole("listitem").allTextContents(), ["Toast", "Soup"]);
  assert.equal(seen.readings - before, 2);
  assert.deepEqual(seen.complaints, []);
  await page.close();
});

test("two who look at the same list see what one of them adds", async () => {
  const [mine, theirs] = [await opened(), await opened()];
  const shown = await theirs.section("Diary").getByRole("listitem").count();
  await mine.section("Diary").getByRole("button", { name: "Eat toast" }).click();
  await theirs.section("Diary").getByRole("listitem").nth(shown).waitFor();
  await Promise.all([mine.page.close(), theirs.page.close()]);
});

test("a domain error is shown with its details", async () => {
  const { page, section } = await opened();
  await section("Shop").getByRole("button", { name: "Buy" }).click();
  const alert = section("Shop").getByRole("alert");
  await alert.waitFor();
  assert.equal(await alert.textContent(), "There are 0 of p-301 left.");
  await page.close();
});

test("a call that needs a yes is made when the shopkeeper gave it", async () => {
  const { page, section } = await opened();
  await section("Shopkeeper").getByText("success").waitFor();
  const send = section("Letter").getByRole("button", { name: "Send" });
  await send.click();
  await section("Letter").getByText("approval_required").waitFor();
  const approve = section("Shopkeeper").getByRole("button", { name: "Approve send_email" });
  await approve.click();
  await approve.waitFor({ state: "detached" });
  await send.click();
  await section("Letter").getByText("Sent.").waitFor();
  await page.close();
});
