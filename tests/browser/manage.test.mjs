// What is set up and steered from the page, on a real daemon, and what of it a receiver notices: webhooks with their
// events, headers and limits, importers with their mapping, imports paused and cancelled, filters of the events.

import assert from "node:assert/strict";
import test from "node:test";
import { startReceiver } from "./receiver.mjs";
import { opened, options, until } from "./real.mjs";

const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const csv = (rows) => `name,note\n${Array.from({ length: rows }, (_, i) => `Name ${i + 1},n`).join("\n")}\n`;

test("Webhook.FromItsFormToItsEnd", options, async (t) => {
  const { daemon, receiver, upload, call, page } = await opened(t);
  await page.goto(`${daemon.url}/webhooks/new`);
  await page.getByLabel("url", { exact: true }).fill(receiver.url);
  await page.getByText("Allowed:").waitFor();
  await page.getByLabel("description").fill("the <b>shop</b>");
  await page.getByRole("checkbox", { name: /import\.started/ }).check();
  await page.getByLabel("timeoutMs").fill("20");
  await page.getByLabel("retrySchedule").fill("0, 1 s, 2 min");
  await page.getByLabel("headers").fill("no colon");
  await page.getByText("One header a line").waitFor();
  await page.getByLabel("headers").fill("X-Tenant: acme\nX-Env: test");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("heading", { name: "The signing secret of the new webhook" }).waitFor();
  const secret = await page.getByRole("dialog").locator("code").innerText();
  await page.getByRole("button", { name: "Open the webhook" }).click();
  await heading(page, receiver.url);
  const id = new URL(page.url()).pathname.split("/").pop();
  for (const words of ["20,000 (20 s)", "0 s, 1 s, 2 min", "X-Tenant: acme", "the <b>shop</b>"]) await page.getByText(words).first().waitFor();

  await upload({ fileName: "a.csv" }, csv(2));
  await until("both events", () => receiver.state.requests.length === 2);
  assert.deepEqual(receiver.state.requests.map((each) => each.batch.event_name), ["import.started", "all"]);
  for (const request of receiver.state.requests) {
    assert.equal(request.headers["x-tenant"], "acme");
    assert.ok(receiver.verifies(request, secret));
  }

  // A box of the page, and what the next import sends.
  const events = async () => (await call("GET", `/v1/webhooks/${id}`)).events.join();
  await page.getByRole("checkbox", { name: /import\.started/ }).click();
  await until("one is dropped", async () => (await events()) === "all");
  await page.getByRole("checkbox", { name: /import\.completed/ }).click();
  await until("one is added", async () => (await events()) === "all,import.completed");
  await upload({ fileName: "b.csv" }, csv(2));
  await until("the end is told", () => receiver.state.requests.at(-1).batch.event_name === "import.completed");

  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByLabel("onHalt").selectOption("hold");
  await page.getByLabel("headers").fill("X-Tenant: other");
  await page.getByRole("button", { name: /^Save/ }).click();
  await page.getByText("hold: the lane waits").waitFor();
  await page.getByText("X-Tenant: other").waitFor();

  await page.getByRole("button", { name: "Disable" }).click();
  await page.getByRole("button", { name: "Disable the webhook" }).click();
  await page.getByText("Disabled:").waitFor();
  assert.ok(await page.getByRole("button", { name: /^Send test/ }).isDisabled());
  await page.goto(`${daemon.url}/webhooks?enabled=false`);
  await page.locator("tbody .row-link").click();
  await page.getByRole("button", { name: "Enable again" }).click();
  await page.getByText("Disabled:").waitFor({ state: "detached" });
  receiver.state.answer = () => ({ status: 418, body: '{"message":"a teapot"}' });
  await page.getByRole("button", { name: /^Send test/ }).click();
  await page.getByText("418 is a no").waitFor();
  await page.getByText("a teapot").waitFor();
  assert.equal(receiver.state.requests.at(-1).headers["x-tenant"], "other");

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByText("No open import goes to it.").waitFor();
  await page.getByRole("button", { name: "Delete the webhook" }).click();
  await heading(page, "Webhooks");
  await page.getByText("No webhook yet").waitFor();
});

