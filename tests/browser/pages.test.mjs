// Each page in both themes and both widths: no serious finding of axe-core, no overflow, no complaint of the browser;
// then what the pages promise: addresses, keys, states, hostile text, 20,000 batches. Runs on the stand-in alone, which
// has every state at once.

import assert from "node:assert/strict";
import test from "node:test";
import { startMock } from "../../tools/dashboard/mock/server.mjs";
import { openBrowser, signIn, whyNoBrowser } from "./browser.mjs";
import { addresses, audit, cutOff, found, live, look, opened, settle, tooWide } from "./looking.mjs";

const skip = whyNoBrowser;
for (const theme of ["light", "dark"]) {
  test(`Pages.Look.${theme}`, { skip, timeout: 600_000 }, async (t) => {
    const mock = await startMock();
    const { page, complaints, close } = await openBrowser({ theme });
    t.after(async () => {
      await close();
      await mock.stop();
    });
    await signIn(page, { url: mock.url, token: "mock-admin" });
    for (const [name, path] of Object.entries(addresses(mock.world))) {
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.goto(mock.url + path);
      await settle(page);
      // Rules look at colours and at the order of things: each theme and each width once is enough.
      await look(page, `${name}, 1280 px`, theme === "light");
      if (["overview", "imports", "events", "webhooks"].includes(name)) assert.equal(await cutOff(page), 0, `${name} shows its last column`);
      await page.setViewportSize({ width: 390, height: 844 });
      await settle(page);
      await look(page, `${name}, 390 px`, theme === "dark");
      // As narrow as 1280 px at 400 %: nothing scrolls both ways.
      await page.setViewportSize({ width: 320, height: 640 });
      const wide = await tooWide(page);
      assert.ok(wide <= 0, `${name} is ${wide} px too wide at 320 px`);
    }
    assert.deepEqual(complaints, []);
  });
}

// Nothing yet, nothing that answers, and answers that take their time: told apart, and as good to use.
for (const [kind, theme, width] of [["empty", "light", 390], ["empty", "dark", 1280], ["failing", "dark", 1280], ["failing", "dark", 390], ["slow", "dark", 390]]) {
  test(`Pages.State.${kind}.${theme}.${width}`, { skip, timeout: 300_000 }, async (t) => {
    const mock = await startMock({ kind });
    const { page, complaints, close } = await openBrowser({ theme, width, height: 844 });
    t.after(async () => {
      await close();
      await mock.stop();
    });
    await signIn(page, { url: mock.url, token: "mock-admin" });
    for (const path of ["/", "/imports", "/events", "/webhooks", "/importers", "/upload", "/imports/imp_x", "/events/evt_x", "/webhooks/wh_x", "/importers/tpl_x"]) {
      // What takes its time would go on loading under the next page.
      await page.goto(mock.url + path, { waitUntil: "domcontentloaded" });
      await page.locator("h1").waitFor();
      const one = path.split("/").length > 2;
      if (kind === "slow" && path !== "/upload") await page.locator(".skeleton:not(.unseen), .skeleton-block[aria-label]").first().waitFor();
      else if (kind === "failing" && path !== "/upload") await page.getByRole("alert").first().waitFor();
      else if (one) await page.getByRole("alert").filter({ hasText: "not_found" }).waitFor();
      else await settle(page);
      if (kind !== "slow") assert.equal(await page.locator(".skeleton, .skeleton-block").count(), 0, `${path} still looks as if it were loading`);
      await look(page, `${path} of ${kind}`);
    }
    assert.deepEqual(complaints, []);
  });
}

test("Pages.Questions", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock, at } = await opened(t, { theme: "dark" });
  for (const [path, press] of [
    ["/", "Keys and help"], ["/", /ops · admin/], [at["import halted"], /^Cancel/], [at.webhook, "Rotate…"], [at.webhook, /^Disable/], [at.webhook, /^Delete/],
    [at.importer, /^Delete/], ["/events?state=delivered", /^Resend all/],
  ]) {
    await page.goto(mock.url + path);
    await settle(page);
    const button = page.getByRole("button", { name: press }).first();
    await button.click();
    const dialog = page.locator("dialog[open]");
    await dialog.waitFor();
    await page.waitForTimeout(200);
    assert.deepEqual(await audit(page), [], `the question of ${press}`);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.ok(await button.evaluate((element) => element === document.activeElement), "the focus returns");
  }
});

