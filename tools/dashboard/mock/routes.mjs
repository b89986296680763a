// The calls, as /v1 answers them.

import { read } from "./csv.mjs";
import { bodyOf, isLocal, laneOf } from "./delivery.mjs";
import { newEvent, newImport, newImporter, newSecret, newToken, newWebhook, Problem, ulid } from "./world.mjs";

const json = (status, body, headers = {}) => ({ status, body, headers });
const found = (map, id, what) => {
  const value = map.get(id);
  if (!value) throw new Problem(404, "not_found", `there is no ${what} ${id}`);
  return value;
};

function page(values, query, extra = {}) {
  const limit = Math.min(200, Number(query.get("limit")) || 50);
  const from = Number(query.get("cursor")) || 0;
  const data = values.slice(from, from + limit);
  return json(200, { data, next: from + limit < values.length ? String(from + limit) : null, total: values.length > 10000 ? null : values.length, ...extra });
}
const newestFirst = (values) => [...values].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));

function explain(url) {
  const no = (code, rule) => ({ allowed: false, code, rule, url: null, address: null, addresses: [], final: true });
  let parsed;
  try {
    parsed = new URL(url);
  } catch {
    return no("bad_url", "not a URL: it needs a scheme and a host, such as https://example.com/hook");
  }
  if (parsed.username || parsed.password) return no("bad_url", "userinfo is not allowed in a callback URL");
  if (isLocal(url)) return { allowed: true, code: null, rule: "127.0.0.0/8 is named by allow_networks", url, address: "127.0.0.1", addresses: ["127.0.0.1"], final: true };
  if (parsed.protocol !== "https:") return no("bad_url", "http is not allowed by this configuration (allow_http)");
  if (/^(10|127|192\.168|169\.254)\./.test(parsed.hostname)) return no("address_refused", `${parsed.hostname} is a private, loopback or link-local address`);
  return { allowed: true, code: null, rule: "public address", url: parsed.href, address: null, addresses: ["203.0.113.24", "2001:db8::24"], final: false };
}

function checkUrl(url, field) {
  const verdict = explain(url);
  if (!verdict.allowed) throw new Problem(422, verdict.code, `${field} ${verdict.rule}`, field);
}

function checkTls(body) {
  for (const field of ["tlsCa", "tlsCertificate"]) {
    if (body[field] && !body[field].includes("-----BEGIN CERTIFICATE-----")) throw new Problem(422, "bad_value", `${field} is no list of certificates in PEM form`, field);
  }
}

function stats(world, window) {
  const counts = {};
  for (const value of world.imports.values()) counts[value.state] = (counts[value.state] ?? 0) + 1;
  const lanes = [...world.webhooks.values()].map((hook) => liveLane(world, hook));
  const running = lanes.filter((lane) => lane.state === "delivering");
  const seconds = { "15m": 900, "1h": 3600, "24h": 86400 }[window] ?? 3600;
  const points = (world.overview ?? []).filter((point) => point[0] > Date.now() / 1000 - seconds);
  return {
    version: "1.0.0", startedAt: world.startedAt, rowsPerSecond: lanes.reduce((sum, lane) => sum + lane.rowsPerSecond, 0),
    batchesPerSecond: lanes.reduce((sum, lane) => sum + lane.rowsPerSecond, 0) / 5000, inFlight: running.length,
    p50Ms: lanes.length ? 84 : null, p95Ms: lanes.length ? 412 : null, p99Ms: lanes.length ? 1900 : null,
    imports: counts, webhooksDisabled: [...world.webhooks.values()].filter((each) => !each.enabled).length, lanes, points,
  };
}

function liveLane(world, hook) {
  const kept = world.lanes.get(hook.id) ?? { state: "idle", importId: null, fileName: null, eventId: null, index: null, count: null, inFlightSince: null, waitingSince: null, nextAttemptAt: null, queue: 0, rowsPerSecond: 0, p50Ms: null, p95Ms: null, lastStatus: null, lastAnswers: "" };
  const lane = { webhookId: hook.id, ...kept };
  const real = [...world.imports.values()].find((each) => each.webhooks.some((l) => l.real && l.webhookId === hook.id && l.state === "delivering"));
  if (real) {
    const mine = real.webhooks.find((l) => l.webhookId === hook.id);
    Object.assign(lane, { state: mine.nextAttemptAt ? "waiting" : "delivering", importId: real.id, fileName: real.fileName, index: mine.delivered + 1, count: real.count, nextAttemptAt: mine.nextAttemptAt, rowsPerSecond: real.rowsPerSecond ?? 0, lastStatus: mine.lastStatus });
  }
  if (!hook.enabled) lane.state = "disabled";
  return lane;
}

