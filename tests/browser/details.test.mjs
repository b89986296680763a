// Single promises of the pages, each on the stand-in: lanes kept apart, lists and their filters while changes come,
// counts before a deletion, tabs in the background.

import assert from "node:assert/strict";
import test from "node:test";
import { newImport } from "../../tools/dashboard/mock/world.mjs";
import { whyNoBrowser } from "./browser.mjs";
import { audit, found, live, opened, settle } from "./looking.mjs";

const options = { skip: whyNoBrowser, timeout: 300_000 };
const minutes = (n) => new Date(Date.now() - n * 60_000).toISOString();

test("Import.EachLaneOpensItsOwnEvents", options, async (t) => {
  const { page, mock, at } = await opened(t);
  const value = found(mock.world.imports, (each) => each.fileName === "customers_2026-11.csv");
  const mirror = value.webhooks[1].webhookId;
  // The same batch, delivered to both: an event each.
  const first = found(mock.world.events, (each) => each.importId === value.id && each.index === 1 && each.webhookId !== mirror);
  const second = { ...first, id: "evt_7YYYYYYYYYYYYYYYYYYYYYYYYY", webhookId: mirror };
  mock.world.events.set(second.id, second);
  await page.goto(mock.url + at["import halted"]);
  await page.getByRole("slider").waitFor();
  await page.locator(".strip-cells canvas").first().hover({ position: { x: 5, y: 6 } });
  await page.locator(".strip-tip", { hasText: "1 attempt" }).waitFor();
  await page.locator(".lanes-list").getByRole("button", { name: /mirror/ }).click();
  await page.waitForURL(new RegExp(`webhook=${mirror}`));
  await page.getByRole("slider").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/events\/evt_/);
  assert.match(page.url(), new RegExp(second.id));
});

/** Many imports of one importer that go to one webhook. */
function addOpen(world, webhookId, templateId, count) {
  for (let i = 0; i < count; i += 1) {
    const value = newImport({ createdAt: minutes(i / 100), templateId, state: "queued", fileName: `open_${i}.csv`, webhooks: [{ webhookId, state: "queued", delivered: 0, rowsDelivered: 0, rowErrors: 0, haltedEventId: null, lastStatus: null, nextAttemptAt: null }] });
    world.imports.set(value.id, value);
  }
}

test("Delete.CountsEveryOpenImportHoweverMany", options, async (t) => {
  const { page, mock } = await opened(t);
  const hook = found(mock.world.webhooks, (each) => each.url.includes("lumen"));
  const importer = mock.world.importers.get(hook.templateId);
  const before = [...mock.world.imports.values()].filter((each) => each.webhooks.some((lane) => lane.webhookId === hook.id && lane.state === "delivering")).length;
  const others = [...mock.world.imports.values()].filter((each) => each.templateId === importer.id && each.state === "delivering").length;
  addOpen(mock.world, hook.id, importer.id, 2345);
  await page.goto(`${mock.url}/webhooks/${hook.id}`);
  await page.getByRole("button", { name: /^Delete/ }).click();
  const sure = page.getByRole("button", { name: `Delete and stop ${(2345 + before).toLocaleString("en-US")} imports` });
  await sure.waitFor();
  // Of so many, the number is typed.
  assert.ok(await sure.isDisabled());
  await page.getByLabel(/^Type/).fill(String(2345 + before));
  assert.ok(await sure.isEnabled());
  await page.keyboard.press("Escape");
  await page.goto(`${mock.url}/importers/${importer.id}`);
  await page.getByRole("button", { name: /^Delete/ }).click();
  await page.getByRole("button", { name: `Delete and stop ${(2345 + others).toLocaleString("en-US")} imports` }).waitFor();
});