test("Pages.APhoneReachesEveryPage", { skip, timeout: 300_000 }, async (t) => {
  const mock = await startMock();
  const { page, close } = await openBrowser({ width: 390, height: 844 });
  t.after(async () => {
    await close();
    await mock.stop();
  });
  await signIn(page, { url: mock.url, token: "mock-admin" });
  for (const word of ["Importers", "Imports", "Events", "Webhooks", "Upload", "Overview"]) {
    await page.locator(".topbar, .tabbar").getByRole("link", { name: new RegExp(`^${word}`) }).click();
    await page.getByRole("heading", { level: 1, name: word }).waitFor();
  }
  await page.locator(".tabbar").getByTitle("2 halted").waitFor();
});

test("Address.FilterListAndBackKeepTheirPlace", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock } = await opened(t);
  await page.goto(`${mock.url}/imports`);
  await page.getByRole("button", { name: /^Completed/ }).click();
  await page.waitForURL(/state=completed/);
  await settle(page);
  await page.locator("tbody tr[id]").nth(5).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const chosen = await page.locator("tr.selected").getAttribute("id");
  await page.evaluate(() => window.scrollTo(0, 500));
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/imports\/imp_/);
  await page.keyboard.press("Escape");
  await page.waitForURL(/state=completed/);
  await page.locator("tr.selected").waitFor();
  assert.equal(await page.locator("tr.selected").getAttribute("id"), chosen);
  await page.waitForFunction(() => window.scrollY > 400);
});

test("Keys.GoAndHelpAndOffWhileTyping", { skip, timeout: 300_000 }, async (t) => {
  const { page } = await opened(t);
  for (const [key, word] of [["i", "Imports"], ["e", "Events"], ["w", "Webhooks"], ["t", "Importers"], ["o", "Overview"]]) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await page.getByRole("heading", { level: 1, name: word }).waitFor();
  }
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await page.keyboard.press("/");
  await page.keyboard.type("gu?customers");
  assert.match(page.url(), /\/imports/);
  assert.equal(await page.locator("dialog[open]").count(), 0);
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.getByRole("heading", { name: "Keys" }).waitFor();
  await page.getByLabel(/Single-letter keys/).uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("u");
  assert.match(page.url(), /\/imports/, "single letters are off");
});

test("Keys.EachOfTheHelpDoesWhatItSays", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock, at } = await opened(t);
  const heading = (name) => page.getByRole("heading", { level: 1, name }).waitFor();
  const rowOf = (file) => found(mock.world.imports, (each) => each.fileName === file);
  await page.keyboard.press("u");
  await heading("Upload");

  // Lists: pause and resume the chosen row.
  await page.goto(`${mock.url}/imports?q=stores_nl`);
  await page.locator("tbody .row-link", { hasText: "stores_nl" }).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("p");
  await page.locator("tr.selected").getByText("paused").waitFor();
  await page.keyboard.press("r");
  await page.locator("tr.selected").getByText("queued").waitFor();

  // One import: ages as exact times while "." is held, the id, its remarkable batches and their event, resume.
  await page.goto(mock.url + at["import halted"]);
  await page.getByRole("slider").waitFor();
  await page.keyboard.down(".");
  await page.locator("time", { hasText: /^\d{4}-\d\d-\d\d .*UTC/ }).first().waitFor();
  await page.keyboard.up(".");
  await page.locator("time", { hasText: /^\d+ min/ }).first().waitFor();
  await page.keyboard.press("c");
  await assertCopied(page, at["import halted"].split("/").pop());
  await page.keyboard.press("[");
  await page.waitForURL(/batch=102/);
  await page.keyboard.press("]");
  await page.waitForURL(/batch=143/);
  await page.keyboard.press("e");
  await heading("Batch 143 of 200");

  // One event: headers, body, attempts by number, its neighbours in the list.
  await page.keyboard.press("h");
  await page.waitForURL(/answer=headers/);
  await page.getByText("webhook-signature").waitFor();
  await page.keyboard.press("b");
  assert.equal(await page.evaluate(() => document.activeElement.id), "body-pretty");
  await page.goto(mock.url + at["event pending"]);
  await page.getByText("2 made").waitFor();
  await page.keyboard.press("1");
  await page.waitForURL(/attempt=1/);
  await page.getByRole("tab", { name: "Answer to attempt 1" }).waitFor();

  // Events: the next filter, all that match. A webhook: its test. Help, and out of it.
  await page.goto(`${mock.url}/events?state=halted`);
  await page.locator("tbody tr[id]").first().waitFor();
  await page.keyboard.press("f");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Import");
  await page.keyboard.press("Escape");
  await page.keyboard.press("R");
  await page.getByRole("heading", { name: /^Resend \d+ events?\?/ }).waitFor();
  await page.keyboard.press("Escape");
  await page.goto(mock.url + at.webhook);
  await page.getByRole("button", { name: /^Send test/ }).waitFor();
  const before = mock.world.events.size;
  await page.keyboard.press("t");
  while (mock.world.events.size === before) await page.waitForTimeout(20);
  await page.goto(mock.url + at["import halted"]);
  await page.getByRole("button", { name: "Resume at batch 143" }).waitFor();
  await page.keyboard.press("r");
  while (rowOf("customers_2026-11.csv").state === "halted") await page.waitForTimeout(20);
});

