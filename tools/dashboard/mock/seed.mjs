// A world worth looking at: every state, a 20,000-batch import, hostile text.

import { goneWords, newEvent, newImport, newImporter, newSecret, newWebhook, seeded, ulid } from "./world.mjs";

const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();
const ahead = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();
const random = seeded(7);
const idAt = (prefix, seconds) => prefix + ulid(Date.now() - seconds * 1000, Buffer.from(Array.from({ length: 16 }, () => Math.floor(random() * 256))));
const min = 60;
const hour = 3600;
const day = 86400;

const hostile = {
  file: "\u202Egnp.<script>alert(1)</script>\u0000\u200B.csv",
  cell: '<img src=x onerror=alert(1)>\u202Etxet desrever\u202C \u0007 =HYPERLINK("http://evil.example","x")',
  message: "=cmd|' /C calc'!A0 \u001b[31mred\u001b[0m <b>bold</b>",
};

function importers(world) {
  const add = (id, name, days, fields = {}) =>
    world.importers.set(id, newImporter({ id, name, createdAt: ago(days * day), ...fields }));
  add("default", "default", 200);
  const ids = {
    pos: idAt("tpl_", 190 * day),
    customers: idAt("tpl_", 180 * day),
    catalogue: idAt("tpl_", 170 * day),
    leads: idAt("tpl_", 150 * day),
    hr: idAt("tpl_", 120 * day),
  };
  add(ids.pos, "POS ledger", 190);
  add(ids.customers, "Customers", 180, { columns: { "First Name": "first_name", "E-mail": "email", "Plan": "plan_code" }, dropUnmapped: true, allowedWebhookHosts: ["hooks.acme-crm.com"] });
  add(ids.catalogue, "Catalogue", 170);
  add(ids.leads, "Leads", 150);
  add(ids.hr, "Lumen HR", 120);
  return ids;
}

function webhooks(world, tpl) {
  const add = (url, days, fields = {}) => {
    const value = newWebhook({ id: idAt("wh_", days * day), url, createdAt: ago(days * day), ...fields });
    world.webhooks.set(value.id, value);
    world.secrets.set(value.id, newSecret());
    return value.id;
  };
  return {
    fjord: add("https://ingest.fjordbank.no/rows", 169, { templateId: tpl.catalogue }),
    lumen: add("https://api.lumen-hr.com/v2/pulter", 119, { templateId: tpl.hr }),
    acme: add("https://hooks.acme-crm.com/pulter", 149, {
      templateId: tpl.customers,
      events: ["all", "import.completed", "import.failed"],
      oldSecretUntil: ahead(23 * hour),
      headers: { "X-Tenant": "acme", "X-Env": "live" },
    }),
    ledger: add("https://ledger.northwind.dev/pos", 189, { templateId: tpl.pos }),
    mirror: add("https://wh.fjordbank.no/mirror", 100, { templateId: tpl.customers, events: ["all", "import.started", "import.completed"] }),
    legacy: add("https://legacy.bexley.io/in", 160, { templateId: tpl.catalogue, enabled: false, disabledReason: goneWords }),
  };
}

const columnsOf = (names) => names.map((name) => ({ header: name, key: name }));
const lane = (webhookId, state, delivered, fields = {}) => ({ webhookId, state, delivered, rowsDelivered: 0, rowErrors: 0, haltedEventId: null, lastStatus: 200, nextAttemptAt: null, ...fields });

/** The letters of a lane: `notes` maps a batch to what it is. */
function codes(world, importId, webhookId, count, delivered, notes = {}) {
  const letters = Array.from({ length: count }, (_, i) => (i < delivered ? "d" : "."));
  for (const [batch, code] of Object.entries(notes)) letters[Number(batch) - 1] = code;
  world.batches.set(`${importId} ${webhookId}`, letters);
}