test("Webhook.TlsFieldsStayOpenWhileTheyAreEmptied", options, async (t) => {
  const { page, mock, at } = await opened(t);
  mock.world.webhooks.get(at.webhook.split("/").pop()).tlsCa = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
  await page.goto(`${mock.url}${at.webhook}/edit`);
  await page.getByLabel("tlsCa").fill("");
  await page.getByLabel("description").fill("typed after it");
  assert.ok(await page.getByLabel("tlsCa").isVisible());
  await page.getByText("Own authority, client certificate").click();
  await page.getByLabel("description").fill("shut by hand, and it stays so");
  assert.ok(!(await page.getByLabel("tlsCa").isVisible()));
});

test("Live.AHiddenTabPassesOnAtOnce", options, async (t) => {
  const { page, mock, context } = await opened(t);
  // The first tab listens for both. A browser that has it in the background holds its timers back: here, for ever.
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { get: () => true });
    document.dispatchEvent(new Event("visibilitychange"));
    window.setTimeout = () => 0;
  });
  const second = await context.newPage();
  await second.goto(`${mock.url}/imports`);
  await live(second);
  assert.equal(mock.world.listeners.size, 1);
  const value = found(mock.world.imports, (each) => each.fileName === "products_eu.csv");
  mock.world.putImport(Object.assign(value, { delivered: 701 }));
  await second.locator(".progress-text", { hasText: "701 / 840" }).waitFor();
});

test("Events.ASpanOfTimeIsChosenShownAndDropped", options, async (t) => {
  const { page, mock } = await opened(t);
  await page.goto(`${mock.url}/events`);
  await page.getByLabel("Time", { exact: true }).selectOption("choose");
  const dialog = page.locator("dialog[open]");
  await dialog.getByText(/in the zone of this browser/).waitFor();
  assert.deepEqual(await audit(page), []);
  // Written as HTML normalises it, without seconds of nought: what a browser makes of the longer form changed with its version.
  await dialog.getByLabel("From").fill("2026-01-02T10:00");
  await dialog.getByLabel("Until").fill("2026-01-02T09:00");
  await dialog.getByText("It has to be later than From.").waitFor();
  assert.ok(await dialog.getByRole("button", { name: "Filter" }).isDisabled());
  await dialog.getByLabel("Until").fill("2026-01-02T11:30:15");
  await page.keyboard.press("Enter");
  await page.waitForURL(/since=2026-01-02T.*until=2026-01-02T/);
  const span = new URL(page.url()).searchParams;
  // Both were taken in the zone of this browser, to the second.
  const here = (text) => page.evaluate((each) => new Date(each).toISOString(), text);
  assert.equal(span.get("since"), await here("2026-01-02T10:00:00"));
  assert.equal(span.get("until"), await here("2026-01-02T11:30:15"));
  await page.getByText("No event matches").waitFor();
  const chip = (text) => page.locator(".chip.active", { hasText: text });
  await chip("from 2 Jan").waitFor();
  await chip("Until 2 Jan").waitFor();
  await page.reload();
  await chip("Until 2 Jan").waitFor();
  await page.getByRole("button", { name: "Drop the filter Time" }).click();
  await page.waitForURL((url) => !url.searchParams.has("since") && url.searchParams.has("until"));
  await page.getByRole("button", { name: "Drop the filter Until" }).click();
  await page.waitForURL((url) => !url.search);
  await page.locator("tbody tr[id]").first().waitFor();
  // What was not chosen in the end changes nothing, and the focus is where it was.
  await page.getByLabel("Time", { exact: true }).selectOption("choose");
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("Time", { exact: true }).inputValue(), "");
});