async function assertCopied(page, text) {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await page.evaluate(() => navigator.clipboard.readText())) === text) return;
    await page.waitForTimeout(50);
  }
  assert.fail(`${text} was not copied`);
}

test("Strip.KeyboardWalksAndOpens", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock, at } = await opened(t);
  await page.goto(mock.url + at["import halted"]);
  const strip = page.getByRole("slider");
  await strip.focus();
  assert.equal(await strip.getAttribute("aria-valuetext"), "Batch 143, halted");
  await page.keyboard.press("[");
  assert.equal(await strip.getAttribute("aria-valuetext"), "Batch 102, delivered after a retry");
  await page.keyboard.press("Home");
  assert.equal(await strip.getAttribute("aria-valuenow"), "1");
  await page.keyboard.press("ArrowDown");
  assert.equal(await strip.getAttribute("aria-valuenow"), "51");
  await page.waitForURL(/batch=51/);
  await page.reload();
  assert.equal(await page.getByRole("slider").getAttribute("aria-valuenow"), "51");
  await page.getByRole("slider").focus();
  await page.keyboard.press("]");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Batch 65 of 200" }).waitFor();
});

test("Strip.TwentyThousandBatchesStayFast", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock, at } = await opened(t);
  await page.goto(mock.url + at["import of 20,000 batches"]);
  const strip = page.getByRole("slider");
  await strip.waitFor();
  assert.match(await strip.getAttribute("aria-label"), /^Batches: 11,48\d of 20,000 delivered/);
  await page.getByText("Batches 11,481 to 11,500").waitFor();
  const value = found(mock.world.imports, (each) => each.fileName.startsWith("pos_"));
  const event = found(mock.world.events, (each) => each.importId === value.id);
  await page.evaluate(() => {
    window.redraws = 0;
    new MutationObserver(() => (window.redraws += 1)).observe(document.querySelector("[role=slider]"), { attributeFilter: ["aria-label"] });
  });
  for (let i = 0; i < 2000; i += 1) mock.world.publish("event", { ...event, id: `evt_${i}`, index: 11484 + i, state: "delivered", attempts: 1, nextAttemptAt: null });
  await page.waitForFunction(() => /^Batches: 13,4\d\d of/.test(document.querySelector("[role=slider]").getAttribute("aria-label")));
  const redraws = await page.evaluate(() => window.redraws);
  assert.ok(redraws < 500, `2,000 changes that came at once were drawn ${redraws} times, not once a frame`);
});

test("Strip.AnOlderAnswerUndoesNoNewerChange", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock, at } = await opened(t);
  const value = found(mock.world.imports, (each) => each.fileName.startsWith("pos_"));
  const event = found(mock.world.events, (each) => each.importId === value.id);
  // Answered from before batch 11,483 was delivered, and arriving after the stream told of it.
  let held;
  await page.route("**/batches?*", async (route) => {
    const answer = await route.fetch();
    held = async () => route.fulfill({ response: answer });
  });
  await page.goto(mock.url + at["import of 20,000 batches"]);
  while (!held) await page.waitForTimeout(20);
  await page.locator(".side .dot.live").waitFor();
  mock.world.publish("event", { ...event, index: 11483, state: "delivered", attempts: 1, nextAttemptAt: null });
  await page.waitForTimeout(500);
  await held();
  await page.unroute("**/batches?*");
  const strip = page.getByRole("slider");
  await strip.waitFor();
  assert.match(await strip.getAttribute("aria-label"), /^Batches: 11,483 of 20,000 delivered/);
});

