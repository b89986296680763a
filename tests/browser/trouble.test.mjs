// What goes wrong for somebody who uses the page, on a real daemon: wrong URLs, files that are no CSV, a receiver that
// is not there, a daemon that stops while one looks, a token that is deleted. Each is told with its reason, and mended
// from the page. Beside them what only a real daemon shows: a packed file that is dropped, a large one, a large body.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { opened, options, until } from "./real.mjs";

const choose = (page, name, text, mimeType = "text/csv") => page.setInputFiles("input[type=file]", { name, mimeType, buffer: Buffer.from(text) });

/** Sends the chosen file to `url`, and is on the page of its import. */
async function start(page, url) {
  await page.getByLabel("A webhook URL").check();
  await page.getByLabel("webhookUrl", { exact: true }).fill(url);
  await page.getByText("Allowed:").waitFor();
  await page.getByRole("button", { name: /^Start/ }).click();
  await page.waitForURL(/\/imports\/imp_/);
  return new URL(page.url()).pathname.split("/").pop();
}

/** A port on which nobody listens. */
async function closedPort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("Trouble.AUrlThatIsRefusedSaysWhy", options, async (t) => {
  const { daemon, page } = await opened(t);
  await page.goto(`${daemon.url}/webhooks/new`);
  const create = page.getByRole("button", { name: "Create the webhook" });
  await page.getByText("It needs a URL.").waitFor();
  for (const [url, why] of [
    ["http://no-such-host.invalid/hook", /The name no-such-host\.invalid (does not exist|could not)/],
    ["https://10.0.0.1/hook", /private use \(10\.0\.0\.0\/8, RFC 1918\)/],
    ["ftp://example.com/hook", /begins with "https:\/\/"/],
    ["http://127.0.0.1:25/hook", /port 25 belongs to another protocol/],
    ["https://example.com:99999/", /port of the URL is not between 1 and 65535/],
  ]) {
    await page.getByLabel("url", { exact: true }).fill(url);
    await page.locator(".verdict", { hasText: why }).waitFor();
    assert.ok(await create.isDisabled(), url);
  }
  await page.goto(`${daemon.url}/importers/new`);
  await page.getByLabel("name", { exact: true }).fill("x");
  await page.getByLabel("batchSize").fill("none");
  await page.getByText("A whole number of rows").waitFor();
  assert.ok(await page.getByRole("button", { name: "Create the importer" }).isDisabled());
});

test("Trouble.AFileThatIsNoCsvIsRefusedWithTheReason", options, async (t) => {
  const { daemon, receiver, page } = await opened(t);
  await page.goto(`${daemon.url}/upload`);
  for (const [name, bytes, why] of [
    ["open.csv", 'a,b\n1,"x\n2,y\n', /A quote opens in row 1 on line 2 and never closes/],
    ["book.xlsx", Buffer.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0, 1, 2, 3]), /XLSX workbook.*Save as/],
    ["cut.csv.gz", gzipSync("a,b\n".repeat(5000)).subarray(0, 40), /gzip data is cut off/],
  ]) {
    await choose(page, name, bytes);
    const alert = page.getByRole("alert").filter({ hasText: "This file cannot be used" }).filter({ hasText: why });
    await alert.waitFor();
    assert.ok(await page.getByRole("button", { name: /^Start/ }).isDisabled(), name);
  }
  // No mark tells that this is UTF-16: the page lets one say so.
  await choose(page, "wide.csv", Buffer.from("a,b\n1,2\n3,4\n", "utf16le"));
  await page.getByRole("alert").filter({ hasText: "name the encoding" }).waitFor();
  await page.getByLabel("Encoding").selectOption("utf-16le");
  await page.getByText("exactly as they will be sent").waitFor();
  await start(page, receiver.url);
  await until("it arrives", () => receiver.state.requests.length === 1);
  assert.deepEqual(receiver.state.requests[0].batch.data.map((row) => [row.a, row.b]), [["1", "2"], ["3", "4"]]);
});