test("Events.UntilIsInTheQuestionAndWhatCannotBeReadIsNoFilter", options, async (t) => {
  const { page, mock } = await opened(t);
  await page.goto(`${mock.url}/events?until=${encodeURIComponent(minutes(30))}&since=nonsense`);
  await page.locator("tbody tr[id]").first().waitFor();
  assert.equal(await page.locator(".chip.active").count(), 1, "a time that is none is no filter, and does not look like one");
  const asked = page.waitForRequest((request) => request.url().endsWith("/v1/events/resend"));
  await page.getByRole("button", { name: /^Resend all/ }).click();
  const { filter } = (await asked).postDataJSON();
  assert.ok(filter.until && !("since" in filter));
  await page.locator("dialog[open] dt", { hasText: "Until" }).waitFor();
  await page.keyboard.press("Escape");
  // Nothing that comes now is from before then.
  const event = [...mock.world.events.values()][0];
  mock.world.putEvent({ ...event, id: "evt_7ZZZZZZZZZZZZZZZZZZZZZZZZY", createdAt: new Date().toISOString(), attempts: 0 });
  mock.world.putEvent({ ...event, id: "evt_7ZZZZZZZZZZZZZZZZZZZZZZZZZ", createdAt: minutes(30.1), attempts: 0 });
  await page.getByText("1 newer event · show").waitFor();
});

test("Lists.WhatComesToMatchWaitsBehindTheButton", options, async (t) => {
  const { page, mock } = await opened(t);
  await page.goto(`${mock.url}/imports?state=halted`);
  await settle(page);
  const running = found(mock.world.imports, (each) => each.fileName === "products_eu.csv");
  const other = newImport({ ...running, id: "imp_7ZZZZZZZZZZZZZZZZZZZZZZZZZ", createdAt: new Date().toISOString(), fileName: "not_halted.csv" });
  mock.world.putImport(other);
  await page.getByRole("button", { name: /^Delivering 5$/ }).waitFor();
  assert.equal(await page.locator(".newer").count(), 0, "what does not match does not wait");
  mock.world.putImport(Object.assign(running, { state: "halted" }));
  await page.getByText("1 newer import · show").waitFor();
  await page.getByRole("button", { name: /^Halted 3$/ }).waitFor();
  assert.equal(await page.getByText("products_eu.csv").count(), 0);
  await page.getByText("1 newer import · show").click();
  await page.locator(".row-link", { hasText: "products_eu.csv" }).waitFor();
  // Another list, and nothing waits for it.
  mock.world.putImport(Object.assign(other, { state: "halted" }));
  await page.getByText("1 newer import · show").waitFor();
  await page.getByRole("button", { name: /^Queued/ }).click();
  await page.waitForURL(/state=queued/);
  await settle(page);
  assert.equal(await page.locator(".newer").count(), 0);
});

test("Webhook.DisabledByA410NamesTheEvent", options, async (t) => {
  const { page, mock, at } = await opened(t);
  await page.goto(mock.url + at["webhook disabled"]);
  await page.getByRole("link", { name: "batch 4 of stores_be.csv" }).click();
  await page.getByRole("heading", { level: 1, name: "Batch 4 of 5" }).waitFor();
  // By hand is by hand, also after a 410 of long ago.
  mock.world.putWebhook({ ...mock.world.webhooks.get(at["webhook disabled"].split("/").pop()), disabledReason: "disabled by hand" });
  await page.goto(mock.url + at["webhook disabled"]);
  await page.getByText("disabled by hand.").waitFor();
  await page.locator(".strip-cells").first().waitFor();
  assert.equal(await page.getByRole("link", { name: /^batch 4/ }).count(), 0);
});

test("Import.ARowErrorLeadsToItsBatchOnTheSamePage", options, async (t) => {
  const { page, mock, at } = await opened(t);
  await page.goto(mock.url + at["import halted"]);
  assert.equal(await page.getByRole("slider").getAttribute("aria-valuenow"), "143");
  await page.getByRole("link", { name: "166,031" }).click();
  await page.waitForURL(/batch=34/);
  await page.locator("[role=slider][aria-valuenow='34']").waitFor();
  await page.goBack();
  await page.locator("[role=slider][aria-valuenow='143']").waitFor();
});