test("Live.PausedByKeyCountsWhatWaits", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock } = await opened(t);
  await page.goto(`${mock.url}/imports`);
  await live(page);
  await page.keyboard.press("l");
  await page.locator(".side").getByText("Paused").waitFor();
  const value = found(mock.world.imports, (each) => each.fileName === "products_eu.csv");
  mock.world.putImport(Object.assign(value, { delivered: 700 }));
  await page.locator(".side").getByText("1 change waiting").waitFor();
  assert.equal(await page.locator(".progress-text", { hasText: "700 / 840" }).count(), 0);
  await page.keyboard.press("l");
  await page.locator(".progress-text", { hasText: "700 / 840" }).waitFor();
});

test("Live.OneStreamForAllTabs", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock, context } = await opened(t);
  await page.goto(`${mock.url}/imports`);
  await live(page);
  const second = await context.newPage();
  await second.goto(`${mock.url}/imports`);
  await live(second);
  assert.equal(mock.world.listeners.size, 1);
  const value = found(mock.world.imports, (each) => each.fileName === "products_eu.csv");
  mock.world.putImport(Object.assign(value, { delivered: 701 }));
  await second.locator(".progress-text", { hasText: "701 / 840" }).waitFor();
  await page.close();
  await second.waitForTimeout(500);
  mock.world.putImport(Object.assign(value, { delivered: 702 }));
  await second.locator(".progress-text", { hasText: "702 / 840" }).waitFor();
  assert.equal(mock.world.listeners.size, 1, "the second tab listens now");
});

test("Live.NewRowsWaitBehindAButton", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock } = await opened(t);
  await page.goto(`${mock.url}/events`);
  await live(page);
  await page.locator("tbody tr").nth(5).waitFor();
  const first = await page.locator("tbody tr").first().getAttribute("id");
  const event = [...mock.world.events.values()][0];
  mock.world.putEvent({ ...event, id: "evt_7ZZZZZZZZZZZZZZZZZZZZZZZZZ", createdAt: new Date().toISOString(), attempts: 0 });
  await page.getByText("1 newer event · show").waitFor();
  assert.equal(await page.locator("tbody tr").first().getAttribute("id"), first);
  await page.getByText("1 newer event · show").click();
  await page.locator("#row-evt_7ZZZZZZZZZZZZZZZZZZZZZZZZZ").waitFor();
});

test("Read.ActionsAreDisabledWithTheReason", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock, at } = await opened(t, { token: "mock-read" });
  await page.goto(mock.url + at["import halted"]);
  const resume = page.getByRole("button", { name: "Resume at batch 143" });
  await resume.waitFor();
  assert.ok(await resume.isDisabled());
  assert.match(await resume.getAttribute("title"), /scope read/);
  for (const [path, button] of [["/importers/new", /^Create/], ["/webhooks/new", /^Create/], ["/upload", /^Choose/], ["/upload", /^Start/]]) {
    await page.goto(mock.url + path);
    await page.getByText(/has the scope read: it may look, not change/).waitFor();
    assert.ok(await page.getByRole("button", { name: button }).isDisabled(), `${button} of ${path}`);
  }
});

test("Errors.AFailedFetchIsNoEmptyTable", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock } = await opened(t, { kind: "failing" });
  for (const path of ["/", "/imports", "/events", "/webhooks", "/importers", "/imports/imp_x", "/events/evt_x"]) {
    await page.goto(mock.url + path);
    await page.getByRole("alert").first().waitFor();
    assert.match(await page.getByRole("alert").first().innerText(), /store_unavailable/);
    assert.equal(await page.getByText("Nothing has been imported yet").count(), 0);
  }
  mock.world.kind = "seed";
  await page.goto(`${mock.url}/imports`);
  await page.locator("tbody tr").first().waitFor();
});

