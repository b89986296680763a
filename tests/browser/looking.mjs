// What the tests against the stand-in share: its addresses, a page that stands still, and a look at it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { startMock } from "../../tools/dashboard/mock/server.mjs";
import { openBrowser, signIn } from "./browser.mjs";

const axeSource = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export const found = (map, check) => [...map.values()].find(check);

export function addresses(world) {
  const file = (name) => found(world.imports, (each) => each.fileName.includes(name)).id;
  const hook = (name) => found(world.webhooks, (each) => each.url.includes(name)).id;
  const event = (check) => found(world.events, check).id;
  return {
    overview: "/",
    imports: "/imports",
    "imports filtered to nothing": "/imports?q=nothing-like-this&state=halted",
    "import halted": `/imports/${file("customers_2026-11")}`,
    "import of 20,000 batches": `/imports/${file("pos_transactions")}`,
    "import failed": `/imports/${file("price_list")}`,
    "import of hostile text": `/imports/${file("script")}`,
    events: "/events?since=24h",
    "event pending": `/events/${event((each) => each.state === "pending")}`,
    "event of hostile text": `/events/${event((each) => each.fileName?.includes("script"))}?attempt=1`,
    webhooks: "/webhooks",
    webhook: `/webhooks/${hook("acme")}`,
    "webhook disabled": `/webhooks/${hook("legacy")}`,
    "new webhook": "/webhooks/new",
    importers: "/importers",
    importer: `/importers/${found(world.importers, (each) => each.name === "Customers").id}`,
    "new importer": "/importers/new",
    upload: "/upload",
    "import that is not there": "/imports/imp_nowhere",
  };
}

export async function settle(page) {
  await page.locator("h1").waitFor();
  await page.waitForFunction(() => !document.querySelector("main [aria-busy], .skeleton"));
  await page.waitForTimeout(150);
}

/** The serious findings of every rule that axe-core has, the ones that are off by default as well. */
export async function audit(page) {
  if (!(await page.evaluate(() => "axe" in window))) {
    // Added through the debugger, which no policy of the page holds back.
    await page.evaluate(await readFile(axeSource, "utf8"));
  }
  const result = await page.evaluate(() => {
    const rules = Object.fromEntries(window.axe.getRules().map((rule) => [rule.ruleId, { enabled: true }]));
    // AAA: 7:1 is asked of no page here; the tokens keep AA.
    rules["color-contrast-enhanced"] = { enabled: false };
    return window.axe.run(document, { resultTypes: ["violations"], rules });
  });
  return result.violations
    .filter((each) => ["serious", "critical"].includes(each.impact))
    .map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
}

/** Pixels that the page is wider than the window, once charts and strips have followed a change of its width. */
export async function tooWide(page) {
  let wide = 1;
  for (let tries = 0; tries < 100 && wide > 0; tries += 1) {
    wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) await page.waitForTimeout(20);
  }
  return wide;
}

/** Pixels of a list that are seen only by scrolling it sideways. */
export const cutOff = (page) => page.evaluate(() => Math.max(0, ...[...document.querySelectorAll("main .scroll-x")].map((each) => each.scrollWidth - each.clientWidth)));

/** What is pressed, stands alone and is less than 24 px high or wide. */
const tooSmall = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll(".button, .link, .icon-button, .card-action a, .pages a, .brand, nav a, summary, [role=tab]")]
      .map((each) => [each.getBoundingClientRect(), each])
      .filter(([box]) => box.width > 0 && (box.width < 23.9 || box.height < 23.9))
      .map(([box, each]) => `${each.textContent.trim() || each.getAttribute("aria-label")}: ${Math.round(box.width)} x ${Math.round(box.height)}`),
  );

/** One h1, nothing wider than the window, nothing too small to hit; no serious finding, where `axe`. */
export async function look(page, name, axe = true) {
  assert.equal(await page.locator("h1").count(), 1, `${name} has one h1`);
  const wide = await tooWide(page);
  assert.ok(wide <= 0, `${name} is ${wide} px too wide`);
  assert.deepEqual(await tooSmall(page), [], name);
  if (axe) assert.deepEqual(await audit(page), [], name);
}

export const live = (page) => page.locator(".side .dot.live").waitFor();

export async function opened(t, options = {}) {
  const mock = await startMock({ kind: options.kind });
  const browser = await openBrowser(options);
  t.after(async () => {
    await browser.close();
    await mock.stop();
  });
  await signIn(browser.page, { url: mock.url, token: options.token ?? "mock-admin" });
  await live(browser.page);
  return { ...browser, mock, at: addresses(options.kind && options.kind !== "seed" ? seedWorld() : mock.world) };
}
const seedWorld = () => ({ imports: new Map([["x", { id: "x", fileName: "customers_2026-11 pos_transactions price_list script" }]]), webhooks: new Map([["x", { id: "x", url: "acme legacy" }]]), events: new Map([["x", { id: "x", state: "pending", fileName: "script" }]]), importers: new Map([["x", { id: "x", name: "Customers" }]]) });