test("Import.WhatStandsBeforeItInItsLaneIsNamed", options, async (t) => {
  const { page, mock } = await opened(t);
  const of = (name) => found(mock.world.imports, (each) => each.fileName === name);
  const queued = of("stores_nl.csv");
  await page.goto(`${mock.url}/imports/${queued.id}`);
  await page.getByText("It waits for its turn").waitFor();
  await page.locator(".note", { hasText: "products_eu.csv" }).waitFor();
  assert.deepEqual(await audit(page), []);
  // A lane that a halted import holds.
  const lane = mock.world.lanes.get(queued.webhooks[0].webhookId);
  Object.assign(lane, { state: "held" });
  await page.reload();
  await page.getByText("its lane is held").waitFor();
  await page.getByRole("link", { name: "Open that import" }).click();
  await page.getByRole("heading", { level: 1, name: "products_eu.csv" }).waitFor();
  // A webhook that was disabled meanwhile: delivering in name only.
  const hook = mock.world.webhooks.get(queued.webhooks[0].webhookId);
  mock.world.putWebhook({ ...hook, enabled: false, disabledReason: "disabled by hand" });
  await page.getByText("is disabled: nothing is sent to it").waitFor();
  await page.getByText("Disabled by hand.").waitFor();
  await page.getByRole("link", { name: "Open webhook" }).click();
  await page.getByRole("button", { name: "Enable again" }).waitFor();
});

test("Lists.TypingInTheSearchGoesOnAfterARest", options, async (t) => {
  const { page, mock } = await opened(t);
  await page.goto(`${mock.url}/imports`);
  await settle(page);
  await page.keyboard.press("/");
  await page.keyboard.type("custom");
  await page.waitForURL(/q=custom/);
  await page.keyboard.type("ers_2026-11");
  await page.waitForURL(/q=customers_2026-11/);
  await page.locator("tbody tr[id]").nth(1).waitFor({ state: "detached" });
  assert.equal(await page.locator("#search").inputValue(), "customers_2026-11");
  await page.keyboard.press("Escape");
  await page.goto(`${mock.url}/imports?q=nothing-like-this`);
  await page.getByRole("button", { name: "Clear" }).click();
  await page.waitForURL((url) => !url.search);
  assert.equal(await page.locator("#search").inputValue(), "");
  await page.goto(`${mock.url}/webhooks`);
  await page.getByRole("searchbox").fill("lumen");
  await page.waitForURL(/q=lumen/);
  await page.getByText("1 of 6").waitFor();
});

test("Address.WhatIsNoTextIsNoPageAndEscapeNeverLeaves", options, async (t) => {
  const { page, mock, at, complaints } = await opened(t);
  await page.goto(`${mock.url}/imports/%E0%A4%A`);
  await page.getByRole("heading", { level: 1, name: "There is no such page" }).waitFor();
  // Opened from elsewhere: the way out is the list, not what was there before.
  await page.goto("about:blank");
  await page.goto(mock.url + at["import halted"]);
  await page.getByRole("slider").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { level: 1, name: "Imports" }).waitFor();
  assert.deepEqual(complaints, []);
});

test("Keys.TheFocusGoesAlongIntoTheNextPage", options, async (t) => {
  const { page, mock } = await opened(t);
  await page.goto(`${mock.url}/imports`);
  await page.locator(".row-link").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/imports\/imp_/);
  await page.waitForFunction(() => document.activeElement?.id === "main");
  await page.keyboard.press("Tab");
  assert.ok(await page.evaluate(() => document.activeElement.closest("main")), "Tab goes on in the page");
});

test("Kept.WhatIsGoneIsNoFailure", options, async (t) => {
  const { page, mock, at } = await opened(t);
  const gone = (route) => route.fulfill({ status: 409, contentType: "application/problem+json", body: JSON.stringify({ title: "Conflict", status: 409, code: "gone", detail: "the file is not kept any more" }) });
  await page.route(/\/v1\/imports\/[^/]+\/rows/, gone);
  await page.route(/\/v1\/events\/[^/]+\/body/, gone);
  await page.goto(mock.url + at["import halted"]);
  await page.getByText("The file is not kept any more.").waitFor();
  await page.getByRole("link", { name: "Download file" }).waitFor({ state: "detached" });
  await page.goto(mock.url + at["event pending"]);
  await page.getByText("The body is not kept any more").waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
});

