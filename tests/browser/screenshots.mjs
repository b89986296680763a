// Takes the pictures of tools/dashboard/screenshots from a real daemon at work: PULTERD=… PULTER=… node screenshots.mjs

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openBrowser, signIn } from "./browser.mjs";
import { startDaemon } from "./daemon.mjs";
import { startReceiver } from "./receiver.mjs";

const folder = fileURLToPath(new URL("../../tools/dashboard/screenshots", import.meta.url));
await mkdir(folder, { recursive: true });
const daemon = await startDaemon();
const receiver = await startReceiver();

async function call(method, path, body, type = "application/json") {
  const answer = await fetch(daemon.url + path, {
    method, headers: { Authorization: `Bearer ${daemon.token}`, "Content-Type": type }, body: type === "application/json" && body ? JSON.stringify(body) : body,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}
const lines = (header, count, row) => [header, ...Array.from({ length: count }, (_, i) => row(i + 1)), ""].join("\r\n");
const names = ["Rodmann", "Hérault", "Núñez", "O'Neill", "Søndergaard", "Kowalska", "Öztürk", "Papadopoulos"];
const at = (path) => receiver.url.replace(/\/hook$/, path);
const upload = (template, file, batchSize, csv) =>
  call("POST", `/v1/imports?templateId=${template}&fileName=${encodeURIComponent(file)}&batchSize=${batchSize}`, csv, "text/csv");

// What each receiver says: by its path, then by batch. A retry is seen by its Pulter-Attempt.
const accept = { status: 200, body: '{"errors":[]}' };
const rows = (...errors) => ({ status: 200, body: JSON.stringify({ errors }) });
receiver.state.answer = async (batch, request) => {
  const first = request.headers["pulter-attempt"] === "1";
  await wait(2 + Math.random() * (request.url === "/crm" ? 30 : 6));
  if (batch.event_name !== "all") return accept;
  if (request.url === "/ledger") {
    if (batch.index === 3) return { status: 503, headers: { "Retry-After": "120", "Content-Type": "text/html" }, body: "<html><body><h1>Maintenance</h1>Ledger is being compacted.</body></html>" };
    return accept;
  }
  if (request.url === "/pos") return batch.index % 977 === 0 ? rows({ row: batch.index * 5, field: "amount", message: "negative" }) : accept;
  if (request.url !== "/crm" || batch.totalRows < 20000) return accept;
  if ([18, 19, 65].includes(batch.index) && first) return { status: 503, body: '{"message":"busy"}' };
  if (batch.index === 143) return { status: 422, body: JSON.stringify({ message: 'plan_code "GOLD+" is not a known plan (row 28,412)' }) };
  if (batch.index === 34) return rows({ row: 6631, field: "email", message: "not an address" });
  if (batch.index === 89) return rows({ row: 17641, field: "vat_no", message: "checksum wrong" }, { row: 17690, field: "vat_no", message: "checksum wrong" });
  return accept;
};

/** What a page looks like while there is nothing, nothing yet, or no answer. */
async function takeState(name, width, path, prepare = async () => undefined) {
  const { page, close } = await openBrowser({ theme: "dark", width, height: width > 500 ? 800 : 844 });
  await signIn(page, daemon);
  await page.locator(".dot.live").first().waitFor({ state: "attached" });
  await prepare(page);
  await page.goto(daemon.url + path);
  await page.locator("h1").waitFor();
  await wait(1200);
  await page.screenshot({ path: join(folder, `${name}-dark${width < 500 ? "-narrow" : ""}.png`) });
  await close();
}

async function takeSignIn() {
  const { page, close } = await openBrowser();
  await page.goto(`${daemon.url}/signin`);
  await page.locator("h1").waitFor();
  await page.screenshot({ path: join(folder, "sign-in-light.png") });
  await close();
}
await takeSignIn();
await takeState("imports-empty", 390, "/imports");
await takeState("events-loading", 390, "/events", (page) => page.route("**/v1/events?*", () => undefined));
await takeState("overview-failed", 1280, "/", (page) => page.route("**/v1/stats?*", (route) => route.abort("connectionrefused")));

const importers = {};
for (const [name, path, fields] of [
  ["Customers", "/crm", { columns: { "E-mail": "email", "First name": "first_name" } }], ["POS ledger", "/pos", {}], ["Leads", "/ledger", {}], ["Catalogue", "/catalogue", {}],
]) {
  importers[name] = (await call("POST", "/v1/importers", { name, ...fields })).id;
  await call("POST", "/v1/webhooks", { url: at(path), templateId: importers[name], retrySchedule: [0, 1, 30, 120, 600, 3600, 10800, 28800], events: ["all", "import.completed"] });
}
await upload(importers.Catalogue, "stores_nl.csv", 500, lines("store,city,opened", 2400, (i) => `${i},City ${i % 90},2019-0${(i % 9) + 1}-11`));
await upload(importers.Catalogue, "products_eu.csv", 250, lines("sku;title;price", 9000, (i) => `SKU-${String(i).padStart(5, "0")};"Chair, no. ${i}";${i % 300},95`));
await upload(importers.Catalogue, "price_list_v7.csv", 250, `${lines("sku,title,price", 4410, (i) => `SKU-${i},Lamp ${i},12.50`)}SKU-4411,"unclosed,9.95\r\n`);
await upload(importers.Customers, "customers_2026-10.csv", 500, lines("customer_no,E-mail,plan_code", 9000, (i) => `${String(i).padStart(6, "0")},c${i}@example.org,BASIC`));
const halted = await upload(importers.Customers, "customers_2026-11.csv", 200, lines("customer_no,First name,E-mail,plan_code,vat_no", 40000, (i) => `${String(480 + i).padStart(6, "0")},${names[i % 8]},c${i}@example.org,${i % 3 ? "BASIC" : "GOLD"},NL00${i}B01`));
await upload(importers.Leads, "leads_week47.csv", 100, lines("lead,source", 1500, (i) => `${i},fair`));
const big = await upload(importers["POS ledger"], "pos_transactions_q3.csv", 5, lines("till_id,sold_at,amount,note", 100000, (i) => `1913${i},2026-08-14T09:12:55,0${i % 97}.40,${i % 4 ? "" : "gift card"}`));
await upload(importers["POS ledger"], "pos_transactions_q4.csv", 5000, lines("till_id,sold_at,amount,note", 50000, (i) => `1914${i},2026-10-14T09:12:55,0${i % 97}.40,`));
for (let state = ""; state !== "halted"; await wait(200)) state = (await call("GET", `/v1/imports/${halted.id}`)).state;
const hook = (await call("GET", `/v1/webhooks?templateId=${importers.Customers}`)).data[0].id;
await call("POST", `/v1/webhooks/${hook}/rotate-secret`, {});
await call("POST", `/v1/webhooks/${hook}/test`, {});
const pending = (await call("GET", "/v1/events?state=pending")).data.find((each) => each.nextAttemptAt);
const failed = (await call("GET", "/v1/imports?state=failed")).data[0];

const csv = Buffer.from(
  "order_no;sku;reason;;customer;amount;returned_at\r\n0004117;SKU-0081;wrong size;;Zo\xeb M\xfcller;39,95;03.11.2026\r\n" +
    "0004118;SKU-1190;damaged;x;Bar & S\xf6hne;018,00;03.11.2026\r\n0004140;SKU-2207;\"other: see\nnote\";;J. O'Neill;7,50;04.11.2026\r\n0004152;SKU-0043\r\n",
  "latin1",
);
const paths = {
  overview: "/?window=15m", imports: "/imports", "import-halted": `/imports/${halted.id}`, "import-20000": `/imports/${big.id}`, "failed-import": `/imports/${failed.id}`,
  events: "/events", event: `/events/${pending.id}`, webhooks: "/webhooks", webhook: `/webhooks/${hook}`, importers: "/importers",
  importer: `/importers/${importers.Customers}`, upload: "/upload",
};

async function take(theme, width, wanted) {
  const { page, close } = await openBrowser({ theme, width, height: width > 500 ? 800 : 844 });
  await signIn(page, daemon);
  for (const name of wanted) {
    await page.goto(daemon.url + paths[name]);
    if (name === "upload") await page.setInputFiles("input[type=file]", { name: "returns_november.csv", mimeType: "text/csv", buffer: csv });
    await page.locator("h1").waitFor();
    await wait(1200);
    await page.screenshot({ path: join(folder, `${name}-${theme}${width < 500 ? "-narrow" : ""}.png`) });
  }
  await close();
}
await take("light", 1280, Object.keys(paths));
await take("dark", 1280, ["overview", "import-halted", "event"]);
await take("light", 390, ["imports", "event"]);
await receiver.stop();
await daemon.stop();
process.exit(0);