test("Errors.APartThatFailsSaysSoAndTheRestStands", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock, at } = await opened(t);
  const answer = { status: 503, contentType: "application/problem+json", body: JSON.stringify({ title: "Service Unavailable", status: 503, code: "store_unavailable", detail: "not now" }) };
  for (const [path, calls] of [
    [at["import halted"], [/\/batches/, /\/timeline/, /\/rows\?/, /\/row-errors/]],
    [at["event pending"], [/\/attempts/, /\/body/]],
    [at.webhook, [/\/v1\/events\?.*name=test/, /\/v1\/events\?webhookId=[^&]*&limit=100/]],
    [at.importer, [/\/v1\/imports\?templateId/]],
    ["/", [/\/v1\/imports\?state=halted&limit=20/]],
  ]) {
    for (const call of calls) {
      await page.route(call, (route) => route.fulfill(answer));
      await page.goto(mock.url + path);
      await page.getByRole("alert").first().waitFor();
      assert.equal(await page.getByRole("alert").count(), 1, `${path} without ${call}`);
      assert.equal(await page.getByText(/none was sent yet|Nothing needs you|Nothing was imported|none refused/).count(), 0, `${path} without ${call}`);
      await page.unroute(call);
      // The stream that has just come up may have fetched it again already: then there is nothing to press.
      await page.evaluate(() => document.querySelector("[role=alert] .button")?.click());
      await page.getByRole("alert").waitFor({ state: "detached" });
    }
  }
});

test("Confirm.TheNumberIsTypedAndEnterAloneDoesNothing", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock, at } = await opened(t);
  const hook = at.webhook.split("/").pop();
  await page.goto(`${mock.url}/events?webhookId=${hook}&state=delivered`);
  await page.getByRole("button", { name: /Resend all that match/ }).click();
  const box = page.getByLabel(/to confirm/);
  await box.waitFor();
  const number = (await page.getByRole("dialog").innerText()).match(/Type ([\d,]+) to confirm/)[1];
  const button = page.getByRole("dialog").getByRole("button", { name: /^Resend/ });
  assert.ok(await button.isDisabled());
  await box.fill(number);
  assert.ok(await button.isEnabled());
  await page.keyboard.press("Enter");
  assert.equal(mock.world.jobs.size, 0);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog[open]").count(), 0);
});

test("Resend.AnOlderAnswerUndoesNoNewerChange", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock } = await opened(t);
  // The first look at the job is answered from before the job's end and arrives after the stream told of it.
  let held;
  await page.route("**/v1/resends/job_*", async (route) => {
    held = async () => route.fulfill({ status: 200, contentType: "application/json", body: JSON.stringify({ id: job.id, state: "running", count: job.count, done: 0, failed: 0 }) });
  });
  await page.goto(`${mock.url}/events?state=halted`);
  await page.getByRole("button", { name: /Resend all that match/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: /^Resend/ }).click();
  await page.getByRole("heading", { name: /^(Resending|Resent) / }).waitFor();
  const job = [...mock.world.jobs.values()][0];
  const resent = page.getByRole("heading", { name: new RegExp(`^Resent ${job.count} of`) });
  await resent.waitFor();
  while (!held) await page.waitForTimeout(20);
  await held();
  await page.waitForTimeout(300);
  assert.equal(await resent.count(), 1);
});

test("Session.EndedWhileTypingKeepsTheForm", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock } = await opened(t);
  await page.goto(`${mock.url}/importers/new`);
  await page.getByLabel("name", { exact: true }).fill("kept while signed out");
  mock.world.sessions.clear();
  await page.getByLabel("name", { exact: true }).press("Control+Enter");
  await page.getByRole("heading", { name: "Your session ended" }).waitFor();
  await page.fill("input[name=token]", "mock-admin");
  await page.keyboard.press("Enter");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("name", { exact: true }).inputValue(), "kept while signed out");
  await page.getByLabel("name", { exact: true }).press("Control+Enter");
  await page.getByRole("heading", { level: 1, name: "kept while signed out" }).waitFor();
});