test("Overview.VeryManyOfAKindAreCountedNotListed", options, async (t) => {
  const { page, mock } = await opened(t);
  const [hook] = mock.world.webhooks.values();
  for (let i = 0; i < 150; i += 1) {
    const id = `wh_${String(i).padStart(26, "0")}`;
    mock.world.webhooks.set(id, { ...hook, id, url: `https://many.example/${i}`, enabled: i >= 40, disabledReason: i < 40 ? "disabled by hand" : null });
  }
  addHalted(mock.world, 30);
  await page.goto(`${mock.url}/`);
  await page.getByRole("link", { name: "22 more halted imports" }).waitFor();
  await page.getByRole("link", { name: "31 more disabled webhooks" }).waitFor();
  await page.getByText("56 more lanes").waitFor();
  await page.getByRole("link", { name: "22 more halted imports" }).click();
  await page.waitForURL(/state=halted/);
});

function addHalted(world, count) {
  for (let i = 0; i < count; i += 1) {
    const value = newImport({ createdAt: minutes(10 + i), state: "halted", fileName: `halted_${i}.csv`, webhooks: [] });
    world.imports.set(value.id, value);
  }
}

test("Upload.ImportersThatCouldNotBeReadAreNotNone", options, async (t) => {
  const { page, mock } = await opened(t);
  await page.route("**/v1/importers*", (route) => route.abort("connectionreset"));
  await page.goto(`${mock.url}/upload`);
  await page.getByText("They could not be read.").waitFor();
  await page.getByText("Choose a file first.").waitFor();
  await page.unroute("**/v1/importers*");
  await page.getByRole("button", { name: "Retry" }).click();
  await page.getByLabel("Importer", { exact: true }).selectOption({ label: "Customers" });
});

test("Resend.FewerThanCountedIsSaid", options, async (t) => {
  const { page, mock } = await opened(t);
  await page.goto(`${mock.url}/events?state=delivered&since=24h`);
  await page.locator("tbody tr[id]").first().waitFor();
  await page.keyboard.press("R");
  const heading = page.getByRole("heading", { name: /^Resend \d+ events\?/ });
  await heading.waitFor();
  const counted = Number(/\d+/.exec(await heading.innerText())[0]);
  // Between the count and the answer some stop matching.
  let left = 5;
  for (const event of mock.world.events.values()) if (event.state === "delivered" && left-- > 0) event.state = "cancelled";
  await page.getByLabel(/^Type/).fill(String(counted));
  await page.getByRole("button", { name: /^Resend \d+ events/ }).click();
  await page.getByText("5 events of those counted did not match any more.").waitFor();
});

test("Event.AVeryLongHeaderLeavesRoomForWhatFollows", options, async (t) => {
  const { page, mock, at } = await opened(t);
  const [last] = mock.world.attempts.get(at["event pending"].split("/").pop()).slice(-1);
  last.responseHeaders = { "X-Long": "v".repeat(3000), "X-After": "seen" };
  await page.goto(mock.url + at["event pending"]);
  await page.getByRole("button", { name: "Show all 3,000 characters" }).waitFor();
  assert.ok(await page.getByText("X-After").evaluate((element) => element.getBoundingClientRect().bottom < element.closest(".code-box").getBoundingClientRect().bottom), "what follows is seen");
  assert.deepEqual(await audit(page), []);
  await page.getByRole("button", { name: "Show all 3,000 characters" }).click();
  await page.getByText("v".repeat(3000)).waitFor();
});