function planImport(world, value, bytes) {
  const result = read(bytes, { delimiter: value.wantedDelimiter, encoding: value.wantedEncoding });
  Object.assign(value, { bytes: bytes.length, encoding: result.encoding, delimiter: result.delimiter, columns: result.columns, notes: result.notes });
  if (result.unclosed !== undefined) {
    Object.assign(value, { state: "failed", error: { title: "Unprocessable Content", status: 422, code: "unclosed_quote", detail: `unclosed quote, row ${result.unclosed}` } });
  } else {
    value.totalRows = result.rows.length;
    value.count = Math.ceil(value.totalRows / value.batchSize);
    world.files.set(value.id, { rows: result.rows, bytes });
    for (const lane of value.webhooks) {
      lane.state = "queued";
      world.batches.set(`${value.id} ${lane.webhookId}`, Array.from({ length: value.count }, () => "."));
    }
    value.state = value.count ? "queued" : "completed";
    world.timelines.set(value.id, { points: [], marks: [] });
  }
  world.putImport(value);
  for (const lane of value.webhooks) laneOf(world, lane.webhookId).poke();
  return value;
}

function announce(world, body) {
  let hooks;
  if (body.webhookUrl) {
    checkUrl(body.webhookUrl, "webhookUrl");
    let hook = [...world.webhooks.values()].find((each) => each.url === body.webhookUrl);
    if (!hook) {
      hook = newWebhook({ url: body.webhookUrl, templateId: body.templateId ?? "default" });
      world.secrets.set(hook.id, newSecret());
      world.putWebhook(hook);
    }
    hooks = [hook];
  } else {
    const importer = found(world.importers, body.templateId ?? "default", "importer");
    hooks = [...world.webhooks.values()].filter((each) => each.enabled && (each.templateId === importer.id || each.templateId === null));
  }
  const value = newImport({
    templateId: body.templateId ?? "default", fileName: body.fileName ?? "", batchSize: body.batchSize ?? 5000, dataSync: body.dataSync ?? true, user: body.user ?? { id: "u_1" }, metadata: body.metadata ?? {},
    webhooks: hooks.map((hook) => ({ webhookId: hook.id, state: "receiving", delivered: 0, rowsDelivered: 0, rowErrors: 0, haltedEventId: null, lastStatus: null, nextAttemptAt: null, real: isLocal(hook.url) })),
  });
  Object.defineProperty(value, "wantedDelimiter", { value: body.delimiter, enumerable: false });
  Object.defineProperty(value, "wantedEncoding", { value: body.encoding, enumerable: false });
  world.putImport(value);
  return value;
}

function act(world, id, verb) {
  const value = found(world.imports, id, "import");
  const to = { pause: "paused", resume: "queued", cancel: "cancelled" }[verb];
  const from = { pause: ["queued", "delivering"], resume: ["paused", "halted"], cancel: ["receiving", "queued", "delivering", "paused", "halted"] }[verb];
  if (!from.includes(value.state)) throw new Problem(409, "conflict", `the import is ${value.state}: it cannot be ${verb}${verb.endsWith("e") ? "d" : "ed"}`);
  for (const lane of value.webhooks) {
    if (!from.includes(lane.state)) continue;
    const held = lane.haltedEventId && world.events.get(lane.haltedEventId);
    if (held && verb === "resume") Object.assign(held, { state: "pending", nextAttemptAt: null });
    if (held && verb === "resume") world.setBatch(value.id, lane.webhookId, held.index, ".");
    Object.assign(lane, { state: to, haltedEventId: null, nextAttemptAt: null });
    if (verb === "cancel") for (let i = lane.delivered; i < value.count; i += 1) world.setBatch(value.id, lane.webhookId, i + 1, "x");
  }
  value.state = to;
  value.nextAttemptAt = null;
  world.putImport(value);
  for (const lane of value.webhooks) laneOf(world, lane.webhookId).poke();
  return value;
}

const matching = (world, filter) =>
  [...world.events.values()].filter(
    (event) =>
      (!filter.importId || event.importId === filter.importId) && (!filter.webhookId || event.webhookId === filter.webhookId) && (!filter.state || event.state === filter.state) &&
      (!filter.name || event.name === filter.name) && (!filter.since || event.createdAt >= filter.since) && (!filter.until || event.createdAt <= filter.until),
  );