test("Importer.MappingAndDefaultsReachTheReceiver", options, async (t) => {
  const { daemon, receiver, page } = await opened(t);
  await page.goto(`${daemon.url}/importers/new`);
  await page.getByLabel("name", { exact: true }).fill("People");
  await page.getByLabel("webhookUrl", { exact: true }).fill(receiver.url);
  await page.getByText("Allowed:").waitFor();
  await page.getByLabel("batchSize").fill("2");
  await page.getByLabel("Header 1").fill("name");
  await page.getByLabel("Key 1").fill("full_name");
  await page.getByRole("checkbox", { name: /dropUnmapped/ }).check();
  await page.getByRole("checkbox", { name: /dataSync/ }).uncheck();
  await page.keyboard.press("Control+Enter");
  await heading(page, "People");
  await page.getByText("nothing is kept after the last batch").waitFor();
  await page.getByText("every other header").waitFor();
  await page.getByRole("link", { name: "Upload CSV" }).last().click();
  await page.setInputFiles("input[type=file]", { name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(csv(3)) });
  await page.getByText("2 batches").waitFor();
  assert.ok(!(await page.getByRole("checkbox", { name: /Keep file and answers/ }).isChecked()), "the importer's default");
  await page.getByRole("button", { name: /^Start/ }).click();
  await page.waitForURL(/\/imports\/imp_/);
  await page.locator(".title-line").getByText("completed").waitFor();
  await page.getByText("this import keeps no file and no events").first().waitFor();
  const rows = receiver.state.requests.flatMap((each) => each.batch.data).map(({ __index: _index, ...row }) => row);
  assert.deepEqual(rows, [{ full_name: "Name 1" }, { full_name: "Name 2" }, { full_name: "Name 3" }]);
  await page.goto(`${daemon.url}/importers`);
  await page.getByRole("link", { name: "People" }).click();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByText("No import of it is open.").waitFor();
  await page.getByRole("button", { name: "Delete the importer" }).click();
  await heading(page, "Importers");
  await until("it is gone", async () => (await page.getByRole("link", { name: "People" }).count()) === 0);
});

test("Import.PausedResumedAndCancelledFromThePage", options, async (t) => {
  const { daemon, receiver, upload, page } = await opened(t);
  const waiting = [];
  receiver.state.answer = () => new Promise((resolve) => waiting.push(() => resolve({ status: 200, body: "{}" })));
  const answer = async () => {
    await until("a request", () => waiting.length > 0);
    waiting.shift()();
  };
  const { id } = await upload({ fileName: "slow.csv", batchSize: "1", webhookUrl: receiver.url }, csv(6));
  await page.goto(`${daemon.url}/imports/${id}`);
  await answer();
  const strip = page.getByRole("slider");
  await until("the strip follows", async () => /^Batches: 1 of 6 delivered, in flight: 2/.test((await strip.getAttribute("aria-label")) ?? ""));
  // Pressed, and heard by the daemon before the receiver answers.
  await Promise.all([page.waitForResponse(/\/pause$/), page.getByRole("main").getByRole("button", { name: /^Pause/ }).click()]);
  await answer();
  await page.locator(".title-line").getByText("paused").waitFor();
  await page.getByText("Paused by hand.").waitFor();
  assert.equal(receiver.state.requests.length, 2);
  await page.getByRole("button", { name: "Resume at batch 3" }).click();
  await answer();
  await until("it goes on", () => receiver.state.requests.length === 4);
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByRole("heading", { name: /^Cancel with 3 batches not yet sent\?/ }).waitFor();
  await Promise.all([page.waitForResponse(/\/cancel$/), page.getByRole("button", { name: "Cancel 3 batches" }).click()]);
  await answer();
  await page.locator(".title-line").getByText("cancelled").waitFor();
  assert.equal(receiver.state.requests.length, 4, "nothing after what was in flight");
});