test("Upload.APackedFileIsDroppedOnAnyPage", options, async (t) => {
  const { daemon, receiver, page } = await opened(t);
  await page.goto(`${daemon.url}/importers`);
  await page.getByRole("heading", { level: 1, name: "Importers" }).waitFor();
  const packed = gzipSync(Buffer.from("no;name\r\n001;Zo\xeb\r\n002;\r\n", "latin1")).toString("base64");
  const dropped = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], "names.csv.gz", { type: "application/gzip" }));
    return data;
  }, packed);
  await page.dispatchEvent("main", "dragenter", { dataTransfer: dropped });
  await page.getByText("Drop the CSV to upload it").waitFor();
  await page.dispatchEvent("main", "drop", { dataTransfer: dropped });
  await page.getByRole("heading", { level: 1, name: "Upload" }).waitFor();
  const facts = page.getByRole("region", { name: "The file" });
  await facts.getByText("; semicolon").waitFor();
  await facts.getByText("Windows-1252").waitFor();
  await facts.getByText("CRLF").waitFor();
  await page.getByText("The file is gzip-compressed").waitFor();
  await page.getByRole("cell", { name: "Zoë" }).waitFor();
  await page.getByText("uploaded", { exact: true }).waitFor();
  await start(page, receiver.url);
  await page.locator(".title-line").getByText("completed").waitFor();
  assert.deepEqual(receiver.state.requests[0].batch.data.map((row) => row.name), ["Zoë", ""]);
});

test("Upload.ALargeFileShowsItsProgressAndIsNotHeld", options, async (t) => {
  const { daemon, receiver, page } = await opened(t);
  const folder = await mkdtemp(join(tmpdir(), "pulter-large-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "large.csv");
  const rows = 600_000;
  const lines = ["id,name,amount"];
  for (let row = 1; row <= rows; row += 1) lines.push(`${String(row).padStart(9, "0")},Customer number ${row} of this file,${row % 977}.50`);
  await writeFile(file, `${lines.join("\n")}\n`);
  await page.goto(`${daemon.url}/upload`);
  const checked = page.waitForRequest((request) => request.url().includes("/v1/check"));
  await page.evaluate(() => {
    window.seen = [];
    new MutationObserver(() => {
      const value = document.querySelector("[role=progressbar]")?.getAttribute("aria-valuenow");
      if (value) window.seen.push(Number(value));
    }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-valuenow"] });
  });
  await page.setInputFiles("input[type=file]", file);
  const slice = (await checked).postDataBuffer();
  assert.ok(!slice || slice.length <= 8 * 1024 * 1024, "only the first part is read ahead");
  await page.getByText(/^about (59|60|61)\d,000$/).waitFor();
  await page.getByText("uploaded", { exact: true }).waitFor();
  const seen = await page.evaluate(() => window.seen);
  assert.deepEqual(seen, [...seen].sort((a, b) => a - b), "progress goes forward only");
  assert.equal(seen.at(-1), 100);
  await page.getByLabel("Rows per batch").fill("300000");
  await start(page, receiver.url);
  await page.locator(".title-line").getByText("completed").waitFor();
  assert.equal(receiver.state.requests.length, 2);

  // One body of it: twenty rows and the raw bytes come by parts, never as a whole.
  const asked = [];
  page.on("request", (request) => request.url().endsWith("/body") && asked.push(request.headers().range ?? "all of it"));
  await page.goto(`${daemon.url}/events?state=delivered`);
  await page.locator("tbody .row-link").first().click();
  await page.getByRole("heading", { level: 1, name: /^Batch 2 of 2/ }).waitFor();
  const body = page.getByRole("tabpanel", { name: "Body" });
  await body.getByText('"000300001"').waitFor();
  await page.getByRole("button", { name: "Go to row…" }).click();
  await page.getByLabel(/Row of the batch/).fill("1990");
  await page.keyboard.press("Enter");
  await body.getByText('"000301990"').waitFor();
  await page.waitForURL(/row=1990/);
  await page.getByRole("tab", { name: "Raw" }).click();
  await page.getByRole("tabpanel", { name: "Raw" }).getByText('"000300001"').waitFor();
  await page.getByRole("button", { name: "Next", exact: true }).click();
  await until("the second part shows", async () => !(await page.getByRole("tabpanel", { name: "Raw" }).innerText()).includes('"000300001"'));
  assert.ok(asked.length >= 2, "the body was read");
  for (const range of asked) {
    const [from, to] = /^bytes=(\d+)-(\d+)$/.exec(range)?.slice(1).map(Number) ?? [0, Infinity];
    assert.ok(to - from < 256 * 1024, `a part: ${range}`);
  }
});

test("Trouble.AReceiverThatIsNotThereIsNamedAndItGoesOnOnceItIs", options, async (t) => {
  const { daemon, page } = await opened(t);
  const port = await closedPort();
  await page.goto(`${daemon.url}/upload`);
  await choose(page, "down.csv", "a,b\n1,2\n");
  const id = await start(page, `http://127.0.0.1:${port}/hook`);
  const note = page.locator(".note.warn");
  await note.getByText(`Waiting for 127.0.0.1:${port}: no answer.`).waitFor();
  await note.getByText(/Connection refused/).waitFor();
  await note.getByText("Pulter tries again by itself.").waitFor();
  await note.getByRole("link", { name: "Open event" }).click();
  await page.locator(".note.warn").getByText(/Connection refused/).waitFor();
  await page.getByRole("tabpanel", { name: /Answer to attempt/ }).getByText(/^No answer\./).waitFor();
  const server = createServer((request, response) => (request.resume(), response.end("{}"))).listen(port, "127.0.0.1");
  t.after(() => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))));
  // A person need not wait for the schedule.
  await page.getByRole("button", { name: /^Resend/ }).first().click();
  await page.locator(".title-line").getByText("delivered").waitFor();
  await page.goto(`${daemon.url}/imports/${id}`);
  await page.locator(".title-line").getByText("completed").waitFor();
});