function resendMany(world, body) {
  const events = matching(world, body.filter ?? {}).filter((event) => !body.asOf || event.createdAt <= body.asOf);
  if (body.dryRun) {
    const by = new Map();
    for (const event of events) by.set(event.webhookId, (by.get(event.webhookId) ?? 0) + 1);
    return json(200, {
      count: events.length, rows: events.reduce((sum, event) => sum + event.rows, 0), bytes: events.reduce((sum, event) => sum + (event.bodyBytes || event.rows * 139), 0),
      delivered: events.filter((event) => event.state === "delivered").length, asOf: new Date().toISOString(),
      webhooks: [...by].map(([webhookId, count]) => ({ webhookId, count, queue: 0, p50Ms: 150 })),
    });
  }
  const job = { id: `job_${ulid()}`, state: "running", count: events.length, done: 0, failed: 0 };
  world.jobs.set(job.id, job);
  const step = () => {
    if (job.state !== "running") return;
    const event = events[job.done];
    if (event) {
      if (isLocal(world.webhooks.get(event.webhookId)?.url ?? "")) laneOf(world, event.webhookId).resend(event);
      job.done += 1;
    }
    if (job.done >= events.length) job.state = "done";
    world.publish("resend", job);
    if (job.state === "running") setTimeout(step, 60);
  };
  setTimeout(step, 50);
  return json(202, job);
}

function check(query, bytes) {
  const result = read(bytes, { delimiter: query.get("delimiter") ?? undefined, encoding: query.get("encoding") ?? undefined });
  const total = Number(query.get("totalBytes")) || bytes.length;
  const exact = total <= bytes.length;
  const size = JSON.stringify(result.rows.slice(0, 200)).length / Math.max(1, Math.min(200, result.rows.length));
  return json(200, {
    delimiter: result.delimiter, delimiterSniffed: !query.get("delimiter"), encoding: result.encoding, encodingDetected: result.detected, lineEnds: result.lineEnds, endsWithLineEnd: result.endsWithLineEnd,
    columns: result.columns, rows: exact ? result.rows.length : Math.round((result.rows.length * total) / bytes.length), rowsExact: exact, notes: result.notes, firstRows: result.rows.slice(0, 5), bodyBytesPerRow: Math.round(size + 50),
  });
}

function listImports(world, query) {
  const q = (query.get("q") ?? "").toLowerCase();
  const [since, until] = [query.get("since"), query.get("until")];
  const all = newestFirst(world.imports.values()).filter((each) => (!query.get("templateId") || each.templateId === query.get("templateId")) && each.fileName.toLowerCase().includes(q) && (!since || each.createdAt >= since) && (!until || each.createdAt < until));
  const counts = {};
  for (const each of all) counts[each.state] = (counts[each.state] ?? 0) + 1;
  return page(all.filter((each) => !query.get("state") || each.state === query.get("state")), query, { counts });
}

function listEvents(world, query) {
  const filter = Object.fromEntries(["importId", "webhookId", "state", "name", "since", "until"].map((name) => [name, query.get(name)]));
  const index = Number(query.get("index")) || undefined;
  return page(newestFirst(matching(world, filter).filter((event) => index === undefined || event.index === index)), query);
}

function rows(world, id, query) {
  const value = found(world.imports, id, "import");
  const file = world.files.get(id);
  const offset = Number(query.get("offset")) || 0;
  const limit = Math.min(Number(query.get("limit")) || 20, Math.max(0, value.totalRows - offset));
  const data = Array.from({ length: file ? limit : 0 }, (_, i) => ({ ...(file.rows ? file.rows[offset + i] : file.make(offset + i + 1)), __index: "9c1e77b0-54d2-4a0e-8f63-c5f2a1d0b7e4" }));
  return json(200, { data, next: offset + limit < value.totalRows ? offset + limit : null });
}

const csvCell = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
function errorsCsv(world, id) {
  const value = found(world.imports, id, "import");
  const file = world.files.get(id);
  const keys = value.columns.map((column) => column.key);
  const lines = (world.rowErrors.get(id) ?? []).map((error) => {
    const row = file?.rows ? file.rows[error.row - 1] : file?.make(error.row);
    return [...keys.map((key) => csvCell(row?.[key] ?? "")), csvCell(/^[=+\-@\t\r]/.test(error.message) ? `'${error.message}` : error.message)].join(",");
  });
  return { status: 200, raw: Buffer.from([[...keys, "_error"].map(csvCell).join(","), ...lines, ""].join("\r\n")), type: "text/csv; charset=utf-8", name: "errors.csv" };
}