function timeline(from, to, base, options = {}) {
  const points = [];
  const r = seeded(Math.floor(base));
  const steps = 60;
  for (let i = 0; i <= steps; i += 1) {
    const t = Math.floor((Date.now() - from * 1000 + ((from - to) * 1000 * i) / steps) / 1000);
    const share = i / steps;
    const dip = options.dip && share > options.dip[0] && share < options.dip[1];
    const stopped = options.stop !== undefined && share > options.stop;
    const wobble = 0.93 + r() * 0.14;
    points.push([
      t,
      stopped ? 0 : Math.round(base * wobble * (dip ? 0.25 : 1)),
      stopped ? null : Math.round((options.p50 ?? 150) * wobble * (dip ? 2.4 : 1)),
      stopped ? null : Math.round((options.p95 ?? 340) * (0.85 + r() * 0.3) * (dip ? 2.2 : 1)),
    ]);
  }
  return points;
}

const rowsOf = (names, make) => ({ names, make });

export function seed(world) {
  const tpl = importers(world);
  const wh = webhooks(world, tpl);
  const put = (fields) => {
    const value = newImport(fields);
    world.imports.set(value.id, value);
    return value;
  };
  const names = { customers: ["customer_no", "name", "email", "plan_code", "name_2"], pos: ["till_id", "sold_at", "amount", "note"] };
  const id = (seconds) => idAt("imp_", seconds);

  const pos = put({
    id: id(38 * min), createdAt: ago(39 * min), startedAt: ago(38 * min), templateId: tpl.pos, state: "delivering", fileName: "pos_transactions_q3.csv",
    bytes: 11_200_000_000, totalRows: 100_000_000, count: 20000, delivered: 11482, rowsDelivered: 57_410_000, rowErrors: 41, lastStatus: 503,
    rowsPerSecond: 0, nextAttemptAt: ahead(72), columns: columnsOf(names.pos),
    notes: [
      { code: "bom_removed", detail: "UTF-8, byte order mark removed", rows: [] },
      { code: "delimiter", detail: "Delimiter , sniffed", rows: [] },
      { code: "index_renamed", detail: "Column __index renamed __index_2", rows: [] },
      { code: "ragged", detail: "0 short rows, 0 long rows", rows: [] },
    ],
    webhooks: [lane(wh.ledger, "delivering", 11482, { lastStatus: 503, nextAttemptAt: ahead(72), rowErrors: 41 })],
  });
  const posNotes = { 11481: "r", 11483: "w" };
  for (let i = 3620; i < 3640 * 1.02; i += 17) posNotes[i] = "r";
  for (const batch of [1540, 2210, 7340, 7365, 9240]) posNotes[batch] = "e";
  for (const batch of [6030, 6050, 9120, 11425, 11450]) posNotes[batch] = "r";
  codes(world, pos.id, wh.ledger, 20000, 11482, posNotes);
  world.timelines.set(pos.id, { points: timeline(38 * min, 0, 26000, { dip: [0.19, 0.25], stop: 0.985, p50: 80, p95: 150 }), marks: [] });
  world.rowErrors.set(pos.id, [
    { row: 7_704_112, field: "till_id", message: "unknown till", webhookId: wh.ledger, index: 1541 },
    { row: 21_006_740, field: "till_id", message: "unknown till", webhookId: wh.ledger, index: 4202 },
    { row: 39_018_200, field: "amount", message: "negative", webhookId: wh.ledger, index: 7804 },
    ...Array.from({ length: 38 }, (_, i) => ({ row: 40_000_000 + i * 71, field: "amount", message: "negative", webhookId: wh.ledger, index: 8001 })),
  ]);
  world.files.set(pos.id, rowsOf(names.pos, (row) => ({ till_id: String(41 + Math.floor(row / 3)).padStart(4, "0"), sold_at: "2026-08-14T09:12:55", amount: ["018.40", "004.99", "112.00"][row % 3], note: ["", "member, <b>10%</b> off", "gift card"][row % 3] })));

  const customers = put({
    id: id(25 * min), createdAt: ago(26 * min), startedAt: ago(25 * min), templateId: tpl.customers, state: "halted", fileName: "customers_2026-11.csv",
    bytes: 148_000_000, totalRows: 1_000_000, count: 200, delivered: 142, rowsDelivered: 710_000, rowErrors: 3, lastStatus: 422, rowsPerSecond: 0,
    encoding: "Windows-1252", delimiter: ";", columns: [...columnsOf(names.customers), ...columnsOf(["c6", "c7", "c8", "c9", "c10", "c11", "c12"])],
    notes: [
      { code: "encoding", detail: "Windows-1252, detected; converted to UTF-8", rows: [] },
      { code: "delimiter", detail: "Delimiter ; sniffed over 2,000 records", rows: [] },
      { code: "duplicate_header", detail: "Header name twice: second is name_2", rows: [] },
      { code: "short_rows", detail: '14 short rows filled with ""', rows: [812, 1090] },
      { code: "blank_lines", detail: "3 blank lines skipped", rows: [] },
    ],
    webhooks: [lane(wh.acme, "halted", 142, { rowsDelivered: 710_000, rowErrors: 3, lastStatus: 422 }), lane(wh.mirror, "completed", 200)],
  });
  codes(world, customers.id, wh.acme, 200, 142, { 18: "r", 19: "r", 20: "r", 34: "e", 65: "r", 89: "e", 102: "r", 143: "h" });
  codes(world, customers.id, wh.mirror, 200, 200);
  world.timelines.set(customers.id, { points: timeline(25 * min, 12 * min, 31500, { dip: [0.11, 0.16], stop: 0.87 }), marks: [{ at: ago(13.7 * min), kind: "halted" }] });
  world.rowErrors.set(customers.id, [
    { row: 166_031, field: "email", message: "not an address", webhookId: wh.acme, index: 34 },
    { row: 441_007, field: "vat_no", message: "checksum wrong", webhookId: wh.acme, index: 89 },
    { row: 441_090, field: "vat_no", message: "checksum wrong", webhookId: wh.acme, index: 89 },
  ]);
  const people = [["Rodmann", "c@x.io", "BASIC", "R."], ["Hérault", "f.herault@orga.fr", "GOLD", "F."], ["Núñez", "", "BASIC", "M. J."]];
  world.files.set(customers.id, rowsOf(names.customers, (row) => {
    const [name, email, plan_code, name_2] = people[(row - 1) % 3];
    return { customer_no: String(480 + row).padStart(6, "0"), name, email, plan_code, name_2 };
  }));

  const simple = (age, file, bytes, template, hook, state, done, count, rows, rate, errors = 0, status = 200, fields = {}) => {
    const value = put({
      id: id(age), createdAt: ago(age + 1), startedAt: state === "queued" || state === "failed" ? null : ago(age), templateId: template, state, fileName: file, bytes,
      totalRows: rows, count, delivered: done, rowsDelivered: count ? Math.floor((rows * done) / count) : 0, rowErrors: errors, lastStatus: status, rowsPerSecond: rate,
      completedAt: state === "completed" ? ago(age - 20) : null, columns: columnsOf(["sku", "name", "price"]), webhooks: hook ? [lane(hook, state, done, { lastStatus: status })] : [], ...fields,
    });
    if (hook && count) codes(world, value.id, hook, count, done, state === "delivering" ? { [done + 1]: "f" } : state === "cancelled" ? Object.fromEntries(Array.from({ length: count - done }, (_, i) => [done + 1 + i, "x"])) : {});
    world.timelines.set(value.id, { points: rate || done ? timeline(age, 0, rate || 9000) : [], marks: [] });
    world.files.set(value.id, rowsOf(["sku", "name", "price"], (row) => ({ sku: `SKU-${row}`, name: `Article ${row}`, price: `${row},95` })));
    return value;
  };
  const products = simple(3 * min, "products_eu.csv", 402e6, tpl.catalogue, wh.fjord, "delivering", 611, 840, 4_200_000, 24110);
  const leads = simple(61, "leads_week47.csv", 61e6, tpl.leads, wh.acme, "delivering", 12, 90, 450_000, 7300);
  const employees = simple(52, "employees.csv", 38e6, tpl.hr, wh.lumen, "delivering", 31, 64, 320_000, 9870, 1);
  simple(40, "stores_nl.csv", 2.1e6, tpl.catalogue, wh.fjord, "queued", 0, 5, 24180, null, 0, null);
  simple(2 * hour, "inventaire_été.csv", 9.4e6, tpl.catalogue, wh.fjord, "paused", 8, 20, 98214, null);
  const october = simple(3 * hour, "customers_2026-10.csv", 141e6, tpl.customers, wh.acme, "completed", 194, 194, 968_410, 31020, 12);
  simple(4 * hour, "price_list_v7.csv", 4e5, "default", undefined, "failed", 0, 0, 0, null, 0, null, {
    error: { title: "Unprocessable Content", status: 422, code: "unclosed_quote", detail: "unclosed quote, row 4,411, opened in line 4,690" }, columns: [],
  });
  simple(5 * hour, "newsletter_optouts.csv", 9e5, tpl.leads, wh.acme, "completed", 3, 3, 11903, 18400, 0, 204);
  simple(6 * hour, "suppliers.csv", 1.2e6, tpl.catalogue, wh.fjord, "completed", 1, 1, 4812, 12760);
  const returns = simple(26 * hour, "returns_oct.csv", 22e6, tpl.pos, wh.ledger, "cancelled", 12, 50, 248_771, null);
  const stores = simple(65 * min, "stores_be.csv", 1.9e6, tpl.catalogue, wh.legacy, "halted", 3, 5, 21000, 0, 0, 410);
  const evil = simple(2.2 * day, hostile.file, 1337, "default", wh.fjord, "completed", 1, 1, 3, null, 2);
  world.files.set(evil.id, rowsOf(["\u202Eeman", "<b>note</b>", "__extra"], (row) => ({ "\u202Eeman": hostile.cell, "<b>note</b>": row === 2 ? "line one\nline two\ttab" : "", __extra: ["a\u0000b", "\u200Fמשהו"] })));
  world.rowErrors.set(evil.id, [
    { row: 1, field: "\u202Eeman", message: hostile.message, webhookId: wh.fjord, index: 1 },
    { row: 3, field: null, message: "x".repeat(400), webhookId: wh.fjord, index: 1 },
  ]);
  Object.assign(evil, { user: { id: hostile.cell }, notes: [{ code: "note", detail: `Header ${hostile.file} is kept`, rows: [] }] });
  for (let i = 0; i < 112; i += 1) {
    simple((3 + i * 0.25) * day, `archive_${String(112 - i).padStart(3, "0")}.csv`, 37e6, [tpl.customers, tpl.hr, tpl.pos][i % 3], [wh.acme, wh.lumen, wh.ledger][i % 3], "completed", 63, 63, 312_440, 9412, i % 7 ? 0 : 2);
  }

  events(world, { wh, pos, customers, products, leads, employees, october, returns, stores, evil });
  lanes(world, { wh, pos, products, leads, employees, stores });
}