test("Trouble.TheDaemonStopsWhileOneLooks", options, async (t) => {
  const { daemon, receiver, page } = await opened(t);
  receiver.state.answer = () => ({ status: 422, body: '{"message":"no"}' });
  await page.goto(`${daemon.url}/upload`);
  await choose(page, "kept.csv", "a,b\n1,2\n");
  await start(page, receiver.url);
  const resume = page.getByRole("button", { name: /^Resume/ });
  await resume.waitFor();
  await daemon.halt();
  await page.locator(".side").getByText(/^Reconnecting/).waitFor();
  await page.getByText("kept.csv").first().waitFor();
  await resume.click();
  await page.getByText("pulterd did not answer").first().waitFor();
  await page.getByRole("link", { name: "Webhooks", exact: true }).first().click();
  await page.getByRole("alert").filter({ hasText: "Look whether it is running" }).waitFor();
  await daemon.start();
  // Sessions end with the daemon; the page asks, and goes on where it stood, with what has changed.
  await page.getByRole("heading", { name: "Your session ended" }).waitFor();
  await page.fill("input[name=token]", daemon.token);
  await page.keyboard.press("Enter");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  await page.locator(".row-link").first().waitFor();
  assert.equal(await page.getByRole("alert").count(), 0, "the failure is gone without a press");
  await page.goBack();
  receiver.state.answer = () => ({ status: 200, body: "{}" });
  await resume.click();
  await page.locator(".title-line").getByText("completed").waitFor();
});

test("Trouble.ATokenIsDeletedWhileOneTypes", options, async (t) => {
  const { daemon, page } = await opened(t);
  await page.goto(`${daemon.url}/importers/new`);
  await page.getByLabel("name", { exact: true }).fill("typed before");
  const { data } = await daemon.run("tokens", "list");
  await daemon.run("tokens", "delete", data.find((each) => each.name === "ops").id);
  await page.getByLabel("name", { exact: true }).press("Control+Enter");
  await page.getByRole("heading", { name: "Your session ended" }).waitFor();
  await page.fill("input[name=token]", daemon.token);
  await page.keyboard.press("Enter");
  await page.getByText("does not know this token").waitFor();
  const { token } = await daemon.run("tokens", "create", "--name", "new");
  await page.fill("input[name=token]", token);
  await page.keyboard.press("Enter");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("name", { exact: true }).inputValue(), "typed before");
  await page.getByLabel("name", { exact: true }).press("Control+Enter");
  await page.getByRole("heading", { level: 1, name: "typed before" }).waitFor();
});