test("Session.ADaemonThatCannotAnswerIsNoSignOut", options, async (t) => {
  const { page, mock, complaints } = await opened(t);
  await page.route("**/v1/session", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify({ title: "Service Unavailable", status: 503, code: "store_unavailable", detail: "it starts" }) }));
  await page.goto(`${mock.url}/imports`);
  await page.getByText("Service Unavailable:").waitFor();
  assert.deepEqual(await audit(page), []);
  assert.match(page.url(), /\/imports$/);
  await page.unroute("**/v1/session");
  await page.getByRole("button", { name: "Retry" }).click();
  await page.getByRole("heading", { level: 1, name: "Imports" }).waitFor();
  assert.deepEqual(complaints, []);
});

test("Keys.TheFocusStaysWhereAFilterWasDroppedAndNewRowsWereShown", options, async (t) => {
  const { page, mock } = await opened(t);
  await page.goto(`${mock.url}/events?state=halted`);
  await page.locator("tbody tr[id]").first().waitFor();
  await page.getByRole("button", { name: "Drop the filter State" }).press("Enter");
  await page.waitForURL((url) => !url.search);
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "State");
  const event = [...mock.world.events.values()][0];
  await page.locator("tbody tr[id]").nth(5).waitFor();
  mock.world.putEvent({ ...event, id: "evt_7ZZZZZZZZZZZZZZZZZZZZZZZZZ", createdAt: new Date().toISOString(), attempts: 0 });
  await page.getByText("1 newer event · show").press("Enter");
  await page.locator("#row-evt_7ZZZZZZZZZZZZZZZZZZZZZZZZZ").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
});