test("Webhook.TlsIsSentOnlyWhereItWasChanged", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock } = await opened(t);
  const pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----";
  const key = "-----BEGIN PRIVATE KEY-----\nBB==\n-----END PRIVATE KEY-----";
  const sent = [];
  page.on("request", (request) => ["POST", "PATCH"].includes(request.method()) && request.url().includes("/v1/webhooks") && sent.push(request.postDataJSON()));
  await page.goto(`${mock.url}/webhooks/new`);
  await page.getByLabel("url", { exact: true }).fill("https://hooks.example.com/tls");
  await page.getByText("Allowed:").waitFor();
  await page.getByText("Own authority, client certificate").click();
  await page.getByLabel("tlsCa").fill("nonsense");
  await page.keyboard.press("Control+Enter");
  await page.locator(".field-error", { hasText: "tlsCa is no list of certificates" }).waitFor();
  await page.getByLabel("tlsCa").fill(pem);
  await page.getByLabel("tlsCertificate").fill(pem);
  await page.getByLabel("tlsPrivateKey").fill(key);
  await page.keyboard.press("Control+Enter");
  await page.getByRole("button", { name: "Open the webhook" }).click();
  await page.getByText("1 authority of its own beside the system's").waitFor();
  await page.getByText("a client certificate is shown").waitFor();
  assert.equal(sent.at(-1).tlsPrivateKey, `${key}\n`);
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  assert.equal((await page.getByLabel("tlsCa").inputValue()).trim(), pem);
  assert.equal(await page.getByLabel("tlsPrivateKey").inputValue(), "");
  await page.getByPlaceholder("kept; paste another one").waitFor();
  await page.getByLabel("description").fill("changed");
  await page.keyboard.press("Control+Enter");
  await page.getByText("changed", { exact: true }).waitFor();
  for (const name of ["tlsCa", "tlsCertificate", "tlsPrivateKey"]) assert.ok(!(name in sent.at(-1)), `${name} was not touched`);
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByLabel("tlsCertificate").fill("");
  await page.keyboard.press("Control+Enter");
  await page.getByText("1 authority of its own").waitFor();
  assert.equal(sent.at(-1).tlsCertificate, null);
  assert.ok(!("tlsCa" in sent.at(-1)));
});

test("Upload.ALostConnectionKeepsTheFileAndAPictureIsRefused", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock } = await opened(t);
  await page.goto(`${mock.url}/upload`);
  let cut = true;
  const keys = [];
  await page.route("**/v1/uploads", (route) => {
    if (route.request().method() !== "POST") return route.continue();
    keys.push(route.request().headers()["idempotency-key"]);
    return cut ? route.abort("connectionreset") : route.continue();
  });
  await page.setInputFiles("input[type=file]", { name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n1,2\n") });
  await page.getByText("The connection was lost").waitFor();
  cut = false;
  await page.getByRole("button", { name: "Retry" }).click();
  await page.getByText("uploaded", { exact: true }).waitFor();
  assert.equal(keys[0], keys[1], "the same Idempotency-Key");
  await page.setInputFiles("input[type=file]", { name: "x.png", mimeType: "image/png", buffer: Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]) });
  await page.getByText(/looks like a PNG/).waitFor();
  await page.getByText("This file cannot be used").waitFor();
  assert.ok(await page.getByRole("button", { name: /^Start/ }).isDisabled());
});

/** Every field that somebody else may fill, filled with text that would run, hide or turn what stands beside it. */
function poison(world) {
  const evil = (what) => `<img src=x onerror="window.owned=1">\u202E${what}\u200B\u0007"'=1+1`;
  for (const each of world.imports.values()) {
    Object.assign(each, { fileName: evil(each.fileName), user: { id: evil("user") }, metadata: { note: evil("metadata") } });
    each.notes = each.notes.map((note) => ({ ...note, detail: evil(note.detail) }));
    each.columns = each.columns.map((column) => ({ header: evil(column.header), key: evil(column.key) }));
    if (each.error) each.error = { ...each.error, detail: evil("detail") };
  }
  for (const each of world.importers.values()) {
    Object.assign(each, { name: evil(each.name), columns: { [evil("header")]: evil("key") }, allowedWebhookHosts: [evil("host")] });
  }
  for (const each of world.webhooks.values()) {
    each.headers = { "X-Tenant": evil("header") };
    each.description = evil("description");
    if (each.disabledReason) each.disabledReason = evil("reason");
  }
  for (const each of world.events.values()) if (each.fileName) each.fileName = evil(each.fileName);
  for (const list of world.attempts.values()) {
    for (const each of list) Object.assign(each, { error: evil("error"), responseBody: each.responseBodyEncoding ? each.responseBody : evil("body"), responseHeaders: { ...each.responseHeaders, "X-Evil": evil("header") } });
  }
  for (const list of world.rowErrors.values()) for (const each of list) Object.assign(each, { field: evil("field"), message: evil("message") });
  for (const each of world.lanes.values()) if (each.fileName) each.fileName = evil(each.fileName);
}