const phases = (total, fresh = true) => {
  const parts = fresh ? [0.002, 0.016, 0.026, 0.008] : [0, 0, 0, 0.01];
  const [dnsMs, connectMs, tlsMs, sendMs] = parts.map((share) => Math.round(total * share));
  const receiveMs = Math.round(total * 0.01);
  return { dnsMs, connectMs, tlsMs, sendMs, waitMs: total - dnsMs - connectMs - tlsMs - sendMs - receiveMs, receiveMs };
};

function attempt(world, event, number, age, status, total, fields = {}) {
  const list = world.attempts.get(event.id) ?? [];
  const at = Math.floor(Date.now() / 1000 - age);
  list.push({
    id: idAt("att_", age), createdAt: ago(age), eventId: event.id, number, trigger: number === 1 ? "delivery" : "retry", startedAt: ago(age), durationMs: total,
    phases: phases(total, number === 1 || status === 503), remoteAddress: "203.0.113.24:443",
    requestHeaders: { Host: "hooks.acme-crm.com", "Content-Type": "application/json", "Content-Length": String(event.bodyBytes), "User-Agent": "Pulter/1.0.0", "webhook-id": event.id, "webhook-timestamp": String(at), "webhook-signature": `v1,${Buffer.from(`${event.id}${at}`).toString("base64").slice(0, 43)}=`, "Pulter-Attempt": String(number) },
    bodyBytes: event.bodyBytes, bodyDigest: event.bodyDigest, status, responseHeaders: { Date: new Date(Date.now() - age * 1000).toUTCString(), "Content-Type": "application/json", "Content-Length": "13" },
    responseBody: '{"errors":[]}', outcome: status >= 200 && status < 300 ? "delivered" : "refused", error: null, ...fields,
  });
  world.attempts.set(event.id, list);
}