test("Events.EachFilterIsInTheAddressAndCounted", options, async (t) => {
  const { daemon, receiver, upload, page } = await opened(t);
  receiver.state.answer = (batch) => (batch.index === 2 && batch.totalRows === 3 ? { status: 422, body: "no" } : { status: 200, body: "{}" });
  const other = await startReceiver();
  t.after(() => other.stop());
  const first = await upload({ fileName: "first.csv", batchSize: "1", webhookUrl: receiver.url }, csv(3));
  await upload({ fileName: "second.csv", batchSize: "1", webhookUrl: other.url }, csv(2));
  await page.goto(`${daemon.url}/events`);
  await page.getByText("4 events", { exact: true }).waitFor();
  const choose = async (label, wanted, shown, address) => {
    await page.goto(`${daemon.url}/events`);
    await page.getByText("4 events", { exact: true }).waitFor();
    await page.getByLabel(label, { exact: true }).selectOption(wanted);
    await page.waitForURL(address);
    await page.getByText(shown, { exact: true }).waitFor();
    await page.reload();
    await page.getByText(shown, { exact: true }).waitFor();
  };
  await choose("Import", { label: "first.csv" }, "2 events", /importId=imp_/);
  await choose("Webhook", { label: new URL(other.url).host + "/hook" }, "2 events", /webhookId=wh_/);
  await choose("State", "halted", "1 event", /state=halted/);
  await choose("Name", "all", "4 events", /name=all/);
  await choose("Time", "24h", "4 events", /since=24h/);
  await page.goto(`${daemon.url}/events?until=${encodeURIComponent(new Date(Date.now() - 60_000).toISOString())}`);
  await page.getByText("0 events", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Drop the filter Until" }).click();
  await page.getByText("4 events", { exact: true }).waitFor();
  await page.getByLabel("State", { exact: true }).selectOption("cancelled");
  await page.getByText("No event matches").waitFor();
  await page.getByRole("button", { name: "Clear" }).first().click();
  await page.getByText("4 events", { exact: true }).waitFor();
  assert.ok(first.id);
});

test("Webhook.GoneLeadsToTheAnswerThatSaidSo", options, async (t) => {
  const { daemon, receiver, upload, page } = await opened(t);
  receiver.state.answer = (batch) => (batch.index === 2 ? { status: 410, body: "moved away" } : { status: 200, body: "{}" });
  const value = await upload({ fileName: "gone.csv", batchSize: "1", webhookUrl: receiver.url }, csv(3));
  await page.goto(`${daemon.url}/imports/${value.id}`);
  await page.locator(".title-line").getByText("halted").waitFor();
  await page.locator(".lanes-list a").first().click();
  await page.getByText("The receiver answered 410 Gone").waitFor();
  await page.getByRole("link", { name: "batch 2 of gone.csv" }).click();
  await heading(page, "Batch 2 of 3");
  await page.getByText("moved away").first().waitFor();
  // A test that is answered so says so as well.
  await page.goBack();
  await page.getByRole("button", { name: "Enable again" }).click();
  await page.getByRole("button", { name: /^Send test/ }).and(page.locator(":enabled")).waitFor();
  receiver.state.answer = () => ({ status: 410 });
  await page.getByRole("button", { name: /^Send test/ }).click();
  await page.getByRole("link", { name: "test", exact: true }).click();
  await heading(page, "Test");
});

test("Overview.ALaneThatRestsShowsItsLastAnswer", options, async (t) => {
  const { daemon, receiver, upload, page } = await opened(t);
  receiver.state.answer = () => ({ status: 202, body: "{}" });
  await upload({ fileName: "a.csv", webhookUrl: receiver.url }, csv(3));
  await page.goto(daemon.url);
  const lane = page.locator(".table.lanes tbody tr").first();
  await lane.getByText("idle").waitFor();
  await lane.getByText("202", { exact: true }).waitFor();
  await lane.getByTitle("1 answer of 1 accepted").waitFor();
});