/** What of such text stands in the page as it is: in a text node outside a box, or in an attribute that is shown or said. */
const bare = (page) =>
  page.evaluate(() => {
    const hidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/;
    const out = [];
    const walker = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
    for (let node = walker.currentNode; node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE && hidden.test(node.data)) out.push(`${node.parentElement?.tagName}.${node.parentElement?.className}: ${node.data.slice(0, 60)}`);
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      // A select's own value is an id; its words are its options.
      for (const name of ["title", "aria-label", "aria-valuetext", "placeholder", "alt"]) if (hidden.test(node.getAttribute(name) ?? "")) out.push(`${node.tagName}.${node.className}[${name}]`);
    }
    return out.slice(0, 5);
  });

test("Hostile.TextStandsBoxedOnEveryPageAndInEveryQuestion", { skip, timeout: 300_000 }, async (t) => {
  const mock = await startMock();
  const at = addresses(mock.world);
  poison(mock.world);
  const { page, complaints, close } = await openBrowser({ width: 390, height: 844 });
  t.after(async () => {
    await close();
    await mock.stop();
  });
  await signIn(page, { url: mock.url, token: "mock-admin" });
  const clean = async (name) => {
    assert.equal(await page.evaluate(() => window.owned), undefined, name);
    assert.deepEqual(await bare(page), [], name);
    assert.equal(await page.locator("img, iframe, object, embed, [onerror], a[href^='javascript' i]").count(), 0, name);
    const wide = await tooWide(page);
    assert.ok(wide <= 0, `${name} is ${wide} px too wide`);
  };
  for (const [name, path] of Object.entries(at)) {
    await page.goto(mock.url + path);
    await settle(page);
    await clean(name);
  }
  await page.goto(`${mock.url}/upload`);
  await page.setInputFiles("input[type=file]", { name: "a\u202Evsc.<b>.csv", mimeType: "text/csv", buffer: Buffer.from('\u202Ename,<b>b</b>\n"<img src=x onerror=""window.owned=1"">",\u200B\u0007\n') });
  await page.getByText("exactly as they will be sent").waitFor();
  await clean("a hostile file on Upload");
  for (const [path, press] of [[at.importer, /^Delete/], [at.webhook, /^Delete/], [at.webhook, /^Disable/], [at["import halted"], /^Cancel/], ["/events?state=delivered", /^Resend all/]]) {
    await page.goto(mock.url + path);
    await settle(page);
    await page.getByRole("button", { name: press }).first().click();
    await page.locator("dialog[open]").waitFor();
    await page.waitForTimeout(200);
    await clean(`the question ${press} of ${path}`);
  }
  assert.deepEqual(complaints, []);
});

test("Policy.NoScriptRunsFromText", { skip, timeout: 300_000 }, async (t) => {
  const { page, mock, at, complaints } = await opened(t);
  for (const name of ["import of hostile text", "event of hostile text"]) {
    await page.goto(mock.url + at[name]);
    await settle(page);
    assert.equal(await page.locator("img, iframe, object, embed, svg [onload], a[href^='javascript' i], a[href*='evil.example']").count(), 0);
    assert.ok((await page.locator(".cp").count()) > 3, "hidden characters stand in boxes");
    assert.equal(await page.locator("[style*='expression'], [onerror], [onclick]").count(), 0);
  }
  const blocked = await page.evaluate(() => {
    try {
      document.createElement("div").innerHTML = "<b>x</b>";
      return false;
    } catch (error) {
      return error instanceof TypeError;
    }
  });
  assert.ok(blocked, "Trusted Types are enforced");
  complaints.length = 0;
});