test("Trouble.AFileWhoseRetentionEndedIsNoFailure", options, async (t) => {
  const { daemon, receiver, upload, page } = await opened(t, { flags: ["--retention-bytes", "500000"] });
  const rows = `a,b\n${"1,".padEnd(100, "x")}\n`.repeat(2500);
  const { id } = await upload({ fileName: "first.csv", webhookUrl: receiver.url }, rows);
  await page.goto(`${daemon.url}/imports/${id}`);
  await page.locator(".title-line").getByText("completed").waitFor();
  await page.getByRole("link", { name: "Download file" }).waitFor();
  for (let more = 0; more < 4; more += 1) await upload({ fileName: `later_${more}.csv`, webhookUrl: receiver.url }, rows);
  const content = () => fetch(`${daemon.url}/v1/imports/${id}/content`, { headers: { Authorization: `Bearer ${daemon.token}` } });
  await until("the oldest file goes", async () => (await content()).status === 409);
  await page.reload();
  await page.getByText("The file is not kept any more.").waitFor();
  await page.getByText("The answers are not kept any more.").waitFor();
  await page.getByRole("link", { name: "Download file" }).waitFor({ state: "detached" });
  await page.getByRole("slider").press("Enter");
  await page.getByText("The event of batch 1 is no longer kept.").first().waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
});

test("Trouble.PlainHttpOnANameIsEnough", options, async (t) => {
  // No secure context: the browser keeps back its clipboard, its locks and part of its crypto.
  const { receiver, at, page, context } = await opened(t, { flags: ["--allowed-host", "pulter.test"], host: "pulter.test", more: ["--host-resolver-rules=MAP pulter.test 127.0.0.1"] });
  assert.equal(await page.evaluate(() => window.isSecureContext), false);
  await page.locator(".side .dot.live").waitFor();
  const second = await context.newPage();
  await second.goto(`${at}/imports`);
  await second.locator(".side .dot.live").waitFor();
  await page.goto(`${at}/upload`);
  await choose(page, "plain.csv", "a,b\n1,2\n");
  await page.getByText("uploaded", { exact: true }).waitFor();
  const id = await start(page, receiver.url);
  await page.locator(".title-line").getByText("completed").waitFor();
  await second.locator("tr", { hasText: "plain.csv" }).getByText("completed").waitFor();
  await page.keyboard.press("c");
  await page.getByText("Copied").waitFor({ state: "attached" });
  await page.goto(`${at}/imports`);
  await page.getByLabel("File name").press("Control+v");
  await page.waitForURL(new RegExp(`q=${id}`));
});

test("Trouble.ACertificateThatNobodyTrustsIsNamedAndMendedByTlsCa", options, async (t) => {
  const { daemon, page } = await opened(t);
  const folder = await mkdtemp(join(tmpdir(), "pulter-tls-"));
  const at = (name) => join(folder, name);
  await promisify(execFile)("openssl", [
    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=receiver",
    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", at("key.pem"), "-out", at("cert.pem"),
  ]);
  const [cert, key] = await Promise.all([readFile(at("cert.pem"), "utf8"), readFile(at("key.pem"), "utf8")]);
  const server = createSecureServer({ cert, key }, (request, response) => (request.resume(), response.end("{}"))).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  await page.goto(`${daemon.url}/upload`);
  await choose(page, "secret.csv", "a,b\n1,2\n");
  const id = await start(page, `https://127.0.0.1:${server.address().port}/hook`);
  await page.locator(".note.warn").getByText(/certificate/).waitFor();
  await page.goto(`${daemon.url}/webhooks`);
  await page.locator(".row-link").first().click();
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.getByText("Own authority, client certificate").click();
  await page.getByLabel("tlsCa").fill("nothing of the kind");
  await page.keyboard.press("Control+Enter");
  await page.locator(".field-error", { hasText: "PEM" }).waitFor();
  await page.getByLabel("tlsCa").fill(cert);
  await page.keyboard.press("Control+Enter");
  await page.getByText("1 authority of its own beside the system's").waitFor();
  await page.goto(`${daemon.url}/imports/${id}`);
  await page.locator(".note.warn").getByRole("link", { name: "Open event" }).click();
  await page.getByRole("button", { name: /^Resend/ }).first().click();
  await page.locator(".title-line").getByText("delivered").waitFor();
  await page.goto(`${daemon.url}/imports/${id}`);
  await page.locator(".title-line").getByText("completed").waitFor();
});