test("Form.BackAndEscapeAskBeforeTheyLeaveWhatWasTyped", options, async (t) => {
  const { page, mock } = await opened(t);
  let answer = "dismiss";
  let asked = 0;
  page.on("dialog", (dialog) => {
    asked += 1;
    void dialog[answer]();
  });
  await page.goto(`${mock.url}/importers`);
  await page.getByRole("link", { name: "New importer" }).first().click();
  const name = page.getByLabel("name", { exact: true });
  await name.fill("typed");
  const stays = async (what) => {
    await page.waitForFunction(() => window.location.pathname === "/importers/new");
    assert.equal(await name.inputValue(), "typed", what);
  };
  for (const [what, leave] of [
    ["Back", () => page.goBack()],
    ["Escape", () => page.keyboard.press("Escape").then(() => page.keyboard.press("Escape"))],
    ["a link", () => page.getByRole("link", { name: /^Webhooks/ }).first().click()],
  ]) {
    const before = asked;
    await leave();
    while (asked === before) await page.waitForTimeout(20);
    await stays(what);
  }
  // A jump within the page leaves nothing, and Back from it neither.
  const before = asked;
  await page.locator(".skip").press("Enter");
  await page.waitForURL(/#main$/);
  await page.goBack();
  await page.waitForURL(/\/importers\/new$/);
  await page.waitForTimeout(200);
  assert.equal(asked, before);
  await stays("after a jump");
  answer = "accept";
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Importers" }).waitFor();
  assert.match(page.url(), /\/importers$/);
  await page.goForward();
  await page.getByRole("heading", { level: 1, name: "New importer" }).waitFor();
  assert.equal(await name.inputValue(), "");
});

test("Session.AnotherTabBeginsANewOneAndThisOneGoesOn", options, async (t) => {
  const { page, mock, context } = await opened(t);
  const second = await context.newPage();
  await second.goto(`${mock.url}/importers/new`);
  await second.getByLabel("name", { exact: true }).fill("typed before");
  await live(second);
  // As after a restart of the daemon: no session of before, and no stream.
  mock.world.sessions.clear();
  for (const response of mock.world.listeners) response.destroy();
  await page.getByRole("heading", { name: "Your session ended" }).waitFor();
  await page.fill("input[name=token]", "mock-admin");
  await page.keyboard.press("Enter");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  await live(second);
  assert.equal(await second.locator("dialog[open]").count(), 0);
  await second.getByLabel("name", { exact: true }).press("Control+Enter");
  await second.getByRole("heading", { level: 1, name: "typed before" }).waitFor();

  // A new token under the page's feet, and no stream that would tell of it: what is sent is sent again, once.
  const renew = () => {
    for (const session of mock.world.sessions.values()) session.csrfToken = `${session.csrfToken} anew`;
  };
  renew();
  const hook = found(mock.world.webhooks, (each) => each.enabled);
  await second.goto(`${mock.url}/webhooks/${hook.id}`);
  await second.getByRole("button", { name: "Disable" }).click();
  renew();
  await second.getByRole("button", { name: "Disable the webhook" }).click();
  await second.getByText("Disabled:").waitFor();
  await second.goto(`${mock.url}/upload`);
  renew();
  await second.setInputFiles("input[type=file]", { name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n1,2\n") });
  await second.getByText("uploaded", { exact: true }).waitFor();
  assert.equal(await second.getByRole("alert").count(), 0);
});

test("Import.VeryManyLanesAreCountedAndTheOnesThatNeedALookShown", options, async (t) => {
  const { page, mock } = await opened(t);
  const [hook] = mock.world.webhooks.values();
  const lanes = Array.from({ length: 1500 }, (_, i) => {
    const id = `wh_${String(i).padStart(26, "0")}`;
    mock.world.webhooks.set(id, { ...hook, id, url: `https://many.example/${i}` });
    return { webhookId: id, state: i === 1400 ? "halted" : i < 1200 ? "completed" : "queued", delivered: i < 1200 ? 3 : 0, rowsDelivered: 0, rowErrors: 0, haltedEventId: null, lastStatus: null, nextAttemptAt: null };
  });
  const value = newImport({ createdAt: minutes(1), templateId: hook.templateId, state: "halted", fileName: "to_many.csv", count: 3, totalRows: 3, webhooks: lanes });
  mock.world.imports.set(value.id, value);
  await page.goto(`${mock.url}/imports/${value.id}`);
  await page.getByText("1,450 more lanes, 1,200 of all 1,500 completed.").waitFor();
  assert.equal(await page.locator(".lanes-list li").count(), 50);
  await page.locator(".lanes-list li").first().getByText("many.example/1400").waitFor();
  // One of the others is reached by its address.
  await page.goto(`${mock.url}/imports/${value.id}?webhook=${lanes[77].webhookId}`);
  await page.locator(".lanes-list li").first().getByText("many.example/77").waitFor();
  assert.ok(await page.getByLabel("Webhook", { exact: true }).locator("option", { hasText: "many.example/1400" }).count());
});

test("Session.NoNumberOfEscapesClosesTheQuestionForTheToken", options, async (t) => {
  const { page, mock } = await opened(t);
  await page.goto(`${mock.url}/imports`);
  await live(page);
  mock.world.sessions.clear();
  for (const response of mock.world.listeners) response.destroy();
  const dialog = page.locator("dialog[open]");
  await dialog.getByRole("heading", { name: "Your session ended" }).waitFor();
  // A browser asks a page at most once whether Escape may close; then it closes.
  for (let press = 0; press < 4; press += 1) {
    await page.keyboard.press("Escape");
    await page.waitForTimeout(100);
  }
  await page.fill("dialog[open] input[name=token]", "mock-admin");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  await live(page);
});

test("Errors.WhatGotNoAnswerIsAskedAgainByItself", options, async (t) => {
  const { page, mock } = await opened(t);
  await page.route("**/v1/events?*", (route) => route.abort("connectionreset"));
  await page.goto(`${mock.url}/events`);
  await page.getByText("the page goes on by itself once it does").waitFor();
  await live(page);
  await page.unroute("**/v1/events?*");
  await page.locator("tbody tr[id]").first().waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
});