/** Routes: method, pattern, and the handler given `{world, id, query, body, bytes, session}`. */
export const routes = [
  ["GET", "/v1/stats", ({ world, query }) => json(200, stats(world, query.get("window")))],
  ["GET", "/v1/explain", ({ query }) => json(200, explain(query.get("url") ?? ""))],
  ["POST", "/v1/check", ({ query, bytes }) => check(query, bytes)],
  ["GET", "/v1/importers", ({ world, query }) => page(newestFirst(world.importers.values()), query)],
  ["POST", "/v1/importers", ({ world, body }) => {
    if (body.webhookUrl) checkUrl(body.webhookUrl, "webhookUrl");
    const value = newImporter(body);
    if (body.webhookUrl) {
      const hook = newWebhook({ url: body.webhookUrl, templateId: value.id });
      world.secrets.set(hook.id, newSecret());
      world.putWebhook(hook);
    }
    world.putImporter(value);
    return json(201, value);
  }],
  ["GET", "/v1/importers/{id}", ({ world, id }) => json(200, found(world.importers, id, "importer"))],
  ["PATCH", "/v1/importers/{id}", ({ world, id, body }) => {
    world.putImporter({ ...found(world.importers, id, "importer"), ...body });
    return json(200, world.importers.get(id));
  }],
  ["DELETE", "/v1/importers/{id}", ({ world, id }) => (world.importers.delete(id), world.publish("deleted", { id }), json(204))],
  ["GET", "/v1/webhooks", ({ world, query }) => page(newestFirst(world.webhooks.values()).filter((each) => !query.get("templateId") || each.templateId === query.get("templateId")), query)],
  ["POST", "/v1/webhooks", ({ world, body }) => {
    checkUrl(body.url ?? "", "url");
    checkTls(body);
    const { secret = newSecret(), tlsPrivateKey: _key, ...fields } = body;
    const value = newWebhook(fields);
    world.secrets.set(value.id, secret);
    world.putWebhook(value);
    return json(201, { ...value, secret });
  }],
  ["GET", "/v1/webhooks/{id}", ({ world, id }) => json(200, found(world.webhooks, id, "webhook"))],
  ["PATCH", "/v1/webhooks/{id}", ({ world, id, body }) => {
    if (body.url) checkUrl(body.url, "url");
    checkTls(body);
    const { tlsPrivateKey: _key, ...fields } = body;
    const value = { ...found(world.webhooks, id, "webhook"), ...fields };
    if (body.enabled) value.disabledReason = null;
    if (body.enabled === false) value.disabledReason = "disabled by hand";
    world.putWebhook(value);
    laneOf(world, id).poke();
    return json(200, value);
  }],
  ["DELETE", "/v1/webhooks/{id}", ({ world, id }) => (world.webhooks.delete(id), world.publish("deleted", { id }), json(204))],
  ["GET", "/v1/webhooks/{id}/secret", ({ world, id }) => json(200, { secret: found(world.secrets, id, "webhook"), oldSecretUntil: world.webhooks.get(id).oldSecretUntil })],
  ["POST", "/v1/webhooks/{id}/rotate-secret", ({ world, id, body }) => {
    const overlap = body.overlapSeconds ?? 86400;
    world.secrets.set(`old ${id}`, overlap ? world.secrets.get(id) : undefined);
    world.secrets.set(id, newSecret());
    const value = { ...found(world.webhooks, id, "webhook"), oldSecretUntil: overlap ? new Date(Date.now() + overlap * 1000).toISOString() : null };
    world.putWebhook(value);
    return json(200, { ...value, secret: world.secrets.get(id) });
  }],
  ["POST", "/v1/webhooks/{id}/test", ({ world, id }) => {
    const hook = found(world.webhooks, id, "webhook");
    if (!hook.enabled) throw new Problem(409, "conflict", "the webhook is disabled; enable it before testing it");
    const event = newEvent({ webhookId: id, name: "test", rows: 1, firstRow: 1 });
    world.putEvent(event);
    laneOf(world, id).resend(event, "test");
    return json(202, event);
  }],
  ["GET", "/v1/imports", ({ world, query }) => listImports(world, query)],
  ["POST", "/v1/imports", ({ world, body, key }) => {
    if (key && world.idempotent.has(key)) return json(201, world.imports.get(world.idempotent.get(key)));
    const upload = body.source?.upload ? found(world.uploads, body.source.upload, "upload") : undefined;
    const value = announce(world, body);
    if (key) world.idempotent.set(key, value.id);
    if (upload) planImport(world, value, upload);
    return json(201, value);
  }],
  ["GET", "/v1/uploads", () => json(405, { title: "Method Not Allowed", status: 405, code: "method_not_allowed" })],
  ["POST", "/v1/uploads", ({ world, bytes }) => {
    const id = `upl_${ulid()}`;
    world.uploads.set(id, bytes);
    return json(201, { id, bytes: bytes.length });
  }],
  ["GET", "/v1/imports/{id}", ({ world, id }) => json(200, found(world.imports, id, "import"))],
  ["PUT", "/v1/imports/{id}/content", ({ world, id, bytes }) => json(201, planImport(world, found(world.imports, id, "import"), bytes))],
  ["GET", "/v1/imports/{id}/content", ({ world, id }) => ({ status: 200, raw: world.files.get(id)?.bytes ?? Buffer.from("sku,name,price\r\n"), type: "application/octet-stream", name: "file.csv" })],
  ["GET", "/v1/imports/{id}/rows", ({ world, id, query }) => rows(world, id, query)],
  ["GET", "/v1/imports/{id}/batches", ({ world, id, query }) => ({ status: 200, raw: Buffer.from((world.batches.get(`${id} ${query.get("webhookId")}`) ?? []).join("")), type: "text/plain" })],
  ["GET", "/v1/imports/{id}/timeline", ({ world, id }) => json(200, world.timelines.get(id) ?? { points: [], marks: [] })],
  ["GET", "/v1/imports/{id}/row-errors", ({ world, id, query }) => page(world.rowErrors.get(id) ?? [], query)],
  ["GET", "/v1/imports/{id}/errors.csv", ({ world, id }) => errorsCsv(world, id)],
  ["POST", "/v1/imports/{id}/pause", ({ world, id }) => json(200, act(world, id, "pause"))],
  ["POST", "/v1/imports/{id}/resume", ({ world, id }) => json(200, act(world, id, "resume"))],
  ["POST", "/v1/imports/{id}/cancel", ({ world, id }) => json(200, act(world, id, "cancel"))],
  ["GET", "/v1/events", ({ world, query }) => listEvents(world, query)],
  ["POST", "/v1/events/resend", ({ world, body }) => resendMany(world, body)],
  ["GET", "/v1/events/{id}", ({ world, id }) => json(200, withBody(world, found(world.events, id, "event")))],
  ["GET", "/v1/events/{id}/attempts", ({ world, id, query }) => (found(world.events, id, "event"), page(world.attempts.get(id) ?? [], query))],
  ["GET", "/v1/events/{id}/body", ({ world, id }) => ({ status: 200, raw: Buffer.from(bodyOf(world, found(world.events, id, "event"))), type: "application/json", name: `${id}.json`, ranges: true })],
  ["POST", "/v1/events/{id}/resend", ({ world, id }) => {
    const event = found(world.events, id, "event");
    if (event.state === "pending" && event.nextAttemptAt) {
      event.nextAttemptAt = null;
      laneOf(world, event.webhookId).poke();
    } else laneOf(world, event.webhookId).resend(event);
    return json(202, event);
  }],
  ["GET", "/v1/resends/{id}", ({ world, id }) => json(200, found(world.jobs, id, "job"))],
  ["POST", "/v1/resends/{id}/stop", ({ world, id }) => {
    const job = found(world.jobs, id, "job");
    if (job.state === "running") job.state = "stopped";
    world.publish("resend", job);
    return json(200, job);
  }],
];

/** A seeded event has no measured body until somebody asks. */
function withBody(world, event) {
  if (!event.bodyBytes) event.bodyBytes = Buffer.byteLength(bodyOf(world, event));
  return event;
}

export function signIn(world, token) {
  const known = world.tokens.get(token);
  if (!known) throw new Problem(401, "unauthorized", "the token is not known");
  const cookie = newToken();
  const session = { ...known, csrfToken: newToken() };
  world.sessions.set(cookie, session);
  return { cookie, session };
}