function events(world, w) {
  const make = (age, value, hook, index, state, status, made, total, fields = {}) => {
    const rows = value ? Math.min(value.batchSize, value.totalRows - (index - 1) * value.batchSize) : 1;
    const event = newEvent({
      id: idAt("evt_", age), createdAt: ago(age), importId: value?.id ?? null, webhookId: hook, index, firstRow: value ? (index - 1) * value.batchSize + 1 : 1, rows, state,
      lastStatus: status, attempts: made, deliveredAt: state === "delivered" ? ago(age - 1) : null, fileName: value?.fileName ?? null, count: value?.count ?? null,
      bodyBytes: 0, bodyDigest: "xxh3:7be14f0a2d93c5580f1e6b7a99d2c09a", lastDurationMs: total, ...fields,
    });
    world.events.set(event.id, event);
    return event;
  };
  const html = '<html><head><title>503</title></head>\n<body><h1>Maintenance</h1>\n<script src="https://cdn.example/x.js"></script>\nLedger is being compacted.</body></html>';
  const busy = { responseHeaders: { Date: new Date(Date.now() - 48000).toUTCString(), "Content-Type": "text/html", "Retry-After": "120", "Content-Length": String(html.length) }, responseBody: html };
  const waiting = make(48, w.pos, w.wh.ledger, 11483, "pending", 503, 2, 1204, { nextAttemptAt: ahead(72) });
  attempt(world, waiting, 1, 55, 503, 1346, busy);
  attempt(world, waiting, 2, 48, 503, 1204, { ...busy, phases: { dnsMs: 2, connectMs: 19, tlsMs: 31, sendMs: 9, waitMs: 1131, receiveMs: 12 } });
  make(0.1, w.products, w.wh.fjord, 612, "delivering", null, 1, null);
  attempt(world, make(0.2, w.products, w.wh.fjord, 611, "delivered", 200, 1, 102), 1, 0.2, 200, 102);
  attempt(world, make(0.6, w.employees, w.wh.lumen, 31, "delivered", 200, 1, 388), 1, 0.6, 200, 388);
  const test = make(240, undefined, w.wh.acme, 0, "delivered", 204, 1, 71, { name: "test", fileName: null, count: null });
  attempt(world, test, 1, 240, 204, 71, { trigger: "test", responseHeaders: { Date: new Date().toUTCString() }, responseBody: "", phases: { dnsMs: 2, connectMs: 12, tlsMs: 19, sendMs: 1, waitMs: 36, receiveMs: 1 } });
  const said = '{"error":{"code":"unknown_plan","message":"plan_code \\"GOLD+\\" is not a known plan (row 711,204)"}}';
  const halted = make(12 * min, w.customers, w.wh.acme, 143, "halted", 422, 1, 310);
  attempt(world, halted, 1, 12 * min, 422, 310, { responseBody: said, responseHeaders: { Date: new Date(Date.now() - 12 * min * 1000).toUTCString(), "Content-Type": "application/json", "Content-Length": String(said.length) } });
  w.customers.webhooks[0].haltedEventId = halted.id;
  const done = make(14 * min, w.customers, w.wh.mirror, 0, "delivered", 200, 1, 48, { name: "import.completed", rows: 0 });
  attempt(world, done, 1, 14 * min, 200, 48);
  const begun = make(25 * min, w.customers, w.wh.mirror, 0, "delivered", 200, 1, 51, { name: "import.started", rows: 0 });
  attempt(world, begun, 1, 25 * min, 200, 51);
  const gone = make(61 * min, w.stores, w.wh.legacy, 4, "halted", 410, 1, 93);
  attempt(world, gone, 1, 61 * min, 410, 93, { responseHeaders: { "Content-Length": "0" }, responseBody: "" });
  w.stores.webhooks[0].haltedEventId = gone.id;
  make(26 * hour, w.returns, w.wh.ledger, 13, "cancelled", null, 0, null);
  const retried = new Set([18, 19, 20, 65, 102]);
  const refusing = { 34: 1, 89: 2 };
  for (let i = 1; i <= 142; i += 1) {
    const age = 25 * min - (i / 142) * 12.9 * min;
    const total = 120 + Math.floor(random() * 70);
    const event = make(age, w.customers, w.wh.acme, i, "delivered", 200, retried.has(i) ? 3 : 1, total, { rowErrors: refusing[i] ?? 0 });
    const made = retried.has(i) ? 3 : 1;
    for (let n = 1; n < made; n += 1) attempt(world, event, n, age + 6 - n, 502, 2011, { responseBody: "bad gateway\n", responseHeaders: { "Content-Type": "text/plain", "Content-Length": "12" } });
    attempt(world, event, made, age, 200, total);
  }
  for (let i = 1; i <= 12; i += 1) attempt(world, make(61 - i * 4, w.leads, w.wh.acme, i, "delivered", 200, 1, 140 + i), 1, 61 - i * 4, 200, 140 + i);
  attempt(world, make(3 * hour, w.october, w.wh.acme, 194, "delivered", 200, 1, 120), 1, 3 * hour, 200, 120);
  const evil = make(2.1 * day, w.evil, w.wh.fjord, 1, "delivered", 200, 2, 88, { rowErrors: 2 });
  attempt(world, evil, 1, 2.1 * day, 302, 80, { responseHeaders: { Location: "javascript:alert(document.cookie)", "X-\u202EEvil": "<svg onload=alert(1)>", "Set-Cookie": "a=b\u0000c" }, responseBodyEncoding: "base64", responseBody: Buffer.concat([Buffer.from('<!doctype html><script>alert("x")</script>\n\u202Etxet\u202C \u0000\u0007 \u001b[2J '), Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x80]), Buffer.from("\n[a link](http://evil.example)")]).toString("base64") });
  attempt(world, evil, 2, 2.1 * day - 5, 200, 88);
}

function lanes(world, w) {
  const set = (hook, fields) =>
    world.lanes.set(hook, { state: "idle", importId: null, fileName: null, eventId: null, index: null, count: null, inFlightSince: null, waitingSince: null, nextAttemptAt: null, queue: 0, rowsPerSecond: 0, p50Ms: null, p95Ms: null, lastStatus: null, lastAnswers: "", ...fields });
  const good = "d".repeat(30);
  const on = (value, index, age) => ({ state: "delivering", importId: value.id, fileName: value.fileName, index, count: value.count, inFlightSince: ago(age) });
  const waiting = [...world.events.values()].find((each) => each.state === "pending");
  set(w.wh.fjord, { ...on(w.products, 612, 0.09), queue: 1, rowsPerSecond: 24110, p50Ms: 90, p95Ms: 131, lastStatus: 200, lastAnswers: good });
  set(w.wh.lumen, { ...on(w.employees, 31, 0.22), rowsPerSecond: 9870, p50Ms: 200, p95Ms: 402, lastStatus: 200, lastAnswers: `${"d".repeat(11)}r${"d".repeat(18)}` });
  set(w.wh.acme, { ...on(w.leads, 12, 0.31), rowsPerSecond: 7300, p50Ms: 148, p95Ms: 510, lastStatus: 200, lastAnswers: `${"d".repeat(19)}h${"d".repeat(10)}` });
  set(w.wh.ledger, { state: "waiting", importId: w.pos.id, fileName: w.pos.fileName, eventId: waiting?.id, index: 11483, count: 20000, waitingSince: ago(48), nextAttemptAt: ahead(72), p50Ms: 80, p95Ms: 96, lastStatus: 503, lastAnswers: `${"d".repeat(27)}rrr` });
  set(w.wh.mirror, { lastStatus: 200, p50Ms: 48, p95Ms: 61, lastAnswers: good });
  set(w.wh.legacy, { state: "disabled", importId: w.stores.id, fileName: w.stores.fileName, index: 4, count: 5, lastStatus: 410, lastAnswers: `${"d".repeat(24)}h` });
  world.overview = timeline(3600, 0, 42000, { dip: [0.32, 0.42], p50: 84, p95: 240 }).map((point, i) => (i > 19 && i < 26 ? [point[0], 18000, point[2], point[3]] : point));
}
